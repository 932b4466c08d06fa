"""SQL that reads text, ids and booleans: what counts as blank, how a native value is written as text.

Numbers and times have their own files; which column is read how is decided in the package.
"""

from __future__ import annotations

from ingestion.engine import literal

# Most texts begin and end with a printable ASCII character, which four comparisons show at a third of a trim's cost.
MACROS = r"""
create or replace temp macro trimmed(x) as case
    when x < '!' or x > '~' or x[-1] < '!' or x[-1] > '~'
        then nullif(regexp_replace(x, '^[\s\v\x1c-\x1f\x85\p{Z}]+|[\s\v\x1c-\x1f\x85\p{Z}]+$', '', 'g'), '')
    else x
end;
create or replace temp macro number_as_text(x) as case
    when not isfinite(x) then null
    when x = trunc(x) and abs(x) < 1e18 then cast(cast(x as bigint) as varchar)
    else cast(x as varchar)
end;
create or replace temp macro decimal_as_text(x) as case
    when x = trunc(x) then cast(cast(x as hugeint) as varchar)
    else cast(x as varchar)
end;
create or replace temp macro read_boolean(x) as case
    when lower(x) in ('true', 't', 'yes', 'y', '1', '1.0') then true
    when lower(x) in ('false', 'f', 'no', 'n', '0', '0.0') then false
end;
"""


def as_text(received: str, sql_type: str) -> str:
    """SQL for a received value of any type as trimmed text, null when blank; a whole number has no decimals."""
    if sql_type == "VARCHAR":
        return f"trimmed({received})"
    if sql_type == "BLOB":
        # Text of a writer that does not call it so; what is no UTF-8 stays in escapes, so that it can be looked at.
        return f"trimmed(coalesce(try(decode({received})), cast({received} as varchar)))"
    if sql_type in ("FLOAT", "DOUBLE"):
        return f"number_as_text({received})"
    if sql_type.startswith("DECIMAL"):
        return f"decimal_as_text({received})"
    if sql_type.endswith("]") or sql_type.startswith(("STRUCT", "MAP")):
        return f"cast(to_json({received}) as varchar)"
    return f"cast({received} as varchar)"


def translated(text: str, values: dict[str, str | None]) -> str:
    """SQL for `text` with a value map applied: keys compare trimmed and case-insensitively, the rest stays."""
    if not values:
        return text
    cases = " ".join(
        f"when lower({literal(found.strip())}) then {literal(meant)}" for found, meant in values.items()
    )
    return f"case lower({text}) {cases} else {text} end"
