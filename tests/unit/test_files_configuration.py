"""Every mistake in the configuration of a files source is found at once, each with its keys and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from ingestion.sources.files import FilesConfig, problems


def test_a_full_configuration_has_no_mistakes() -> None:
    raw = {
        "type": "files",
        "timezone": "Europe/Berlin",
        "decimal": "comma",
        "id_prefix": "de-",
        "storage": {"key": "k", "client_kwargs": {"endpoint_url": "http://localhost"}},
        "tables": {
            "crm_lead": {
                "path": ["a.csv", "s3://bucket/leads/*.csv"],
                "format": "csv",
                "encoding": "gb18030",
                "delimiter": "\t",
                "quote": "",
                "sheet": "Leads",
                "header_row": 3,
                "cursor": "Updated",
                "lookback_days": 1.5,
                "timezone": "UTC",
                "decimal": "point",
                "id_prefix": "",
                "rejection": {"share": 0.5, "rows": 20},
                "columns": {
                    "lead_id": "Id",
                    "email": ["E-mail", "Mail"],
                    "created_at": {
                        "column": "Created",
                        "formats": ["%m/%d/%Y %I:%M %p"],
                        "timezone": "America/New_York",
                    },
                    "currency": {"constant": "EUR"},
                    "status": {"column": "Stage", "values": {"New lead": "new", "-": None}, "default": "new"},
                },
            },
        },
    }
    assert problems(raw) == []
    assert FilesConfig.model_validate(raw).tables["crm_lead"].path == ("a.csv", "s3://bucket/leads/*.csv")


def lead(**keys: Any) -> dict[str, Any]:
    return {"tables": {"crm_lead": {"path": "a.csv", **keys}}}


def test_a_shape_is_said_in_words_of_yaml() -> None:
    raw = lead(path={"of": "leads"}, columns=["lead_id"])
    assert [mistake.expected for mistake in problems(raw)] == [
        "a list, as in [one, another]",
        "keys with values, as in key: value",
    ]


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (lead() | {"storage": "pa55word"}, "text"),
        (lead() | {"storage": ["pa55word"]}, "a list"),
        (lead(path={"url": "https://host/a.csv?sig=pa55word"}), "keys with values"),
        (lead(path=["a.csv", {"sig": "pa55word"}]), "keys with values"),
    ],
)
def test_what_may_be_secret_is_told_by_its_kind(raw: Any, found: str) -> None:
    (mistake,) = problems(raw)
    assert mistake.found == f"{found}, not shown as it may be secret"
    assert "pa55word" not in str(mistake)


@pytest.mark.parametrize(
    ("raw", "keys", "found", "action"),
    [
        ("files", (), "'files'", "Correct"),
        ({}, ("tables",), "no tables", "Add the key."),
        ({"tables": {}}, ("tables",), "{}", "Correct"),
        (
            lead() | {"time_zone": "UTC"},
            ("time_zone",),
            "unknown key time_zone",
            "Write timezone if that was meant.",
        ),
        (
            lead() | {"timezone": "Europe/Berln"},
            ("timezone",),
            "unknown time zone 'Europe/Berln'",
            "Write Europe/Berlin",
        ),
        (lead() | {"decimal": ","}, ("decimal",), "','", "Correct"),
        (
            {"tables": {"crm_leed": {"path": "a"}}},
            ("tables", "crm_leed"),
            "unknown table crm_leed",
            "Write crm_lead if",
        ),
        ({"tables": {"crm_lead": {}}}, ("tables", "crm_lead", "path"), "no path", "Add the key."),
        ({"tables": {"crm_lead": None}}, ("tables", "crm_lead"), "None", "Correct"),
        (lead(path=[]), ("tables", "crm_lead", "path"), "[]", "Correct"),
        (lead(headers=1), ("tables", "crm_lead", "headers"), "unknown key headers", "Write header_row if"),
        (lead(format="xls"), ("tables", "crm_lead", "format"), "'xls'", "Correct"),
        (lead(delimiter="\\t"), ("tables", "crm_lead", "delimiter"), "'\\\\t'", "Correct"),
        (lead(header_row=0), ("tables", "crm_lead", "header_row"), "0", "Correct"),
        (
            lead(encoding="utf-88"),
            ("tables", "crm_lead", "encoding"),
            "unknown encoding 'utf-88'",
            "Write utf-8 if",
        ),
        (
            lead(encoding="base64"),
            ("tables", "crm_lead", "encoding"),
            "unknown encoding 'base64'",
            "Leave it out",
        ),
        (lead(timezone="CST"), ("tables", "crm_lead", "timezone"), "unknown time zone 'CST'", ""),
        (
            lead(lookback_days=3),
            ("tables", "crm_lead", "lookback_days"),
            "a look-back without a cursor",
            "Name the",
        ),
        (
            lead(columns={"mail": "Mail"}),
            ("tables", "crm_lead", "columns", "mail"),
            "column mail, which crm_lead does not have",
            "Write email if that was meant.",
        ),
        (
            lead(columns={"email": {}}),
            ("tables", "crm_lead", "columns", "email"),
            "neither column nor constant",
            "Name the received column, or give a constant.",
        ),
        (
            lead(columns={"email": {"column": "a", "constant": "b"}}),
            ("tables", "crm_lead", "columns", "email"),
            "both column and constant",
            "Name the received column, or give a constant.",
        ),
        (
            lead(columns={"email": {"column": "a", "format": "%Y"}}),
            ("tables", "crm_lead", "columns", "email", "format"),
            "unknown key format",
            "Write formats if that was meant.",
        ),
        (
            lead(columns={"created_at": {"column": "a", "timezone": "Mars"}}),
            ("tables", "crm_lead", "columns", "created_at", "timezone"),
            "unknown time zone 'Mars'",
            "",
        ),
        (
            lead(columns={"created_at": {"column": "a", "formats": ["%d.%m.%Y", "%Q", "dd/mm/yyyy"]}}),
            ("tables", "crm_lead", "columns", "created_at", "formats", 1),
            "date format '%Q' (",
            "Correct the format.",
        ),
        (
            lead(columns={"created_at": {"column": "a", "formats": "dd/mm/yyyy"}}),
            ("tables", "crm_lead", "columns", "created_at", "formats"),
            "date format 'dd/mm/yyyy' (no % directive)",
            "Correct the format.",
        ),
        (
            lead(columns={"created_at": {"column": "a", "formats": {"%Y": 1}}}),
            ("tables", "crm_lead", "columns", "created_at", "formats"),
            "{'%Y': 1}",
            "Correct the value.",
        ),
        (
            lead(columns={"created_at": {"column": "a", "formats": ["dd/mm/yyyy"]}}),
            ("tables", "crm_lead", "columns", "created_at", "formats", 0),
            "date format 'dd/mm/yyyy' (no % directive)",
            "Correct the format.",
        ),
    ],
)
def test_a_mistake_is_named_with_its_keys(raw: Any, keys: tuple, found: str, action: str) -> None:
    mistake = problems(raw)[0]
    assert mistake.keys == keys
    assert mistake.found.startswith(found)
    assert mistake.action.startswith(action)
    assert mistake.expected


def test_all_mistakes_come_at_once() -> None:
    raw = {
        "timezone": "Mars",
        "tables": {
            "crm_leads": {"path": "a.csv", "encoding": "x-none"},
            "crm_opportunity": {
                "columns": {"amout": "Amount", "currency": {"constant": "EUR", "column": "c"}}
            },
        },
    }
    assert [mistake.keys for mistake in problems(raw)] == [
        ("tables", "crm_opportunity", "path"),
        ("timezone",),
        ("tables", "crm_leads"),
        ("tables", "crm_leads", "encoding"),
        ("tables", "crm_opportunity", "columns", "amout"),
        ("tables", "crm_opportunity", "columns", "currency"),
    ]
