"""Reads training environments from requirements files, `pip freeze` output and JSON; text in, plain values out."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import rfc8785
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
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
LONGEST_SEED = 300
LOCAL = "a local folder"
_COMMIT = re.compile(r"@[0-9a-f]{7,64}$")
_IMAGE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@+-]*")
# Most are as PEP 440 has them; conda also has such as “9e”, and pip such as “2004d-build”, after three equal signs.
_ONE_VERSION = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9._+!-]{0,98}")
# Ends of lines, marks that turn the direction of writing, and the like: none belongs into the name of a thing.
_UNPRINTABLE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


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


def from_json(value: Any, *, is_recorded: bool = False) -> EnvironmentFacts:
    """The environment that a JSON object says; see JSON_KEYS for the keys it may have.

    One that was recorded before is taken as it stands, even if its texts would not be taken today.
    """
    read_text = _text if is_recorded else ensure_text
    if not isinstance(value, dict):
        raise UnreadableEnvironment("An environment in JSON is one object with the keys " + ", ".join(JSON_KEYS) + ".")
    if unknown := sorted(set(map(str, value)) - set(JSON_KEYS)):
        raise UnreadableEnvironment(
            f"An environment has no “{unknown[0][:80]}”. It may have {', '.join(JSON_KEYS)}; remove the rest."
        )
    try:
        json_values.ensure_storable({key: value[key] for key in value if key != "packages"}, what="the environment")
        return EnvironmentFacts(
            **{key: read_text(value.get(key), key) for key in TEXT_LENGTHS},
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


def ensure_text(value: Any, key: str) -> str:
    """The text of one of TEXT_LENGTHS, once it is known to say what it has to; empty where it is left open."""
    text = ensure_line(_text(value, key), what=f"“{key}”")
    if text and key == "python_version" and not is_version(text):
        raise UnreadableEnvironment(f"“{text}” is no version of Python. Write the number alone, such as 3.11.7.")
    if text and key == "container_image" and not _IMAGE.fullmatch(text):
        raise UnreadableEnvironment(
            f"“{text[:80]}” is no name of a container image. Write one such as registry.example.org/train:1.2, with "
            "its digest where it is known."
        )
    return text


def ensure_line(text: str, *, what: str) -> str:
    """The text, once it is known to be a single line of signs that can be seen."""
    if any(unicodedata.category(sign) in _UNPRINTABLE for sign in text):
        raise UnreadableEnvironment(f"{what[:1].upper() + what[1:]} is one line of text, without control characters.")
    return text


def is_version(text: str) -> bool:
    """Whether a text is a version as PEP 440 has them."""
    try:
        Version(text)
    except InvalidVersion:
        return False
    return True


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
    if any(len(one) > LONGEST_SEED for one in value.values() if isinstance(one, str)):
        raise UnreadableEnvironment(f"A seed written as text has at most {LONGEST_SEED} characters.")
    for text in [*value, *value.values()]:
        ensure_line(str(text), what="a seed")
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
    return sorted({ensure_line(one, what="a source of chance") for one in value[:100]})


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
    entry = ensure_line(entry.replace("\t", " "), what=f"line {number}")
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
        return LOCAL
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
    found: dict[str, dict[str, str]] = {}
    for package in map(_package, value):
        name = package["name"]
        if found.setdefault(name, package) != package:
            raise UnreadableEnvironment(
                f"The packages list {name} twice, and differently, so nobody can tell which one was used. Names that "
                "differ in capitals, dots, dashes or underscores mean the same package."
            )
    return _limited([found[name] for name in sorted(found)])


def _package(item: dict[str, Any]) -> dict[str, str]:
    name, version = str(item["name"]), str(item.get("version") or "").removeprefix("==")
    if not re.fullmatch(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,198}[A-Za-z0-9])?", name):
        raise UnreadableEnvironment(f"“{name[:80]}” is not a package's name.")
    if version and not is_version(version) and not _ONE_VERSION.fullmatch(version):
        raise UnreadableEnvironment(
            f"“{version[:80]}” is not an exact version of {name}. Write one such as 1.7.2, or leave it empty."
        )
    package = {"name": canonicalize_name(name), "version": version}
    if source := str(item.get("source") or ""):
        package["source"] = source if source == LOCAL else _without_secrets(ensure_line(source, what="a source"))
    elif (specifier := str(item.get("specifier") or "")) and not version:
        package["specifier"] = _specifier(specifier, name)
    return package


def _specifier(text: str, name: str) -> str:
    try:
        return str(SpecifierSet(text))
    except InvalidSpecifier:
        raise UnreadableEnvironment(
            f"“{text[:80]}” does not say which versions of {name} are meant. Write it such as >=1.7,<2."
        ) from None


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
