-- What does each channel bring, by nine models side by side: seven that weigh touches, markov by what is lost without the
-- channel, shapley by equal shares of a path's channels? Grain: one row per conversion, model and channel.

with credits as (
    select
        conversion,
        channel,
        {% for model in touch_models() -%}
        {{ exact_decimals(model ~ '_weight * conversion_weight', digits=18) }} as {{ model }}_conversions,
        sum({{ model }}_amount) as {{ model }}_amount{{ ',' if not loop.last }}
        {% endfor %}
    from {{ ref('fct_attribution_path') }}
    group by conversion, channel
),

totals as (
    select
        conversion,
        cast(sum(first_touch_conversions) as double) as conversions,
        cast(sum(case when channel <> 'unattributed' then first_touch_conversions end) as double) as touched_conversions,
        cast(sum(case when channel = 'unattributed' then first_touch_conversions end) as double) as untouched_conversions,
        -- Leads and MQLs have no money at all, deals of unknown amounts have none to count.
        case when conversion in ('opportunity', 'won')
            then coalesce(sum(case when channel <> 'unattributed' then first_touch_amount end), 0)
        end as touched_amount,
        case when conversion in ('opportunity', 'won')
            then coalesce(sum(case when channel = 'unattributed' then first_touch_amount end), 0)
        end as untouched_amount
    from credits
    group by conversion
),

by_touch as (
    {% for model in touch_models() -%}
    select
        conversion,
        '{{ model }}' as model,
        channel,
        cast({{ model }}_conversions as double) as conversions,
        case when conversion in ('opportunity', 'won') then coalesce({{ model }}_amount, 0) end as attributed_amount,
        cast(null as double) as removal_effect
    from credits
    -- The other models give every touch something.
    {{ 'where ' ~ model ~ '_conversions > 0' if model in ['first_touch', 'last_touch'] }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- Without a channel those paths are lost that ever come to it and would have converted from there.
removals as (
    select
        entries.conversion,
        entries.to_channel as channel,
        entries.visits / (1 + loops.visits) * exits.visits / nullif(whole.visits, 0) as removal_effect
    from {{ ref('int_attribution__chain') }} as entries
    inner join {{ ref('int_attribution__chain') }} as loops
        on entries.conversion = loops.conversion
        and entries.to_number = loops.from_number
        and entries.to_number = loops.to_number
    inner join {{ ref('int_attribution__chain') }} as exits
        on entries.conversion = exits.conversion
        and entries.to_number = exits.from_number
        and exits.to_channel = 'conversion'
    inner join {{ ref('int_attribution__chain') }} as whole
        on entries.conversion = whole.conversion
        and whole.from_channel = 'start'
        and whole.to_channel = 'conversion'
    inner join (
        select distinct conversion, from_channel from {{ ref('int_attribution__transitions') }}
    ) as met
        on entries.conversion = met.conversion
        and entries.to_channel = met.from_channel
    where entries.from_channel = 'start' and entries.to_number > 0
),

by_channel as (
    select
        conversion,
        'markov' as model,
        channel,
        removal_effect / sum(removal_effect) over (partition by conversion) as channel_share,
        removal_effect
    from removals

    union all

    select
        unit_touches.conversion,
        'shapley' as model,
        unit_touches.channel,
        {{ exact_sum('unit_touches.shapley_weight * unit_touches.conversion_weight', digits=18) }}
        / sum({{ exact_sum('unit_touches.shapley_weight * unit_touches.conversion_weight', digits=18) }}) over (partition by unit_touches.conversion)
        as channel_share,
        cast(null as double) as removal_effect
    from {{ ref('int_attribution__unit_touches') }} as unit_touches
    where unit_touches.channel <> 'unattributed'
    group by unit_touches.conversion, unit_touches.channel
),

shares as (
    select
        by_channel.conversion,
        by_channel.model,
        by_channel.channel,
        by_channel.channel_share,
        by_channel.removal_effect,
        by_channel.channel_share * totals.touched_conversions as conversions,
        totals.touched_amount
    from by_channel
    inner join totals on by_channel.conversion = totals.conversion
    where totals.touched_conversions > 0
),

cut as (
    {{ cut_cents('shares', 'conversion, model', 'channel', 'touched_amount', 'channel_share') }}
),

credited as (
    select * from by_touch

    union all

    select
        conversion,
        model,
        channel,
        conversions,
        cut_amount as attributed_amount,
        removal_effect
    from cut

    {% for model in ['markov', 'shapley'] -%}
    union all

    select
        conversion,
        '{{ model }}' as model,
        'unattributed' as channel,
        untouched_conversions as conversions,
        untouched_amount as attributed_amount,
        cast(null as double) as removal_effect
    from totals
    where untouched_conversions > 0

    {% endfor -%}
),

final as (
    select
        credited.conversion,
        credited.model,
        credited.channel,
        round(cast(credited.conversions as double), 9) as conversions,
        round(cast(credited.conversions / totals.conversions as double), 9) as share,
        cast(credited.attributed_amount as decimal(18, 2)) as attributed_amount,
        round(cast(credited.removal_effect as double), 9) as removal_effect
    from credited
    inner join totals on credited.conversion = totals.conversion
)

select * from final
