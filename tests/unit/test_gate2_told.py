"""What gate 2 says of a critical check: what was found, and what to do about it.

Whether it notices what is wrong is tested with planted defects, on a whole night.
"""

from __future__ import annotations

from datetime import datetime

import duckdb
import pytest

from orchestration.quality.gate2 import DATED, judge


@pytest.mark.parametrize(
    ("check", "subject", "to_do"),
    [
        ("clock_outside_calendar", "no calendar", "vars.default_calendar_id"),
        ("missing_exchange_rate", "EUR on 2026-01-01", "seeds/fx_rates.csv"),
        ("another", "", "Mend what the check names"),
    ],
)
def test_a_critical_check_says_what_to_do(check: str, subject: str, to_do: str) -> None:
    with duckdb.connect() as connection:
        connection.execute("create schema marts; create schema reports")
        for (schema, table), columns in DATED.items():
            connection.execute(
                f"create table {schema}.{table} ({', '.join(f'{column} timestamp' for column in columns)})"
            )
        connection.execute("create table reports.rpt_ledger (identity text, verdict text)")
        connection.execute(
            "create table reports.rpt_data_quality as select $1 as check_name, 'crm_lead' as table_name, "
            "$2 as subject, 'critical' as severity, 'fail' as status, 7 as failed_rows",
            [check, subject],
        )
        (failed,) = [verdict for verdict in judge(connection, datetime(2026, 7, 1)) if not verdict.passed]
    (found,) = failed.failed
    assert found.startswith(f"{check} of crm_lead: {subject} (7 rows). ")
    assert to_do in found
