"""dbt's templates as the code that Jinja makes of them, kept beside the parsed models.

Making and finding that code belongs here; what is rendered with it is dbt's business. Importing this imports dbt: do it
late.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partialmethod
from pathlib import Path
from types import CodeType
from typing import Any

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import CompiledNode
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_environment

FILE = "templates.marshal"
"""Of one version of Python, dbt and Jinja, as the folder it lies in."""


def save_compiled_templates(manifest: Manifest, folder: Path) -> None:
    """Make the code of every macro and every node that is not compiled yet. Grain of the file: one entry per text."""
    texts = {macro.macro_sql for macro in manifest.macros.values()}
    nodes = (node for node in manifest.nodes.values() if isinstance(node, CompiledNode))
    texts |= {node.raw_code for node in nodes if not node.compiled}
    environment = get_environment()
    with (folder / FILE).open("wb") as file:
        marshal.dump({text: environment.compile(text) for text in sorted(texts)}, file)


@contextmanager
def use_compiled_templates(folder: Path) -> Iterator[None]:
    """Within the block templates whose code lies in `folder` are not compiled: half a second of a small night."""
    with (folder / FILE).open("rb") as file:
        kept = marshal.load(file)
    former = MacroFuzzEnvironment.compile
    MacroFuzzEnvironment.compile = partialmethod(_compiled, kept, former)
    try:
        yield
    finally:
        del MacroFuzzEnvironment.compile  # it is Jinja's again


def _compiled(
    environment: MacroFuzzEnvironment,
    kept: Mapping[str, CodeType],
    former: Callable[..., Any],
    source: Any,
    *arguments: Any,
    **options: Any,
) -> Any:
    is_plain = type(environment) is MacroFuzzEnvironment and not arguments and not options
    code = kept.get(source) if is_plain and isinstance(source, str) else None
    return former(environment, source, *arguments, **options) if code is None else code
