-- How soon sales accepted qualified leads or gave them back, and how soon it must. Grain: one row per journey to which the
-- commitment applies.
{{ config(materialized='view') }}

{{ sla_commitment('acceptance') }}
