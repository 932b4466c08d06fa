{# The one clock and what follows from it. Models never read the wall clock. #}

{# The moment the warehouse speaks for, as a timestamp literal. #}
{% macro as_of() -%}
timestamp '{{ var("as_of") or run_started_at.strftime("%Y-%m-%d %H:%M:%S.%f") }}'
{%- endmacro %}

{# The local day of an instant in the reporting zone. #}
{% macro local_day(instant) -%}
{%- if var('reporting_timezone') == 'UTC' -%}cast({{ instant }} as date)
{%- else -%}cast({{ utc_to_local(instant, "'" ~ var('reporting_timezone') ~ "'") }} as date){%- endif -%}
{%- endmacro %}

{# The first day of an instant's local month. #}
{% macro local_month(instant) -%}cast(date_trunc('month', {{ local_day(instant) }}) as date){%- endmacro %}

{# Decimal days from one instant to another, negative when the second is earlier. #}
{% macro days_from_to(start, finish) -%}
cast(({{ epoch_micros(finish) }} - {{ epoch_micros(start) }}) / 86400000000.0 as double)
{%- endmacro %}

{# Decimal minutes from one instant to another. #}
{% macro minutes_from_to(start, finish) -%}
cast(({{ epoch_micros(finish) }} - {{ epoch_micros(start) }}) / 60000000.0 as double)
{%- endmacro %}

{# True where a day lies in a validity, inclusive, an empty end open. #}
{% macro in_force(day, valid_from, valid_until) -%}
(({{ valid_from }} is null or {{ valid_from }} <= {{ day }}) and ({{ valid_until }} is null or {{ day }} <= {{ valid_until }}))
{%- endmacro %}
