"""The files source: tables from CSV, Parquet, JSONL and .xlsx files, local or in object storage.

The names other packages use are given here; the work is in the modules, one a concern.
"""

from ingestion.sources.files.configuration import FilesConfig, FileTable
from ingestion.sources.files.errors import ChangedWhileRead, UnreadableFile
from ingestion.sources.files.source import FileSource
from ingestion.sources.files.validation import Mistake, problems

__all__ = [
    "ChangedWhileRead",
    "FileSource",
    "FileTable",
    "FilesConfig",
    "Mistake",
    "UnreadableFile",
    "problems",
]
