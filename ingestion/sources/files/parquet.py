"""Reading Parquet into batches, its values typed as they are.

Only this format belongs here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.sources.files.headers import LINE, column_names

_ROWS = 50_000


def read(handle: BinaryIO) -> Iterator[pa.RecordBatch]:
    """The rows with their own types, and `_line`, the 1-based number of the record in the file."""
    file = pq.ParquetFile(handle)
    names = column_names(file.schema_arrow.names)
    schema = pa.schema([*zip(names, file.schema_arrow.types, strict=True), (LINE, pa.int64())])
    yield pa.RecordBatch.from_pylist([], schema)
    first = 1
    for batch in file.iter_batches(_ROWS):
        numbers = pa.array(np.arange(first, first + batch.num_rows), pa.int64())
        yield pa.RecordBatch.from_arrays([*batch.columns, numbers], schema=schema)
        first += batch.num_rows
