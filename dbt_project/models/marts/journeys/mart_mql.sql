-- Marketing-qualified journeys: when and how they qualified and what became of them. Grain: one row per journey with an MQL.
{{ config(materialized='sliced', slice_by='person_id', slice_scope='events') }}

{{ qualified_mart('mql') }}
