-- What became of the rows of each landed table: not in existence yet at as_of, superseded by a newer version of their key, or
-- staged; each counted on its own. Grain: one row per landed table.

with final as (
    {% for landed in landed_tables() -%}
    select
        '{{ landed.table }}' as table_name,
        (
            select count(*) from {{ ref(landed.model) }}
        ) as staged_rows,
        {% set exists = 'not ' ~ is_future(landed.event, landed.is_day) if landed.event else 'true' -%}
        (
            select count(*) from {{ source('landing', landed.table) }}
            where not ({{ exists }})
        ) as future_rows,
        (
            select count(*) from {{ source('landing', landed.table) }}
            where {{ exists }}
        ) - (
            select count(*)
            from (
                select distinct {{ landed.key | join(', ') }} from {{ source('landing', landed.table) }}
                where {{ exists }}
            ) as keys
        ) as superseded_rows
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select * from final
