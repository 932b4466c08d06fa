{# A returned row is a combination of the columns that more than one row has; nulls count as equal. #}
{% test unique_combination_of_columns(model, columns) %}
select
    {{ columns | join(', ') }},
    count(*) as row_count
from {{ beside_tonights(model, columns) }}
group by {{ columns | join(', ') }}
having count(*) > 1
{% endtest %}
