-- A returned row is a mart that has more or fewer rows than the staged records it is made of.

with counts as (
    select
        'fct_touch' as mart,
        (select count(*) from {{ ref('stg_marketing__touches') }}) as staged_rows,
        (select count(*) from {{ ref('fct_touch') }}) as mart_rows

    union all

    select
        'fct_sales_activity' as mart,
        (select count(*) from {{ ref('stg_crm__activities') }} where not is_deleted) as staged_rows,
        (select count(*) from {{ ref('fct_sales_activity') }}) as mart_rows

    union all

    select
        'fct_opportunity' as mart,
        (select count(*) from {{ ref('stg_crm__opportunities') }} where not is_deleted) as staged_rows,
        (select count(*) from {{ ref('fct_opportunity') }}) as mart_rows

    union all

    select
        'dim_account' as mart,
        (select count(*) from {{ ref('stg_crm__accounts') }} where not is_deleted) as staged_rows,
        (select count(*) from {{ ref('dim_account') }}) as mart_rows

    union all

    select
        'fct_stage_event' as mart,
        (select count(*) from {{ ref('int_stages__journey_events') }} where is_kept) as staged_rows,
        (select count(*) from {{ ref('fct_stage_event') }}) as mart_rows
)

select
    mart,
    staged_rows,
    mart_rows
from counts
where staged_rows <> mart_rows
