-- Sales-qualified journeys: when and how they qualified and what became of them. Grain: one row per journey with an SQL.
{{ config(materialized='sliced', slice_by='person_id', slice_scope='events') }}

{{ qualified_mart('sql') }}
