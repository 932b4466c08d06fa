"""The versions there are: which one is live, whether they are as they were published, and going back to one.

Nothing here builds a version.
"""

from __future__ import annotations

from pathlib import Path

from orchestration.publish.publication import Publication, read_publication, readable_publication, sha256_of
from orchestration.publish.version_store import MANIFEST, PublishError, UnknownVersion, VersionStore

PREVIOUS = "previous"


def current(published: Path) -> Publication | None:
    """The version readers get; None before the first publication."""
    store = VersionStore(published)
    live = store.live()
    return read_publication(store.folder(live)) if live else None


def current_if_readable(published: Path) -> Publication | None:
    """The version readers get; None also when its record is damaged, over which the next version must not fail."""
    store = VersionStore(published)
    live = store.live()
    return readable_publication(store.folder(live)) if live else None


def versions(published: Path) -> list[Publication]:
    """The versions kept, newest first."""
    store = VersionStore(published)
    return [read_publication(store.folder(name)) for name in reversed(store.names())]


def rollback(published: Path, version: str = PREVIOUS) -> Publication:
    """Make `version` live again; `previous` is the newest one older than the live one. Gives the version live then.

    It stays live until the next publication. Raises UnknownVersion when there is no such version, PublishError when its
    files are not as they were published or a publication is under way.
    """
    store = VersionStore(published)
    with store.locked(wait=False):
        name = _chosen(store, version)
        damage = verify(published, name)
        if damage:
            raise PublishError(
                f"version {name} is not as it was published, so {store.live()} stays live: {'; '.join(damage)}. "
                "Choose another version"
            )
        store.make_live(name)
        return read_publication(store.folder(name))


def verify(published: Path, version: str | None = None) -> list[str]:
    """What is wrong with the files of `version` (None: the live one): missing, changed or strange ones.

    An empty list where all is well. Raises UnknownVersion when there is no such version.
    """
    store = VersionStore(published)
    folder = store.folder(_known(store, version or store.live()))
    expected = {file.path: file.sha256 for file in read_publication(folder).files}
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    problems = [f"{path} is missing" for path in sorted(expected.keys() - found)]
    problems += [f"{path} was not published" for path in sorted(found - expected.keys())]
    problems += [
        f"{path} was changed after it was published"
        for path in sorted(expected.keys() & found)
        if sha256_of(folder / path) != expected[path]
    ]
    return problems


def withdraw(published: Path, version: str) -> Publication | None:
    """Remove `version`; if it was live, the newest other one that is as it was published is live then. Gives the live
    version, None when there is no other: then nothing is published until the next night.

    Raises UnknownVersion when there is no such version, PublishError when a publication is under way.
    """
    store = VersionStore(published)
    with store.locked(wait=False):
        name = _known(store, version)
        if name == store.live():
            others = (other for other in reversed(store.names()) if other != name)
            intact = next((other for other in others if _is_intact(published, other)), None)
            if intact is not None:
                store.make_live(intact)
        store.remove(name)
    return current(published)


def _is_intact(published: Path, version: str) -> bool:
    try:
        return not verify(published, version)
    except PublishError:
        return False


def _chosen(store: VersionStore, version: str) -> str:
    if version != PREVIOUS:
        return _known(store, version)
    names = store.names()
    older = names[: names.index(store.live())] if store.live() in names else []
    if not older:
        raise PublishError(
            f"there is no version before {store.live() or 'the first'} in {store.versions}; nothing was changed. "
            f"There are: {', '.join(names) or 'none'}"
        )
    return older[-1]


def _known(store: VersionStore, version: str | None) -> str:
    names = store.names()
    if version is None or version not in names:
        raise UnknownVersion(
            f"there is no {f'version {version}' if version else 'live version'} in {store.versions}; "
            f"expected one of: {', '.join(names) or 'none yet'}"
        )
    return version
