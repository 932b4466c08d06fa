"""What the files of the dbt project have in common: names, grains, keys, and contracts in step with the landed tables.

Files are read as they are; nothing is run. What SQL may be written is judged in `test_sql`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from ingestion.contracts import contracts
from orchestration.agreement.seed_schemas import CHANNELS, SEEDS
from orchestration.quality.gate2 import TABLES
from tests.conventions.promised import PROMISED

PROJECT = Path(__file__).resolve().parents[2] / "dbt_project"
MODELS = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
NAMES = {
    "staging": r"stg_{folder}__[a-z_]+",
    "intermediate": r"int_{folder}__[a-z_]+",
    "marts": r"(?:dim|fct|bridge|mart|sla)_[a-z_]+",
    "reports": r"rpt_[a-z_]+",
}
"""Layer to the names of its models; the folder inside the layer is the source or the concern."""


@cache
def _property_files() -> dict[Path, dict]:
    return {
        path: yaml.safe_load(path.read_text("utf-8")) for path in sorted((PROJECT / "models").rglob("*.yml"))
    }


def _properties(kind: str) -> Iterator[tuple[Path, dict]]:
    for path, properties in _property_files().items():
        for entry in properties.get(kind, []):
            yield path, entry


@cache
def _described() -> dict[str, tuple[Path, dict]]:
    return {entry["name"]: (path, entry) for path, entry in _properties("models")}


def _columns(model: str) -> dict[str, dict]:
    return {column["name"]: column for column in _described()[model][1].get("columns", [])}


def _layer(model: str) -> str:
    return MODELS[model].relative_to(PROJECT / "models").parts[0]


def _published() -> list[str]:
    return [model for model in MODELS if _layer(model) in ("marts", "reports")]


@pytest.mark.parametrize("model", MODELS)
def test_a_model_is_named_by_its_layer_and_folder(model):
    path = MODELS[model]
    pattern = NAMES[_layer(model)].format(folder=re.escape(path.parent.name))
    assert re.fullmatch(pattern, model), f"{path}: a model here is named {pattern}"


@pytest.mark.parametrize("model", MODELS)
def test_a_model_says_its_grain(model):
    assert model in _described(), f"{model} stands in no .yml beside it"
    path, entry = _described()[model]
    assert path.parent == MODELS[model].parent, f"{model} is described in {path}, away from its SQL"
    sentences = entry["description"].strip()
    assert re.search(r"One row per [^.]+\.$", sentences), f"{path}, {model}: end with `One row per ...`"
    header = re.match(r"(?:--[^\n]*\n)+", MODELS[model].read_text("utf-8"))
    assert header, f"{MODELS[model]}: open with a comment that says what it is and its grain"
    assert "Grain: one row per " in header[0].replace("\n-- ", " "), f"{MODELS[model]}: name the grain"


KEY_TESTED_IN = {
    # A long table's key is hashed once a night, in its mart; the claim that facts keep every row carries it back.
    "stg_marketing__touches": "fct_touch",
    "int_identity__touch_people": "fct_touch",
    "int_channels__touches": "fct_touch",
    "int_attribution__unit_touches": "fct_attribution_path",
    # A view that turns the columns of its rows into rows.
    "fct_attribution_credit": "fct_attribution_path",
    # A view: units of people have their key, which no unit of nobody can have.
    "int_attribution__units": "int_attribution__person_units",
    "stg_crm__activities": "fct_sales_activity",
    "int_sales__activities": "fct_sales_activity",
    # Its mart is a view that shows its rows as they are.
    "int_stages__stage_events": "fct_stage_event",
}


def test_keys_tested_elsewhere_are_tested_there():
    assert set(KEY_TESTED_IN.values()) <= set(MODELS) - set(KEY_TESTED_IN)


@pytest.mark.parametrize("model", sorted(set(MODELS) - set(KEY_TESTED_IN)))
def test_a_model_has_its_key_tested(model):
    _, entry = _described()[model]
    single = [name for name, column in _columns(model).items() if "unique" in column.get("data_tests", [])]
    combined = [test for test in entry.get("data_tests", []) if "unique_combination_of_columns" in test]
    assert single or combined, f"{model}: no test says what makes a row unique"
    never_null = [test["never_null"] for test in entry.get("data_tests", []) if "never_null" in test]
    for name in single:
        assert name in never_null[0]["arguments"]["columns"], f"{model}.{name}: a key is never null"


def test_nothing_is_described_that_does_not_exist():
    assert set(_described()) <= set(MODELS)


@pytest.mark.parametrize("model", _published())
def test_a_published_column_has_type_and_description(model):
    for name, column in _columns(model).items():
        assert column.get("data_type"), f"{model}.{name}: no data_type"
        assert len(column.get("description", "")) > 3, f"{model}.{name}: no description"


def test_contracts_of_published_models_are_enforced():
    project = yaml.safe_load((PROJECT / "dbt_project.yml").read_text("utf-8"))
    for layer in ("marts", "reports"):
        assert project["models"]["closedloop"][layer]["+contract"] == {"enforced": True}


@pytest.mark.parametrize("model", PROMISED)
def test_promised_columns_are_there(model):
    assert model in MODELS
    assert set(PROMISED[model].split()) <= set(_columns(model))


@pytest.mark.parametrize("model", _published())
def test_a_published_model_has_a_claim_or_an_example(model):
    """A dimension's key says all there is; anything else has a claim, a unit test or a rule of gate 2 that names it."""
    tested = {entry["model"] for _, entry in _properties("unit_tests")}
    claims = "".join(path.read_text("utf-8") for path in (PROJECT / "tests").glob("*.sql"))
    judged = {table for _, table in TABLES}
    assert model.startswith("dim_") or model in tested | judged or f"'{model}'" in claims


def test_persons_are_identified_in_the_restricted_mart_only():
    identifying = {
        column.name for contract in contracts().values() for column in contract.columns if column.pii
    }
    for model in MODELS:
        for name, column in _columns(model).items():
            if name in identifying:
                assert "pii" in column.get("config", {}).get("tags", []), f"{model}.{name}: tag it pii"
    for model in _published():
        if "schema='restricted'" not in MODELS[model].read_text("utf-8"):
            assert not identifying & set(_columns(model)), f"{model} shows who a person is"


def test_sources_are_the_contracts():
    (source,) = (entry for _, entry in _properties("sources"))
    tables = {table["name"]: table["description"] for table in source["tables"]}
    of_the_landing_itself = {"load", "verdict", "zone_offset"}
    expected = {name: f"{contract.description} {contract.grain}" for name, contract in contracts().items()}
    assert {name: text for name, text in tables.items() if name not in of_the_landing_itself} == expected
    assert of_the_landing_itself <= set(tables)


def test_every_landed_table_has_one_staging_model():
    staged = [
        table
        for model in MODELS
        if _layer(model) == "staging"
        for table in re.findall(r"source\('landing', '(\w+)'\)", MODELS[model].read_text("utf-8"))
    ]
    assert sorted(staged) == sorted(contracts())


@pytest.mark.parametrize("table", contracts())
def test_staging_reads_a_table_as_its_contract_says(table):
    """The key, the version column and the column that dates a row are the contract's, in SQL and in the ledger."""
    contract = contracts()[table]
    (text,) = (
        path.read_text("utf-8")
        for path in (PROJECT / "models" / "staging").rglob("*.sql")
        if f"source('landing', '{table}')" in path.read_text("utf-8")
    )
    key = ", ".join(f"'{column}'" for column in contract.key)
    assert f"source('landing', '{table}'), [{key}]" in text
    assert (
        re.findall(r"version_column='(\w+)'", text)
        == [contract.version_column][: bool(contract.version_column)]
    )
    assert re.findall(r"event_column='(\w+)'", text) == [contract.event_column][: bool(contract.event_column)]
    ledger = (PROJECT / "macros" / "marts" / "landed_tables.sql").read_text("utf-8")
    (line,) = (line for line in ledger.splitlines() if f"'table': '{table}'" in line)
    assert f"'key': [{key}]" in line
    event = f"'{contract.event_column}'" if contract.event_column else "none"
    assert f"'event': {event}," in line


def test_slices_are_cut_as_contracts_and_staging_say():
    """Tonight's rows are found by keys and dates that contracts say too: a date left out would leave rows out."""
    cutting, scope = (
        (PROJECT / "macros" / "slicing" / name).read_text("utf-8") for name in ("cut_slice.sql", "scope.sql")
    )
    (dates,) = re.findall(r"set dated_by = (\{.*?\}) -%\}", cutting, re.DOTALL)
    dated_by = ast.literal_eval(dates)
    for table, columns in dated_by.items():
        contract = contracts()[table]
        assert {contract.event_column, contract.version_column} - {None} <= set(columns), table
        assert set(columns) <= {column.name for column in contract.columns}, table
    (listed,) = re.findall(r"macro sliced_tables\(\) -%\}\s*\{\{ return\((\[.*?\])\)", scope)
    (pairs,) = re.findall(r"for table, key in (\[.*?\]) %\}", cutting, re.DOTALL)
    texts = [path.read_text("utf-8") for model, path in MODELS.items() if _layer(model) == "staging"]
    staged = {
        re.search(r"source\('landing', '(\w+)'\)", text)[1]: config[1]
        for text in texts
        if (config := re.search(r"materialized='sliced', slice_by='(\w+)'", text))
    }
    assert set(ast.literal_eval(listed)) == set(staged) <= set(dated_by)
    assert dict(ast.literal_eval(pairs)) == staged
    assert {table: contracts()[table].key for table in staged} == {
        table: (key,) for table, key in staged.items()
    }


def test_seeds_are_the_agreement():
    described = {entry["name"]: entry["config"]["column_types"] for _, entry in _properties("seeds")}
    assert {name: list(types) for name, types in described.items()} == {
        seed.name: [column.name for column in seed.columns] for seed in SEEDS
    }


def test_standard_channels_are_those_of_the_agreement():
    (listed,) = re.findall(r"list_elements\(\"'([\w|]+)'\"\)", MODELS["dim_channel"].read_text("utf-8"))
    assert listed.split("|") == [*CHANNELS, "unattributed"]


@pytest.mark.parametrize("path", sorted((PROJECT / "tests").glob("*.sql")), ids=lambda path: path.stem)
def test_a_claim_opens_with_what_a_returned_row_means(path):
    assert re.fullmatch(r"assert_[a-z_]+", path.stem)
    assert path.read_text("utf-8").startswith("-- A returned row ")


@pytest.mark.parametrize(
    "path", sorted((PROJECT / "tests" / "generic").glob("*.sql")), ids=lambda path: path.stem
)
def test_a_generic_test_opens_with_what_a_returned_row_means(path):
    text = path.read_text("utf-8")
    assert text.startswith("{# A returned row ")
    assert f"{{% test {path.stem}(" in text


def test_exposures_ask_questions_of_every_report():
    asked = {
        name
        for _, entry in _properties("exposures")
        for name in re.findall(r"'(\w+)'", str(entry["depends_on"]))
    }
    assert {model for model in MODELS if _layer(model) == "reports"} <= asked
    for path, entry in _properties("exposures"):
        assert "?" in entry["description"], f"{path}, {entry['name']}: say which questions it answers"


def test_columns_are_tested_for_nulls_together():
    """One scan a model: a test each would be four hundred, half of what a small night takes."""
    for model, (_, entry) in _described().items():
        assert [
            name for name, column in _columns(model).items() if "not_null" in column.get("data_tests", [])
        ] == []
        assert sum("never_null" in test for test in entry.get("data_tests", [])) <= 1, model
