"""Imports, and code that imports make, that are put off until something of them is used.

For what libraries import on behalf of parts that nobody here calls; our own code imports late by hand.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import InspectLoader, Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import LazyLoader, resolve_name
from types import ModuleType
from typing import Any

from mashumaro.config import BaseConfig


class _Gathering(ModuleType):
    """A package that brings each of its names when it is asked for."""

    _origins: Mapping[str, tuple[str, str]]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or name not in self._origins:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        module, original = self._origins[name]
        found = getattr(import_module(module), original)
        setattr(self, name, found)
        return found


class _GatheringLoader(Loader):
    """Reads where the names of a package come from, instead of bringing them all."""

    def __init__(self, former: InspectLoader) -> None:
        self.former = former

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _Gathering(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        module._origins = {
            alias.asname or alias.name: (
                resolve_name("." * brought.level + brought.module, module.__name__),
                alias.name,
            )
            for brought in ast.walk(ast.parse(self.former.get_source(module.__name__)))
            if isinstance(brought, ast.ImportFrom) and brought.module
            for alias in brought.names
        }


class _LazyFinder(MetaPathFinder):
    def __init__(self, names: Sequence[str], gathering: Sequence[str]) -> None:
        self.loaders = {**dict.fromkeys(names, LazyLoader), **dict.fromkeys(gathering, _GatheringLoader)}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        spec = PathFinder.find_spec(fullname, path, target) if fullname in self.loaders else None
        if spec is not None and spec.loader is not None:
            spec.loader = self.loaders[fullname](spec.loader)
        return spec


@contextmanager
def lazy_imports(*names: str, gathering: Sequence[str] = ()) -> Iterator[None]:
    """Modules `names` that are imported in the block are loaded when an attribute of theirs is first asked for.

    Packages `gathering` are those that only bring names of their modules together: of such a package no module is
    loaded but those whose names are asked for, and nothing else that it does when it is imported is done.
    """
    finder = _LazyFinder(names, gathering)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


@contextmanager
def lazy_codecs() -> Iterator[None]:
    """Classes of mashumaro's that are made in the block get the code that reads and writes them by its first use: dbt
    has six hundred, and a night reads and writes a tenth of those.
    """
    former = BaseConfig.lazy_compilation
    BaseConfig.lazy_compilation = True
    try:
        yield
    finally:
        BaseConfig.lazy_compilation = former
