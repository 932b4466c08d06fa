-- What marketing handed over: which of the fields a policy asks for were missing when the lead was first assigned, and whether a
-- missing one was filled later. A field without history held what it holds now. Grain: one row per assigned journey and handoff.
{{ config(materialized='sliced', slice_by='journey_id') }}

{%- set fields = [
    'lead_id', 'email', 'phone', 'full_name', 'company_name', 'job_title', 'country', 'industry', 'employee_count',
    'potential_value', 'currency', 'lead_source', 'status', 'owner_user_id', 'created_at', 'updated_at', 'marketing_contact_id',
    'pain_points', 'decision_role', 'budget', 'alternatives', 'preferred_channel', 'converted_at', 'converted_contact_id',
    'converted_account_id', 'converted_opportunity_id', 'is_deleted', 'merged_into_lead_id',
] %}

with asked as (
    select
        clocks.sla_event_id,
        clocks.journey_id,
        clocks.lead_id,
        clocks.started_at,
        required_fields.field,
        required_fields.field_position
    from {{ ref('int_sla__clocks') }} as clocks
    left join {{ ref('int_sla__required_fields') }} as required_fields on clocks.turn = required_fields.turn
    where clocks.commitment = 'handoff' and clocks.started_at is not null
),

lead_values as (
    select
        lead_id,
        field,
        held_from,
        held_until,
        case field
            when 'email' then {{ valid_email('value') }}
            when 'phone' then {{ valid_phone('value') }}
            else value
        end as value
    from {{ ref('int_sla__lead_values') }}
),

histories as (
    select
        asked.sla_event_id,
        asked.field,
        bool_or(lead_values.value is not null and lead_values.held_from <= asked.started_at and asked.started_at < lead_values.held_until)
            as is_filled,
        bool_or(lead_values.value is not null and lead_values.held_from > asked.started_at) as is_filled_later
    from asked
    inner join lead_values
        on asked.lead_id = lead_values.lead_id
        and asked.field = lead_values.field
    group by asked.sla_event_id, asked.field
),

judged as (
    select
        asked.sla_event_id,
        asked.journey_id,
        asked.field,
        asked.field_position,
        coalesce(
            histories.is_filled,
            case asked.field
                {% for field in fields -%}
                when '{{ field }}' then {{ plain_text('cast(leads.' ~ field ~ ' as string)') }}
                {% endfor -%}
            end is not null
        ) as is_filled,
        coalesce(histories.is_filled_later, false) as is_filled_later
    from asked
    left join {{ ref('stg_crm__leads') }} as leads on asked.lead_id = leads.lead_id
    left join histories
        on asked.sla_event_id = histories.sla_event_id
        and asked.field = histories.field
),

final as (
    select
        sla_event_id,
        journey_id,
        nullif({{ ordered_list('case when not is_filled then field end', 'field_position') }}, '') as missing_fields,
        cast(count(case when is_filled then field end) as double) / nullif(count(field), 0) as completeness,
        bool_or(not is_filled and is_filled_later) as filled_later
    from judged
    group by sla_event_id, journey_id
)

select * from final
