-- How soon sales made the first attempt on qualified leads, and how soon it must. Grain: one row per journey to which the
-- commitment applies.
{{ config(materialized='view') }}

{{ sla_commitment('first_response') }}
