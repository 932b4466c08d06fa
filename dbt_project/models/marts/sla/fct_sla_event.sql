-- The SLA's verdict: how each commitment was kept on each qualified journey, under the policy in force at its MQL. Grain: one row
-- per journey and commitment that a policy matches.

with clocks as (
    select
        clocks.sla_event_id,
        clocks.journey_id,
        clocks.sla_policy_id,
        clocks.commitment,
        clocks.owner_user_id,
        clocks.team,
        clocks.started_at,
        clocks.due_at,
        clocks.target_minutes,
        clocks.at_risk_fraction,
        clocks.calendar_id,
        endings.ended_at,
        endings.attempts,
        endings.given_up_at,
        case
            when clocks.started_at is not null and clocks.due_at is null then 'outside_calendar'
            when clocks.commitment = 'acceptance' then null
            when clocks.started_at is null and endings.given_up_at is not null then endings.given_up_reason
            when endings.given_up_at < clocks.due_at and (endings.ended_at is null or endings.given_up_at < endings.ended_at)
                then endings.given_up_reason
        end as exclusion_reason
    from {{ ref('int_sla__clocks') }} as clocks
    inner join {{ ref('int_sla__endings') }} as endings on clocks.sla_event_id = endings.sla_event_id
),

stopped as (
    select
        sla_event_id,
        journey_id,
        sla_policy_id,
        commitment,
        owner_user_id,
        team,
        started_at,
        due_at,
        target_minutes,
        at_risk_fraction,
        calendar_id,
        attempts,
        exclusion_reason,
        case when exclusion_reason is null then ended_at end as ended_at,
        case
            when commitment = 'handoff' or exclusion_reason = 'outside_calendar' then null
            when exclusion_reason is not null then greatest(coalesce(started_at, given_up_at), given_up_at)
            when started_at is not null then coalesce(ended_at, {{ as_of() }})
        end as measured_until
    from clocks
),

running as (
    select
        sla_event_id,
        calendar_id,
        started_at,
        measured_until
    from stopped
    where started_at < measured_until
),

business_time as (
    {{ business_durations('running', 'sla_event_id', 'calendar_id', 'started_at', 'measured_until') }}
),

measured as (
    select
        stopped.sla_event_id,
        stopped.journey_id,
        stopped.sla_policy_id,
        stopped.commitment,
        stopped.owner_user_id,
        stopped.team,
        stopped.started_at,
        stopped.due_at,
        stopped.ended_at,
        stopped.target_minutes,
        stopped.at_risk_fraction,
        stopped.calendar_id,
        stopped.attempts,
        stopped.exclusion_reason,
        case
            when stopped.measured_until is not null
                then {{ minutes_from_to('coalesce(stopped.started_at, stopped.measured_until)', 'stopped.measured_until') }}
        end as elapsed_minutes,
        case
            when stopped.started_at < stopped.measured_until then business_time.business_minutes
            when stopped.measured_until is not null then 0
        end as elapsed_business_minutes
    from stopped
    left join business_time on stopped.sla_event_id = business_time.sla_event_id
),

judged as (
    select
        *,
        case
            when exclusion_reason is not null then 'excluded'
            when ended_at <= due_at then 'met'
            when ended_at > due_at or due_at < {{ as_of() }} then 'breached'
            when commitment = 'handoff' and started_at is not null then 'breached'
            -- Compared in microseconds: as doubles, 0.55 of 100 minutes are a hair more than 55.
            when round(case when commitment = 'attempts' then elapsed_minutes else elapsed_business_minutes end * 60000000, 0)
                >= round(at_risk_fraction * target_minutes * 60000000, 0)
                then 'at_risk'
            else 'pending'
        end as status
    from measured
),

final as (
    select
        judged.sla_event_id,
        judged.journey_id,
        judged.sla_policy_id,
        judged.commitment,
        judged.owner_user_id,
        judged.team,
        judged.started_at,
        judged.due_at,
        judged.ended_at,
        judged.elapsed_minutes,
        cast(judged.elapsed_business_minutes as double) as elapsed_business_minutes,
        judged.attempts,
        handoffs.missing_fields,
        handoffs.completeness,
        handoffs.filled_later,
        judged.calendar_id,
        judged.status,
        case when judged.status = 'breached' then judged.due_at end as breached_at,
        judged.exclusion_reason
    from judged
    left join {{ ref('int_sla__handoffs') }} as handoffs on judged.sla_event_id = handoffs.sla_event_id
)

select * from final
