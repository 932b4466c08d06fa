-- A returned row is a channel that paths do not leave as often as they enter it.

with moves as (
    select
        conversion,
        to_channel as channel,
        transitions
    from {{ ref('rpt_channel_transition') }}
    where to_channel not in ('CONVERSION', 'NULL')

    union all

    select
        conversion,
        from_channel as channel,
        -transitions as transitions
    from {{ ref('rpt_channel_transition') }}
    where from_channel <> 'START'
)

select
    conversion,
    channel,
    sum(transitions) as surplus
from moves
group by conversion, channel
having abs(sum(transitions)) > 0.000001
