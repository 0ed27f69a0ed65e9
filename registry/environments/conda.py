"""Reads conda's YAML: Python, conda's own packages, and those it leaves to pip, as lines that pip would write."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from registry import plain_yaml
from registry.environment_files import UnreadableEnvironment, is_version

# name, then version and build between single equals signs, as “conda env export” writes them.
_EXACT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*={1,2}\s*([^\s=<>!~,|]+)(=[^\s=]+)?")
_LOOSE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*((?:[<>!~]=?\s*[^\s,|<>=!~]+,?\s*)*)")
_PYTHON = re.compile(r"python\b(?![\w-])(.*)", re.IGNORECASE | re.DOTALL)
_PIP = re.compile(r"pip\b(?![\w-]).*", re.IGNORECASE | re.DOTALL)
_ALIAS = re.compile(r"(^|[\s\[{,])[&*][A-Za-z0-9_]")


@dataclass
class CondaFile:
    """What a conda file lists, and which of its entries are no packages."""

    python_version: str = ""
    requirements: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    """The entries that are no packages, as sentences."""


def read(text: str, *, name: str) -> CondaFile:
    """What a conda file lists; raises UnreadableEnvironment where it lists nothing."""
    dependencies = _loaded(text, name).get("dependencies")
    if not isinstance(dependencies, list):
        raise UnreadableEnvironment(f"{name} has no list of dependencies. Write it with “conda env export”.")
    found = CondaFile()
    for item in dependencies:
        try:
            _read_entry(item, name, found)
        except UnreadableEnvironment as reason:
            found.unread.append(str(reason))
    return found


def _loaded(text: str, name: str) -> dict[str, Any]:
    # Aliases could make a small file unfold into gigabytes, and no list of packages needs them.
    if _ALIAS.search(re.sub(r"(\"[^\"\n]*\"|'[^'\n]*'|#.*)", "", text)):
        raise UnreadableEnvironment(f"{name} uses YAML's anchors or aliases. Write it with “conda env export”.")
    try:
        value = plain_yaml.load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise UnreadableEnvironment(f"{name} is not YAML that can be read. Write it with “conda env export”.") from None
    if not isinstance(value, dict):
        raise UnreadableEnvironment(f"{name} has no list of dependencies. Write it with “conda env export”.")
    return value


def _read_entry(item: Any, name: str, found: CondaFile) -> None:
    if isinstance(item, dict):
        found.requirements += _for_pip(item, name)
        return
    text = str(item).rpartition("::")[2].strip()
    if python := _PYTHON.fullmatch(text):
        found.python_version = found.python_version or _exact_version(python[1])
    # Conda wants pip named before it leaves packages to it, and keeps packages of its own under an underscore; neither
    # says anything of what a model was trained with.
    elif not _PIP.fullmatch(text) and not text.startswith("_"):
        found.requirements.append(_own_package(text, name))


def _for_pip(item: dict[Any, Any], name: str) -> Iterator[str]:
    listed = item.get("pip")
    if set(item) != {"pip"} or not isinstance(listed, list) or not all(isinstance(line, str) for line in listed):
        raise UnreadableEnvironment(f"{name} has a dependency that is neither a package nor a list for pip.")
    return (line for text in listed for line in text.splitlines() or [text])


def _own_package(text: str, name: str) -> str:
    if exact := _EXACT.fullmatch(text):
        return _pinned(exact[1], exact[2], is_fuzzy="==" not in text and exact[3] is None)
    if loose := _LOOSE.fullmatch(text):
        return f"{loose[1]}{loose[2]}".replace(" ", "")
    raise UnreadableEnvironment(
        f"{name} lists “{text[:80]}”, which is not a package. Write it as name=version, as “conda env export” does."
    )


def _pinned(package: str, version: str, *, is_fuzzy: bool) -> str:
    # To conda, “=1.26” means any 1.26; only with a build or a third number is one version meant.
    if version.endswith("*") or (is_fuzzy and re.fullmatch(r"\d+(\.\d+)?", version)):
        return f"{package}=={version.rstrip('.*')}.*"
    return f"{package}{'==' if is_version(version) else '==='}{version}"


def _exact_version(text: str) -> str:
    found = re.fullmatch(r"\s*={1,2}\s*([0-9][0-9A-Za-z.+-]{0,38})(?:=\S+)?\s*", text)
    return found[1] if found else ""
