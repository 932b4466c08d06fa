"""Defects that can be planted by name, each with the gate that has to find it: the sample's way to test the checks.

The registry and the planting belong here; the dirt that is no defect stands in `dirt`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from ingestion.sources.sample.blemishes import with_copies, with_values
from ingestion.sources.sample.render import RECORDED

Plant = Callable[[pa.Table, str, int], pa.Table]
"""From spooled rows, the defect's name and the instant additional rows are recorded at, to rows with the defect."""
ROWS = 3
"""Rows that a defect of single rows spoils; too few to refuse a batch."""


@dataclass(frozen=True)
class Defect:
    """A defect: the table it is planted in, what is planted, and which gate and check must find it.

    `gate` is `gate 1 row` (rows are quarantined, the run goes on), `gate 1 batch` (the batch is refused, the run
    stops), `gate 1 note` (reported, nothing is rejected), `gate 2` (nothing is published) or `report` (told by
    rpt_data_quality, the run goes on). Row defects are additional rows of the first chunk, recorded last of all;
    what is planted `everywhere` spoils the rows there are, in every chunk.
    """

    table: str
    planted: str
    gate: str
    check: str
    plant: Plant
    everywhere: bool = False


def _copied(key: str | None = None, **changes: str | list | None) -> Plant:
    """Copies of the first rows; `key` names the column that gets keys of their own, the defect's name and a number."""

    def plant(table: pa.Table, name: str, recorded: int) -> pa.Table:
        rows = np.arange(min(ROWS, table.num_rows))
        named = {key: [f"{name}-{position}" for position in rows]} if key else {}
        return with_copies(table, rows, **named, **changes, **{RECORDED: [recorded] * len(rows)})

    return plant


def _mostly(column: str, value: str) -> Plant:
    """`value` in three of five rows."""
    return lambda table, *_: with_values(
        table, column, np.flatnonzero(np.arange(table.num_rows) % 5 < 3), value
    )


def _without(column: str) -> Plant:
    return lambda table, *_: table.drop_columns([column])


DEFECTS: dict[str, Defect] = {
    "unreadable_date": Defect(
        "marketing_contact",
        "created_at 31.02.2026 25:61",
        "gate 1 row",
        "readable created_at",
        _copied(key="contact_id", created_at="31.02.2026 25:61"),
    ),
    "blank_key": Defect("crm_lead", "lead_id blank", "gate 1 row", "required lead_id", _copied(lead_id=" ")),
    "blank_required_value": Defect(
        "marketing_touch",
        "touch_type blank",
        "gate 1 row",
        "required touch_type",
        _copied(key="touch_id", touch_type=None),
    ),
    "bad_money": Defect(
        "crm_opportunity",
        "amount 12,5OO.00 with letters for zeros",
        "gate 1 row",
        "readable amount",
        _copied(key="opportunity_id", amount="12,5OO.00"),
    ),
    "unexpected_value": Defect(
        "crm_activity",
        "outcome smoke signal",
        "gate 1 note",
        "expected outcome",
        _copied(key="activity_id", outcome="smoke signal"),
    ),
    "missing_required_column": Defect(
        "crm_activity",
        "no column occurred_at",
        "gate 1 batch",
        "required column occurred_at",
        _without("occurred_at"),
        everywhere=True,
    ),
    "mostly_garbage": Defect(
        "marketing_contact",
        "created_at ??? in three of five rows",
        "gate 1 batch",
        "rejection threshold",
        _mostly("created_at", "???"),
        everywhere=True,
    ),
    "changed_type": Defect(
        "crm_account",
        "employee_count 50-200 in three of five rows",
        "gate 1 batch",
        "rejection threshold",
        _mostly("employee_count", "50-200"),
        everywhere=True,
    ),
    "merge_cycle": Defect(
        "crm_lead",
        "three leads merged into each other in a ring",
        "report",
        "merge_cycle",
        _copied(
            key="lead_id", email=None, merged_into_lead_id=["merge_cycle-1", "merge_cycle-2", "merge_cycle-0"]
        ),
    ),
    "missing_survivor": Defect(
        "crm_lead",
        "leads merged into one that does not exist",
        "report",
        "missing_survivor",
        _copied(key="lead_id", merged_into_lead_id="nowhere"),
    ),
    "closed_without_date": Defect(
        "crm_opportunity",
        "lost deals with neither closed_at nor close_date",
        "report",
        "closed_without_date",
        _copied(
            key="opportunity_id",
            closed_at=None,
            close_date=None,
            is_closed="true",
            is_won="false",
            stage="Closed Lost",
        ),
    ),
    "missing_exchange_rate": Defect(
        "crm_opportunity",
        "deals in ZAR, which fx_rates does not have",
        "gate 2",
        "missing_exchange_rate",
        _copied(key="opportunity_id", currency="ZAR"),
    ),
    "unmapped_status": Defect(
        "crm_lead_history",
        "the status Parked, which stage_mapping does not have",
        "report",
        "unmapped_status",
        _copied(key="history_id", field="status", new_value="Parked"),
    ),
    "unmapped_utm": Defect(
        "marketing_touch",
        "utm_source mystery without anything else, which no channel rule knows",
        "report",
        "unknown_channel",
        _copied(
            key="touch_id",
            utm_source="mystery",
            utm_medium=None,
            click_id=None,
            referrer_url=None,
            channel=None,
        ),
    ),
}
"""By name, what `defects` of the configuration may ask for."""


def planted(name: str, table: pa.Table, defects: tuple[str, ...], is_first: bool, recorded: int) -> pa.Table:
    """The spooled rows of table `name` with those of `defects` that concern it.

    `is_first` says it is the first chunk, `recorded` when additional rows are recorded (seconds since 1970).
    """
    for each in defects:
        defect = DEFECTS[each]
        if defect.table == name and (defect.everywhere or is_first):
            table = defect.plant(table, each, recorded)
    return table
