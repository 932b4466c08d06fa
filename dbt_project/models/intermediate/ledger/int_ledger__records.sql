-- What became of every record: it belongs to a person with a journey, or it is excluded as merged, deleted or without any
-- event. Grain: one row per kind of record and fate.

with fates as (
    select
        records.kind,
        case
            when survivors.excluded_as is not null then survivors.excluded_as
            when journeys.person_id is not null then 'in_journey'
            when people.person_id is not null and events.person_id is null then 'no_event'
            else 'lost'
        end as fate
    from {{ ref('int_identity__records') }} as records
    left join {{ ref('int_identity__survivors') }} as survivors on records.node = survivors.node
    left join {{ ref('int_identity__person_records') }} as people on records.node = people.node
    left join (select distinct person_id from {{ ref('int_stages__timeline') }}) as events on people.person_id = events.person_id
    left join (select distinct person_id from {{ ref('fct_lead_to_deal') }}) as journeys on people.person_id = journeys.person_id
),

final as (
    select
        kind,
        fate,
        count(*) as records
    from fates
    group by kind, fate
)

select * from final
