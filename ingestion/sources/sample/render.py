"""How simulated numbers become the columns of an extract: ids, times, money and words as an export writes them.

Turning arrays into Arrow columns belongs here; deciding their values does not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ingestion.contracts import contracts

RECORDED = "_recorded_at"
"""Spooled beside the columns: seconds since 1970 at which the source had the row; never handed over."""
ID_SPACE = 10_000_000
"""Ids of one kind that a chunk may use."""


@dataclass(frozen=True)
class Rows:
    """Rows of one table, with the instant (seconds since 1970) each was recorded."""

    table: str
    columns: dict[str, pa.Array]
    recorded: np.ndarray

    def spooled(self) -> pa.Table:
        """Contract columns first, then any others, and the instant of recording."""
        names = [name for name in contracts()[self.table].column_names if name in self.columns]
        names += [name for name in self.columns if name not in names]
        return pa.table({name: self.columns[name] for name in names} | {RECORDED: pa.array(self.recorded)})


def in_order(table: pa.Table) -> pa.Table:
    """Spooled rows in the order of their recording, which decides between versions without an updated_at."""
    instants = table[RECORDED].to_numpy()
    if np.all(instants[1:] >= instants[:-1]):
        return table
    return table.take(pa.array(np.argsort(instants, kind="stable")))


def ids(prefix: str, number: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """`prefix` and a number; null where not `present`."""
    digits = pc.cast(pa.array(number, mask=None if present is None else ~present), pa.string())
    return pc.binary_join_element_wise(prefix, digits, "")


def words(number: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """Whole numbers as text; null where not `present`."""
    return pc.cast(pa.array(number.astype(np.int64), mask=None if present is None else ~present), pa.string())


def text(values: Sequence[str | None] | pa.Array, position: np.ndarray) -> pa.Array:
    """`values` at `position`; null at a negative one."""
    source = values if isinstance(values, pa.Array) else pa.array(values, pa.string())
    return source.take(pa.array(position, mask=position < 0))


def blanked(column: pa.Array, blank: np.ndarray) -> pa.Array:
    """`column`, null where `blank`."""
    return pc.if_else(pa.array(~blank), column, None)


def times(instant: np.ndarray, horizon: int) -> pa.Array:
    """ISO-8601 in UTC with a Z; null for what has not happened by `horizon`."""
    stamps = pa.array(instant, mask=instant >= horizon).cast(pa.timestamp("s"))
    return pc.strftime(stamps, "%Y-%m-%dT%H:%M:%SZ")


def local_times(instant: np.ndarray, offset: np.ndarray) -> pa.Array:
    """ISO-8601 on a clock `offset` seconds ahead of UTC, with that offset: 2025-10-26T02:30:00+01:00."""
    wall = pc.strftime(pa.array(instant + offset).cast(pa.timestamp("s")), "%Y-%m-%dT%H:%M:%S")
    kinds, kind = np.unique(offset, return_inverse=True)
    signs = [
        f"{'-' if each < 0 else '+'}{abs(each) // 3600:02d}:{abs(each) % 3600 // 60:02d}" for each in kinds
    ]
    return pc.binary_join_element_wise(wall, text(signs, kind), "")


def stamps(instant: np.ndarray) -> pa.Array:
    """Typed timestamps in UTC, for the long tables, where text would cost half the volume."""
    return pa.array(instant * 1_000_000).cast(pa.timestamp("us", "UTC"))


def dates(epoch_day: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """ISO dates as text; null where not `present`."""
    days = pa.array(epoch_day.astype(np.int32), mask=None if present is None else ~present)
    return days.cast(pa.date32()).cast(pa.string())


def money(cents: np.ndarray, present: np.ndarray | None = None) -> pa.Array:
    """Amounts of whole cents as text with a point and two decimals; null where not `present`."""
    amount = cents.astype(np.int64)
    mask = None if present is None else ~present
    whole = pc.cast(pa.array(amount // 100, mask=mask), pa.string())
    rest = pc.utf8_lpad(pc.cast(pa.array(amount % 100, mask=mask), pa.string()), 2, "0")
    return pc.binary_join_element_wise(whole, rest, ".")


def flags(value: np.ndarray) -> pa.Array:
    """Booleans as `true` and `false`."""
    return text(["false", "true"], value.astype(np.int8))
