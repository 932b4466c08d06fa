"""The rows of one table of a published file: all written, or those changed that differ.

Which file is written anew or carried on is decided in `database`.
"""

from __future__ import annotations

import duckdb

from orchestration.publish.content import Table, quoted, row_hash

DIFFERENT_LIMIT = 0.5
"""The share of different rows from which on writing all is cheaper."""


def write_rows(connection: duckdb.DuckDBPyConnection, source: str, table: Table) -> None:
    """Write the table into the attached file `built`, in the place of one of the same name."""
    connection.execute(f"create schema if not exists built.{quoted(table.schema)}")
    connection.execute(
        f"create or replace table {table.relation('built')} as "
        f"select * from {table.relation(source)} {table.order}"
    )


def is_changeable(table: Table, former: Table | None) -> bool:
    """Whether `former` can become `table` by changing some rows, if any: a sorted table would be so no more."""
    if former is None or former.view is not None or not former.fits(table):
        return False
    return former.parts == table.parts or not (former.is_sorted or table.is_sorted)


def change_rows(connection: duckdb.DuckDBPyConnection, source: str, table: Table, former: Table) -> bool:
    """Make `former` in the attached file `built` into `table`, parts that are the same left alone.

    False, and nothing is done, where all are better written: most rows differ, or their hashes do not tell them apart
    (the same row twice). Deleted rows do not add up: at the checkpoint DuckDB packs what has many of them.
    """
    mine, theirs = set(table.parts) - set(former.parts), set(former.parts) - set(table.parts)
    if not mine and not theirs:
        return True
    target = table.relation("built")
    condition = " or ".join(sorted({f"({table.condition(part)})" for part in mine | theirs}))
    hashed = row_hash(table.columns)
    connection.execute(
        f"""
        create or replace temp table differing as
        select stored.*, fresh.*
        from (select *, {hashed} as __fresh from {table.relation(source)} where {condition}) as fresh
        full join (select rowid as __row, {hashed} as __stored from {target} where {condition}) as stored
            on fresh.__fresh = stored.__stored
        where stored.__row is null or fresh.__fresh is null
        """
    )
    inserted, *difference = connection.execute(
        """
        select
            count(__fresh),
            count(__fresh) - count(__stored),
            coalesce(sum(__fresh::hugeint), 0) - coalesce(sum(__stored::hugeint), 0)
        from differing
        """
    ).fetchone()
    expected = [
        sum(part.rows for part in mine) - sum(part.rows for part in theirs),
        sum(part.hashes for part in mine) - sum(part.hashes for part in theirs),
    ]
    is_worth_it = difference == expected and inserted <= DIFFERENT_LIMIT * table.rows
    if is_worth_it:
        columns = ", ".join(quoted(column.name) for column in table.columns)
        connection.execute(
            f"delete from {target} where rowid in (select __row from differing where __row is not null)"
        )
        connection.execute(f"insert into {target} select {columns} from differing where __row is null")
    connection.execute("drop table differing")
    return is_worth_it
