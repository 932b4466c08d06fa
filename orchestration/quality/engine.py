"""Great Expectations' SQL engine over a DuckDB session that is already open.

Importing this imports Great Expectations: do it late. What is validated through it belongs to `expectations`.
"""

from __future__ import annotations

from typing import Any

import duckdb
import sqlalchemy
from duckdb_engine import ConnectionWrapper
from great_expectations.execution_engine.sqlalchemy_execution_engine import SqlAlchemyExecutionEngine


class _Borrowed(ConnectionWrapper):
    """The session of someone else: closing it is theirs to do."""

    def close(self) -> None:
        self.closed = True


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """The SQL engine, with rows fetched while the connection is held.

    The original fetches them after it was given back, where duckdb-engine (0.17) has none left and every check fails
    with `list index out of range`. May go when either of both fetches earlier.
    """

    def execute_query(self, query: Any) -> Any:
        with self.get_connection() as connection:
            return self._execute_query_with_recovery(connection, query).freeze()()


def execution_engine(connection: duckdb.DuckDBPyConnection) -> DuckDBExecutionEngine:
    """An engine whose queries run in the session `connection`, temporary views included."""
    engine = sqlalchemy.create_engine(
        "duckdb://", creator=lambda: _Borrowed(connection), poolclass=sqlalchemy.pool.StaticPool
    )
    return DuckDBExecutionEngine(engine=engine)
