"""SQL that reads numbers and money as people write them: grouping, decimal style, currency signs, accounting negatives.

Only the text of one number is judged here; its currency is a column of its own.
"""

from __future__ import annotations

from typing import Literal

DecimalStyle = Literal["point", "comma"]

_DOTTED = "kr|Rs|Fr"
"""Currency signs that may end in a dot, which is no decimal point."""

_CURRENCY = rf"(?:[A-Z]{{3}}|[A-Z]{{0,3}}\p{{Sc}}|(?:{_DOTTED})\.?|元|円)?"


def _form(group: str, point: str) -> str:
    """A regular expression for one number with its sign and currency, blanks already taken out.

    Nobody groups what begins with a zero: `0,500` has a decimal comma.
    """
    digits = rf"(?:[1-9]\d{{0,2}}(?:{group}\d{{2,3}})*{group}\d{{3}}|\d+)(?:{point}\d*)?|{point}\d+"
    unsigned = f"{_CURRENCY}(?:{digits}){_CURRENCY}"
    return rf"[-+]?{unsigned}|{_CURRENCY}[-+](?:{digits}){_CURRENCY}|{unsigned}-|\({unsigned}\)"


_GROUPED = r"regexp_replace({x}, '(\d)[\s\p{{Z}}''’](\d\d\d)', '\1{group}\2', 'g')"


def _bare(group: str) -> str:
    """SQL for `x` without blanks: those that group digits become the style's group sign, as do apostrophes.

    Grouping is replaced twice, because neighbouring groups share a digit. A blank between other digits stays, and so
    the text is no number.
    """
    grouped = _GROUPED.format(x=_GROUPED.format(x="replace(x, '−', '-')", group=group), group=group)
    return rf"regexp_replace({grouped}, '([^\d\s\p{{Z}}])[\s\p{{Z}}]+|[\s\p{{Z}}]+([^\d\s\p{{Z}}])', '\1\2', 'g')"


_STYLE = r"""
create or replace temp macro bare_{style}(x) as {bare};
create or replace temp macro signed_{style}(bare) as case when regexp_full_match(bare, '{form}') then
    case when contains(bare, '-') or contains(bare, '(') then '-' else '' end
    || replace(replace(
        regexp_extract(regexp_replace(bare, '({dotted})\.', ''), '[.,]?\d[\d.,]*'), '{group}', ''), '{point}', '.')
end;
"""

MACROS = (
    _STYLE.format(
        style="point", group=",", point=".", form=_form(",", r"\."), bare=_bare(","), dotted=_DOTTED
    )
    + _STYLE.format(
        style="comma", group=".", point=",", form=_form(r"\.", ","), bare=_bare("."), dotted=_DOTTED
    )
    + r"""
-- A text that is no number in the configured style, but is one in the other, can mean only that one.
create or replace temp macro number_text_point(x) as case
    when regexp_full_match(x, '[-+]?\d+(\.\d+)?([eE][-+]?\d+)?') then x
    else coalesce(signed_point(bare_point(x)), signed_comma(bare_comma(x)))
end;
create or replace temp macro number_text_comma(x) as case
    when regexp_full_match(x, '[-+]?\d+') then x
    when regexp_full_match(x, '[-+]?\d+(\.\d+)?[eE][-+]?\d+') then x
    else coalesce(signed_comma(bare_comma(x)), signed_point(bare_point(x)))
end;
create or replace temp macro whole(number_text) as case
    when regexp_full_match(number_text, '[-+]?\d+') then try_cast(number_text as bigint)
    when try_cast(number_text as decimal(38, 9)) = trunc(try_cast(number_text as decimal(38, 9)))
        then try_cast(try_cast(number_text as decimal(38, 9)) as bigint)
end;
"""
)


def number_text(text: str, style: DecimalStyle) -> str:
    """SQL for the number in `text` with a point and without grouping; null when there is none."""
    return f"number_text_{style}({text})"


def integer(number: str) -> str:
    """SQL for a number's text as a whole number; null when it is none (12.0 is one, 12.5 is not)."""
    return f"whole({number})"


def money(number: str, sql_type: str) -> str:
    """SQL for a number's text as an amount, rounded half away from zero to the places of `sql_type`."""
    return f"try_cast({number} as {sql_type})"
