"""Publication: what BI tools and people read, as versions of which one is live, swapped while readers read.

Building, switching, checking and listing versions belong here, free of Dagster; whether a night may publish does not.
"""

from orchestration.publish.content import Description
from orchestration.publish.publication import Publication
from orchestration.publish.publishing import publish
from orchestration.publish.version_store import PublishError
from orchestration.publish.versions import (
    PREVIOUS,
    current,
    current_if_readable,
    rollback,
    verify,
    versions,
    withdraw,
)

__all__ = [
    "PREVIOUS",
    "Description",
    "Publication",
    "PublishError",
    "current",
    "current_if_readable",
    "publish",
    "rollback",
    "verify",
    "versions",
    "withdraw",
]
