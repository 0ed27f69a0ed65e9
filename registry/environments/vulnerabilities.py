"""Known weaknesses of packages, from a file that the operator supplies; nothing here ever asks the network.

Three shapes are read: OSV records, a report as pip-audit writes it, or a plain list such as
`[{"name": "numpy", "affected": "<1.22", "id": "CVE-2021-41496", "summary": "…"}]`.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

LARGEST_FILE = 256 * 2**20
ECOSYSTEM = "pypi"  # OSV's own name for Python packages


class Unreadable(ValueError):
    """The file says nothing that can be used; the message says why, for people."""


@dataclass(frozen=True)
class Weakness:
    """One published weakness of one package, and the versions it is in."""

    id: str
    summary: str = ""
    fixed_in: str = ""
    specifier: str = ""
    """Versions by comparison, such as <1.22; empty where ranges or versions say it."""
    versions: frozenset[Version] = frozenset()
    ranges: tuple[tuple[str, str, str], ...] = ()
    """From (included), until (excluded), last (included); each may be empty."""

    def concerns(self, version: Version) -> bool:
        """Whether a version has it."""
        return (
            version in self.versions
            or bool(self.specifier and SpecifierSet(self.specifier).contains(version, prereleases=True))
            or any(_within(version, *ends) for ends in self.ranges)
        )


@dataclass(frozen=True)
class Hit:
    """A package of an environment that a weakness concerns."""

    name: str
    version: str
    weakness: Weakness


@dataclass(frozen=True)
class Report:
    """What the supplied file says about an environment's packages."""

    file_name: str = ""
    dated: datetime | None = None
    problem: str = ""
    hits: list[Hit] = field(default_factory=list)
    unjudged: list[str] = field(default_factory=list)
    """Packages without an exact version, about which nothing can be said."""

    @property
    def sentence(self) -> str:
        """What is known, and from which file."""
        if not self.file_name:
            return "No file of known vulnerabilities was supplied, so nothing is known about these packages."
        if self.problem:
            return f"The supplied file {self.file_name} could not be used: {self.problem}"
        when = f"{self.dated.day} {self.dated:%b %Y}" if self.dated else "an unknown day"
        known = f"{len(self.hits)} known vulnerabilit{'y' if len(self.hits) == 1 else 'ies'}"
        rest = f" {len(self.unjudged)} without an exact version could not be judged." if self.unjudged else ""
        return f"{known} according to {self.file_name} of {when}.{rest}"


def report_on(packages: Iterable[Mapping[str, str]], *, path: str) -> Report:
    """What the operator's file says about these packages; an empty path says that there is none."""
    if not path:
        return Report()
    file = Path(path)
    try:
        stat = file.stat()
        known = _known(str(file), stat.st_mtime_ns, stat.st_size)
    except OSError as error:
        return Report(file.name, problem=f"{error.strerror or 'it cannot be opened'}.")
    except Unreadable as reason:
        return Report(file.name, problem=str(reason))
    hits, unjudged = _held_against(packages, known)
    return Report(file.name, datetime.fromtimestamp(stat.st_mtime, UTC), hits=hits, unjudged=unjudged)


def _held_against(
    packages: Iterable[Mapping[str, str]], known: Mapping[str, tuple[Weakness, ...]]
) -> tuple[list[Hit], list[str]]:
    hits, unjudged = list[Hit](), list[str]()
    for package in packages:
        version = _version(package.get("version", ""))
        if version is None:
            unjudged.append(package["name"])
            continue
        of_it = known.get(canonicalize_name(package["name"]), ())
        hits += [Hit(package["name"], str(version), one) for one in of_it if one.concerns(version)]
    return hits, unjudged


# One entry: a file that changed is another file, and the old one is not needed any more.
@lru_cache(maxsize=1)
def _known(path: str, changed_ns: int, size: int) -> dict[str, tuple[Weakness, ...]]:
    if size > LARGEST_FILE:
        raise Unreadable("it is larger than 256 MiB. Supply a file with Python packages only.")
    try:
        value = json.loads(Path(path).read_text("utf-8-sig"))
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON in UTF-8.") from None
    found: dict[str, dict[str, Weakness]] = {}
    for name, weakness in _read(value):
        found.setdefault(canonicalize_name(name), {})[f"{weakness.id} {weakness.specifier}"] = weakness
    return {name: tuple(weaknesses.values()) for name, weaknesses in found.items()}


def _read(value: Any) -> Iterable[tuple[str, Weakness]]:  # Any: JSON of one of three shapes
    if isinstance(value, dict) and isinstance(value.get("dependencies"), list):
        return [pair for item in value["dependencies"] if isinstance(item, dict) for pair in _audited(item)]
    if isinstance(value, dict) and isinstance(value.get("vulns"), list):
        value = value["vulns"]
    records = value if isinstance(value, list) else [value]
    if not all(isinstance(record, dict) for record in records):
        raise Unreadable("it is neither OSV records, nor a report of an audit, nor a list of entries.")
    pairs = [pair for record in records for pair in (_osv(record) if _is_osv(record) else _plain(record))]
    if records and not pairs:
        raise Unreadable("none of its entries names a Python package with the versions that are affected.")
    return pairs


def _is_osv(record: Mapping[str, Any]) -> bool:
    affected = record.get("affected")
    return isinstance(affected, list) and any(isinstance(one, dict) for one in affected)


def _audited(item: Mapping[str, Any]) -> Iterable[tuple[str, Weakness]]:
    name, version = str(item.get("name", "")), _version(str(item.get("version", "")))
    vulns = item.get("vulns")
    if not name or version is None or not isinstance(vulns, list):
        return
    for one in vulns:
        if isinstance(one, dict) and one.get("id"):
            fixes = one.get("fix_versions")
            fixed = ", ".join(map(str, fixes[:5])) if isinstance(fixes, list) else ""
            yield name, Weakness(_id(one), _text(one.get("description")), fixed, versions=frozenset({version}))


def _osv(record: Mapping[str, Any]) -> Iterable[tuple[str, Weakness]]:
    for affected in record["affected"]:
        package = affected.get("package") if isinstance(affected, dict) else None
        if not isinstance(package, dict) or str(package.get("ecosystem", "")).casefold() != ECOSYSTEM:
            continue
        ranges = tuple(_spans(affected.get("ranges")))
        versions = frozenset(parsed for text in affected.get("versions") or () if (parsed := _version(str(text))))
        if package.get("name") and (ranges or versions):
            fixed = ", ".join(sorted({until for _, until, _ in ranges if until}))
            summary = _text(record.get("summary") or record.get("details"))
            yield str(package["name"]), Weakness(_id(record), summary, fixed, versions=versions, ranges=ranges)


def _spans(ranges: Any) -> Iterable[tuple[str, str, str]]:  # Any: OSV's ranges, from a file
    for one in ranges if isinstance(ranges, list) else ():
        if not isinstance(one, dict) or one.get("type") not in ("ECOSYSTEM", "SEMVER"):
            continue
        start: str | None = None
        for event in one.get("events") or ():
            if not isinstance(event, dict):
                continue
            if "introduced" in event:
                start = str(event["introduced"])
            elif start is not None and ("fixed" in event or "last_affected" in event):
                yield start, str(event.get("fixed", "")), str(event.get("last_affected", ""))
                start = None
        if start is not None:
            yield start, "", ""


def _plain(record: Mapping[str, Any]) -> Iterable[tuple[str, Weakness]]:
    name = record.get("name") or record.get("package")
    affected = record.get("affected") or record.get("specifier") or record.get("versions")
    if not isinstance(name, str) or not affected:
        return
    fixed = str(record.get("fixed_in") or "")
    try:
        if isinstance(affected, list):
            versions = frozenset(parsed for text in affected if (parsed := _version(str(text))))
            yield name, Weakness(_id(record), _text(record.get("summary")), fixed, versions=versions)
        else:
            yield name, Weakness(_id(record), _text(record.get("summary")), fixed, str(SpecifierSet(str(affected))))
    except InvalidSpecifier:
        raise Unreadable(f"“{str(affected)[:80]}” of {name[:80]} does not say which versions are affected.") from None


def _within(version: Version, start: str, until: str, last: str) -> bool:
    first, end, final = _version(start), _version(until), _version(last)
    if (first is None and start != "0") or (until and end is None) or (last and final is None):
        return False
    return (
        (first is None or version >= first) and (end is None or version < end) and (final is None or version <= final)
    )


def _version(text: str) -> Version | None:
    try:
        return Version(text)
    except InvalidVersion:
        return None


def _id(record: Mapping[str, Any]) -> str:
    return _text(record.get("id"))[:80] or "without an identifier"


def _text(value: Any) -> str:  # Any: JSON from a file
    return " ".join(str(value or "").split())[:300]
