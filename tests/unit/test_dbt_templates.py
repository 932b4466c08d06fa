"""The kept code of dbt's templates is what Jinja makes of them, and no night makes it again."""

from __future__ import annotations

from pathlib import Path

import pytest
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_environment

from ingestion.landing.layout import Layout
from orchestration.transform.parsed_project import load_manifest, parsed_folder
from orchestration.transform.templates import use_compiled_templates


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    return Layout(tmp_path / "data")


def texts(layout: Layout) -> list[str]:
    """What a night renders: macros, models, and tests that depend on the night."""
    manifest = load_manifest(layout, "whole")
    nodes = [node for node in manifest.nodes.values() if node.resource_type in ("model", "test")]
    waiting = [node.raw_code for node in nodes if not node.compiled]
    return sorted({*waiting, *(macro.macro_sql for macro in manifest.macros.values())})


def test_kept_code_is_what_jinja_makes(layout: Layout) -> None:
    environment = get_environment()
    some = texts(layout)[::20]
    expected = [environment.compile(text) for text in some]
    with use_compiled_templates(parsed_folder(layout)):
        assert [environment.compile(text) for text in some] == expected


def test_a_night_compiles_no_template(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(*_arguments: object) -> None:
        raise AssertionError("a template was parsed")

    every, environment = texts(layout), get_environment()
    monkeypatch.setattr(MacroFuzzEnvironment, "_parse", parsed)
    with use_compiled_templates(parsed_folder(layout)):
        for text in every:
            environment.from_string(text)
    assert len(every) > 500


def test_other_templates_are_compiled_as_ever(layout: Layout) -> None:
    plain, native, text = get_environment(), get_environment(native=True), texts(layout)[0]
    with use_compiled_templates(parsed_folder(layout)):
        assert plain.from_string("{{ 1 + 1 }} is two").render({}) == "2 is two"
        # Where values stay what they are, not texts, a template has code of another kind.
        assert plain.compile(text) is plain.compile(text)
        assert native.compile(text) is not plain.compile(text)
    assert plain.compile(text) is not plain.compile(text)
