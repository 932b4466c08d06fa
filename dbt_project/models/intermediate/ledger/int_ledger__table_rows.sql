-- What became of the rows of each landed table: not in existence yet at as_of, superseded by a newer version of their key, or
-- staged; each counted on its own. Grain: one row per landed table.

with superseded as (
    select
        table_name,
        sum(superseded_rows) as superseded_rows
    from {{ ref('int_ledger__superseded') }}
    group by table_name
),

counted as (
    {% for landed in landed_tables() -%}
    {% set future = is_future(landed.event, landed.is_day) if landed.event else 'false' -%}
    select
        '{{ landed.table }}' as table_name,
        (
            select count(*) from {{ ref(landed.model) }}
        ) as staged_rows,
        (
            select count(*) from {{ source('landing', landed.table) }}
            where {{ future }}
        ) as future_rows,
        {% if landed.table in sliced_tables() -%}
        0
        {%- else -%}
        (
            select count(*) from {{ source('landing', landed.table) }}
            where not {{ future }}
        ) - (
            select count(*)
            from (
                select distinct {{ landed.key | join(', ') }} from {{ source('landing', landed.table) }}
                where not {{ future }}
            ) as keys
        )
        {%- endif %} as superseded_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        counted.table_name,
        counted.staged_rows,
        counted.future_rows,
        cast(counted.superseded_rows + coalesce(superseded.superseded_rows, 0) as bigint) as superseded_rows
    from counted
    left join superseded on counted.table_name = superseded.table_name
)

select * from final
