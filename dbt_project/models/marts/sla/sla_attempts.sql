-- Whether sales tried often enough within the window agreed on. Grain: one row per journey to which the
-- commitment applies.
{{ config(materialized='view') }}

{{ sla_commitment('attempts') }}
