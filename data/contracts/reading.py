"""A stranger's YAML or JSON as plain values: bounded in size, depth and count, without aliases, without surprises."""

import json
import math
from collections.abc import Iterable
from typing import Any

import yaml

LARGEST = 5 * 2**20
MOST_VALUES = 400_000
DEEPEST = 40
SHOWN_PROBLEMS = 50

Plain = Any  # Any: None, bool, int, float, str, list or dict of the same


class BadDocument(Exception):
    """The file cannot be taken over; `problems` names everything that is wrong, for people."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        shown = self.problems[:SHOWN_PROBLEMS]
        if more := len(self.problems) - len(shown):
            shown.append(f"{more} more problems of this kind are not listed.")
        self.shown = shown
        super().__init__(" ".join(shown))


def read_document(content: bytes) -> dict[str, Plain]:
    """The mapping that a YAML or JSON file holds; raises BadDocument."""
    if len(content) > LARGEST:
        raise BadDocument(
            [f"The file is larger than {LARGEST // 2**20} MiB. Leave out what does not describe columns."]
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadDocument(["The file is not text in UTF-8. Save it as UTF-8 and import it again."]) from error
    if not text.strip():
        raise BadDocument(["The file is empty."])
    try:
        value = _read_json(text) if text.lstrip().startswith(("{", "[")) else _read_yaml(text)
    except RecursionError as error:
        raise BadDocument([_too_deep()]) from error
    _check_plain(value)
    if not isinstance(value, dict):
        raise BadDocument(["The file holds no mapping of names to values, so it is neither a contract nor a schema."])
    return value


def _read_json(text: str) -> Plain:
    try:
        return json.loads(text, object_pairs_hook=_without_doubles)
    except ValueError as error:
        # Flow style in YAML begins with the same signs.
        if isinstance(error, json.JSONDecodeError) and text.lstrip().startswith("{"):
            raise BadDocument([f"The JSON cannot be read: {error.msg} in line {error.lineno}."]) from error
        raise BadDocument([f"The JSON cannot be read: {error}."]) from error


def _read_yaml(text: str) -> Plain:
    try:
        _check_events(text)
        return yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader with less in it
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        raise BadDocument([f"The YAML cannot be read{where}: {getattr(error, 'problem', None) or error}."]) from error
    except ValueError as error:
        raise BadDocument([f"The YAML cannot be read: {error}."]) from error
    # What the loader does not foresee, such as “!!int” before a text: a tag that promises what its value does not hold.
    except (AttributeError, LookupError, TypeError) as error:
        raise BadDocument(["The YAML cannot be read: a value is not what the tag before it says (!!…)."]) from error


def _check_events(text: str) -> None:
    """Look at the file's events before anything is built from them: an alias could unfold into any size."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_BASE)):
        if isinstance(event, yaml.AliasEvent):
            where = f" (line {event.start_mark.line + 1})" if event.start_mark else ""
            said = f"The YAML refers to “{event.anchor}” instead of repeating it{where}."
            raise BadDocument([f"{said} Write it out: references are not followed."])
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            depth += 1
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise BadDocument([_too_deep()])
        if count > 2 * MOST_VALUES:
            raise BadDocument([_too_many()])


_BASE: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # Any: one of two classes


class _Loader(_BASE):
    """Reads dates as text, as the file writes them, and refuses a key that is there twice."""

    yaml_implicit_resolvers = {
        sign: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
        for sign, resolvers in _BASE.yaml_implicit_resolvers.items()
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Plain, Plain]:
        """A mapping whose keys differ."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        seen: set[str] = set()
        for key in map(str, keys):
            if key in seen:
                raise BadDocument([f"“{key}” is there twice in line {node.start_mark.line + 1} and after it."])
            seen.add(key)
        mapping: dict[Plain, Plain] = super().construct_mapping(node, deep)
        return mapping


def _without_doubles(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    found: dict[str, Plain] = {}
    for key, value in pairs:
        if key in found:
            raise BadDocument([f"“{key}” is there twice in one mapping."])
        found[key] = value
    return found


def _check_plain(value: Plain) -> None:
    """Refuse what no JSON column could hold; walks without recursion, whatever the depth."""
    waiting: list[tuple[Plain, int]] = [(value, 0)]
    count = 0
    while waiting:
        held, depth = waiting.pop()
        count += 1
        if depth > DEEPEST:
            raise BadDocument([_too_deep()])
        if count > MOST_VALUES:
            raise BadDocument([_too_many()])
        if isinstance(held, dict):
            waiting += [(key, depth + 1) for key in held] + [(item, depth + 1) for item in held.values()]
            if odd := [key for key in held if not isinstance(key, str)]:
                raise BadDocument([f"“{odd[0]}” is used as a name and is none. Put it in quotation marks."])
        elif isinstance(held, list):
            waiting += [(item, depth + 1) for item in held]
        else:
            _check_scalar(held)


def _check_scalar(value: Plain) -> None:
    if isinstance(value, str):
        if "\x00" in value or any(0xD800 <= ord(sign) <= 0xDFFF for sign in value):
            raise BadDocument(["A text contains a sign that cannot be stored (a null or half a surrogate)."])
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise BadDocument(["A number is infinite or not a number. Leave it out, or write it as text."])
    elif isinstance(value, int) and abs(value) >= 2**63:
        raise BadDocument(["A whole number has more than 18 digits. Write it as text."])
    elif value is not None and not isinstance(value, bool | int):
        raise BadDocument([f"A value is of a kind that is not accepted ({type(value).__name__}). Write it as text."])


def _too_deep() -> str:
    return f"The file is nested more than {DEEPEST} levels deep."


def _too_many() -> str:
    return f"The file has more than {MOST_VALUES:,} values. Leave out what does not describe columns."
