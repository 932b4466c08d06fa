-- The absorbing chain of each conversion, solved exactly: how often a path that stands at a channel is expected at another
-- one afterwards, and with what probability it converts (to_channel `CONVERSION`). It begins as the transition
-- probabilities; each round lets paths pass through one more channel. Grain: one row per conversion, from_channel and to_channel.
{{ config(materialized='iterative', step='pass_through_channel') }}

with transitions as (
    select
        conversion,
        from_channel,
        to_channel,
        transitions / sum(transitions) over (partition by conversion, from_channel) as probability
    from {{ ref('int_attribution__transitions') }}
),

channels as (
    select
        channel,
        cast(row_number() over (order by channel) as int) as channel_number
    from (
        select distinct from_channel as channel from transitions
        where from_channel <> 'START'
    ) as met
),

conversions as (
    select distinct conversion from transitions
),

from_states as (
    select channel as from_channel, channel_number as from_number from channels
    union all
    select 'START' as from_channel, 0 as from_number
),

to_states as (
    select channel as to_channel, channel_number as to_number from channels
    union all
    select 'CONVERSION' as to_channel, 0 as to_number
),

final as (
    select
        conversions.conversion,
        from_states.from_channel,
        from_states.from_number,
        to_states.to_channel,
        to_states.to_number,
        cast(coalesce(transitions.probability, 0) as double) as visits
    from conversions
    cross join from_states
    cross join to_states
    left join transitions
        on conversions.conversion = transitions.conversion
        and from_states.from_channel = transitions.from_channel
        and to_states.to_channel = transitions.to_channel
)

select * from final
