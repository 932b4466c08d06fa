-- A returned row says that the pipeline has more or fewer open new-business deals, or another amount, than the deals themselves.

with deals as (
    select
        count(*) as deals,
        coalesce(sum(amount_reporting), 0) as amount_reporting
    from {{ ref('fct_opportunity') }}
    where not is_closed and is_new_business
),

pipeline as (
    select
        coalesce(sum(open_deals), 0) as deals,
        coalesce(sum(amount_reporting), 0) as amount_reporting
    from {{ ref('rpt_pipeline') }}
)

select
    deals.deals,
    pipeline.deals as pipeline_deals,
    deals.amount_reporting,
    pipeline.amount_reporting as pipeline_amount_reporting
from deals
cross join pipeline
where deals.deals <> pipeline.deals or deals.amount_reporting <> pipeline.amount_reporting
