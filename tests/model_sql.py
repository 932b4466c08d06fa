"""The models' own SQL without dbt: templates rendered for DuckDB, so that tests can run one model on thousands of rows.

Only rendering belongs here; dbt's own work (materialization, order, contracts) is tested through dbt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jinja2

from orchestration.transform.project import PROJECT

MACROS = (
    "engine/numbers.sql",
    "engine/patterns.sql",
    "engine/text.sql",
    "engine/time.sql",
    "arithmetic/money.sql",
    "arithmetic/records.sql",
    "arithmetic/time.sql",
    "iteration/steps.sql",
)
VARS = {"as_of": "2026-07-01 00:00:00", "reporting_timezone": "UTC"}


class _Adapter:
    """dispatch() as dbt's, for DuckDB."""

    def __init__(self, macros: dict[str, Any]) -> None:
        self._macros = macros

    def dispatch(self, name: str) -> Callable[..., str]:
        return lambda *arguments: self._macros[f"default__{name}"](*arguments)


def rendered(model: str) -> str:
    """A model's SQL as dbt renders it under VARS, each ref a table of that name."""
    (path,) = (PROJECT / "models").rglob(f"{model}.sql")
    return _environment().from_string(path.read_text("utf-8")).render()


def called(macro: str, *arguments: object) -> str:
    """The SQL that a macro makes of its arguments."""
    return _environment().globals[macro](*arguments)


def _environment() -> jinja2.Environment:
    """Of which the macros, and what dbt gives them, are globals."""
    environment = jinja2.Environment(extensions=["jinja2.ext.do"])
    macros: dict[str, Any] = {}
    environment.globals |= {
        "adapter": _Adapter(macros),
        "ref": str,
        "var": VARS.get,
        "config": lambda **_: "",
    }
    for path in MACROS:
        text = (PROJECT / "macros" / path).read_text("utf-8")
        found = vars(environment.from_string(text).make_module())
        macros |= {name: value for name, value in found.items() if not name.startswith("_")}
        environment.globals |= macros
    return environment
