"""What published tables and columns mean, from the dbt manifest, where the YAML beside the models says it.

That they become comments of the published files is the business of `publishing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orchestration.publish.content import PUBLIC_SCHEMAS, RESTRICTED_SCHEMAS, Description


def published_models(manifest: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The models of a dbt manifest that are published."""
    return [
        node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["config"].get("schema") in (*PUBLIC_SCHEMAS, *RESTRICTED_SCHEMAS)
    ]


def descriptions(manifest: Mapping[str, Any]) -> dict[str, Description]:
    """What is said of each published model and its columns, a line each, by the model's name."""
    return {
        node["name"]: Description(
            _line(node["description"]),
            {name: _line(column["description"]) for name, column in node["columns"].items()},
        )
        for node in published_models(manifest)
    }


def _line(text: str) -> str:
    return " ".join(text.split())
