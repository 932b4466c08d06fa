"""The agreement is judged whole: every mistake is told with its file, line and column.

How files and cells are read is tested in `test_agreement_reading`; what the rows mean, with the models; that the
default agreement is sound, with the sample company.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestration.agreement import AgreementError, check_agreement, snapshot
from tests.seed_files import HEADERS, TERMS, agreed

MISTAKES = {
    "unknown channel": ("channel_rules", "1,,,,,,billboard,", 2, "channel", "'billboard'"),
    "unattributed is no rule's": ("channel_rules", "1,,,,,,unattributed,", 2, "channel", "'unattributed'"),
    "all channels are no channel": ("channel_rules", "1,,,,,,All,", 2, "channel", "'All'"),
    "equal priorities": (
        "channel_rules",
        "1,google,,,,,paid_search,\n1,bing,,,,,paid_search,",
        3,
        "priority",
        "again",
    ),
    "unknown stage": ("stage_mapping", ",lead,open,suspect", 2, "stage", "'suspect'"),
    "unknown object": ("stage_mapping", ",account,open,lead", 2, "object", "'account'"),
    "a word with two meanings": ("stage_mapping", "*,lead,Open,mql\n,lead,open,sal", 3, "value", "again"),
    "unknown currency": ("fx_rates", "EURO,2024-01-01,1.1", 2, "currency", "'EURO'"),
    "a rate of nothing": ("fx_rates", "EUR,2024-01-01,0", 2, "rate_to_reporting", "'0'"),
    "a rate that the models would round to nothing": (
        "fx_rates",
        "EUR,2024-01-01,4e-13",
        2,
        "rate_to_reporting",
        "'4e-13'",
    ),
    "a rate of more digits than there is room for": (
        "fx_rates",
        "EUR,2024-01-01,123456789.5",
        2,
        "rate_to_reporting",
        "'123456789.5'",
    ),
    "a target of more digits than there is room for": (
        "targets",
        "2024-01,leads,all,1e18",
        2,
        "target",
        "'1e18'",
    ),
    "the reporting currency at another rate than 1": (
        "fx_rates",
        "USD,2024-01-01,1.1",
        2,
        "rate_to_reporting",
        "1.1",
    ),
    "no date": ("fx_rates", "EUR,01.02.2024,1.1", 2, "valid_from", "'01.02.2024'"),
    "a blank that must be filled": ("fx_rates", "EUR,,1.1", 2, "valid_from", "a blank"),
    "overlap": (
        "qualification_thresholds",
        "mql,v1,2024-01-01,2024-06-30,1,,,\nmql,v2,2024-06-30,,1,,,",
        3,
        "valid_from",
        "2024-06-30",
    ),
    "gap": (
        "qualification_thresholds",
        "mql,v1,2024-01-01,2024-06-29,1,,,\nmql,v2,2024-07-01,,1,,,",
        3,
        "valid_from",
        "2024-07-01 only",
    ),
    "an end before its beginning": (
        "qualification_thresholds",
        "mql,v1,2024-06-30,2024-01-01,1,,,",
        2,
        "valid_until",
        "2024-01-01",
    ),
    "an operator of numbers on text": (
        "qualification_rules",
        "mql,v1,,,country,gte,5,1",
        2,
        "operator",
        "'gte'",
    ),
    "no number to compare with": (
        "qualification_rules",
        "mql,v1,,,employee_count,gte,many,1",
        2,
        "value",
        "'many'",
    ),
    "a range that is upside down": (
        "qualification_rules",
        "mql,v1,,,employee_count,between,50|10,1",
        2,
        "value",
        "'50|10'",
    ),
    "an unknown dimension": (
        "qualification_rules",
        "mql,v1,,,shoe_size,in,40,1",
        2,
        "dimension",
        "'shoe_size'",
    ),
    "a rate as a percentage": ("targets", "2024-01,retention_rate,all,90", 2, "target", "90"),
    "a target of no channel": ("targets", "2024-01,leads,unattributed,9", 2, "channel", "'unattributed'"),
    "an unknown metric": ("targets", "2024-01,likes,all,90", 2, "metric", "'likes'"),
    "a cell too few": ("targets", "2024-01,leads,all", 2, None, "3 cells"),
    "a zone that no clock shows": (
        "business_calendars",
        "us,America/Gotham",
        2,
        "timezone",
        "'America/Gotham'",
    ),
    "a promise without a measure": (
        "sla_policies",
        "p1,attempts,1,,,,,,,60,,,,,,,",
        2,
        "window_days",
        "a blank",
    ),
    "sizes upside down": (
        "sla_policies",
        "p1,first_response,1,,,50,10,,,60,,,,,,,",
        2,
        "max_employee_count",
        "10",
    ),
    "a promise of an unknown kind": (
        "sla_policies",
        "p1,politeness,1,,,,,,,60,,,,,,,",
        2,
        "commitment",
        "'politeness'",
    ),
    "a clock that starts at nothing": (
        "sla_policies",
        "p1,acceptance,1,,,,,,lead_at,60,,,,,,,",
        2,
        "clock_start",
        "'lead_at'",
    ),
    "a field that leads do not have": (
        "sla_policies",
        "p1,handoff,1,,,,,,,,,,budget|shoe_size,,,,",
        2,
        "required_fields",
        "'budget|shoe_size'",
    ),
    "more minutes than any due time may lie ahead": (
        "sla_policies",
        "p1,acceptance,1,,,,,,,5260321,,,,,,,",
        2,
        "target_minutes",
        "'5260321'",
    ),
    "a target of no whole microsecond": (
        "sla_policies",
        "p1,first_response,1,,,,,,,0.00000001,,,,,,,",
        2,
        "target_minutes",
        "'0.00000001'",
    ),
    "a window of more than a hundred years": (
        "sla_policies",
        "p1,attempts,1,,,,,,,,1,99999999,,,,,",
        2,
        "window_days",
        "'99999999'",
    ),
    "a share beyond the whole": (
        "sla_policies",
        "p1,acceptance,1,,,,,,,60,,,,75,,,",
        2,
        "at_risk_fraction",
        "'75'",
    ),
    "two terms of one policy at once": (
        "sla_policies",
        "p1,acceptance,1,,,,,,,60,,,,,,,2024-06-30\np1,acceptance,1,,,,,,,30,,,,,,2024-06-30,",
        3,
        "valid_from",
        "2024-06-30",
    ),
    "days on which nothing is promised": (
        "sla_policies",
        "p1,acceptance,1,,,,,,,60,,,,,,,2024-06-29\np2,acceptance,1,,,,,,,30,,,,,,2024-07-01,",
        3,
        "valid_from",
        "2024-07-01 only",
    ),
    "one policy of two kinds": (
        "sla_policies",
        "p1,acceptance,1,,,,,,,60,,,,,,,2024-06-30\np1,first_response,1,,,,,,,30,,,,,,2024-07-01,",
        3,
        "commitment",
        "first_response",
    ),
    "a policy on no calendar": (
        "sla_policies",
        "p1,acceptance,1,,,,,,,60,,,,,mars,,",
        2,
        "calendar_id",
        "'mars'",
    ),
    "hours of no calendar": ("business_hours", "mars,1,09:00,17:00,,", 2, "calendar_id", "'mars'"),
    "exceptions of no calendar": ("calendar_exceptions", "mars,2024-01-01,,", 2, "calendar_id", "'mars'"),
    "costs of some attempts": ("attempt_costs", "call,5\nemail,1", None, "activity_type", "meeting, message"),
    "costs of something else": ("attempt_costs", "fax,5", 2, "activity_type", "'fax'"),
    "no mail domain": ("free_mail_domains", "gmail", 2, "domain", "'gmail'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_where_it_stands(tmp_path: Path, mistake: str) -> None:
    seed, rows, line, column, told = MISTAKES[mistake]
    (problem,) = agreed(tmp_path, **{seed: rows})
    assert (problem.file, problem.line, problem.column) == (f"{seed}.csv", line, column)
    assert told in problem.found
    assert problem.expected
    assert problem.action


def test_every_mistake_is_told_at_once_and_nothing_is_frozen(tmp_path: Path) -> None:
    seeds, frozen = tmp_path / "seeds", tmp_path / "frozen"
    seeds.mkdir()
    found = agreed(seeds, fx_rates="EURO,2024-01-01,1.1\nEUR,soon,1.1", stage_mapping=",lead,open,suspect")
    assert [(problem.file, problem.line) for problem in found] == [
        ("stage_mapping.csv", 2),
        ("fx_rates.csv", 2),
        ("fx_rates.csv", 3),
    ]
    with pytest.raises(AgreementError) as raised:
        snapshot(seeds, frozen, TERMS)
    assert [str(problem) in str(raised.value) for problem in found] == [True] * 3
    assert not frozen.exists()


@pytest.mark.parametrize(
    ("former", "later", "told"),
    [
        (
            "old,acceptance,9,,,,,,,60,,,,,,,",
            "new,acceptance,9,,,,,,,30,,,,,,2024-07-01,",
            "new judges while",
        ),
        (
            "a-old,acceptance,9,,,,,,,60,,,,,,,",
            "new,acceptance,9,,,,,,,30,,,,,,2024-07-01,",
            "a-old judges while",
        ),
        (
            "a-old,acceptance,9,,,,,,,60,,,,,,,",
            "new,acceptance,5,,,,,,,30,,,,,,2024-07-01,",
            "new judges while",
        ),
        (
            "old,acceptance,9,,,,,,,60,,,,,,,2024-05-31",
            "new,acceptance,9,,,,,,,30,,,,,,2024-07-01,",
            "until 2024-05-31",
        ),
        ("old,acceptance,9,,,,,,,60,,,,,,,2024-06-30", "new,acceptance,9,,,,,,,30,,,,,,2024-07-01,", None),
        ("old,acceptance,9,,,,,,,60,,,,,,,", "new,acceptance,9,France,,,,,,30,,,,,,2024-07-01,", None),
        ("old,attempts,9,,,,,,,,2,9,,,,,", "new,acceptance,9,,,,,,,30,,,,,,2024-07-01,", None),
    ],
)
def test_a_policy_that_was_not_ended_is_said(
    tmp_path: Path, former: str, later: str, told: str | None
) -> None:
    always = "rest,acceptance,99,,Retail,,,,,600,,,,,,,"
    assert agreed(tmp_path, sla_policies=f"{always}\n{former}\n{later}") == []
    notes = [
        note for note in check_agreement(tmp_path, TERMS) if (note.line, note.column) == (4, "valid_from")
    ]
    assert [told in str(note) for note in notes] == ([True] if told else [])


def test_validity_may_abut_and_versions_of_other_stages_do_not_meet(tmp_path: Path) -> None:
    rows = "mql,v1,,2024-06-30,1,,,\nmql,v2,2024-07-01,,1,,,\nsql,v1,2024-03-01,,1,,,"
    assert agreed(tmp_path, qualification_thresholds=rows) == []


def test_a_source_that_is_not_configured_is_only_said(tmp_path: Path) -> None:
    (tmp_path / "stage_mapping.csv").write_text(f"{HEADERS['stage_mapping']}\nhubspot,lead,open,mql\n")
    notes = [problem for problem in check_agreement(tmp_path, TERMS) if problem.line is not None]
    assert [(note.line, note.column, note.severity) for note in notes] == [(2, "source_system", "note")]
