{# A returned row is a value that more than one row has; nulls pass. dbt's own test, but that it knows of slices. #}
{% test unique(model, column_name) %}
select
    {{ column_name }} as unique_field,
    count(*) as row_count
from {{ beside_tonights(model, [column_name]) }}
where {{ column_name }} is not null
group by {{ column_name }}
having count(*) > 1
{% endtest %}
