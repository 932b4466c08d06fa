"""`closedloop channels`: which channel rule speaks of a link, UTM values or a source, and what no rule knows.

How text is read and judged is the business of `orchestration.agreement`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import InputError
from orchestration.cli.printing import Format

if TYPE_CHECKING:
    from orchestration.agreement.explaining import Explanation
    from orchestration.agreement.reading import Row
    from orchestration.agreement.signals import Reading

app = typer.Typer(no_args_is_help=True, help="Channel rules: explain one judgement, list what no rule knows.")

SHOWN = 60
"""Characters of a pattern that a table shows; the seed has the rest."""


class Kind(StrEnum):
    """What signals come from."""

    TOUCH = "touch"
    VISIT = "visit"
    RECORD = "record"
    SPEND = "spend"


@app.command()
def explain(
    text: Annotated[
        str, typer.Argument(help="Link, UTM values, `source / medium`, referrer or lead source.")
    ],
    referrer: Annotated[
        str | None, typer.Option(help="Referrer that came with it.", show_default=False)
    ] = None,
) -> None:
    """Tell which rule of channel_rules.csv gives a channel, and why the rules before it do not.

    A word may be a lead source or a utm_source: both are told.

    Examples: `closedloop channels explain "https://acme.com/?utm_source=google&utm_medium=cpc&gclid=x1"`,
    `closedloop channels explain "newsletter / email"`, `closedloop channels explain "Trade Show"`,
    `closedloop channels explain https://www.zhihu.com/question/1`
    """
    from orchestration.agreement.explaining import channel_rules, click_id_names, explain
    from orchestration.agreement.signals import read

    if not text.strip():
        raise InputError(
            'nothing to explain; give a link or a source, as in: closedloop channels explain "Trade Show"'
        )
    deployment = session.deployment()
    rules = channel_rules(deployment.seeds, deployment.terms)
    for at, reading in enumerate(read(text, click_id_names(rules), referrer)):
        if at:
            printing.say()
        _tell(reading, explain(rules, reading.signals))


@app.command()
def unmatched(
    kind: Annotated[Kind | None, typer.Option(help="Only of this kind.", show_default=False)] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print the list.")] = Format.TABLE,
    limit: Annotated[int, typer.Option(help="Rows to print, 0 for all.", min=0)] = 30,
) -> None:
    """List by volume what no channel rule knows in the published version: what to write rules for next.

    Example: `closedloop channels unmatched --kind touch --limit 10`
    """
    from orchestration.publish.reading import ask

    deployment = session.deployment()
    chosen = "" if kind is None else f"where kind = '{kind}'"
    sql = (
        f"from reports.rpt_unmatched_channel {chosen} order by occurrences desc, spend desc nulls last, kind"
    )
    options = deployment.options
    with ask(deployment.layout.published, sql, options.memory_limit, options.threads) as answer:
        rows, more = printing.first(answer.rows, limit)
        if form is not Format.TABLE:
            printing.write(form, answer.columns, rows)
            return
        if not rows:
            printing.say("nothing: every signal met a rule, and all spend has a channel")
            return
        printing.table(answer.columns, rows)
    if more:
        printing.say(f"the first {len(rows)}; --limit 0 prints all")
    kinds = {row[answer.columns.index("kind")] for row in rows}
    if kinds != {Kind.SPEND}:
        printing.say('add rules to channel_rules.csv; try them with: closedloop channels explain "..."')
    if Kind.SPEND in kinds:
        printing.say(
            "spend has no signals that a rule could read: name its channel in ad_spend or in campaign"
        )


def _tell(reading: Reading, explanation: Explanation) -> None:
    given = reading.signals.given()
    kind = "record" if "lead_source" in given else "touch"
    said = ", ".join(f"{name} {value!r}" for name, value in given.items()) or "no signal at all"
    printing.say(f"as a {kind} with {said}:")
    for note in reading.notes:
        printing.say(f"  ({note})")
    by = "no rule matches" if explanation.rule is None else f"by {_rule(explanation.rule)}"
    printing.say(f"  channel {explanation.channel}, confidence {explanation.confidence}, {by}")
    if explanation.passed_over:
        printing.table(
            ("priority", "would give", "does not match, for"),
            [
                (str(passed.rule["priority"]), passed.rule["channel"], "; ".join(map(_short, passed.reasons)))
                for passed in explanation.passed_over
            ],
            "Rules before it" if explanation.rule else "Rules asked",
        )


def _rule(rule: Row) -> str:
    return f"the rule of priority {rule['priority']} (line {rule.line} of channel_rules.csv)"


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
