"""An explanation names the rule that the models would apply: their own SQL, rendered here, judges random signals too.

How text is read as signals is tested in `test_channels_signals`.
"""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from orchestration.agreement import AgreementError
from orchestration.agreement.explaining import PATTERNS, channel_rules, click_id_names, explain
from orchestration.agreement.reading import Row
from orchestration.agreement.rules import Terms
from orchestration.agreement.seed_schemas import CHANNELS
from orchestration.agreement.signals import Signals
from orchestration.transform.project import PROJECT
from tests.conftest import Call
from tests.model_sql import rendered
from tests.sample_warehouse import publish_warehouse, write_warehouse

TERMS = Terms("USD", None, ())
TOUCH = PATTERNS[:4]
DEFAULT = channel_rules(PROJECT / "seeds", TERMS)


SQL = {
    name: rendered(name)
    for name in (
        "int_channels__rules",
        "int_channels__click_id_heads",
        "int_channels__touch_signals",
        "int_channels__touches",
        "int_channels__lead_sources",
    )
}


def judged_by_the_models(rules: list[Row], signals: list[Signals]) -> list[tuple[str, str]]:
    """Channel and confidence of each, as the models' SQL says."""
    with duckdb.connect() as connection:

        def table(name: str, columns: list[str], rows: list[list]) -> None:
            connection.execute(
                f"create table {name} ({', '.join(f'{column} varchar' for column in columns)})"
            )
            if rows:
                connection.executemany(f"insert into {name} values ({', '.join('?' * len(columns))})", rows)

        columns = ["priority", *PATTERNS, "channel", "confidence"]
        table("channel_rules", columns, [[rule[column] for column in columns] for rule in rules])
        touches = [
            [str(at), one.utm_source, one.utm_medium, one.referrer, one.click_id, *[None] * 5]
            for at, one in enumerate(signals)
        ]
        names = ["touch_id", "utm_source", "utm_medium", "referrer_url", "click_id", "channel"]
        names += ["person_id", "occurred_at", "touch_type", "campaign_id"]
        table("stg_marketing__touches", names, touches)
        table("int_identity__touch_people", names, touches)
        table("stg_marketing__web_visits", ["utm_source", "utm_medium", "channel"], [])
        table("int_identity__person_records", ["lead_source"], [[one.lead_source] for one in signals])
        for name, sql in SQL.items():
            connection.execute(f"create table {name} as {sql}")
        verdicts = []
        for at, one in enumerate(signals):
            sql, given = (
                "select channel, source_confidence from int_channels__touches where touch_id = ?",
                str(at),
            )
            if one.lead_source is not None:
                # As int_channels__journey_channels looks it up.
                sql = "select channel, confidence from int_channels__lead_sources where lead_source = lower(trim(?))"
                given = one.lead_source
            (row,) = connection.execute(sql, [given]).fetchall()
            verdicts.append(row)
        return verdicts


WORD = st.text(st.sampled_from("abAB_%. é微İß"), min_size=1, max_size=3)
BLANK = st.sampled_from(["", " "])
VALUE = st.none() | BLANK | WORD
PATTERN = st.none() | st.lists(WORD, min_size=1, max_size=3).map("|".join)
# Click ids are read as far as the patterns go: both reach beyond the first three characters.
LONG = st.text(st.sampled_from("abAB_%é"), min_size=1, max_size=7)
CLICK_ID = VALUE | LONG
CLICK_PATTERN = PATTERN | st.lists(LONG, min_size=1, max_size=3).map("|".join)


@st.composite
def seeds(draw) -> list[Row]:
    """Rules as the seed's reader gives them: stripped, blanks as None."""

    def cell(text: str | None) -> str | None:
        return (text or "").strip() or None

    rows = []
    for priority in range(draw(st.integers(1, 6))):
        values: dict[str, object] = {name: cell(draw(PATTERN)) for name in TOUCH}
        values["click_id"] = cell(draw(CLICK_PATTERN))
        values["lead_source"] = cell(draw(PATTERN)) if draw(st.booleans()) else None
        values |= {"priority": priority, "channel": draw(st.sampled_from(CHANNELS)), "confidence": None}
        if draw(st.booleans()):
            values["confidence"] = "Guess"
        rows.append(Row(priority + 2, values))
    return rows


TOUCHES = st.builds(Signals, VALUE, VALUE, VALUE, CLICK_ID)
RECORDS = st.builds(Signals, lead_source=WORD.filter(lambda word: word.strip(" ")))


@hypothesis_settings(max_examples=25, deadline=None)
@given(seeds(), st.lists(TOUCHES | RECORDS, min_size=1, max_size=6))
def test_an_explanation_is_what_the_models_do(rules: list[Row], signals: list[Signals]):
    expected = judged_by_the_models(rules, signals)
    for one, verdict in zip(signals, expected, strict=True):
        explained = explain(rules, one)
        assert (explained.channel, explained.confidence) == verdict, one
        of_kind = [
            rule for rule in rules if (rule["lead_source"] is not None) == (one.lead_source is not None)
        ]
        before = [passed.rule for passed in explained.passed_over]
        assert before == of_kind[: len(before)]
        assert all(passed.reasons for passed in explained.passed_over)
        assert explained.rule == next(iter(of_kind[len(before) :]), None)


SAID = {
    "google cpc": Signals("google", "cpc"),
    "a click id of an ad": Signals(click_id="gclid=x"),
    "a facebook link": Signals(referrer="https://l.facebook.com/", click_id="fbclid=1"),
    "a word of a fair": Signals(lead_source="展会"),
    "nothing at all": Signals(),
    "what nobody knows": Signals("moon", "tides"),
}


@pytest.mark.parametrize("signals", SAID.values(), ids=SAID)
def test_the_default_rules_are_explained_as_they_are_applied(signals):
    explained = explain(DEFAULT, signals)
    assert [(explained.channel, explained.confidence)] == judged_by_the_models(DEFAULT, [signals])


def test_reasons_name_what_is_missing_and_what_differs():
    rules = [
        Row(2, dict.fromkeys(PATTERNS) | _rule(1, "email", utm_source="news%", utm_medium="mail")),
        Row(3, dict.fromkeys(PATTERNS) | _rule(2, "direct")),
    ]
    explained = explain(rules, Signals(utm_source="Shop"))
    assert explained.channel == "direct"
    assert explained.passed_over[0].reasons == ("utm_source 'Shop' is not like news%", "no utm_medium")


def _rule(priority: int, channel: str, **patterns: str) -> dict[str, object]:
    return {"priority": priority, "channel": channel, "confidence": None, **patterns}


def test_click_ids_are_those_the_rules_name():
    rules = [Row(2, _rule(1, "paid_search", click_id=" GCLID=% | gclid:%|%any=%|plain"))]
    assert click_id_names(rules) == {"gclid"}


def _write(folder: Path, *rows: str) -> None:
    header = "priority,utm_source,utm_medium,referrer,click_id,lead_source,channel,confidence"
    (folder / "channel_rules.csv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")


def test_a_seed_with_mistakes_is_refused(tmp_path):
    _write(tmp_path, "1,,,,,,billboard,", "2,,,,,,direct,")
    with pytest.raises(AgreementError, match="billboard"):
        channel_rules(tmp_path, TERMS)


def test_the_command_explains_by_the_deployments_own_seed(tmp_path: Path, call: Call):
    home = tmp_path / "home"
    assert call("init", home).status == 0
    _write(home / "seeds", "20,moon%,,,,,partner,", "10,,tides,,,,event,", "30,,,,,moon,other,")
    told = call("--home", home, "channels", "explain", "moonshot / sun")
    assert told.status == 0
    assert (
        "channel partner, confidence utm, by the rule of priority 20 (line 2 of channel_rules.csv)"
        in told.out
    )
    assert "utm_medium 'sun' is not like tides" in told.out
    both = call("--home", home, "channels", "explain", "Moon").out
    assert "as a record with lead_source 'Moon':\n  channel other, confidence declared" in both
    assert "as a touch with utm_source 'Moon':\n  channel partner, confidence utm" in both
    assert call("--home", home, "channels", "explain", " ").status == 2


def test_the_command_lists_what_no_rule_knows_by_volume(tmp_path: Path, call: Call):
    home = tmp_path / "home"
    assert call("init", home).status == 0
    warehouse = write_warehouse(tmp_path / "warehouse.duckdb")
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "create table reports.rpt_unmatched_channel as select * from (values "
            "('touch', 'moon', 7, null), ('record', 'fair', 90, null), ('touch', 'sun', 40, null), "
            "('spend', 'ads', 1, 12.5)) as found (kind, utm_source, occurrences, spend)"
        )
    publish_warehouse(warehouse, home / "data/published")
    listed = call("--home", home, "channels", "unmatched", "--format", "csv").out
    assert [row["utm_source"] for row in csv.DictReader(listed.splitlines())] == [
        "fair",
        "sun",
        "moon",
        "ads",
    ]
    some = call("--home", home, "channels", "unmatched", "--kind", "touch", "--limit", "1").out
    assert "sun" in some
    assert "moon" not in some
    assert "fair" not in some
    assert "--limit 0 prints all" in some
    assert "add rules to channel_rules.csv" in some
    assert "name its channel in ad_spend or in campaign" not in some
    spent = call("--home", home, "channels", "unmatched", "--kind", "spend").out
    assert "add rules to channel_rules.csv" not in spent
    assert "name its channel in ad_spend or in campaign" in spent
