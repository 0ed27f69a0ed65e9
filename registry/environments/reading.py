"""Reads environments from whatever file people have: conda's YAML, requirements lists, or JSON."""

import re

from registry import environment_files
from registry.environment_files import EnvironmentFacts, UnreadableEnvironment
from registry.environments import conda

_LOOKS_LIKE_CONDA = re.compile(r"^dependencies\s*:", re.MULTILINE)


def read(content: bytes, *, name: str) -> EnvironmentFacts:
    """The environment that a file says: conda's YAML where it lists dependencies, else JSON or a requirements list."""
    text = content[: environment_files.SIZE_LIMIT].decode("utf-8", errors="replace")
    if text.lstrip("\ufeff \t\r\n").startswith("{") or not _LOOKS_LIKE_CONDA.search(text):
        return environment_files.read(content, name=name)
    if len(content) > environment_files.SIZE_LIMIT or "\ufffd" in text or "\0" in text:
        raise UnreadableEnvironment(f"{name} is not a text in UTF-8 of at most 1 MiB. Save it again and upload it.")
    return read_conda(text, name=name)


def read_conda(text: str, *, name: str) -> EnvironmentFacts:
    """The environment that a conda file says; raises UnreadableEnvironment for an entry that is no package."""
    found = conda.read(text, name=name)
    if found.unread:
        raise UnreadableEnvironment(found.unread[0])
    return EnvironmentFacts(
        python_version=environment_files.ensure_text(found.python_version, "python_version"),
        packages=environment_files.read_requirements("\n".join(found.requirements)),
    )
