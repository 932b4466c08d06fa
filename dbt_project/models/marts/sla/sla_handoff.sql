-- How complete leads were when marketing handed them over. Grain: one row per journey to which the
-- commitment applies.
{{ config(materialized='view') }}

{{ sla_commitment('handoff') }}
