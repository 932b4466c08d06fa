"""closedloop.yml as text: parsed with the line of every key, so that a mistake can be pointed at.

Reading YAML, filling in `${NAME}` and naming places belong here; what the keys mean is said in `settings`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic.fields import FieldInfo

from orchestration.agreement.problem import Problem

Place = tuple[str | int, ...]
"""The keys that lead to a node, from the top of the file."""

_VARIABLE = re.compile(r"\$\{(\w+)\}")


@dataclass(frozen=True)
class Configuration:
    """A configuration file: its `values`, the 1-based line of each place, and what is wrong with the text itself."""

    file: str
    values: dict[str, Any]
    lines: Mapping[Place, int]
    problems: tuple[Problem, ...] = ()

    def line(self, place: Place) -> int | None:
        """The line of a place, or of the nearest one above it that is written down."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place)

    def problem(self, place: Place, found: str, expected: str, action: str) -> Problem:
        """One mistake at a place."""
        return Problem(self.file, self.line(place), ".".join(map(str, place)), found, expected, action)

    def unknown_key(self, place: Place, known: tuple[str, ...] = ()) -> Problem:
        """A key that means nothing; `known` are those that would."""
        near = difflib.get_close_matches(str(place[-1]), known, 1)
        action = f"Did you mean {near[0]!r}?" if near else "Remove it, or correct its name."
        expected = "one of " + ", ".join(known) if known else "a key that the documentation names"
        return self.problem(place, f"the unknown key {str(place[-1])!r}", expected, action)


def read_configuration(path: Path, variables: Mapping[str, str]) -> Configuration:
    """The configuration at `path`, its `${NAME}` filled from `variables`. Never raises: mistakes are in `problems`."""
    if not path.is_file():
        return _unread(
            path,
            None,
            f"no such file in {path.parent}",
            "the configuration of a deployment",
            "Make one with `closedloop init FOLDER`, or name its folder with --home.",
        )
    try:
        text = path.read_text("utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text) or {}
    except OSError as error:
        return _unread(
            path,
            None,
            f"an unreadable file ({error.strerror})",
            "a file that closedloop may read",
            "Give the user who runs it that right.",
        )
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"a byte that is not UTF-8 (0x{error.object[error.start]:02x})"
        return _unread(path, line, byte, "UTF-8 text", "Save the file as UTF-8.")
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        found = getattr(error, "problem", None) or str(error)
        line = mark.line + 1 if mark else None
        return _unread(path, line, found, "YAML", "Mend the line; spaces indent, tabs do not.")
    lines: dict[Place, int] = {}
    if root is not None:
        _note_lines(root, (), lines)
    if not isinstance(values, dict):
        return _unread(path, 1, "no keys", "keys such as sources:", "See `closedloop init`.")
    read = Configuration(path.name, {}, lines)
    missing: list[Problem] = []
    filled = _fill(values, (), variables, read, missing)
    return Configuration(path.name, filled, lines, tuple(missing))


def _unread(path: Path, line: int | None, found: str, expected: str, action: str) -> Configuration:
    """A configuration of which nothing can be said but this."""
    return Configuration(path.name, {}, {}, (Problem(path.name, line, None, found, expected, action),))


def validation_problems(
    configuration: Configuration, error: ValidationError, model: type[BaseModel], inside: Place = ()
) -> list[Problem]:
    """Pydantic's findings as problems with file, line and key; `inside` is where the node that `model` read stands."""
    found = []
    for detail in error.errors():
        place = (*inside, *detail["loc"])
        fields = _keys(model, detail["loc"][:-1])
        if detail["type"] == "extra_forbidden":
            found.append(configuration.unknown_key(place, tuple(fields)))
        elif detail["type"] == "missing":
            found.append(
                configuration.problem(place, "no such key", "a value", f"Add the key {place[-1]!r}.")
            )
        else:
            expected = re.sub(r"^(Value error, |Input should be )|, unable to .*", "", detail["msg"])
            if detail["type"] == "string_pattern_mismatch":
                expected = fields[str(detail["loc"][-1])].description or expected
            is_secret = _is_secret(model, detail["loc"])
            value = "a value, not shown as it may be secret" if is_secret else repr(detail["input"])
            found.append(configuration.problem(place, value, expected, "Correct this key."))
    return found


def _is_secret(model: type[BaseModel], place: Place) -> bool:
    """Whether the node at `place` lies in a field of secrets."""
    field = model.model_fields.get(str(place[0])) if place else None
    return field is not None and SecretStr in get_args(field.annotation)


def _keys(model: type[BaseModel], place: Place) -> Mapping[str, FieldInfo]:
    """The fields that the node at `place` inside `model` may have; none where it is no model."""
    for key in place:
        inner = model.model_fields[str(key)].annotation
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return {}
        model = inner
    return model.model_fields


def _note_lines(node: yaml.Node, place: Place, lines: dict[Place, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*place, key.value)
            lines[inner] = key.start_mark.line + 1
            _note_lines(value, inner, lines)
    elif isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            lines[(*place, at)] = item.start_mark.line + 1
            _note_lines(item, (*place, at), lines)


def _fill(
    value: Any, place: Place, variables: Mapping[str, str], read: Configuration, missing: list[Problem]
) -> Any:
    if isinstance(value, dict):
        return {key: _fill(inner, (*place, key), variables, read, missing) for key, inner in value.items()}
    if isinstance(value, list):
        return [_fill(inner, (*place, at), variables, read, missing) for at, inner in enumerate(value)]
    if not isinstance(value, str):
        return value
    for name in _VARIABLE.findall(value):
        if name not in variables:
            missing.append(
                read.problem(
                    place,
                    f"${{{name}}}, which the environment does not hold",
                    "a variable that is set",
                    f"Set {name} in the environment or in the .env file beside {read.file}.",
                )
            )
    return _VARIABLE.sub(lambda match: variables.get(match.group(1), match.group(0)), value)
