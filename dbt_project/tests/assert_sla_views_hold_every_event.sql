-- A returned row is a commitment of which the views show more or fewer events, or other verdicts, than fct_sla_event holds.

with events as (
    select
        commitment,
        count(*) as events,
        count(case when status = 'met' then 1 end) as met,
        count(case when status = 'breached' then 1 end) as breached
    from {{ ref('fct_sla_event') }}
    group by commitment
),

shown as (
    {% for view in ['sla_first_response', 'sla_acceptance', 'sla_attempts', 'sla_handoff'] -%}
    select
        commitment,
        count(*) as events
    from {{ ref(view) }}
    group by commitment
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

complied as (
    select
        commitment,
        sum(met + breached + pending + at_risk + excluded) as events,
        sum(met) as met,
        sum(breached) as breached
    from {{ ref('sla_compliance') }}
    group by commitment
)

select
    events.commitment,
    events.events,
    shown.events as shown_events,
    complied.events as complied_events
from events
left join shown on events.commitment = shown.commitment
left join complied on events.commitment = complied.commitment
where events.events is distinct from shown.events
    or events.events is distinct from complied.events
    or events.met is distinct from complied.met
    or events.breached is distinct from complied.breached
