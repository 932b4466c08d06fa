"""The documentation keeps in step with what it describes: tables, columns, vars, names and paths.

Whether a sentence is true is for its reader; whether what it names exists is checked here.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer
import yaml
from typer.testing import CliRunner

from docs.generate import PAGES
from ingestion.contracts import contracts
from orchestration.agreement.seed_schemas import SEEDS
from orchestration.cli.app import app
from orchestration.publish.questions import questions
from orchestration.settings import Vars

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PROJECT = ROOT / "dbt_project"
WRITTEN = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *DOCS.rglob("*.md")])

MODEL = re.compile(r"`((?:stg|int|dim|fct|bridge|mart|rpt|assert)_\w+)`")
PATH = re.compile(r"`((?:ingestion|orchestration|dbt_project|tests|docs|benchmarks)/[\w./]*)`")
LINK = re.compile(r"\]\(([^)\s]+)\)")


def _named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _published() -> dict[str, dict]:
    files = [*PROJECT.glob("models/marts/*/*.yml"), *PROJECT.glob("models/reports/*.yml")]
    listed = [yaml.safe_load(file.read_text("utf-8")).get("models", []) for file in files]
    return {model["name"]: model for models in listed for model in models}


def _commands(command, path: str) -> list[str]:
    below = getattr(command, "commands", {})
    if not below:
        return [path]
    return [called for name, each in below.items() for called in _commands(each, f"{path} {name}")]


def _help(called: str) -> dict[str, str]:
    """What `--help` says of each argument and option of a command, by its name as the page has it."""
    shown = CliRunner().invoke(app, [*called.split()[1:], "--help"], env={"TERMINAL_WIDTH": "200"}).output
    plain = re.sub(r"\x1b\[[\d;]*m", "", shown)
    told: dict[str, str] = {}
    for line in re.findall(r"^│(.*)│$", plain, re.MULTILINE):
        begun = re.match(r"[ *]{1,8}([a-z-][\w-]*) ", line)
        name = (begun[1] if begun[1][0] == "-" else begun[1].upper()) if begun else list(told)[-1]
        told[name] = told.get(name, "") + line
    return {name: said for name, said in told.items() if name != "--help"}


def _section(page: str, heading: str) -> str:
    """The text below a heading of the second level, up to the next one."""
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    assert found, f"no section {heading}"
    return found[1]


def _anchors(page: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", PAGES)
def test_generated_pages_are_as_the_generator_writes_them(name):
    assert (DOCS / name).read_text("utf-8") == PAGES[name](), f"run `make docs`: docs/{name} is behind"


def test_every_published_table_and_column_is_described():
    page = (DOCS / "marts.md").read_text("utf-8")
    for name, model in _published().items():
        section = _section(page, name)
        assert "Key: `" in section, f"{name} has no key"
        for column in model["columns"]:
            assert f"| `{column['name']}` |" in section, f"{name}.{column['name']} is not described"


def test_every_published_model_has_its_yaml():
    models = {
        path.stem for path in [*PROJECT.glob("models/marts/*/*.sql"), *PROJECT.glob("models/reports/*.sql")]
    }
    assert models == set(_published())


def test_every_named_question_is_listed():
    page = _section((DOCS / "marts.md").read_text("utf-8"), "Questions and where they are answered")
    for question in questions().values():
        assert f"| {question.text} | `{question.name}` |" in page


def test_every_contract_and_column_is_described():
    page = (DOCS / "extracts.md").read_text("utf-8")
    for contract in contracts().values():
        section = _section(page, contract.table)
        for column in contract.columns:
            assert f"| `{column.name}` | {column.type} |" in section, f"{contract.table}.{column.name}"


def test_every_command_is_described_with_an_example():
    page = (DOCS / "cli.md").read_text("utf-8")
    commands = _commands(typer.main.get_command(app), "closedloop")
    assert "closedloop run" in commands
    for called in commands:
        section = _section(page, called)
        assert f"`{called}" in section or "`closedloop --home" in section, f"{called} has no example"


@pytest.mark.parametrize("called", _commands(typer.main.get_command(app), "closedloop"))
def test_options_of_a_command_are_described_as_its_help_has_them(called):
    """Which must be given, what the others are by default, and the values that one may have."""
    section = _section((DOCS / "cli.md").read_text("utf-8"), called)
    described = {row.split("`")[1]: row for row in section.splitlines() if row.startswith("| `")}
    helped = _help(called)
    assert set(helped) == set(described)
    for name, said in helped.items():
        row = described[name]
        assert ("*required*" in row) == ("[required]" in said), f"{called} {name}"
        default = re.search(r"\[default: ([^\]]+)\]", said)
        assert default is None or row.endswith(f"| `{default[1]}` |"), f"{called} {name}"
        choices = re.search(r"<(\w+(?:\|\w+)+)>", said)
        listed = "" if choices is None else ", ".join(f"`{choice}`" for choice in choices[1].split("|"))
        assert listed in row, f"{called} {name}"


def test_every_var_is_defined_with_its_default():
    section = _section((DOCS / "definitions.md").read_text("utf-8"), "12 Vars")
    in_dbt = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))["vars"]
    # The two that a run sets itself: its moment, and whether it builds on the former night.
    assert set(in_dbt) == {"as_of", "night_scope", *Vars.model_fields}
    for name, field in Vars.model_fields.items():
        assert f"`{name}`" in section, name
        assert in_dbt[name] == field.default, name
        if field.default is not None:
            row = next(line for line in section.splitlines() if f"`{name}`" in line)
            assert str(field.default) in row, f"{name}: {field.default}"


def test_every_seed_of_the_agreement_is_explained():
    text = (DOCS / "definitions.md").read_text("utf-8")
    assert [seed.name for seed in SEEDS if f"`{seed.name}`" not in text] == []


@pytest.mark.parametrize("package", ["ingestion", "orchestration"])
def test_every_module_and_folder_of_a_package_has_its_place_in_the_architecture(package):
    folders = _section((DOCS / "architecture.md").read_text("utf-8"), "Folders")
    own = re.search(rf"^{package}/.*\n(?:  .*\n)+", folders, re.MULTILINE)[0]
    entries = (path for path in (ROOT / package).iterdir() if not path.name.startswith("_"))
    names = {path.name if path.suffix else f"{path.name}/" for path in entries}
    assert sorted(name for name in names if not re.search(rf"(?<![\w/]){re.escape(name)}", own)) == []


def test_every_concern_of_the_models_is_in_the_architecture():
    folders = _section((DOCS / "architecture.md").read_text("utf-8"), "Folders")
    listed = re.search(r"int_<concern>__<what>: ([\w,\s]+?)\n  models", folders)[1]
    concerns = {path.name for path in (PROJECT / "models" / "intermediate").iterdir() if path.is_dir()}
    assert set(re.split(r",\s+", listed)) == concerns


@pytest.mark.parametrize("page", WRITTEN, ids=_named)
def test_models_and_tests_that_a_page_names_exist(page):
    known = {path.stem for path in PROJECT.rglob("*.sql")}
    assert sorted(set(MODEL.findall(page.read_text("utf-8"))) - known) == []


@pytest.mark.parametrize("page", WRITTEN, ids=_named)
def test_paths_that_a_page_names_exist(page):
    named = set(PATH.findall(page.read_text("utf-8")))
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


@pytest.mark.parametrize("page", WRITTEN, ids=_named)
def test_links_of_a_page_lead_somewhere(page):
    broken = []
    for link in LINK.findall(page.read_text("utf-8")):
        if "://" in link:
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (anchor and anchor not in _anchors(target)):
            broken.append(link)
    assert broken == []


def test_every_decision_is_in_the_index():
    index = (DOCS / "decisions" / "README.md").read_text("utf-8")
    records = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    assert [name for name in records if f"]({name})" not in index] == []
    for name in records:
        title = (DOCS / "decisions" / name).read_text("utf-8").splitlines()[0]
        assert title.startswith(f"# {name[:4]} ")
