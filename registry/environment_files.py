"""Reads training environments from requirements files, `pip freeze` output and JSON; text in, plain values out."""

import hashlib
import re
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import rfc8785
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from registry import json_values
from registry.json_values import NotStorable

SIZE_LIMIT = 2**20
PACKAGE_LIMIT = 5_000
# Every key that an environment as JSON may have; the API documents the same ones.
JSON_KEYS = (
    "python_version", "packages", "os", "cpu", "cpu_count", "gpu", "memory_bytes", "container_image", "seeds",
    "random_sources",
)  # fmt: skip
TEXT_LENGTHS = {"python_version": 40, "os": 200, "cpu": 200, "gpu": 200, "container_image": 400}
# Came later: an environment that says nothing of them keeps the digest it was recorded under.
_LATER = ("gpu", "container_image", "random_sources")
NO_SEEDS = "none"
_COMMIT = re.compile(r"@[0-9a-f]{7,64}$")


class UnreadableEnvironment(ValueError):
    """The file does not say an environment; the message says where and what to change, for people."""


@dataclass(frozen=True)
class EnvironmentFacts:
    """What a training environment consisted of."""

    python_version: str = ""
    packages: list[dict[str, str]] = field(default_factory=list)
    os: str = ""
    cpu: str = ""
    cpu_count: int | None = None
    gpu: str = ""
    memory_bytes: int | None = None
    container_image: str = ""
    seeds: dict[str, Any] = field(default_factory=dict)
    random_sources: list[str] = field(default_factory=list)

    @property
    def sha256(self) -> str:
        """The digest by which equal environments are kept once."""
        content = {key: getattr(self, key) for key in JSON_KEYS if key not in _LATER or getattr(self, key)}
        return hashlib.sha256(rfc8785.dumps(content)).hexdigest()


def read(content: bytes, *, name: str) -> EnvironmentFacts:
    """The environment that a file says: JSON when it opens with a brace, a requirements list otherwise."""
    text = _decoded(content, name)
    if not text.strip():
        raise UnreadableEnvironment(f"{name} is empty. Write it with “pip freeze > requirements.txt”.")
    if text.lstrip().startswith("{"):
        try:
            return from_json(json_values.parse(text, what=name))
        except NotStorable as reason:
            raise UnreadableEnvironment(str(reason)) from None
    return EnvironmentFacts(packages=read_requirements(text))


def from_json(value: Any) -> EnvironmentFacts:
    """The environment that a JSON object says; see JSON_KEYS for the keys it may have."""
    if not isinstance(value, dict):
        raise UnreadableEnvironment("An environment in JSON is one object with the keys " + ", ".join(JSON_KEYS) + ".")
    if unknown := sorted(set(map(str, value)) - set(JSON_KEYS)):
        raise UnreadableEnvironment(
            f"An environment has no “{unknown[0][:80]}”. It may have {', '.join(JSON_KEYS)}; remove the rest."
        )
    try:
        json_values.ensure_storable({key: value[key] for key in value if key != "packages"}, what="the environment")
        return EnvironmentFacts(
            **{key: _text(value.get(key), key) for key in TEXT_LENGTHS},
            packages=_packages(value.get("packages")),
            cpu_count=_count(value.get("cpu_count"), "cpu_count", largest=1_000_000),
            memory_bytes=_count(value.get("memory_bytes"), "memory_bytes", largest=json_values.LARGEST_INTEGER),
            seeds=read_seeds(value.get("seeds")),
            random_sources=_random_sources(value.get("random_sources")),
        )
    except NotStorable as reason:
        raise UnreadableEnvironment(str(reason)) from None


def completed(facts: EnvironmentFacts, **known: Any) -> EnvironmentFacts:
    """The same environment with what the file left open filled in; what the file says wins."""
    return replace(facts, **{key: value for key, value in known.items() if value and not getattr(facts, key)})


def read_requirements(text: str) -> list[dict[str, str]]:
    """The packages of a requirements file or of `pip freeze`, sorted by name; options and hashes are left out."""
    packages: dict[str, dict[str, str]] = {}
    joined = re.sub(r"\\\r?\n", " ", text)
    for number, line in enumerate(joined.splitlines(), start=1):
        entry = re.sub(r"(^|\s)#.*$", "", line).strip()
        if not entry or (entry.startswith("-") and not entry.startswith(("-e ", "--editable"))):
            _refuse_reference(entry, number)
            continue
        package = _requirement(re.sub(r"\s--\S+", "", entry), number)
        name = package["name"]
        if packages.setdefault(name, package) != package:
            raise UnreadableEnvironment(
                f"Line {number} lists {name} again, and differently, so nobody can tell which one was used. Send the "
                "output of “pip freeze”, which says what was installed."
            )
    return _limited([packages[name] for name in sorted(packages)])


def is_pinned(package: dict[str, str]) -> bool:
    """Whether a package is recorded so exactly that the same bytes could be installed again."""
    return bool(package.get("version")) or bool(_COMMIT.search(package.get("source", "")))


def unpinned(packages: list[dict[str, str]]) -> list[str]:
    """The names of packages without an exact version."""
    return [package["name"] for package in packages if not is_pinned(package)]


def states_seeds(seeds: dict[str, Any]) -> bool:
    """Whether seeds are recorded, or it is stated that none were used."""
    return bool(seeds)


def read_seeds(value: Any) -> dict[str, Any]:
    """Seeds by what they seed; the text "none: why" says that nothing was random."""
    if value is None or value in ({}, ""):
        return {}
    if isinstance(value, str):
        head, _, why = value.partition(":")
        if head.strip().lower() == NO_SEEDS:
            return {NO_SEEDS: why.strip()[:300] or "nothing in the training is random"}
    if not isinstance(value, dict) or not all(_is_seed(seed) for seed in value.values()):
        raise UnreadableEnvironment(
            'Seeds are an object of names and whole numbers, such as {"random_state": 7}, or the text '
            "“none: training is not random”."
        )
    return {str(key)[:100]: seed for key, seed in value.items()}


def read_seeds_text(text: str) -> dict[str, Any]:
    """Seeds as people type them: lines such as `random_state = 7`, an object in JSON, or "none: why"."""
    lines = [line.strip() for line in re.split(r"[\n,]", text) if line.strip()]
    if text.lstrip().startswith("{"):
        try:
            return read_seeds(json_values.parse(text, what="the seeds"))
        except NotStorable as reason:
            raise UnreadableEnvironment(str(reason)) from None
    if not lines or lines[0].partition(":")[0].strip().lower() == NO_SEEDS:
        return read_seeds(text.strip())
    pairs = [line.partition("=") for line in lines]
    if not all(re.fullmatch(r"-?\d{1,15}", value.strip()) and name.strip() for name, _, value in pairs):
        raise UnreadableEnvironment(
            "Write one seed a line, such as “random_state = 7”, or “none: training is not random”."
        )
    return read_seeds({name.strip(): int(value) for name, _, value in pairs})


def _random_sources(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, str) and 0 < len(one) <= 100 for one in value[:100]):
        raise UnreadableEnvironment('Random sources are a list of short texts, such as ["numpy", "GPU kernels"].')
    return sorted(set(value[:100]))


def _is_seed(value: Any) -> bool:
    return isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))


def _decoded(content: bytes, name: str) -> str:
    if len(content) > SIZE_LIMIT:
        raise UnreadableEnvironment(f"{name} is larger than 1 MiB, which no list of packages is. Upload the list only.")
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
        return json_values.ensure_text(text, what=name)
    except (UnicodeDecodeError, NotStorable):
        raise UnreadableEnvironment(f"{name} is not a text in UTF-8. Save it as UTF-8 and upload it again.") from None


def _requirement(entry: str, number: int) -> dict[str, str]:
    editable = re.match(r"(?:-e|--editable)[\s=]+(.+)", entry)
    if editable:
        return _direct(editable[1], number)
    try:
        requirement = Requirement(entry)
    except InvalidRequirement:
        raise UnreadableEnvironment(
            f"Line {number} (“{entry[:80]}”) is not a package. Write it as name==version, as “pip freeze” does."
        ) from None
    package = {"name": canonicalize_name(requirement.name), "version": _exact(requirement)}
    if requirement.url:
        package["source"] = _without_secrets(requirement.url)
    elif not package["version"] and str(requirement.specifier):
        package["specifier"] = str(requirement.specifier)
    return package


def _exact(requirement: Requirement) -> str:
    pins = [pin for pin in requirement.specifier if pin.operator in ("==", "===") and not pin.version.endswith(".*")]
    return pins[0].version if len(pins) == 1 else ""


def _direct(url: str, number: int) -> dict[str, str]:
    named = re.search(r"#egg=([A-Za-z0-9._-]+)", url)
    if not named:
        raise UnreadableEnvironment(
            f"Line {number} installs from a folder or address without saying the package's name."
        )
    return {
        "name": canonicalize_name(named[1]),
        "version": "",
        "source": _without_secrets(url.split("#", maxsplit=1)[0]),
    }


def _without_secrets(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme in ("", "file"):
        return "a local folder"
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))[:400]


def _refuse_reference(entry: str, number: int) -> None:
    if re.match(r"(-r|--requirement|-c|--constraint)\b", entry):
        raise UnreadableEnvironment(
            f"Line {number} refers to another file (“{entry[:80]}”). Upload the output of “pip freeze” instead."
        )


def _packages(value: Any) -> list[dict[str, str]]:
    if value is None:
        return []
    if isinstance(value, dict):
        value = [{"name": name, "version": version} for name, version in value.items()]
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return read_requirements("\n".join(value))
    if not isinstance(value, list) or not all(isinstance(item, dict) and item.get("name") for item in value):
        raise UnreadableEnvironment(
            'Packages are a list such as [{"name": "scikit-learn", "version": "1.7.2"}], or lines of “pip freeze”.'
        )
    found = {package["name"]: package for package in map(_package, value)}
    return _limited([found[name] for name in sorted(found)])


def _package(item: dict[str, Any]) -> dict[str, str]:
    name, version = str(item["name"]), str(item.get("version") or "").removeprefix("==")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,198}[A-Za-z0-9])?", name):
        raise UnreadableEnvironment(f"“{name[:80]}” is not a package's name.")
    if version:
        try:
            Version(version)
        except InvalidVersion:
            raise UnreadableEnvironment(
                f"“{version[:80]}” is not an exact version of {name}. Write one such as 1.7.2, or leave it empty."
            ) from None
    return {"name": canonicalize_name(name), "version": version}


def _limited(packages: list[dict[str, str]]) -> list[dict[str, str]]:
    if len(packages) > PACKAGE_LIMIT:
        raise UnreadableEnvironment(
            f"This lists {len(packages):,} packages; at most {PACKAGE_LIMIT:,} can be recorded."
        )
    return packages


def _text(value: Any, key: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > TEXT_LENGTHS[key]:
        raise UnreadableEnvironment(f"“{key}” is a text of at most {TEXT_LENGTHS[key]} characters.")
    return value.strip()


def _count(value: Any, key: str, *, largest: int) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= largest:
        raise UnreadableEnvironment(f"“{key}” is a whole number from 1 to {largest:,}.")
    return value
