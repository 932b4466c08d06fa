"""The sample company: a seeded simulator of marketing and sales that is a source like any other.

The public names are here; `world` gives the order of the simulation, `spool` the way from there to rows.
"""

from ingestion.sources.sample.config import SampleConfig
from ingestion.sources.sample.defects import DEFECTS
from ingestion.sources.sample.files import write_files
from ingestion.sources.sample.source import SampleSource
from ingestion.sources.sample.truth import truth

__all__ = ["DEFECTS", "SampleConfig", "SampleSource", "truth", "write_files"]
