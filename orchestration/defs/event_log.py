"""Dagster's memory of what happened in runs: its consolidated SQLite event log over connections that stay open.

What is kept for how long is said in `retention`; dagster.yaml names this class.
"""

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cached_property

from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage
from dagster._core.storage.event_log.polling_event_watcher import SqlPollingEventWatcher
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import Connection, Engine, create_engine, event, inspect


class EventLog(ConsolidatedSqliteEventLogStorage):
    """The event log of a deployment in one file.

    Dagster opens, syncs and closes the file two or three times an event, and a night has some nine hundred: seven
    seconds of the processor and many more of the disk. Here connections stay open, and a commit is handed to the
    operating system without waiting for the disk: a kill loses nothing, a power cut at most the last events told.
    """

    def _init_db(self) -> None:
        """Make the file, whole or not at all: one that a kill left half made would never be finished by Dagster."""
        os.makedirs(self._base_dir, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".event_log-", dir=self._base_dir) as folder:
            made = ConsolidatedSqliteEventLogStorage(folder).get_db_path()
            # Linked rather than moved: another process that was faster may have told the file something by now.
            with suppress(FileExistsError):
                os.link(made, self.get_db_path())

    @cached_property
    def _engine(self) -> Engine:
        engine = create_engine(self._conn_string, connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS})

        @event.listens_for(engine, "connect")
        def opened(connection, _record):
            connection.execute("pragma synchronous = normal")

        return engine

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        with self._engine.begin() as connection:
            yield connection

    # Two questions that Dagster asks again for every event of an asset or a check; the file's making settled them.

    @cached_property
    def _shape(self) -> dict[str, bool]:
        return {}

    def has_table(self, table_name: str) -> bool:
        if table_name not in self._shape:
            self._shape[table_name] = inspect(self._engine).has_table(table_name)
        return self._shape[table_name]

    def _has_asset_key_col_on_connection(self, conn: Connection, column_name: str) -> bool:
        if column_name not in self._shape:
            self._shape[column_name] = super()._has_asset_key_col_on_connection(conn, column_name)
        return self._shape[column_name]

    # Dagster's page watches a run by changes of the file, which an open connection makes late: it asks for events
    # instead, as it does of a database server.

    @cached_property
    def _watcher(self) -> SqlPollingEventWatcher:
        return SqlPollingEventWatcher(self)

    def watch(self, run_id: str, cursor: str | None, callback: Callable) -> None:
        self._watcher.watch_run(run_id, cursor, callback)

    def end_watch(self, run_id: str, handler: Callable) -> None:
        self._watcher.unwatch_run(run_id, handler)

    def dispose(self) -> None:
        self._watcher.close()
        self._engine.dispose()
