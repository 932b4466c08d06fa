"""Changing rows that are already written: copies with other values, and values replaced.

The means of dirt and defects belong here; which of them are used stands in `dirt` and `defects`.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc


def with_copies(table: pa.Table, rows: np.ndarray, **changes: object) -> pa.Table:
    """`table` and then a copy of each of `rows`, differing in the columns of `changes`."""
    changed = table.take(pa.array(rows))
    for column, value in changes.items():
        changed = _set(changed, column, value if isinstance(value, list) else [value] * len(rows))
    return pa.concat_tables([table, changed])


def with_values(table: pa.Table, column: str, rows: np.ndarray, value: str | None) -> pa.Table:
    """`table` with `value` in `column` of `rows`."""
    chosen = np.zeros(table.num_rows, dtype=bool)
    chosen[rows] = True
    values = pc.if_else(pa.array(chosen), pa.scalar(value, pa.string()), table[column])
    return table.set_column(table.schema.get_field_index(column), column, values)


def _set(table: pa.Table, column: str, values: list) -> pa.Table:
    return table.set_column(
        table.schema.get_field_index(column), column, pa.array(values, table.schema.field(column).type)
    )
