-- Standard channels, any other a source declares, and `unattributed` for conversions without touches. Grain: one row per channel.

with standard as (
    select {{ list_elements("'paid_search|organic_search|paid_social|organic_social|email|referral|display|event|webinar|content|partner|direct|other|unknown|unattributed'") }} as channel
),

declared as (
    select channel from {{ ref('int_channels__touches') }}
    union
    select channel from {{ ref('int_channels__visits') }}
    union
    select channel from {{ ref('int_channels__spend') }}
    union
    select channel from {{ ref('int_channels__rules') }}
    union
    select channel from {{ ref('stg_marketing__campaigns') }}
),

final as (
    select
        channels.channel,
        max(channels.is_standard) = 1 as is_standard
    from (
        select channel, 1 as is_standard from standard
        union all
        select channel, 0 as is_standard from declared where channel is not null
    ) as channels
    group by channels.channel
)

select * from final
