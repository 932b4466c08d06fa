-- A returned row is a stage at which fewer would have gone on within a longer time, or more than all.

select
    lead_month,
    channel,
    funnel_kind,
    stage,
    km_conversion_30d,
    km_conversion_60d,
    km_conversion_90d,
    km_conversion_180d
from {{ ref('rpt_funnel') }}
where km_conversion_30d < 0
    or km_conversion_60d < km_conversion_30d
    or km_conversion_90d < km_conversion_60d
    or km_conversion_180d < km_conversion_90d
    or km_conversion_180d > 1
