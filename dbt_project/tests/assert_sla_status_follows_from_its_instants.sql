-- A returned row is an SLA event whose status, reason or measures contradict its own instants.

with events as (
    select
        sla_event_id,
        commitment,
        status,
        started_at,
        due_at,
        ended_at,
        breached_at,
        elapsed_minutes,
        attempts,
        completeness,
        exclusion_reason,
        case
            when exclusion_reason is not null then 'excluded'
            when ended_at is not null then case when due_at >= ended_at then 'met' else 'breached' end
            when commitment = 'handoff' and started_at is not null then 'breached'
            when {{ as_of() }} > due_at then 'breached'
            else 'running'
        end as expected_status
    from {{ ref('fct_sla_event') }}
)

select
    sla_event_id,
    commitment,
    status,
    expected_status,
    exclusion_reason
from events
where expected_status <> case when status in ('pending', 'at_risk') then 'running' else status end
    or breached_at is distinct from case when status = 'breached' then due_at end
    or (started_at is null and (due_at is not null or ended_at is not null))
    or (due_at is null and started_at is not null and exclusion_reason is distinct from 'outside_calendar')
    or (ended_at is not null and ended_at < started_at)
    or (status in ('met', 'breached') and commitment <> 'handoff' and elapsed_minutes is null)
    or (commitment = 'handoff' and elapsed_minutes is not null)
    or (status = 'met' and coalesce(completeness, 1) < 1)
    or (status = 'breached' and coalesce(completeness, 0) = 1)
    or (commitment = 'acceptance' and exclusion_reason in ('recycled', 'disqualified'))
    or (commitment <> 'attempts' and attempts is not null)
