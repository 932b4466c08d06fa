"""What can be wrong with a received file as a whole: unreadable, or changed while it was read.

Only the errors and their words belong here; a single bad row is no error but a reject of its extract.
"""

from __future__ import annotations

import re

from ingestion.errors import ClosedloopError

_USER = re.compile(r"(?<=://)[^/?#\s'\"]*@")
_QUERY = re.compile(r"(https?://[^\s?'\"<>]*)\?[^\s'\"<>]*")


class UnreadableFile(ClosedloopError):
    """A file that cannot be read: which one, what was found, what was expected, what to do next."""

    def __init__(self, file: str, found: str, expected: str, action: str, *, may_pass: bool = False) -> None:
        self.may_pass = may_pass
        self.found, self.expected, self.action = f"{file} with {found}", expected, action
        super().__init__(f"{file}: found {found}; expected {expected}. {action}")


class ChangedWhileRead(ClosedloopError):
    """A file that was written to, replaced or removed between the start and the end of its reading."""

    may_pass = True

    def __init__(self, file: str) -> None:
        super().__init__(
            f"{file}: found that it changed while it was being read; expected a file that is complete before it "
            f"appears. Nothing of it was landed: let its sender write to another name and rename it when it is "
            f"complete, then run again."
        )


def may_pass(error: Exception, *, is_local: bool) -> bool:
    """Whether an error of a storage may be over in a while: one of the system or the network, not of content."""
    if isinstance(error, PermissionError):
        return False
    if not is_local:
        # Every library over a network has errors of its own, few of which are the system's. What is certain to stay is
        # named instead: trying damaged content again costs no more than the time.
        return not isinstance(error, FileNotFoundError | ValueError | TypeError | ImportError)
    if not isinstance(error, OSError):
        return False
    # The readers' libraries raise OSError over damaged content too, but without the system's number.
    return error.errno is not None or isinstance(error, ConnectionError | TimeoutError)


def without_secrets(url: str) -> str:
    """A path without what gives access to it: the user and password of a URL and, over HTTP, its query.

    Elsewhere a `?` is a sign of globs and of names.
    """
    plain = _USER.sub("", url)
    return plain.partition("?")[0] if re.search("https?://", plain) else plain


def scrubbed(error: BaseException, url: str) -> str:
    """What a storage's library says of `url`, without what gives access to it: they quote whole URLs, or a part."""
    text = str(error).replace(url, without_secrets(url))
    if "?" in url and "?" not in without_secrets(url):
        text = text.replace("?" + url.partition("?")[2], "")
    return _QUERY.sub(r"\1", _USER.sub("", text))


def told_cause(error: Exception, url: str) -> Exception | None:
    """The cause to name beside the words for it; None where it, or what led to it, tells what the words leave out."""
    one: BaseException | None = error
    while one is not None:
        if str(one) != scrubbed(one, url):
            return None
        one = one.__cause__ or one.__context__
    return error
