-- A returned row is a conversion and model whose channels do not add up to all conversions and all their money.

with credited as (
    select
        conversion,
        model,
        sum(conversions) as conversions,
        sum(share) as share,
        sum(attributed_amount) as attributed_amount
    from {{ ref('rpt_channel_attribution') }}
    group by conversion, model
),

expected as (
    select
        conversion,
        sum(conversion_weight) as conversions,
        sum(amount_reporting) as amount
    from {{ ref('int_attribution__units') }}
    group by conversion
)

select
    credited.conversion,
    credited.model
from credited
left join expected on credited.conversion = expected.conversion
where
    expected.conversions is null
    or abs(credited.conversions - expected.conversions) > 0.000001 * (1 + expected.conversions)
    or abs(credited.share - 1) > 0.000001
    or coalesce(credited.attributed_amount, 0) <> coalesce(expected.amount, 0)
