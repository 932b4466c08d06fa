-- Who owes what to which lead, how late is it, and what is it worth? Broken commitments and those about to break, the most
-- valuable lead first. Grain: one row per SLA event that is breached or at risk.

with events as (
    select
        events.sla_event_id,
        events.journey_id,
        events.commitment,
        events.status,
        case when events.commitment = 'handoff' then 'marketing' else 'sales' end as owed_by,
        events.owner_user_id,
        events.team,
        -- Negative while there is still time.
        {{ minutes_from_to('events.due_at', 'coalesce(events.ended_at, ' ~ as_of() ~ ')') }} as minutes_late,
        events.due_at as late_since,
        journeys.current_stage as stage,
        journeys.original_channel as channel,
        journeys.company_name,
        journeys.potential_value
    from {{ ref('fct_sla_event') }} as events
    inner join {{ ref('fct_lead_to_deal') }} as journeys on events.journey_id = journeys.journey_id
    where events.status in ('breached', 'at_risk')
),

final as (
    select
        sla_event_id,
        journey_id,
        commitment,
        status,
        owed_by,
        owner_user_id,
        team,
        minutes_late,
        late_since,
        stage,
        channel,
        company_name,
        potential_value,
        cast(row_number() over (order by potential_value desc nulls last, minutes_late desc, sla_event_id) as bigint) as rank
    from events
)

select * from final
