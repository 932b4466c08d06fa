"""Write docs/marts.md, docs/extracts.md and docs/cli.md from what they describe (`make docs`).

What a table, column or command means is said in dbt's YAML, the contracts and the commands, once; only the order and
the words around it belong here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_type_hints

import typer
import yaml

from ingestion.contracts import Contract, contracts
from orchestration.cli.app import app
from orchestration.publish.questions import questions

DOCS = Path(__file__).resolve().parent
MODELS = DOCS.parent / "dbt_project" / "models"
NOTE = "<!-- Written by docs/generate.py; `make docs` writes it anew. -->\n"

MARTS_INTRO = """
# Published tables

What readers find in `published/closedloop.duckdb` and as Parquet: facts and dimensions in the schema `marts`,
reports in `reports`. `dim_person` tells who people are; it is in a file of its own,
`published/closedloop_restricted.duckdb`, schema `restricted`. What the numbers mean is said in
[definitions.md](definitions.md).

Instants are UTC. Amounts named `*_amount` or `*_reporting` are in the reporting currency. A column may be null
unless its type says *never null*; *PII* marks what identifies a person.
"""

EXTRACTS_INTRO = """
# Extracts

The tables a company's data is mapped to. How to map one is said in
[connecting-a-source.md](connecting-a-source.md). No table is a must: what a missing one would bring stays null or
empty.

Types: `id` and `text` are text; `timestamp` is an instant, UTC once it is typed; `date` is a local day; `money` has
up to 4 decimals, in the currency that the row's `currency` names, else in the reporting currency. A row is
quarantined when a *required* value is missing or any value cannot be read as its type; whatever is not required may
be missing. *PII* marks what identifies a person. Further columns are landed and kept, and used by nothing.

*Limit* says when a load is refused and the night stops: both the number and the share of quarantined rows must be
exceeded.
"""

CLI_INTRO = """
# Commands

`make setup` puts `closedloop` in `.venv/bin`. It works on one deployment: the folder that `--home` names, else the one
in `CLOSEDLOOP_HOME`, else the current one. `closedloop COMMAND --help` prints what is said here.

Exit status: 0 well; 1 a failed night or other work that could not be done, damage found, or nothing to show or
replay; 2 a mistake in what was typed or configured.
"""


def models() -> dict[str, dict[str, Any]]:
    """The published models by name, as their YAML describes them, marts before reports."""
    files = [*sorted(MODELS.glob("marts/*/*.yml")), *sorted(MODELS.glob("reports/*.yml"))]
    found = [model for file in files for model in yaml.safe_load(file.read_text("utf-8")).get("models", [])]
    return {model["name"]: model for model in found}


def marts() -> str:
    """The page of published tables."""
    asked: dict[str, list[str]] = {}
    rows = []
    for question in questions().values():
        tables = list(dict.fromkeys(re.findall(r"\b(?:marts|reports)\.(\w+)", question.sql)))
        for table in tables:
            asked.setdefault(table, []).append(question.text)
        rows.append((question.text, f"`{question.name}`", ", ".join(_link(table) for table in tables)))
    described = models().values()
    parts = [
        NOTE + MARTS_INTRO,
        "## Questions and where they are answered\n\nEach has a name: `closedloop query -q NAME` answers it.\n",
        _table(("question", "name", "tables"), rows),
        "## All tables\n",
        _table(("table", "one row per"), [(_link(model["name"]), _grain(model)) for model in described]),
        *(_model(model, asked.get(model["name"], [])) for model in described),
    ]
    return "\n".join(parts)


def extracts() -> str:
    """The page of extract tables."""
    overview = [(_link(each.table), each.description, _names(each.key)) for each in contracts().values()]
    parts = [
        NOTE + EXTRACTS_INTRO,
        _table(("table", "what it holds", "key"), overview),
        *(_contract(each) for each in contracts().values()),
    ]
    return "\n".join(parts)


def cli() -> str:
    """The page of commands."""
    program = typer.main.get_command(app)
    return "\n".join([NOTE + CLI_INTRO, *_commands(program, "closedloop")])


def _commands(command: Any, path: str) -> Iterator[str]:
    for name, each in getattr(command, "commands", {}).items():
        called = f"{path} {name}"
        if not hasattr(each, "commands"):
            hints = get_type_hints(each.callback)
            rows = [_parameter(parameter, hints[parameter.name]) for parameter in each.params]
            lines = [f"## {called}\n", f"{inspect.cleandoc(each.help or '')}\n"]
            header = ("argument or option", "meaning", "default")
            yield "\n".join([*lines, _table(header, rows)] if rows else lines)
        yield from _commands(each, called)


def _parameter(parameter: Any, hint: Any) -> tuple[str, str, str]:
    """What is typed, what it means with the values it may have, and what it is when it is not typed."""
    meaning, _, said = parameter.help.partition(" Default: ")
    if choices := _choices(hint):
        meaning += f" Choices: {_names(choices)}."
    if parameter.required:
        said = "*required*"
    elif not said and parameter.default not in (None, False):
        default = parameter.default
        said = f"`{default.value if isinstance(default, Enum) else default}`"
    return _typed(parameter), meaning, said.rstrip(".")


def _choices(hint: Any) -> list[str]:
    """The values that a parameter of this type may have, where they are few: an enumeration's or a literal's."""
    if isinstance(hint, type) and issubclass(hint, Enum):
        return [str(each.value) for each in hint]
    found = ([each] if isinstance(each, str) else _choices(each) for each in get_args(hint))
    return [value for choices in found for value in choices]


def _typed(parameter: Any) -> str:
    """What is typed for an argument or option."""
    if parameter.param_type_name == "argument":
        return f"`{parameter.name.upper()}`"
    return _names((*parameter.opts, *parameter.secondary_opts))


def _model(model: dict[str, Any], asked: Sequence[str]) -> str:
    never_null = _columns_of(model, "never_null")
    rows = [
        (
            f"`{column['name']}`",
            ", ".join([column["data_type"], *_marks(column, never_null)]),
            column["description"],
        )
        for column in model["columns"]
    ]
    lines = [f"## {model['name']}\n", f"{' '.join(model['description'].split())}\n"]
    if key := _key(model):
        lines.append(f"Key: {_names(key)}\n")
    if asked:
        lines += ["Answers, among others:\n", *(f"- {text}" for text in asked), ""]
    return "\n".join([*lines, _table(("column", "type", "meaning"), rows)])


def _marks(column: dict[str, Any], never_null: Sequence[str]) -> Iterator[str]:
    if column["name"] in never_null:
        yield "never null"
    if "pii" in column.get("config", {}).get("tags", []):
        yield "PII"


def _key(model: dict[str, Any]) -> list[str]:
    """The columns tested to be unique; of a view whose key is tested in what it reads, those its `meta` names."""
    if named := model.get("config", {}).get("meta", {}).get("key"):
        return named
    combined = _columns_of(model, "unique_combination_of_columns")
    return combined or [c["name"] for c in model["columns"] if "unique" in c.get("data_tests", [])][:1]


def _columns_of(model: dict[str, Any], test: str) -> list[str]:
    """The columns that a test of the model as a whole is given; none where it has no such test."""
    for entry in model.get("data_tests", []):
        if isinstance(entry, dict) and test in entry:
            return entry[test]["arguments"]["columns"]
    return []


def _contract(contract: Contract) -> str:
    key = _names(contract.key)
    limit = f"more than {contract.rejection.rows} rows and {contract.rejection.share:.0%} of a load"
    newest = (
        f"`{contract.version_column}`, then the landing order"
        if contract.version_column
        else "the landing order"
    )
    rows = [
        (
            f"`{column.name}`",
            column.type,
            "required" if column.required else "",
            "PII" if column.pii else "",
            " ".join([column.description, *_expected(column.expected), *_reserved(column.reserved)]),
        )
        for column in contract.columns
    ]
    return "\n".join(
        [
            f"## {contract.table}\n",
            f"{contract.description} {contract.grain}\n",
            f"Key: {key}. Newest by {newest}. Owner: {contract.owner.replace('_', ' ')}. Limit: {limit}.\n",
            _table(("column", "type", "", "", "meaning"), rows),
        ]
    )


def _expected(values: Sequence[str]) -> Iterator[str]:
    if values:
        yield f"Expected: {_names(values)}; other values are reported, not rejected."


def _reserved(words: Sequence[str]) -> Iterator[str]:
    if words:
        yield f"Reserved: {_names(words)}; a row with one is quarantined."


def _grain(model: dict[str, Any]) -> str:
    return " ".join(model["description"].split()).rpartition("One row per ")[2].rstrip(".")


def _names(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _link(table: str) -> str:
    return f"[`{table}`](#{table})"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', '&#124;') for cell in line)} |\n" for line in lines)


PAGES = {"marts.md": marts, "extracts.md": extracts, "cli.md": cli}


if __name__ == "__main__":
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8")
