-- The calendar of clocks whose policy and owner name none: the deployment's default, else the only one there is. Grain: one row
-- per deployment.

with final as (
    select
        cast(1 as int) as fallback_number,
        coalesce(
            nullif(trim({{ text_literal(var('default_calendar_id')) }}), ''),
            case when count(*) = 1 then min(calendar_id) end
        ) as calendar_id
    from {{ ref('business_calendars') }}
)

select * from final
