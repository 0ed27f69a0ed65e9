"""What differs between two versions, as plain lines: registered facts only, evaluations compare results themselves."""

from collections.abc import Mapping
from dataclasses import dataclass

from registry.models import ModelVersion

NOTHING = "–"


@dataclass(frozen=True)
class Change:
    """One fact that two versions do not share."""

    label: str
    before: str
    after: str


def changes_between(old: ModelVersion, new: ModelVersion) -> list[Change]:
    """Every registered fact in which the newer version differs from the older one."""
    return [
        *_differing({"Algorithm": old.algorithm}, {"Algorithm": new.algorithm}),
        *_differing(_plain(old.hyperparameters), _plain(new.hyperparameters)),
        *_differing(_data(old), _data(new)),
        *_differing(_environment(old), _environment(new)),
        *_differing(_metrics(old), _metrics(new)),
        *_differing(_facts(old), _facts(new)),
    ]


def _differing(old: Mapping[str, str], new: Mapping[str, str]) -> list[Change]:
    keys = dict.fromkeys([*old, *new])
    return [
        Change(key, old.get(key) or NOTHING, new.get(key) or NOTHING) for key in keys if old.get(key) != new.get(key)
    ]


def _plain(values: Mapping[str, object]) -> dict[str, str]:
    return {key: str(value) for key, value in values.items()}


def _data(version: ModelVersion) -> dict[str, str]:
    links = version.dataset_links.select_related("dataset").order_by("dataset__name", "dataset__number")
    found: dict[str, list[str]] = {}
    for link in links:
        found.setdefault(link.get_use_display(), []).append(str(link.dataset))
    return {use: ", ".join(names) for use, names in found.items()}


def _environment(version: ModelVersion) -> dict[str, str]:
    environment = version.environment
    if environment is None:
        return {}
    packages = {package["name"]: package.get("version") or "not pinned" for package in environment.packages}
    return {"Python": environment.python_version, **packages, "Seeds": _seeds(environment.seeds)}


def _seeds(seeds: Mapping[str, object]) -> str:
    return ", ".join(f"{key} {value}" for key, value in sorted(seeds.items()))


def _metrics(version: ModelVersion) -> dict[str, str]:
    declared = version.run.last_metrics if version.run else {}
    return {f"{key} (declared)": f"{value:.4g}" for key, value in declared.items()}


def _facts(version: ModelVersion) -> dict[str, str]:
    return {
        "File format": version.format_label,
        "Source code": version.source_code,
        "Trained by": str(version.trained_by),
        "Known limits": version.limits,
    }
