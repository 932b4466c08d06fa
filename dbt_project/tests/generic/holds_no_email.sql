{# A returned row is a text column in which something reads like an e-mail address: in marts people are known by person_id. #}
{% test holds_no_email(model) %}
{%- set columns = adapter.get_columns_in_relation(model) if execute else [] -%}
{% for column in columns if column.dtype | lower in ['varchar', 'string'] -%}
select
    '{{ column.name }}' as column_name,
    count(*) as values_like_an_email
from {{ model }}
where contains({{ column.name }}, '@') and {{ column.name }} like '%_@_%._%'
having count(*) > 0

union all

{% endfor -%}
select
    cast(null as string) as column_name,
    cast(null as bigint) as values_like_an_email
where false
{% endtest %}
