"""The floor: what one hand-written DuckDB session needs for the heart of the marts, without any of the care.

Only what is compared with belongs here: no gates, no tests, no identity beyond ids, no history of the agreement.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

from ingestion.engine import literal

LOAD = {
    "crm_lead": """
        select distinct on (lead_id)
            lead_id, marketing_contact_id, lower(email) as email, lead_source, status, owner_user_id,
            try_cast(created_at as timestamp) as created_at, converted_opportunity_id
        from {rows}
        order by lead_id, try_cast(updated_at as timestamp) desc
    """,
    "crm_lead_history": """
        select lead_id, field, new_value, try_cast(changed_at as timestamp) as changed_at from {rows}
    """,
    "crm_opportunity": """
        select distinct on (opportunity_id)
            opportunity_id, lead_id, stage, try_cast(amount as decimal(18, 2)) as amount, currency,
            try_cast(created_at as timestamp) as created_at, try_cast(closed_at as timestamp) as closed_at,
            try_cast(is_won as boolean) as is_won
        from {rows}
        order by opportunity_id, try_cast(closed_at as timestamp) desc nulls last
    """,
    "crm_activity": """
        select
            activity_id, lead_id, user_id, activity_type, direction, outcome,
            try_cast(is_automated as boolean) as is_automated, try_cast(occurred_at as timestamp) as occurred_at
        from {rows}
    """,
    "marketing_contact": "select contact_id, max(crm_lead_id) as lead_id from {rows} group by contact_id",
    "marketing_touch": """
        select
            touch_id, contact_id, touch_type, campaign_id, try_cast(occurred_at as timestamp) as occurred_at,
            case
                when channel is not null then channel
                when utm_medium in ('cpc', 'ppc', 'paid') then
                    case when utm_source in ('google', 'bing', 'baidu') then 'paid_search' else 'paid_social' end
                when click_id is not null then 'paid_search'
                when utm_medium = 'email' then 'email'
                when utm_medium in ('social', 'organic_social') then 'organic_social'
                when utm_medium = 'organic' or referrer_url like '%google.%' then 'organic_search'
                when referrer_url is not null then 'referral'
                else 'direct'
            end as channel
        from {rows}
    """,
    "ad_spend": """
        select try_cast(spend_date as date) as day, channel, try_cast(spend as decimal(18, 2)) as spend from {rows}
    """,
}
"""Each table as typed rows, from text as received."""

BUILD = {
    "stages": """
        select
            lead_id,
            min(changed_at) filter (where new_value = 'Marketing Qualified') as mql_at,
            min(changed_at) filter (where new_value = 'Sales Accepted') as sal_at,
            min(changed_at) filter (where new_value = 'Sales Qualified') as sql_at,
            min(changed_at) filter (where new_value = 'Recycled') as recycled_at,
            min(changed_at) filter (where new_value = 'Disqualified') as disqualified_at
        from crm_lead_history
        where field = 'status'
        group by lead_id
    """,
    "touches": """
        select crm_lead.lead_id, marketing_touch.touch_id, marketing_touch.occurred_at, marketing_touch.channel
        from marketing_touch
        inner join marketing_contact using (contact_id)
        inner join crm_lead on marketing_contact.lead_id = crm_lead.lead_id
    """,
    "first_last": """
        select
            lead_id, count(*) as touch_count, min(occurred_at) as first_at, max(occurred_at) as last_at,
            min_by(channel, occurred_at) as first_channel, max_by(channel, occurred_at) as last_channel
        from touches
        group by lead_id
    """,
    "contacted": """
        select lead_id, count(*) as attempts, min(occurred_at) as first_activity_at
        from crm_activity
        where direction = 'outbound' and not is_automated
        group by lead_id
    """,
    "deals": """
        select
            lead_id, count(*) as deal_count, min(created_at) as opportunity_at,
            min(closed_at) filter (where is_won) as customer_at, sum(amount) filter (where is_won) as won_amount
        from crm_opportunity
        group by lead_id
    """,
    "lead_to_deal": """
        select
            crm_lead.lead_id, crm_lead.created_at, stages.* exclude (lead_id), first_last.* exclude (lead_id),
            contacted.* exclude (lead_id), deals.* exclude (lead_id)
        from crm_lead
        left join stages using (lead_id)
        left join first_last using (lead_id)
        left join contacted using (lead_id)
        left join deals using (lead_id)
    """,
    "channels": """
        select
            coalesce(first_channel, 'unknown') as channel, date_trunc('month', created_at) as month,
            count(*) as leads, count(mql_at) as mqls, count(sql_at) as sqls, count(customer_at) as customers,
            sum(won_amount) as won_amount
        from lead_to_deal
        group by all
    """,
}
"""The tables of the floor, each from those before."""

ATTRIBUTION = """
    select channel, sum(1.0 / path_touches) as leads
    from (
        select touches.channel, count(*) over (partition by touches.lead_id) as path_touches
        from touches
        inner join crm_lead using (lead_id)
        where touches.occurred_at <= crm_lead.created_at
            and crm_lead.created_at - interval 90 day < touches.occurred_at
    )
    group by channel
"""
"""One conversion by one model, the simplest: what a lead's touches in the lookback share equally."""


def build(parquet: Path, target: Path, memory_limit: str, threads: int) -> int:
    """Load `parquet`/<table>.parquet (text as received) and build the tables in the new file `target`; rows built."""
    with duckdb.connect(str(target), config={"memory_limit": memory_limit, "threads": threads}) as database:
        database.execute("set TimeZone = 'UTC'")
        database.execute("set preserve_insertion_order = false")
        for table, select in LOAD.items():
            rows = f"read_parquet({literal(str(parquet / f'{table}.parquet'))})"
            database.execute(f"create table {table} as {select.format(rows=rows)}")
        for table, select in BUILD.items():
            database.execute(f"create table {table} as {select}")
        return sum(database.table(table).count("*").fetchone()[0] for table in BUILD)


def attribute(database: Path, memory_limit: str, threads: int) -> int:
    """Run the attribution query in a floor that was built; channels found."""
    with duckdb.connect(
        str(database), config={"memory_limit": memory_limit, "threads": threads}
    ) as connection:
        return len(connection.execute(ATTRIBUTION).fetchall())


if __name__ == "__main__":
    print(build(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])))
