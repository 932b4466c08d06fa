"""The sample company makes sense: rows refer to each other, the truth is in them, and the funnel is one to believe.

Rates are held in bands around what the simulator is told; how rows are handed over is tested in `test_sample_source`.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pyarrow as pa
import pytest

from ingestion.sources.base import Window
from ingestion.sources.sample import SampleConfig, SampleSource, truth

CONFIG = SampleConfig(leads=6_000)
REFERENCES = [
    ("marketing_contact", "merged_into_contact_id", "marketing_contact", "contact_id"),
    ("marketing_contact", "crm_lead_id", "crm_lead", "lead_id"),
    ("marketing_touch", "contact_id", "marketing_contact", "contact_id"),
    ("marketing_touch", "campaign_id", "campaign", "campaign_id"),
    ("ad_spend", "campaign_id", "campaign", "campaign_id"),
    ("crm_user", "manager_user_id", "crm_user", "user_id"),
    ("crm_lead", "owner_user_id", "crm_user", "user_id"),
    ("crm_lead", "marketing_contact_id", "marketing_contact", "contact_id"),
    ("crm_lead", "converted_contact_id", "crm_contact", "crm_contact_id"),
    ("crm_lead", "converted_account_id", "crm_account", "account_id"),
    ("crm_lead", "converted_opportunity_id", "crm_opportunity", "opportunity_id"),
    ("crm_lead", "merged_into_lead_id", "crm_lead", "lead_id"),
    ("crm_lead_history", "lead_id", "crm_lead", "lead_id"),
    ("crm_lead_history", "changed_by_user_id", "crm_user", "user_id"),
    ("crm_account", "owner_user_id", "crm_user", "user_id"),
    ("crm_contact", "account_id", "crm_account", "account_id"),
    ("crm_contact", "merged_into_crm_contact_id", "crm_contact", "crm_contact_id"),
    ("crm_opportunity", "lead_id", "crm_lead", "lead_id"),
    ("crm_opportunity", "account_id", "crm_account", "account_id"),
    ("crm_opportunity", "primary_crm_contact_id", "crm_contact", "crm_contact_id"),
    ("crm_opportunity", "owner_user_id", "crm_user", "user_id"),
    ("crm_opportunity", "campaign_id", "campaign", "campaign_id"),
    ("crm_opportunity_contact", "opportunity_id", "crm_opportunity", "opportunity_id"),
    ("crm_opportunity_contact", "crm_contact_id", "crm_contact", "crm_contact_id"),
    ("crm_opportunity_history", "opportunity_id", "crm_opportunity", "opportunity_id"),
    ("crm_activity", "lead_id", "crm_lead", "lead_id"),
    ("crm_activity", "crm_contact_id", "crm_contact", "crm_contact_id"),
    ("crm_activity", "opportunity_id", "crm_opportunity", "opportunity_id"),
    ("crm_activity", "user_id", "crm_user", "user_id"),
]


@pytest.fixture(scope="module")
def landed() -> duckdb.DuckDBPyConnection:
    """Every table as it comes, without its dirt; `_line` is its order."""
    database = duckdb.connect(config={"threads": 1})
    database.execute("set timezone = 'UTC'")
    source = SampleSource("sample", CONFIG.model_copy(update={"dirt": False}))
    for table in source.tables:
        [extract] = source.extract(table, Window(datetime(2026, 7, 1, tzinfo=UTC)))
        database.register("rows_to_keep", pa.Table.from_batches(list(extract.batches)))
        database.execute(f"create table {table} as select * from rows_to_keep")
    for name, rows in vars(truth(CONFIG)).items():
        database.register("rows_to_keep", rows)
        database.execute(f"create table truth_{name} as select * from rows_to_keep")
    return database


def _one(database: duckdb.DuckDBPyConnection, query: str):
    return database.execute(query).fetchone()[0]


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES, ids=lambda value: value)
def test_what_is_named_exists(landed, table, column, target, key):
    dangling = _one(
        landed,
        f"select count(*) from {table} where {column} is not null and {column} not in (select {key} from {target})",
    )
    assert dangling == 0
    assert _one(landed, f"select count({column}) from {table}") > 0


def test_won_deals_are_those_of_the_truth(landed):
    """The last row of a deal is its newest version; deletions only ever meet deals that were not won."""
    won = """
        select opportunity_id, opportunity_type, cast(amount as decimal(18, 2)) as amount, currency
        from (
            select *, row_number() over (partition by opportunity_id order by _line desc) as newest
            from crm_opportunity
        )
        where newest = 1 and is_won = 'true' and is_deleted = 'false'
    """
    assert _one(landed, f"select count(*) from ({won})") > 150
    different = f"""
        select count(*) from ({won}) as rows
        full join (select * from truth_deals where is_won) as deals using (opportunity_id)
        where rows.opportunity_id is null or deals.kind is null
            or coalesce(rows.opportunity_type, 'new_business') <> deals.kind
            or rows.amount <> deals.amount or rows.currency <> deals.currency
    """
    assert _one(landed, different) == 0


def test_merges_are_those_of_the_truth_and_some_are_chains(landed):
    merges = """
        select 'crm_lead' as "table", lead_id as loser_id, merged_into_lead_id as survivor_id from crm_lead
        union select 'marketing_contact', contact_id, merged_into_contact_id from marketing_contact
        union select 'crm_contact', crm_contact_id, merged_into_crm_contact_id from crm_contact
    """
    found = f"select * from ({merges}) where survivor_id is not null"
    expected = 'select "table", loser_id, survivor_id from truth_merges'
    assert _one(landed, f"select count(*) from ({found} except {expected})") == 0
    assert _one(landed, f"select count(*) from ({expected} except ({found}))") == 0
    chained = f"select count(*) from ({found}) a join ({found}) b on a.survivor_id = b.loser_id"
    assert _one(landed, chained) > 0


def test_mql_histories_are_those_of_the_truth(landed):
    """Every first qualification is in the history of the person's lead, but for leads that came without any."""
    found = """
        select count(*) filter (history.lead_id is not null) / count(*)
        from truth_rounds as rounds
        join truth_people as people using (person)
        left join crm_lead_history as history
            on history.lead_id = people.lead_id and history.field = 'status'
            and lower(trim(history.new_value)) = 'marketing qualified'
            and cast(history.changed_at as timestamptz) = rounds.mql_at
        where rounds.mql_at is not null and people.lead_id is not null
    """
    assert 0.97 < _one(landed, found) < 1


@pytest.mark.parametrize(
    ("reached", "of", "low", "high"),
    [
        ("mql_at", "began_at", 0.31, 0.39),
        ("sal_at", "mql_at", 0.70, 0.82),
        ("sql_at", "sal_at", 0.54, 0.66),
        ("opportunity_at", "sql_at", 0.76, 0.92),
    ],
)
def test_the_funnel_narrows_as_told(landed, reached, of, low, high):
    share = f"select count({reached}) / count({of}) from truth_rounds where number = 1"
    assert low < _one(landed, share) < high


def test_three_of_ten_decided_deals_are_won_and_customers_mostly_stay(landed):
    win = "select avg(is_won::int) from truth_deals where closed_at is not null and kind = '{}'"
    assert 0.26 < _one(landed, win.format("new_business")) < 0.42
    assert 0.74 < _one(landed, win.format("renewal")) < 0.95
    assert _one(landed, "select count(*) from truth_deals where kind = 'expansion'") > 10


def test_channels_differ_as_a_marketer_expects(landed):
    rate = """
        select count(mql_at) / count(*) from truth_rounds join truth_people using (person)
        where number = 1 and channel = '{}'
    """
    assert _one(landed, rate.format("referral")) > 1.7 * _one(landed, rate.format("paid_social"))
    half = "select count(*) from truth_people where channel = 'paid_social' and known_at {} '2025-07-01'"
    assert _one(landed, half.format(">=")) > 1.4 * _one(landed, half.format("<"))


def test_demand_grows_and_takes_its_weekends(landed):
    year = "select count(*) from truth_people where known_at {} '2025-07-01'"
    assert _one(landed, year.format(">=")) > 1.2 * _one(landed, year.format("<"))
    assert _one(landed, "select count(*) from truth_people where isodow(known_at) > 5") < 0.2 * CONFIG.leads
    calls = "select count(*) filter (isodow(occurred_at) > 5) / count(*) from crm_activity where activity_type = 'call'"
    assert _one(landed, calls) < 0.03


def test_fewer_and_fewer_attempts_reach_the_person(landed):
    hazards = landed.execute("""
        with attempts as (
            select outcome in ('connected', 'replied') as reached,
                row_number() over (partition by lead_id order by occurred_at) as attempt
            from crm_activity
            where direction = 'outbound' and is_automated = 'false' and opportunity_id is null
                and activity_type in ('call', 'email', 'message') and crm_contact_id is null and is_deleted = 'false'
        )
        select avg(reached::int) from attempts where attempt <= 5 group by attempt order by attempt
    """).fetchall()
    assert hazards[0][0] > hazards[2][0] > hazards[4][0]


def test_what_life_brings_is_there(landed):
    questions = {
        "a deal before its lead": """
            from crm_opportunity o join crm_lead l using (lead_id) where l.created_at > o.created_at""",
        "back after recycling": "from truth_rounds where number = 2 and mql_at is not null",
        "a third round": "from truth_rounds where number = 3",
        "a shared mailbox": "from crm_lead where email like 'info@%'",
        "a telephone only": "from crm_lead where email is null and phone is not null",
        "a double lead": """
            from (select email from crm_lead group by email having count(distinct lead_id) > 1)""",
        "a deal of several people": """
            from (select opportunity_id from crm_opportunity_contact group by 1 having count(*) > 2)""",
        "a deal of an account only": """
            from crm_opportunity where lead_id is null and primary_crm_contact_id is null and account_id is not null""",
        "a deal of nobody": """
            from crm_opportunity where lead_id is null and primary_crm_contact_id is null and account_id is null""",
        "a hand-over days late": """
            from crm_lead_history h join truth_people p using (lead_id) join truth_rounds r using (person)
            where h.field = 'owner_user_id' and h.changed_at::timestamptz between r.mql_at + interval 1 day
                and r.mql_at + interval 9 days and r.number = 1""",
        "a field filled late": "from crm_lead_history where field = 'budget'",
        "an acceptance before the qualification": "from truth_rounds where sal_at < mql_at",
        "a deleted lead": "from crm_lead where is_deleted = 'true'",
        "a deleted activity": "from crm_activity where is_deleted = 'true'",
        "a record out of order": """
            from (select occurred_at - lag(occurred_at) over (order by _line) as step from marketing_touch)
            where step < interval '-1 day'""",
        "a time with an offset": "from crm_lead where created_at like '%+0_:00'",
        "a currency for each continent": """
            from (select 1 from crm_opportunity having count(distinct currency) >= 8)""",
        "a touch on the night of a jump of the clock": """
            from marketing_touch where occurred_at between '2025-10-26 00:00:00+00' and '2025-10-26 02:00:00+00'""",
    }
    for what, query in questions.items():
        assert _one(landed, f"select count(*) {query}") > 0, f"there should be {what}"


def test_nothing_happens_after_the_end(landed):
    end = CONFIG.end + timedelta(days=1)
    for table, column in (
        ("marketing_touch", "occurred_at"),
        ("crm_activity", "occurred_at"),
        ("crm_lead", "updated_at"),
        ("crm_lead_history", "changed_at"),
        ("crm_opportunity", "closed_at"),
    ):
        latest = f"select max(cast({column} as timestamptz)) < timestamptz '{end} 00:00:00+00' from {table}"
        assert _one(landed, latest), f"{table}.{column}"


def test_spend_has_its_price_per_lead(landed):
    """Paid search costs its price per lead, converted at about what its currencies are worth."""
    spend = """
        select sum(
            cast(spend as double) * case ad_spend.currency when 'EUR' then 1.085 when 'CNY' then 0.139 else 1 end
        )
        from ad_spend join campaign using (campaign_id) where campaign.channel = 'paid_search'
    """
    leads = "select count(*) from truth_people where channel = 'paid_search'"
    assert 70 < _one(landed, spend) / _one(landed, leads) < 140
