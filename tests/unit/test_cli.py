"""The command line: help, exit statuses, and what each command says about a deployment; no night is run here.

What the commands call is tested where it stands.
"""

from __future__ import annotations

import csv
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from orchestration.cli.app import app
from tests.conftest import Call


@pytest.fixture
def home(tmp_path: Path, call: Call) -> Path:
    """A deployment with one lead and one deal to read; nothing ran yet."""
    folder = tmp_path / "home"
    assert call("init", folder).status == 0
    (folder / "exports").mkdir()
    (folder / "exports/leads.csv").write_text("lead_id,created_at\n1,2026-01-01\n")
    (folder / "exports/opportunities.csv").write_text("opportunity_id,created_at\n1,2026-01-01\n")
    return folder


def commands(command: Any, name: str = "closedloop") -> Iterator[tuple[str, Any]]:
    if hasattr(command, "commands"):
        for word, inner in command.commands.items():
            yield from commands(inner, f"{name} {word}")
    else:
        yield name, command


@pytest.mark.parametrize(("name", "command"), list(commands(typer.main.get_command(app))))
def test_every_command_says_what_it_does_with_an_example(name: str, command: Any) -> None:
    assert f"`{name}" in command.help.replace("closedloop --home my-company", "closedloop")
    assert "Example" in command.help
    assert all(getattr(option, "help", None) for option in command.params)


def test_help_loads_nothing_heavy() -> None:
    code = "import sys; import orchestration.cli.app; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    heavy = {"dagster", "dbt", "duckdb", "great_expectations", "numpy", "pandas", "pyarrow", "pydantic"}
    assert heavy & set(loaded.split()) == set()


def test_a_wrong_option_is_bad_input(call: Call) -> None:
    result = call("query", "--colour")
    assert result.status == 2
    assert "No such option" in result.err


def test_init_makes_a_folder_once(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    result = call("init", folder)
    assert result.status == 0
    assert {".env.example", ".gitignore", "closedloop.yml", "seeds"} == {
        path.name for path in folder.iterdir()
    }
    assert "closedloop.yml" in result.out
    assert "exchange rates" in result.out
    (folder / "closedloop.yml").write_text("mine")
    again = call("init", folder)
    assert again.status == 2
    assert "closedloop.yml" in again.err
    assert (folder / "closedloop.yml").read_text() == "mine"


@pytest.mark.parametrize("folder", ["taken", "taken/below"])
@pytest.mark.parametrize("arguments", [("init",), ("sample", "--leads", "10", "--to")])
def test_a_file_is_no_folder_to_write_to(
    call: Call, tmp_path: Path, folder: str, arguments: tuple[str, ...]
) -> None:
    (tmp_path / "taken").touch()
    result = call(*arguments, tmp_path / folder)
    assert result.status == 2
    assert f"{tmp_path / folder} cannot be made a folder" in result.err


def test_what_to_do_next_can_be_typed_as_it_is_printed(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("closedloop")
    for path, name in ((str(program.parent), "closedloop"), ("", str(program))):
        folder = tmp_path / (path and "found by name")
        made = subprocess.run(
            [program, "init", folder],
            env={**os.environ, "PATH": path},
            capture_output=True,
            text=True,
            check=True,
        )
        assert made.stdout.splitlines()[-1].strip() == f"{name} --home {folder} check"


def test_a_page_on_a_port_that_is_taken_is_bad_input(call: Call, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = call("--home", home, "ui", "--port", port)
    assert result.status == 2
    assert f"port {port} of this machine cannot be had" in result.err


def test_a_sample_company_of_another_size_plans_in_proportion(call: Call, tmp_path: Path) -> None:
    plans = []
    for leads in ("20000", "2000"):
        assert call("init", tmp_path / leads, "--sample", "--leads", leads).status == 0
        with (tmp_path / leads / "seeds" / "targets.csv").open(encoding="utf-8", newline="") as file:
            plans.append({tuple(row.values())[:3]: row["target"] for row in csv.DictReader(file)})
    whole, tenth = plans
    assert whole.keys() == tenth.keys()
    assert (whole["2024-08-01", "leads", "all"], tenth["2024-08-01", "leads", "all"]) == ("530", "53")
    assert tenth["2024-08-01", "customers", "all"] == "1"
    assert tenth["2024-08-01", "retention_rate", "all"] == whole["2024-08-01", "retention_rate", "all"]
    assert call("--home", tmp_path / "2000", "check").status == 0


def test_a_new_folder_lacks_nothing_but_its_exports(call: Call, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    call("init", folder)
    result = call("--home", folder, "check")
    assert result.status == 2
    assert [line for line in result.out.splitlines() if line.startswith("error")] == [
        f"error: closedloop.yml, line {line}, sources.crm.tables.{table}.path: found no file at {path}; expected at "
        "least one file. Correct the path; relative ones start at the configuration's folder."
        for line, table, path in (
            (41, "crm_lead", "exports/leads*.csv"),
            (51, "crm_opportunity", "exports/opportunities*.csv"),
        )
    ]


def test_a_deployment_without_mistakes_passes(call: Call, home: Path) -> None:
    result = call("--home", home, "check")
    assert (result.status, "no mistakes" in result.out) == (0, True)


def test_check_names_mistakes_of_every_kind_at_once(call: Call, home: Path) -> None:
    text = (home / "closedloop.yml").read_text().replace("threads: 2", "threads: none\ncolour: red")
    (home / "closedloop.yml").write_text(text)
    with (home / "seeds/fx_rates.csv").open("a") as file:
        file.write("XXQ,2026-01-01,1\n")
    result = call("--home", home, "check")
    assert result.status == 2
    for word in ("threads", "colour", "XXQ"):
        assert word in result.out


def test_what_cannot_be_read_is_a_mistake_like_others(call: Call, home: Path) -> None:
    (home / "seeds/fx_rates.csv").unlink()
    (home / "seeds/fx_rates.csv").mkdir()
    told = call("--home", home, "check").out
    assert (
        "fx_rates.csv: found an unreadable file (Is a directory); expected a file that closedloop may read"
        in told
    )
    with (home / "closedloop.yml").open("ab") as file:
        file.write("# für uns\n".encode("cp1252"))
    line = len((home / "closedloop.yml").read_bytes().splitlines())
    told = call("--home", home, "check").out
    assert f"closedloop.yml, line {line}: found a byte that is not UTF-8 (0xfc)" in told


def test_a_mistake_in_one_part_hides_none_in_another(call: Call, home: Path) -> None:
    configuration = home / "closedloop.yml"
    text = configuration.read_text().replace("reporting_currency: USD", "reporting_currenzy: DOLLAR")
    configuration.write_text(
        text.replace("memory_limit: 4GB", "memory_limit: lots").replace("type: files", "type: fils")
    )
    result = call("--home", home, "check")
    assert result.status == 2
    assert "vars.reporting_currenzy" in result.out
    assert "Did you mean 'reporting_currency'?" in result.out
    assert "found 'lots'; expected a size such as 4GB or 500MB." in result.out
    assert "found 'fils'; expected files or sample." in result.out
    assert "3 mistake(s)" in result.out
    assert "note:" not in result.out  # a calendar is named, where the options can be read


def test_data_cannot_lie_below_a_file(call: Call, home: Path) -> None:
    (home / "taken").touch()
    configuration = home / "closedloop.yml"
    configuration.write_text(re.sub(r"(?m)^data: data", "data: taken/data", configuration.read_text()))
    result = call("--home", home, "status")
    assert result.status == 2
    said = f"closedloop.yml, line 4, data: found {home.resolve() / 'taken'} is a file; expected a folder"
    assert said in result.err


def test_a_command_without_a_deployment_is_bad_input(call: Call, tmp_path: Path) -> None:
    result = call("--home", tmp_path, "publish", "list")
    assert result.status == 2
    assert "closedloop init" in result.err


def test_the_home_comes_from_the_environment(call: Call, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOSEDLOOP_HOME", str(home))
    assert call("check").status == 0


def test_an_unexpected_error_is_one_line_and_a_file(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(published: Path) -> None:
        raise RuntimeError("the wheel came off")

    monkeypatch.setattr("orchestration.publish.versions", broken)
    result = call("--home", home, "publish", "list")
    assert result.status == 1
    assert "Traceback" not in result.err
    assert result.err.splitlines()[0] == "unexpected error: RuntimeError: the wheel came off"
    (log,) = (home / "data/runs").rglob("error.log")
    assert str(log) in result.err
    assert "in broken" in log.read_text()


def test_a_moment_that_is_none_is_bad_input(call: Call, home: Path) -> None:
    result = call("--home", home, "run", "--as-of", "yesterday")
    assert result.status == 2
    assert "ISO-8601" in result.err
