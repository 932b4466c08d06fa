"""What every file of the repository has in common: imports one way, short modules, nothing of one machine.

The dbt project has rules of its own in `test_dbt_project` and `test_sql`, the documentation in `test_docs`.
"""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = [
    path.relative_to(ROOT)
    for folder in ("ingestion", "orchestration")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
INGESTION = [path for path in MODULES if path.parts[0] == "ingestion"]
WORK = [
    path
    for path in MODULES
    if path.parts[0] == "orchestration"
    and path.parts[1] in ("agreement", "alerting", "cli", "deployment", "publish", "quality", "transform")
]
LONGEST = 300
TOP_LEVEL = {
    *("orchestration", "dbt_project", "ingestion", "tests", "docs", "benchmarks"),
    *(
        "dagster.yaml",
        "pyproject.toml",
        "requirements.lock",
        "Makefile",
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
    ),
}
REGISTRIES = ("pypi.org", "pythonhosted.org", "npmjs.com", "npmjs.org", "crates.io", "anaconda.org")
MACHINE_PATH = re.compile(r"(?<![\w.~*$})/-])/(?:root|home|Users|work|tmp)/\w")


def _imported(path: Path) -> set[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    modules = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    return modules


def _tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    return [Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def _text(path: Path) -> str:
    return (ROOT / path).read_text("utf-8", errors="ignore")


@pytest.mark.parametrize("path", INGESTION, ids=Path.as_posix)
def test_ingestion_knows_neither_orchestration_nor_dagster_nor_the_environment(path):
    packages = {module.split(".")[0] for module in _imported(path)}
    assert not packages & {"orchestration", "dagster", "dbt", "pydantic_settings"}
    assert not re.search(r"\benviron\b|\bgetenv\b", _text(path)), f"{path} reads the environment"


@pytest.mark.parametrize("path", WORK, ids=Path.as_posix)
def test_the_work_is_free_of_dagster(path):
    """Dagster is wiring: the folders that do the work can be read and tested without it."""
    assert "dagster" not in {module.split(".")[0] for module in _imported(path)}


@pytest.mark.parametrize("path", MODULES, ids=Path.as_posix)
def test_a_module_says_what_belongs_in_it_and_stays_short(path):
    docstring = ast.get_docstring(ast.parse(_text(path)))
    assert docstring or not _text(path).strip(), f"{path}: open with what belongs here and what does not"
    assert path.stem not in ("utils", "helpers", "common")
    lines = _text(path).count("\n")
    assert lines <= LONGEST, f"{path} has {lines} lines: split it by concern"


def test_dbt_holds_no_python():
    assert not [path for path in _tracked() if path.parts[0] == "dbt_project" and path.suffix == ".py"]


def test_the_top_level_is_fixed():
    named = {path.parts[0] for path in _tracked()}
    assert {name for name in named if not name.startswith(".")} <= TOP_LEVEL


def test_nothing_of_this_machine_is_tracked():
    this = Path(__file__).resolve().relative_to(ROOT)
    for path in _tracked():
        if path == this or path.suffix in (".parquet", ".xlsx", ".gz", ".png"):
            continue
        text = _text(path)
        for host in REGISTRIES:
            assert host not in text, f"{path} names the registry {host}"
        found = MACHINE_PATH.search(text)
        assert not found, f"{path} names a path of one machine: {found[0]}"
