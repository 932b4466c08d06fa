{# Time functions that DuckDB and Spark spell differently. Instants are naive UTC timestamps. #}

{# The wall time a zone's clock shows at an instant. #}
{% macro utc_to_local(instant, zone) -%}{{ adapter.dispatch('utc_to_local')(instant, zone) }}{%- endmacro %}
{% macro default__utc_to_local(instant, zone) -%}timezone({{ zone }}, timezone('UTC', {{ instant }})){%- endmacro %}
{% macro spark__utc_to_local(instant, zone) -%}from_utc_timestamp({{ instant }}, {{ zone }}){%- endmacro %}

{# Microseconds since 1970, exact: durations are differences of these. #}
{% macro epoch_micros(instant) -%}{{ adapter.dispatch('epoch_micros')(instant) }}{%- endmacro %}
{% macro default__epoch_micros(instant) -%}epoch_us({{ instant }}){%- endmacro %}
{% macro spark__epoch_micros(instant) -%}unix_micros({{ instant }}){%- endmacro %}

{# The instant that lies so many microseconds after 1970. #}
{% macro instant_at_micros(micros) -%}{{ adapter.dispatch('instant_at_micros')(micros) }}{%- endmacro %}
{% macro default__instant_at_micros(micros) -%}make_timestamp({{ micros }}){%- endmacro %}
{% macro spark__instant_at_micros(micros) -%}timestamp_micros({{ micros }}){%- endmacro %}

{# One row per day from the first to the last, inclusive; use as a select-list item. #}
{% macro days_between(first_day, last_day) -%}{{ adapter.dispatch('days_between')(first_day, last_day) }}{%- endmacro %}
{% macro default__days_between(first_day, last_day) -%}
cast(unnest(generate_series(cast({{ first_day }} as timestamp), cast({{ last_day }} as timestamp), interval 1 day)) as date)
{%- endmacro %}
{% macro spark__days_between(first_day, last_day) -%}explode(sequence({{ first_day }}, {{ last_day }}, interval 1 day)){%- endmacro %}

{# ISO weekday, 1 = Monday. #}
{% macro iso_weekday(day) -%}{{ adapter.dispatch('iso_weekday')(day) }}{%- endmacro %}
{% macro default__iso_weekday(day) -%}isodow({{ day }}){%- endmacro %}
{% macro spark__iso_weekday(day) -%}(weekday({{ day }}) + 1){%- endmacro %}
