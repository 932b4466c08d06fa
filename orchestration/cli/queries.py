"""`closedloop query`: SQL or a named question on the published marts.

The questions stand in `orchestration.publish.questions`; how they are asked in `reading`.
"""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli import printing, session
from orchestration.cli.error_handling import InputError
from orchestration.cli.printing import Format

ROWS_OF_A_TABLE = 50


def query(
    sql: Annotated[
        str | None, typer.Argument(help="SQL to run on the live version.", show_default=False)
    ] = None,
    question: Annotated[
        str | None, typer.Option("--question", "-q", help="Name of a question.", show_default=False)
    ] = None,
    list_: Annotated[bool, typer.Option("--list", help="List the questions.")] = False,
    show: Annotated[
        bool, typer.Option("--sql", help="Print a question's SQL instead of its answer.")
    ] = False,
    form: Annotated[Format, typer.Option("--format", help="How to print the answer.")] = Format.TABLE,
    limit: Annotated[
        int | None,
        typer.Option(
            help=f"Rows to print, 0 for all. Default: {ROWS_OF_A_TABLE} in a table, else all.",
            min=0,
            show_default=False,
        ),
    ] = None,
) -> None:
    """Ask the published marts: SQL, or one of the named questions.

    `getvariable('as_of')` in SQL is the moment the published version speaks for.

    Examples: `closedloop query --list`, `closedloop query -q funnel_this_year`,
    `closedloop query "select count(*) from marts.fct_lead_to_deal" --format csv`
    """
    if list_:
        _list()
        return
    if (sql is None) == (question is None):
        raise InputError('give either SQL or --question NAME, as in: closedloop query "from marts.dim_stage"')
    from orchestration.publish.reading import ask, question_sql

    text = sql if question is None else question_sql(question)
    if show:
        print(text.rstrip())
        return
    deployment = session.deployment()
    options = deployment.options
    with ask(deployment.layout.published, text, options.memory_limit, options.threads) as answer:
        if form is Format.TABLE:
            rows, more = printing.first(answer.rows, ROWS_OF_A_TABLE if limit is None else limit)
            printing.table(answer.columns, rows)
            if more:
                printing.say(f"the first {len(rows)} rows; --limit 0 prints all, --format csv too")
        else:
            rows, _ = printing.first(answer.rows, limit) if limit else (answer.rows, False)
            printing.write(form, answer.columns, rows)


def _list() -> None:
    from orchestration.publish.questions import questions

    printing.table(
        ("name", "question"), [(question.name, question.text) for question in questions().values()]
    )
    printing.say("ask one with: closedloop query --question NAME")
