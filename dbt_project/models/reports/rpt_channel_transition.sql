-- The matrix behind the markov model: how often does one channel follow another, on the way to a conversion or to nothing?
-- Grain: one row per conversion, from_channel and to_channel.

with final as (
    select
        conversion,
        from_channel,
        to_channel,
        transitions,
        round(transitions / sum(transitions) over (partition by conversion, from_channel), 12) as probability
    from {{ ref('int_attribution__transitions') }}
)

select * from final
