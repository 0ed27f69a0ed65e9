"""Reads what a model was trained with from requirements.txt, conda.yaml and python_env.yaml together."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from registry import environment_files
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment
from registry.environments import conda
from registry.indexing import mlmodel

FILES = ("requirements.txt", "conda.yaml", "python_env.yaml")
_MOST_SENTENCES = 20

Packages = dict[str, dict[str, str]]


@dataclass
class Found:
    """An environment as far as the files say it, which files those are, and what in them could not be read."""

    python_version: str = ""
    packages: Packages = field(default_factory=dict)
    read_from: list[str] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    @property
    def facts(self) -> EnvironmentFacts:
        """The environment as records have it."""
        packages = [self.packages[name] for name in sorted(self.packages)][: environment_files.PACKAGE_LIMIT]
        return EnvironmentFacts(python_version=self.python_version, packages=packages)

    def say_python(self, version: str, *, said_by: str) -> None:
        """Take a version of Python; of two, the one said last is kept, and one that is none is named."""
        try:
            plain = environment_files.ensure_text(version, "python_version")
        except UnreadableEnvironment as reason:
            self.say(f"The version of Python in {said_by} was not kept: {reason}")
            return
        if plain and self.python_version and plain != self.python_version:
            self.say(f"{said_by} names Python {plain}, and {self.python_version} was said before; {plain} was kept.")
        self.python_version = plain or self.python_version

    def say(self, sentence: str) -> None:
        """Name something that could not be read."""
        if len(self.unread) < _MOST_SENTENCES:
            self.unread.append("".join(sign if sign.isprintable() else "�" for sign in sentence))


def read(files: Mapping[str, bytes], *, python_version: str = "") -> Found:
    """The environment that the files say; `files` holds those of FILES that there are, by name.

    What requirements.txt says of a package goes before conda.yaml, because it is what pip was told.
    """
    found = Found()
    readers = {"requirements.txt": _requirements, "conda.yaml": _conda, "python_env.yaml": _python_env}
    for name in FILES:
        if name not in files:
            continue
        try:
            readers[name](files[name], found)
            found.read_from.append(name)
        except (UnreadableEnvironment, mlmodel.Unreadable, UnicodeDecodeError) as reason:
            found.say(f"{name} was not read: {reason}")
    if not found.python_version:
        found.say_python(python_version, said_by="MLmodel")
    return found


def _requirements(content: bytes, found: Found) -> None:
    _add_lines(content.decode("utf-8-sig"), "requirements.txt", found)


def _conda(content: bytes, found: Found) -> None:
    if len(content) > environment_files.SIZE_LIMIT:
        raise UnreadableEnvironment("it is larger than 1 MiB.")
    said = conda.read(content.decode("utf-8-sig"), name="conda.yaml")
    for sentence in said.unread:
        found.say(sentence)
    found.say_python(said.python_version, said_by="conda.yaml")
    _add_lines("\n".join(said.requirements), "conda.yaml", found)


def _python_env(content: bytes, found: Found) -> None:
    said = mlmodel.load_yaml(content[: mlmodel.SIZE_LIMIT + 1], name="python_env.yaml")
    if not isinstance(said, dict):
        found.say("python_env.yaml is not a YAML mapping.")
        return
    found.say_python(str(said.get("python") or ""), said_by="python_env.yaml")
    # Its dependencies are a reference to requirements.txt, which was read above.


def _add_lines(text: str, name: str, found: Found) -> None:
    joined = re.sub(r"\\\r?\n", " ", text)
    for number, line in enumerate(joined.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            for package in environment_files.read_requirements(line):
                _add(package, name, found)
        except UnreadableEnvironment:
            found.say(f"Line {number} of {name} was not read: “{line.strip()[:80]}”.")


def _add(package: dict[str, Any], name: str, found: Found) -> None:
    known = found.packages.setdefault(package["name"], package)
    if known != package and package.get("version") and known.get("version") != package["version"]:
        earlier = known.get("version") or known.get("specifier") or "another version"
        found.say(f"{name} says {package['name']} {package['version']}, and {earlier} was said before; that was kept.")
