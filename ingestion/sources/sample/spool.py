"""The simulated chunks on disk: each is simulated once, for all tables, and read as often as a table or night asks.

Making, keeping and reading the spooled Parquet files belongs here; which rows a unit holds is the source's business.
"""

from __future__ import annotations

import os
import shutil
import tempfile
import weakref
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ingestion.sources.sample import (
    activity_rows,
    campaigns,
    contact_rows,
    deal_rows,
    lead_rows,
    lead_story,
    party_rows,
    team,
    touch_rows,
    world,
)
from ingestion.sources.sample.config import SampleConfig
from ingestion.sources.sample.defects import planted
from ingestion.sources.sample.dirt import soiled
from ingestion.sources.sample.draws import generator
from ingestion.sources.sample.render import RECORDED, Rows, in_order

COMPANY_TABLES = ("campaign", "ad_spend", "web_visit_daily", "crm_user")
CHUNK_TABLES = (
    "marketing_contact",
    "marketing_touch",
    "crm_lead",
    "crm_lead_history",
    "crm_account",
    "crm_contact",
    "crm_opportunity",
    "crm_opportunity_contact",
    "crm_opportunity_history",
    "crm_activity",
)
TABLES = COMPANY_TABLES + CHUNK_TABLES
COMPANY = -1
"""The chunk that stands for the tables of the company as a whole."""
BATCH_ROWS = 65_536
DIRT, DEALT = 3, 4
"""Streams of random numbers besides those of `world`."""


class Spool:
    """Chunks under `folder`, which several processes may share; a folder of its own, gone with the object, if None."""

    def __init__(self, config: SampleConfig, folder: Path | None = None) -> None:
        self.config = config
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="closedloop-sample-"))
            weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.folder = folder / config.world

    def read(
        self, table: str, chunk: int, since: int | None = None, until: int | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Rows of a table in a chunk, by the instant of recording, those of [since, until) if given; at least one
        batch, which may be empty. Simulates the chunk if nobody has yet."""
        path = self._chunk(chunk) / f"{table}.parquet"
        bounds = [(RECORDED, ">=", since)] if since is not None else []
        bounds += [(RECORDED, "<", until)] if until is not None else []
        if bounds:
            found = pq.read_table(path, filters=bounds, partitioning=None).drop_columns([RECORDED])
            yield from found.to_batches(BATCH_ROWS) or [pa.RecordBatch.from_pylist([], found.schema)]
            return
        with pq.ParquetFile(path) as file:
            names = [name for name in file.schema_arrow.names if name != RECORDED]
            yield from file.iter_batches(BATCH_ROWS, columns=names)

    def _chunk(self, chunk: int) -> Path:
        path = self.folder / (f"chunk-{chunk:05d}" if chunk != COMPANY else "company")
        if not path.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            partial = Path(tempfile.mkdtemp(prefix=".partial-", dir=self.folder))
            for name, rows in _rows(self.config, chunk):
                pq.write_table(
                    rows, partial / f"{name}.parquet", row_group_size=BATCH_ROWS, store_schema=False
                )
            _claim(partial, path)
        return path


def _claim(partial: Path, path: Path) -> None:
    """Put a chunk in its place; another process may have been faster with the same one."""
    try:
        os.rename(partial, path)
    except OSError:
        if not path.exists():
            raise
        shutil.rmtree(partial)


def _rows(config: SampleConfig, chunk: int) -> Iterator[tuple[str, pa.Table]]:
    made = _company_rows(config) if chunk == COMPANY else _chunk_rows(world.simulate(config, chunk))
    is_first = chunk in (COMPANY, 0)
    for rows in made:
        table = rows.spooled()
        if config.dirt:
            table = soiled(
                rows.table, table, generator(config.seed, DIRT, chunk + 1, TABLES.index(rows.table))
            )
        table = planted(rows.table, table, config.defects, is_first, config.clock.horizon - 1)
        yield rows.table, in_order(table)


def _company_rows(config: SampleConfig) -> Iterator[Rows]:
    clock, leads = config.clock, config.leads
    yield campaigns.campaign_rows(clock, leads)
    yield campaigns.spend_rows(generator(config.seed, DEALT, 1), clock, leads)
    yield campaigns.visit_rows(generator(config.seed, DEALT, 2), clock, leads)
    yield team.user_rows(generator(config.seed, DEALT, 3), clock, world.company_team(config))


def _chunk_rows(simulated: world.World) -> Iterator[Rows]:
    stream = {name: simulated.stream(position) for position, name in enumerate(("story", *CHUNK_TABLES))}
    story = lead_story.tell(simulated, stream["story"])
    yield contact_rows.contact_rows(simulated, stream["marketing_contact"])
    yield touch_rows.touch_rows(simulated, stream["marketing_touch"])
    yield lead_rows.lead_rows(simulated, story, stream["crm_lead"])
    yield lead_rows.history_rows(simulated, story, stream["crm_lead_history"])
    yield party_rows.account_rows(simulated, stream["crm_account"])
    yield party_rows.crm_contact_rows(simulated, stream["crm_contact"])
    yield deal_rows.deal_rows(simulated, story.converted_deal, stream["crm_opportunity"])
    yield party_rows.role_rows(simulated, stream["crm_opportunity_contact"])
    yield deal_rows.deal_history_rows(simulated, stream["crm_opportunity_history"])
    yield activity_rows.activity_rows(simulated, stream["crm_activity"])
