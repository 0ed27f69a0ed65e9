"""What a model was trained in, read off the running interpreter, as lines of a requirements file."""

import re
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires, version

from packaging.requirements import Requirement


def pinned(direct: Iterable[str]) -> list[str]:
    """The packages that a script imports, with all that they stand on, each with its exact version."""
    return [f"{name}=={version(name)}" for name in sorted(_closure(direct))]


def _closure(direct: Iterable[str]) -> set[str]:
    found: set[str] = set()
    open_names = list(direct)
    while open_names:
        name = _normal(open_names.pop())
        if name in found:
            continue
        try:
            needed = requires(name) or []
        except PackageNotFoundError:
            continue
        found.add(name)
        wanted = [Requirement(line) for line in needed]
        open_names += [one.name for one in wanted if one.marker is None or one.marker.evaluate({"extra": ""})]
    return found


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
