-- Clocks of the SLA: the policy that judges each journey and commitment, when its clock starts, whose it is, by which calendar
-- it runs and when it is due. Grain: one row per journey with an MQL and commitment that a policy matches.
{{ config(materialized='sliced', slice_by='journey_id') }}

{%- set named_calendar = "coalesce(policies.calendar_id, nullif(trim(owners.calendar_id), ''), fallback.calendar_id)" %}

with chosen as (
    select
        journey_id,
        commitment,
        min(turn) as turn
    from {{ ref('int_sla__matches') }}
    group by journey_id, commitment
),

clocks as (
    select
        md5(concat(chosen.journey_id, ':', chosen.commitment)) as sla_event_id,
        chosen.journey_id,
        assignments.lead_id,
        chosen.commitment,
        chosen.turn,
        policies.sla_policy_id,
        assignments.owner_user_id,
        assignments.team,
        assignments.mql_at,
        case policies.clock_start when 'assigned_at' then assignments.assigned_at else assignments.mql_at end as started_at,
        policies.target_minutes,
        policies.min_attempts,
        cast(round(policies.window_days * 86400000000, 0) as bigint) as window_micros,
        policies.at_risk_fraction,
        coalesce(calendars.calendar_id, {{ named_calendar }}) as calendar_id
    from chosen
    inner join {{ ref('int_sla__policies') }} as policies on chosen.commitment = policies.commitment and chosen.turn = policies.turn
    inner join {{ ref('int_sla__assignments') }} as assignments on chosen.journey_id = assignments.journey_id
    left join {{ ref('stg_crm__users') }} as owners on assignments.owner_user_id = owners.user_id
    cross join {{ ref('int_sla__fallback_calendar') }} as fallback
    -- A calendar is named in any case, and shown as it calls itself.
    left join {{ ref('business_calendars') }} as calendars
        on {{ plain_text(named_calendar) }} = {{ plain_text('calendars.calendar_id') }}
),

in_business_time as (
    select
        sla_event_id,
        calendar_id,
        started_at,
        target_minutes
    from clocks
    where commitment in ('first_response', 'acceptance')
),

due as (
    {{ business_due('in_business_time', 'sla_event_id', 'calendar_id', 'started_at', 'target_minutes') }}
),

final as (
    select
        clocks.sla_event_id,
        clocks.journey_id,
        clocks.lead_id,
        clocks.commitment,
        clocks.turn,
        clocks.sla_policy_id,
        clocks.owner_user_id,
        clocks.team,
        clocks.mql_at,
        clocks.started_at,
        cast(
            case clocks.commitment
                when 'handoff' then clocks.started_at
                when 'attempts' then {{ instant_at_micros(epoch_micros('clocks.started_at') ~ ' + clocks.window_micros') }}
                else due.due_at
            end as timestamp
        ) as due_at,
        case when clocks.commitment = 'attempts' then clocks.window_micros / 60000000.0 else clocks.target_minutes end as target_minutes,
        clocks.min_attempts,
        clocks.at_risk_fraction,
        clocks.calendar_id
    from clocks
    left join due on clocks.sla_event_id = due.sla_event_id
)

select * from final
