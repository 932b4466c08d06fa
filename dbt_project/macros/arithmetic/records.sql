{# Records: which version of a key speaks, and how contact details are read. #}

{# True for a landed row that does not exist yet at as_of. #}
{% macro is_future(event_column, is_day=false) -%}
coalesce({{ event_column }} > {{ local_day(as_of()) if is_day else as_of() }}, false)
{%- endmacro %}

{#
    The newest version of each key among the rows that exist at as_of: highest updated_at (null oldest), then the landing
    order. A version written after as_of is ignored while an earlier one exists, else the earliest stands in. Only keys
    that came more than once are ranked, and of them only where each version stands: sorting whole rows of a long table
    costs ten times what finding those keys does, and rows that are read in one place alone are read no wider than asked.
#}
{% macro newest_version(relation, key, version_column=none, event_column=none, event_is_day=false) -%}
{%- set version = version_column or 'cast(null as timestamp)' -%}
{%- set written_later = 'coalesce(' ~ version ~ ' > ' ~ as_of() ~ ', false)' -%}
{%- set exists = 'not ' ~ is_future('landed.' ~ event_column, event_is_day) if event_column else 'true' -%}
{%- set keys = [] -%}
{%- set same_key = [] -%}
{%- for column in key -%}
{%- do keys.append('landed.' ~ column) -%}
{%- do same_key.append('landed.' ~ column ~ ' is not distinct from repeated_keys.' ~ column) -%}
{%- endfor -%}
with repeated_keys as (
    select {{ keys | join(', ') }}
    from {{ relation }} as landed
    where {{ exists }}
    group by {{ keys | join(', ') }}
    having count(*) > 1
),

ranked_versions as (
    select
        landed._load_id,
        landed._row_number,
        row_number() over (
            partition by {{ keys | join(', ') }}
            order by
                {% if version_column -%}
                {{ written_later }},
                case when not {{ written_later }} then {{ version }} end desc nulls last,
                case when not {{ written_later }} then _loaded_at end desc nulls last,
                case when not {{ written_later }} then _load_id end desc nulls last,
                case when not {{ written_later }} then _row_number end desc nulls last,
                {{ version }} asc nulls first,
                _loaded_at asc, _load_id asc, _row_number asc
                {%- else -%}
                _loaded_at desc, _load_id desc, _row_number desc
                {%- endif %}
        ) as version_rank
    from {{ relation }} as landed
    inner join repeated_keys on {{ same_key | join(' and ') }}
    where {{ exists }}
),

superseded as (
    select
        _load_id,
        _row_number
    from ranked_versions
    where version_rank > 1
)

select landed.*
from {{ relation }} as landed
left join superseded
    on landed._load_id = superseded._load_id
    and landed._row_number = superseded._row_number
where {{ exists }} and superseded._row_number is null
{%- endmacro %}

{#
    Trimmed lower-case e-mail where it is valid, else null. White space is all of Unicode's, of which `\s` alone is but the
    ASCII part: an address with a no-break space in it is none.
#}
{% macro valid_email(email) -%}
{%- set blank = '\\s\\v\\x1c-\\x1f\\x85\\p{Z}' -%}
{%- set part = '[^@.' ~ blank ~ ']+' -%}
{%- set address = '[^@' ~ blank ~ ']+@' ~ part ~ '([.]' ~ part ~ ')+' -%}
case when {{ matches_whole('lower(trim(' ~ email ~ '))', address) }} then lower(trim({{ email }})) end
{%- endmacro %}

{#
    Phone number as + and 7 to 15 digits where it is valid, else null; national numbers completed by default_country_code.
    Spaces are all of Unicode's: numbers copied from a page or a document have no-break ones.
#}
{% macro valid_phone(phone) -%}
{%- set spaces = ' \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000' -%}
{%- set bare = "translate(" ~ phone ~ ", '" ~ spaces ~ "().-/', '')" -%}
{%- set plain = "case when " ~ bare ~ " like '00%' then concat('+', substr(" ~ bare ~ ", 3)) else " ~ bare ~ " end" -%}
{%- if var('default_country_code') -%}
{%- set code = (var('default_country_code') | string).lstrip('+') -%}
{%- set full = "case when " ~ plain ~ " like '+%' then " ~ plain
    ~ " when " ~ plain ~ " like '0%' then concat('+" ~ code ~ "', substr(" ~ plain ~ ", 2))"
    ~ " else concat('+" ~ code ~ "', " ~ plain ~ ") end" -%}
{%- else -%}
{%- set full = plain -%}
{%- endif -%}
case when {{ matches_whole('(' ~ full ~ ')', '[+][1-9][0-9]{6,14}') }} then {{ full }} end
{%- endmacro %}

{# Text for comparison: trimmed, lower case, blank = null. #}
{% macro plain_text(text) -%}nullif(lower(trim({{ text }})), ''){%- endmacro %}

{# The stages of the funnel, in their order. #}
{% macro funnel_stages() -%}{{ return(['lead', 'mql', 'sal', 'sql', 'opportunity', 'customer']) }}{%- endmacro %}

{# Position of a stage: 1 to 6 form the funnel, the rest only breaks ties. #}
{% macro stage_position(stage) -%}
case {{ stage }}
    when 'lead' then 1 when 'mql' then 2 when 'sal' then 3 when 'sql' then 4 when 'opportunity' then 5 when 'customer' then 6
    when 'recycled' then 7 when 'disqualified' then 8 when 'closed_lost' then 9
end
{%- endmacro %}
