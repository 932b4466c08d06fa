-- Stages in their order; positions 1 to 6 form the funnel. Grain: one row per stage.

with stages as (
    select {{ list_elements("'lead|mql|sal|sql|opportunity|customer|recycled|disqualified|closed_lost'") }} as stage
),

final as (
    select
        stage,
        cast({{ stage_position('stage') }} as int) as stage_position,
        {{ stage_position('stage') }} <= 6 as is_funnel
    from stages
)

select * from final
