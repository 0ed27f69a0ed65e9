"""What differs between versions, field by field: what was registered, and what the room that measures offers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Max

from canvas.blocks import BLOCKS
from canvas.models import BlockRevision
from registry import measurements, signatures, version_files
from registry.environments import comparison as environments
from registry.measurements import Measurement
from registry.models import ModelVersion

NOTHING = "–"
MOST_FILES = 500

# What one version says in one section, by label; texts for people.
Facts = Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """One fact that two versions do not share."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Row:
    """One fact with what each version says of it, in their order."""

    label: str
    values: tuple[str, ...]

    @property
    def is_same(self) -> bool:
        """Whether all versions say the same."""
        return len(set(self.values)) == 1


@dataclass(frozen=True)
class Section:
    """Facts that belong together."""

    key: str
    title: str
    rows: list[Row] = field(default_factory=list)

    @property
    def changed(self) -> list[Row]:
        """The facts in which the versions differ."""
        return [row for row in self.rows if not row.is_same]

    @property
    def unchanged(self) -> list[Row]:
        """The facts that all versions share."""
        return [row for row in self.rows if row.is_same]


def sections_of(versions: Sequence[ModelVersion]) -> list[Section]:
    """Every fact of several versions side by side; sections about which none says anything are left out."""
    measured = measurements.of_versions([version.pk for version in versions])
    plans = _plans(versions)
    readers: list[tuple[str, str, Callable[[ModelVersion], Facts]]] = [
        ("model", "Model", _model),
        ("hyperparameters", "Hyperparameters", _hyperparameters),
        ("data", "Data", _data),
        ("signature", "Signature", _signature),
        ("declared", "Metrics as declared by the run", _declared),
        ("measured", "Metrics as measured", lambda version: _measured(measured[version.pk])),
        ("environment", "Environment", _environment),
        ("packages", "Packages", _packages),
        ("plan", "Canvas when it was registered", lambda version: plans[version.pk]),
        ("files", "Files", _files),
    ]
    sections = [Section(key, title, _rows([read(version) for version in versions])) for key, title, read in readers]
    return [section for section in sections if section.rows]


def changes_between(old: ModelVersion, new: ModelVersion) -> list[Change]:
    """Every fact in which the newer version differs from the older one; a file's digest always differs, so it is not."""
    return [
        Change(row.label, row.values[0], row.values[1])
        for section in sections_of([old, new])
        if section.key != "files"
        for row in section.changed
        if row.label not in _ALWAYS_DIFFER
    ]


_ALWAYS_DIFFER = frozenset({"Model file"})


def _rows(said: Sequence[Facts]) -> list[Row]:
    labels = dict.fromkeys(label for facts in said for label in facts)
    rows = [Row(label, tuple(facts.get(label) or NOTHING for facts in said)) for label in labels]
    return [row for row in rows if set(row.values) != {NOTHING}]


def _model(version: ModelVersion) -> Facts:
    search = version.search or {}
    return {
        "Algorithm": version.algorithm,
        "File format": version.format_label,
        "Model file": version.artifact_sha256,
        "Flavors": ", ".join(sorted(version.flavors)),
        "Hyperparameter search": str(search.get("method") or ""),
        "Candidates tried": str(search.get("candidates") or ""),
        "Source code": version.source_code,
        "Trained by": str(version.trained_by),
        "Known limits": version.limits,
        "Why this one": version.selection_note,
    }


def _hyperparameters(version: ModelVersion) -> Facts:
    return {key: str(value) for key, value in version.hyperparameters.items()}


def _data(version: ModelVersion) -> Facts:
    links = version.dataset_links.select_related("dataset__schema", "dataset__labeling_method")
    found: dict[str, list[str]] = {}
    for link in links.order_by("dataset__name", "dataset__number"):
        dataset, use = link.dataset, link.get_use_display()
        found.setdefault(use, []).append(f"{dataset}, declared only" if dataset.is_declared else str(dataset))
        found.setdefault(f"{use}: rows", []).append(f"{dataset.rows:,}")
        found.setdefault(f"{use}: schema", []).append(str(dataset.schema or "no schema"))
        found.setdefault(f"{use}: labels", []).append(str(dataset.labeling_method or "no labeling method"))
    return {label: ", ".join(texts) for label, texts in found.items()}


def _signature(version: ModelVersion) -> Facts:
    return {
        f"{row.part} {row.name}": f"{row.kind}, {row.note}" if row.note else row.kind
        for row in signatures.rows_of(version.signature)
    }


def _declared(version: ModelVersion) -> Facts:
    declared = version.run.last_metrics if version.run else {}
    return {f"{key} (declared)": f"{value:.4g}" for key, value in declared.items()}


def _measured(found: Iterable[Measurement]) -> Facts:
    best = next((one for one in found if one.state == "done"), None)
    if best is None:
        return {}
    held_out = "held out" if best.is_held_out else "not shown to be held out"
    told = {"Measured on": f"{best.on}, {held_out}", "Thresholds": best.verdict}
    return told | {f"{name} (measured)": value for name, value in best.metrics.items()}


def _environment(version: ModelVersion) -> Facts:
    environment = version.environment
    if environment is None:
        return {}
    said = {key: getattr(environment, key) for key in environments.FACTS}
    return {environments.FACTS[key]: environments.words(value, key=key) for key, value in said.items() if value}


def _packages(version: ModelVersion) -> Facts:
    packages = version.environment.packages if version.environment else []
    return {package["name"]: environments.version_of(package) for package in packages}


def _files(version: ModelVersion) -> Facts:
    return {file.path: file.sha256 for file in version_files.files_of(version)[:MOST_FILES]}


def _plans(versions: Sequence[ModelVersion]) -> dict[int, Facts]:
    """The canvas's revisions as they stood when each version was registered."""
    found: dict[int, Facts] = {}
    for version in versions:
        then = BlockRevision.objects.filter(project=version.model.project_id, created_at__lte=version.created_at)
        held = dict(then.order_by().values("block").annotate(latest=Max("number")).values_list("block", "latest"))
        found[version.pk] = {
            f"Block {block.number}, {block.title}": f"revision {held[block.number]}"
            for block in BLOCKS
            if block.number in held
        }
    return found
