"""Reading Parquet into batches, its values typed as they are.

Only this format belongs here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ingestion.sources.files.headers import LINE, column_names

_ROWS = 50_000
_MOST_PLACES = 18
"""Decimal places kept of decimals wider than the landing's: twenty digits are left before the point."""


def read(handle: BinaryIO) -> Iterator[pa.RecordBatch]:
    """The rows with their own types, and `_line`, the 1-based number of the record in the file.

    Decimals of 256 bits and halves of a float, which the landing has no type for, take the widest and the next one.
    """
    file = pq.ParquetFile(handle)
    names = column_names(file.schema_arrow.names)
    types = [_landed(received) for received in file.schema_arrow.types]
    schema = pa.schema([*zip(names, types, strict=True), (LINE, pa.int64())])
    yield pa.RecordBatch.from_pylist([], schema)
    first = 1
    for batch in file.iter_batches(_ROWS):
        numbers = pa.array(np.arange(first, first + batch.num_rows), pa.int64())
        columns = [_cast(*column) for column in zip(batch.columns, types, strict=True)]
        yield pa.RecordBatch.from_arrays([*columns, numbers], schema=schema)
        first += batch.num_rows


def _landed(received: pa.DataType) -> pa.DataType:
    if pa.types.is_decimal256(received):
        return pa.decimal128(38, min(received.scale, _MOST_PLACES))
    return pa.float32() if pa.types.is_float16(received) else received


def _cast(column: pa.Array, landed: pa.DataType) -> pa.Array:
    if column.type == landed:
        return column
    return (pc.round(column, landed.scale) if pa.types.is_decimal(landed) else column).cast(landed)
