"""Reads environments from whatever file people have: conda's YAML, requirements lists, or JSON."""

import re
from collections.abc import Iterable
from typing import Any

import yaml

from registry import environment_files
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment
from registry.environments import exports

_LOOKS_LIKE_CONDA = re.compile(r"^dependencies\s*:", re.MULTILINE)
# name, then version and build between single equals signs, as “conda env export” writes them.
_EXACT = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*={1,2}\s*([^\s=<>!~,|]+)(=[^\s=]+)?")
_LOOSE = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)\s*((?:[<>!~]=?\s*[^\s,|<>=!~]+,?\s*)*)")
_PYTHON = re.compile(r"python\b(.*)", re.IGNORECASE | re.DOTALL)
_ALIAS = re.compile(r"(^|[\s\[{,])[&*][A-Za-z0-9_]")


def read(content: bytes, *, name: str) -> EnvironmentFacts:
    """The environment that a file says: conda's YAML where it lists dependencies, else JSON or a requirements list."""
    text = content[: environment_files.SIZE_LIMIT].decode("utf-8", errors="replace")
    if text.lstrip("\ufeff \t\r\n").startswith("{") or not _LOOKS_LIKE_CONDA.search(text):
        return environment_files.read(content, name=name)
    if len(content) > environment_files.SIZE_LIMIT or "\ufffd" in text or "\0" in text:
        raise UnreadableEnvironment(f"{name} is not a text in UTF-8 of at most 1 MiB. Save it again and upload it.")
    return read_conda(text, name=name)


def read_conda(text: str, *, name: str) -> EnvironmentFacts:
    """The environment that a conda file says: Python, its own packages, and those it leaves to pip."""
    dependencies = _loaded(text, name).get("dependencies")
    if not isinstance(dependencies, list):
        raise UnreadableEnvironment(f"{name} has no list of dependencies. Write it with “conda env export”.")
    python, lines = "", list[str]()
    for item in dependencies:
        if isinstance(item, dict):
            lines += _for_pip(item, name)
        elif found := _PYTHON.fullmatch(str(item).rpartition("::")[2].strip()):
            python = _exact_version(found[1])
        else:
            lines += _own_package(str(item).rpartition("::")[2].strip(), name)
    return EnvironmentFacts(python_version=python, packages=environment_files.read_requirements("\n".join(lines)))


def _loaded(text: str, name: str) -> dict[str, Any]:
    # Aliases could make a small file unfold into gigabytes, and no list of packages needs them.
    if _ALIAS.search(re.sub(r"(\"[^\"\n]*\"|'[^'\n]*'|#.*)", "", text)):
        raise UnreadableEnvironment(f"{name} uses YAML's anchors or aliases. Write it with “conda env export”.")
    try:
        value = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError, ValueError):
        raise UnreadableEnvironment(f"{name} is not YAML that can be read. Write it with “conda env export”.") from None
    if not isinstance(value, dict):
        raise UnreadableEnvironment(f"{name} has no list of dependencies. Write it with “conda env export”.")
    return value


def _for_pip(item: dict[Any, Any], name: str) -> list[str]:
    listed = item.get("pip")
    if set(item) != {"pip"} or not isinstance(listed, list) or not all(isinstance(line, str) for line in listed):
        raise UnreadableEnvironment(f"{name} has a dependency that is neither a package nor a list for pip.")
    return [line for text in listed for line in _single_lines(text)]


def _single_lines(text: str) -> Iterable[str]:
    return text.splitlines() or [text]


def _own_package(text: str, name: str) -> list[str]:
    # Conda wants pip named before it leaves packages to it, and keeps packages of its own under an underscore; neither
    # says anything of what a model was trained with.
    if text == "pip" or text.startswith("_"):
        return []
    if exact := _EXACT.fullmatch(text):
        return [_pinned(exact[1], exact[2], is_fuzzy="==" not in text and exact[3] is None)]
    if loose := _LOOSE.fullmatch(text):
        return [f"{loose[1]}{loose[2]}".replace(" ", "")]
    raise UnreadableEnvironment(
        f"{name} lists “{text[:80]}”, which is not a package. Write it as name=version, as “conda env export” does."
    )


def _pinned(package: str, version: str, *, is_fuzzy: bool) -> str:
    # To conda, “=1.26” means any 1.26; only with a build or a third number is one version meant.
    if version.endswith("*") or (is_fuzzy and re.fullmatch(r"\d+(\.\d+)?", version)):
        return f"{package}=={version.rstrip('.*')}.*"
    return f"{package}{'==' if exports.is_version(version) else '==='}{version}"


def _exact_version(text: str) -> str:
    found = re.fullmatch(r"\s*={1,2}\s*([0-9][0-9A-Za-z.+-]{0,38})(?:=\S+)?\s*", text)
    return found[1] if found else ""
