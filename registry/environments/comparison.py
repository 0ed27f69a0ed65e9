"""What differs between two environments: package by package, and in everything around them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from packaging.version import InvalidVersion, Version

NOT_SAID = "not recorded"
FACTS = {
    "python_version": "Python",
    "os": "Operating system",
    "cpu": "Processor",
    "cpu_count": "Cores",
    "gpu": "Graphics processor",
    "memory_bytes": "Memory",
    "container_image": "Container image",
    "seeds": "Seeds",
    "random_sources": "Random sources",
}


class Environment(Protocol):
    """What can be compared: a recorded environment, or the facts of one."""

    python_version: Any
    packages: Any
    seeds: Any


class Step(StrEnum):
    """How far two versions of one package lie apart."""

    ADDED = "added"
    REMOVED = "removed"
    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"
    OTHER = "other"


@dataclass(frozen=True)
class PackageChange:
    """One package that the two environments do not share."""

    name: str
    before: str
    after: str
    step: Step


@dataclass(frozen=True)
class FactChange:
    """One fact of machine, interpreter or chance that differs."""

    key: str
    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Difference:
    """Everything in which a second environment differs from a first one."""

    packages: list[PackageChange] = field(default_factory=list)
    facts: list[FactChange] = field(default_factory=list)
    shared: int = 0
    """How many packages are the same in both."""

    @property
    def is_nothing(self) -> bool:
        """Whether the two are alike in all that is recorded."""
        return not self.packages and not self.facts

    def count(self, *steps: Step) -> int:
        """How many packages changed by one of these steps."""
        return sum(change.step in steps for change in self.packages)

    @property
    def sentence(self) -> str:
        """The difference in a sentence."""
        if self.is_nothing:
            return "The two are alike in everything that is recorded."
        counts = {
            "added": self.count(Step.ADDED),
            "removed": self.count(Step.REMOVED),
            "by a major version": self.count(Step.MAJOR),
            "by a minor version": self.count(Step.MINOR),
            "by a patch": self.count(Step.PATCH),
            "otherwise": self.count(Step.OTHER),
        }
        said = [f"{number} {how}" for how, number in counts.items() if number]
        packages = (
            f"{len(self.packages)} package{'s' * (len(self.packages) != 1)} differ{'s' * (len(self.packages) == 1)}"
        )
        facts = [change.label for change in self.facts]
        parts = [f"{packages} ({', '.join(said)})" if said else "Packages are the same"]
        if facts:
            parts.append(
                f"so {'do' if len(facts) > 1 else 'does'} {_listed(facts)}" if said else f"{_listed(facts)} differ"
            )
        return "; ".join(parts) + "."


def compare(first: Environment, second: Environment) -> Difference:
    """What a second environment has otherwise than a first one."""
    before, after = _versions(first), _versions(second)
    names = sorted(before.keys() | after.keys())
    changed = [
        _changed(name, before.get(name), after.get(name)) for name in names if before.get(name) != after.get(name)
    ]
    return Difference(changed, _facts(first, second), shared=len(names) - len(changed))


def step_between(before: str, after: str) -> Step:
    """How far two exact versions lie apart, in whichever direction."""
    try:
        old, new = Version(before), Version(after)
    except InvalidVersion:
        return Step.OTHER
    if old.epoch != new.epoch or old.major != new.major:
        return Step.MAJOR
    if old.minor != new.minor:
        return Step.MINOR
    return Step.PATCH if old.micro != new.micro else Step.OTHER


def version_of(package: Mapping[str, str]) -> str:
    """What is recorded of a package's version, in words where it is not exact."""
    return package.get("version") or package.get("source") or package.get("specifier") or "no version recorded"


def _versions(environment: Environment) -> dict[str, str]:
    return {package["name"]: version_of(package) for package in environment.packages}


def _changed(name: str, before: str | None, after: str | None) -> PackageChange:
    if before is None:
        return PackageChange(name, "", after or "", Step.ADDED)
    if after is None:
        return PackageChange(name, before, "", Step.REMOVED)
    return PackageChange(name, before, after, step_between(before, after))


def _facts(first: Environment, second: Environment) -> list[FactChange]:
    pairs = {key: (getattr(first, key), getattr(second, key)) for key in FACTS}
    return [
        FactChange(key, FACTS[key], words(before, key=key), words(after, key=key))
        for key, (before, after) in pairs.items()
        if (before or None) != (after or None)
    ]


def words(value: Any, *, key: str = "") -> str:  # Any: text, number, seeds by name, or a list of sources
    """A fact of an environment as text."""
    if key == "memory_bytes" and value:
        value = f"{value / 2**30:.2f} GiB"
    if isinstance(value, Mapping):
        value = [f"{name} {seed}" for name, seed in sorted(value.items())]
    if isinstance(value, list | tuple):
        value = ", ".join(map(str, value))
    return str(value) if value not in (None, "") else NOT_SAID


def _listed(words: list[str]) -> str:
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
