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
        and exits.to_channel = 'CONVERSION'
    inner join {{ ref('int_attribution__chain') }} as whole
        on entries.conversion = whole.conversion
        and whole.from_channel = 'START'
        and whole.to_channel = 'CONVERSION'
    inner join (
        select distinct conversion, from_channel from {{ ref('int_attribution__transitions') }}
    ) as met
        on entries.conversion = met.conversion
        and entries.to_channel = met.from_channel
    where entries.from_channel = 'START' and entries.to_number > 0
),

-- How many paths share a conversion's so many-th part with each channel.
shares_of_paths as (
    select
        conversion,
        channel,
        cast(round(1 / (shapley_weight * conversion_weight), 0) as bigint) as divisor,
        count(*) as paths
    from {{ ref('int_attribution__unit_touches') }}
    where channel <> 'unattributed' and shapley_weight > 0
    group by 1, 2, 3
),

-- In whole numbers, for cents to be cut exactly. Effects are doubles, right to 15 decimals: there equal ones are equal. A conversion
-- has 720720 * 144403552893600 parts, which any number of channels up to 16 and of a deal's persons up to 32 divide.
parts as (
    select
        conversion,
        'markov' as model,
        channel,
        {{ whole_of_38_digits('round(removal_effect * 1000000000000000, 0)') }} as part,
        removal_effect
    from removals

    union all

    select
        conversion,
        'shapley' as model,
        channel,
        sum({{ whole_quotient(whole_of_38_digits('paths') ~ ' * 720720 * 144403552893600', 'divisor') }}) as part,
        cast(null as double) as removal_effect
    from shares_of_paths
    group by conversion, channel
),

wholes as (
    select
        *,
        sum(part) over (partition by conversion, model) as whole
    from parts
),

shares as (
    select
        wholes.conversion,
        wholes.model,
        wholes.channel,
        wholes.part,
        wholes.whole,
        wholes.removal_effect,
        cast(wholes.part as double) / wholes.whole * totals.touched_conversions as conversions,
        totals.touched_amount
    from wholes
    inner join totals on wholes.conversion = totals.conversion
    where totals.touched_conversions > 0
),

cut as (
    {{ cut_cents('shares', 'conversion, model', 'channel', 'touched_amount', 'part', 'whole') }}
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
