"""The parsed models: where they are kept, when they are parsed anew, and how a build gets them.

How long a parse stays in its place is said in `parse_folders`.
"""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sys
from dataclasses import fields
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ingestion.landing.layout import Layout
from orchestration.transform import parse_folders
from orchestration.transform.invocation import invoke
from orchestration.transform.project import PROJECT, fingerprint

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

COMPILED = {
    "whole": ("--select", "test_type:generic", "--exclude", "test_name:holds_no_email"),
    "slice": ("--select", "test_name:unique", "test_name:unique_combination_of_columns"),
}
"""Which tests are compiled with the models: for a night that builds everything all generic ones but those that ask the
warehouse what columns a table has; for one that builds a slice those that differ.
"""

PARSING = ("dbt-core", "dbt-common", "dbt-adapters", "dbt-semantic-interfaces", "jinja2")
"""Libraries whose objects and code are kept of a parse, and can be read by the same versions only."""

WRITTEN_BY = (
    __name__,
    "orchestration.transform.invocation",
    "orchestration.transform.dbt_patches",
    "orchestration.transform.templates",
)
"""The modules that say what is kept of a parse."""


def parsed_folder(layout: Layout) -> Path:
    """The folder of the parsed models: `manifest.json` and, as dbt works with it, one of the same parse per scope.

    Parsed anew only when something in the models changed: which nodes there are does not depend on what an agreement
    or the vars of a night say; nor does the SQL of generic tests, which is compiled already, but for the night's scope.
    So it is the repository's, kept where dbt keeps it, or under the data folder where the repository must not be
    written to. How long it stays there is said in `parse_folders`.
    """
    target = PROJECT / "target" if os.access(PROJECT, os.W_OK) else layout.dbt
    read_by = [*(f"{library}-{version(library)}" for library in PARSING), sys.implementation.cache_tag]
    # Found, not imported: some of them import dbt, which takes a second.
    written_by = [Path(find_spec(module).origin).read_text(encoding="utf-8") for module in WRITTEN_BY]
    found = hashlib.sha256("\n".join([fingerprint(PROJECT), *read_by, *written_by]).encode()).hexdigest()
    folder = target / "ready" / found[:16]
    if not folder.exists():
        unfinished = parse_folders.begin(folder.parent)
        _parse(unfinished, layout)
        parse_folders.finish(unfinished, folder)
    parse_folders.use(folder)
    return folder


def _parse(folder: Path, layout: Layout) -> None:
    """Parse the models into `folder` and compile their generic tests and all templates. Opens no warehouse."""
    from dbt.contracts.graph.manifest import Manifest

    from orchestration.transform.templates import save_compiled_templates

    paths = ["--target-path", str(folder), "--log-path", str(folder)]
    invoke(PROJECT, ["parse", *paths], layout.warehouse, "1GB")
    manifest = Manifest.from_msgpack((folder / "partial_parse.msgpack").read_bytes())
    offline = ["--no-populate-cache", "--no-introspect", "--no-write-json"]
    for scope, tests in COMPILED.items():
        manifest.build_flat_graph()
        said = ["--vars", json.dumps({"night_scope": scope})]
        invoke(
            PROJECT, ["compile", *tests, *offline, *said, *paths], layout.warehouse, "1GB", manifest=manifest
        )
        kept = {
            field.name: getattr(manifest, field.name) for field in fields(manifest) if field.name[0] != "_"
        }
        (folder / f"{scope}.pickle").write_bytes(pickle.dumps(kept))
    save_compiled_templates(manifest, folder)


def manifest_path(layout: Layout) -> Path:
    """The manifest of the models as dbt publishes it."""
    return parsed_folder(layout) / "manifest.json"


def load_manifest(layout: Layout, scope: str) -> Manifest:
    """The manifest as dbt works with it. A parse costs seconds, dbt's own form of it half of one: codecs of every kind
    of node are made to read it.
    """
    from dbt.contracts.graph.manifest import Manifest

    manifest = Manifest(**pickle.loads((parsed_folder(layout) / f"{scope}.pickle").read_bytes()))
    for node in manifest.nodes.values():
        if node.resource_type == "seed":
            node.root_path = str(layout.dbt)  # the agreement is the deployment's
    return manifest
