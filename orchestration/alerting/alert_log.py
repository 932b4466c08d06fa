"""What was told to whom: a SQLite file with one row per promise, status and service.

Which promises are worth telling is said in `breaches`. Every method is one short transaction.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

AlertKey = tuple[str, str]
"""What is told once a service: a promise (its `sla_event_id`) in one status."""

_TABLE = """
create table if not exists told (
    service text not null, sla_event_id text not null, status text not null, as_of text not null,
    is_delivered integer not null, primary key (service, sla_event_id, status)
)
"""


class AlertLog:
    """The log at `path`; created when it is missing.

    A promise is noted before it is sent and forgotten when the delivery failed. So a kill in between leaves it noted,
    and nobody is told twice; that nobody may have been told at all is what `left_open` is for.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with self._transaction() as connection:
            connection.execute(_TABLE)

    def untold(self, service: str, asked: Collection[AlertKey]) -> set[AlertKey]:
        """Those that were not told through a service. Looked up one by one: all that ever was would fill memory."""
        query = "select 1 from told where service = ? and sla_event_id = ? and status = ?"
        with self._transaction() as connection:
            return {one for one in asked if connection.execute(query, [service, *one]).fetchone() is None}

    def newest(self, until: datetime) -> datetime | None:
        """The latest moment up to `until` that anything was told of, both naive UTC; None before the first time."""
        query = "select max(as_of) from told where as_of <= ?"
        with self._transaction() as connection:
            (found,) = connection.execute(query, [_text(until)]).fetchone()
        return None if found is None else datetime.fromisoformat(found)

    def note(self, service: str, told: Collection[AlertKey], as_of: datetime) -> None:
        """Note what is about to be sent."""
        with self._transaction() as connection:
            connection.executemany(
                "insert into told values (?, ?, ?, ?, 0)", [(service, *one, _text(as_of)) for one in told]
            )

    def confirm(self, service: str) -> None:
        """What was noted last has been delivered."""
        with self._transaction() as connection:
            connection.execute("update told set is_delivered = 1 where service = ?", [service])

    def forget(self, service: str) -> None:
        """What was noted last could not be delivered: it counts as untold."""
        with self._transaction() as connection:
            connection.execute("delete from told where service = ? and is_delivered = 0", [service])

    def left_open(self) -> int:
        """How many rows a kill left without a word of delivery. They count as told from now on."""
        with self._transaction() as connection:
            return connection.execute("update told set is_delivered = 1 where is_delivered = 0").rowcount

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self.path, timeout=60, isolation_level=None)
        try:
            connection.execute("begin immediate")
            yield connection
            connection.execute("commit")
        finally:
            connection.close()


def _text(moment: datetime) -> str:
    """A moment as it is kept: texts are in the order of the moments."""
    return moment.isoformat(timespec="microseconds")
