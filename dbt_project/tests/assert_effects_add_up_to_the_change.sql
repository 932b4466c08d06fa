-- A returned row is a mover whose volume, mix and rate effects are not its change to the last digit.

select
    period_type,
    period_start,
    metric,
    channel,
    change,
    volume_effect,
    mix_effect,
    rate_effect
from {{ ref('rpt_movers') }}
where volume_effect + mix_effect + rate_effect <> change or change <> metric_now - metric_before
