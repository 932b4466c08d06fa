"""What SQL the models may be written in: plain enough for DuckDB and Spark alike, and layered one way.

Only text is read here: whether both engines give the same for every argument is for a run on both.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
ENGINE = PROJECT / "macros" / "engine"
WRITTEN = [
    path
    for folder in ("models", "macros", "tests")
    for path in sorted((PROJECT / folder).rglob("*.sql"))
    if ENGINE not in path.parents
]
MODELS = [path for path in WRITTEN if PROJECT / "models" in path.parents]

PORTABLE = set(
    re.findall(
        r"\w+",
        """
        abs bool_or cast coalesce concat contains count date_trunc decimal floor greatest instr lag lead
        least lower max max_by md5 median min min_by nullif percentile_cont power round row_number split_part substr
        sum translate trim try_cast upper
        """,
    )
)
"""Functions that DuckDB and Spark both have, with one meaning. Add a name once its results were compared on both."""

KEYWORDS = set(
    re.findall(
        r"\w+",
        """
        and as by distinct exists filter from group in join not on or over select then union values when where with
        """,
    )
)
TEMPLATING = set(
    re.findall(
        r"\w+",
        """
        config create_table_as create_view_as load_cached_relation namespace range ref return run_hooks run_query
        source statement step var
        """,
    )
)
METHODS = set(
    re.findall(
        r"\w+",
        """
        append commit drop_relation endswith extend get get_columns_in_relation incorporate index items lstrip
        quote raise_compiler_error ref rename_relation require source strftime update values
        """,
    )
)
"""Words of Jinja and dbt that are called while SQL is put together and are no part of it; methods follow a dot."""

ENGINE_ONLY = {
    "a cast written ::": r"::",
    "QUALIFY": r"\bqualify\b",
    "an as-of join": r"\basof\b",
    "a selection by exclude, except or replace": r"\*\s*(?:exclude|except|replace)\b",
    "the wall clock": r"\b(?:current_timestamp|current_date|localtimestamp|now\(\)|today\(\)|getdate\(\))",
    "PIVOT": r"\b(?:un)?pivot\b",
    "a lateral join": r"\blateral\b",
    "a list or struct literal": r"(?:=|,|\()\s*(?:array)?\[\s*'",
    "a join without its kind": r"(?m)^\s*join\b",
    "an alias of one letter": r"\bas [a-z]\b(?!\.)",
}

LAYERS = ("staging", "intermediate", "marts", "reports")
READS_UPWARD = {
    # The ledger checks what the marts hold; its intermediate counts are made from them.
    ("int_ledger__records", "fct_lead_to_deal"),
    # A view of the report under the name it has in the SLA.
    ("sla_marketing_commitment", "rpt_goal_attainment"),
}
READS_LANDING = {
    # Rows that never reach staging are counted where they lie; verdicts and zone offsets are no records.
    "int_ledger__superseded",
    "int_ledger__table_rows",
    "int_time__days",
    "int_time__zone_dates",
    "rpt_ledger",
    "rpt_data_quality",
}


def _without_comments(text: str) -> str:
    return re.sub(r"--[^\n]*", "", re.sub(r"\{#.*?#\}", "", text, flags=re.DOTALL))


def _sql(text: str) -> str:
    """The text without comments and without what Jinja says."""
    return re.sub(r"\{[{%].*?[%}]\}", " ", _without_comments(text), flags=re.DOTALL)


def _named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def _macros() -> set[str]:
    texts = [
        path.read_text("utf-8")
        for folder in ("macros", "tests")
        for path in (PROJECT / folder).rglob("*.sql")
    ]
    return {name for text in texts for name in re.findall(r"\{%-?\s*(?:macro|test)\s+(\w+)", text)}


def _layer(path: Path) -> int:
    return LAYERS.index(path.relative_to(PROJECT / "models").parts[0])


@pytest.mark.parametrize("path", WRITTEN, ids=_named)
def test_functions_are_those_of_both_engines(path):
    known = PORTABLE | KEYWORDS | TEMPLATING | _macros()
    text = _without_comments(path.read_text("utf-8"))
    called = set(re.findall(r"(?<![.\w])(\w+)\s*\(", re.sub(r"\|\s*\w+\(", "|", text)))  # filters are Jinja's
    assert set(re.findall(r"\.(\w+)\s*\(", text)) <= METHODS
    assert called <= known, (
        f"{_named(path)} calls {', '.join(sorted(called - known))}: put what only one engine has in macros/engine/"
    )


@pytest.mark.parametrize("path", WRITTEN, ids=_named)
def test_nothing_only_one_engine_reads(path):
    text = _without_comments(path.read_text("utf-8")).lower()
    sql = _sql(path.read_text("utf-8")).lower()
    for what, pattern in ENGINE_ONLY.items():
        searched = sql if "alias" in what or "literal" in what else text
        found = re.search(pattern, searched)
        assert not found, f"{_named(path)} has {what}: {found[0].strip()!r}"


def test_the_wall_clock_is_read_by_as_of_alone():
    for path in [*WRITTEN, *ENGINE.glob("*.sql")]:
        if "run_started_at" in path.read_text("utf-8"):
            assert _named(path) == "macros/arithmetic/time.sql"


@pytest.mark.parametrize("path", sorted(ENGINE.glob("*.sql")), ids=_named)
def test_engine_macros_are_written_for_both(path):
    text = path.read_text("utf-8")
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)'\)", text))
    # A materialization names its engine itself; others have one of their own.
    assert dispatched or re.search(r"\{% materialization \w+, adapter='\w+' %\}", text)
    for engine in ("default", "spark"):
        assert set(re.findall(rf"macro {engine}__(\w+)", text)) == dispatched


@pytest.mark.parametrize("path", MODELS, ids=_named)
def test_models_read_their_own_layer_or_one_below(path):
    by_name = {model.stem: model for model in MODELS}
    text = _without_comments(path.read_text("utf-8"))
    for name in re.findall(r"ref\('(\w+)'\)", text):
        if name in by_name and (path.stem, name) not in READS_UPWARD:
            assert _layer(by_name[name]) <= _layer(path), f"{path.stem} reads {name}, a layer above it"
    if "source(" in text:
        assert _layer(path) == 0 or path.stem in READS_LANDING, f"{path.stem} reads the landing past staging"


@pytest.mark.parametrize("path", MODELS, ids=_named)
def test_what_a_model_reads_depends_on_no_var(path):
    """The assets are laid out before a deployment's vars are known, so their order must hold under all of them."""
    text = path.read_text("utf-8")
    chosen = re.findall(r"\{%-? if (?:not )?var\(.*?\{%-? endif", text, re.DOTALL)
    always = re.sub(r"\{%-? if (?:not )?var\(.*?\{%-? endif", "", text, flags=re.DOTALL)
    for name in (name for part in chosen for name in re.findall(r"ref\('(\w+)'\)", part)):
        assert f"ref('{name}')" in always, f"name it outside too: -- depends_on: {{{{ ref('{name}') }}}}"
