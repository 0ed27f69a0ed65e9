"""Several runs side by side: what they were given, what they declared, and in what they differ."""

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Self

from canvas.models import Project
from registry.models import LatestMetric, Run, RunDataset, RunParam, TrainingEnvironment

SIDE_BY_SIDE = 10
MOST = 100
# A guess at what a metric's name means; whoever looks at the page can turn it round.
_LOWER = re.compile(
    r"(loss|error|err\b|mse|mae|rmse|mape|smape|deviance|perplexity|brier|ece\b|gap|time|seconds|latency|duration|cost|_sd\b|_std\b|stddev)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """One thing that the runs may share or differ in: a cell for each run, None where it has nothing there."""

    label: str
    cells: list[str | None]
    # The places of runs of which nothing of the kind is known, so that they neither agree nor differ.
    silent: frozenset[int] = frozenset()

    @property
    def differs(self) -> bool:
        """Whether not all runs agree."""
        return len({cell for at, cell in enumerate(self.cells) if at not in self.silent}) > 1


@dataclass(frozen=True)
class MetricLine:
    """One metric's last value in each run, and which of them are best."""

    key: str
    cells: list[float | None]
    higher_is_better: bool

    @property
    def best(self) -> set[int]:
        """The places of the best values; none where nothing differs."""
        numbers = [cell for cell in self.cells if cell is not None and not math.isnan(cell)]
        if len(set(numbers)) < 2:
            return set()
        top = max(numbers) if self.higher_is_better else min(numbers)
        return {at for at, cell in enumerate(self.cells) if cell == top}

    @property
    def marked(self) -> list[tuple[float | None, bool]]:
        """Each cell, and whether it is the best."""
        best = self.best
        return [(cell, at in best) for at, cell in enumerate(self.cells)]


@dataclass
class Comparison:
    """Runs in the order they were asked for, with everything that can be laid side by side."""

    runs: list[Run]
    params: list[Line] = field(default_factory=list)
    metrics: list[MetricLine] = field(default_factory=list)
    environment: list[Line] = field(default_factory=list)
    datasets: list[Line] = field(default_factory=list)

    @classmethod
    def of(cls, project: Project, run_ids: Sequence[str], *, turned: Collection[str] = ()) -> Self:
        """The project's runs with these ids; `turned` names metrics whose direction was guessed wrongly."""
        wanted = [run_id for run_id in dict.fromkeys(run_ids) if "\0" not in run_id][:MOST]
        found = Run.objects.filter(experiment__project=project, run_id__in=wanted)
        by_id = {run.run_id: run for run in found.select_related("experiment", "environment", "created_by")}
        runs = [by_id[run_id] for run_id in wanted if run_id in by_id]
        return cls(
            runs,
            params=_differing_first(_lines(runs, _params(runs))),
            metrics=_metrics(runs, turned),
            environment=_lines(runs, _environments(runs)),
            datasets=_lines(runs, _datasets(runs)),
        )

    @property
    def is_side_by_side(self) -> bool:
        """Whether there are few enough for a column each."""
        return len(self.runs) <= SIDE_BY_SIDE

    @property
    def environment_words(self) -> str:
        """How far the environments agree, in a sentence."""
        missing = [run.name for run in self.runs if run.environment is None]
        silent = f"Without a recorded environment: {', '.join(missing)}." if missing else ""
        if len(missing) > len(self.runs) - 2:
            return f"Fewer than two of the runs recorded one, so that nothing can be compared. {silent}"
        same = sum(not line.differs for line in self.environment)
        return f"{same} of {len(self.environment)} facts and packages are the same. {silent}".strip()

    @property
    def environment_differences(self) -> list[Line]:
        """The facts and packages in which the environments differ."""
        return [line for line in self.environment if line.differs]

    @property
    def differing(self) -> list[Line]:
        """The parameters in which the runs differ."""
        return [line for line in self.params if line.differs]

    @property
    def shared(self) -> list[Line]:
        """The parameters that all runs share."""
        return [line for line in self.params if not line.differs]


def higher_is_better(key: str, *, turned: Collection[str] = ()) -> bool:
    """Whether more of a metric is better, as its name suggests and the reader may have corrected."""
    return (_LOWER.search(key) is None) != (key in turned)


Held = Mapping[int, Mapping[str, str]]


def _lines(runs: Sequence[Run], held: Held) -> list[Line]:
    keys = dict.fromkeys(key for run in runs for key in held.get(run.pk, {}))
    silent = frozenset(at for at, run in enumerate(runs) if run.pk not in held)
    return [Line(key, [held.get(run.pk, {}).get(key) for run in runs], silent) for key in keys]


def _differing_first(lines: Sequence[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: not line.differs)


def _params(runs: Sequence[Run]) -> Held:
    found: dict[int, dict[str, str]] = {run.pk: {} for run in runs}
    for pk, key, value in RunParam.objects.filter(run__in=runs).order_by("key").values_list("run_id", "key", "value"):
        found[pk][key] = value
    return found


def _metrics(runs: Sequence[Run], turned: Collection[str]) -> list[MetricLine]:
    found: dict[str, dict[int, float]] = {}
    latest = LatestMetric.objects.filter(run__in=runs).order_by("key")
    for pk, key, value, is_nan in latest.values_list("run_id", "key", "value", "is_nan"):
        found.setdefault(key, {})[pk] = math.nan if is_nan else value
    return [
        MetricLine(key, [values.get(run.pk) for run in runs], higher_is_better(key, turned=turned))
        for key, values in found.items()
    ]


def _environments(runs: Sequence[Run]) -> Held:
    return {run.pk: _facts(run.environment) for run in runs if run.environment}


def _facts(environment: TrainingEnvironment) -> dict[str, str]:
    said = {
        "Python": environment.python_version,
        "Operating system": environment.os,
        "Processor": environment.cpu,
        "Graphics processor": environment.gpu,
        "Container image": environment.container_image,
        "Seeds": ", ".join(f"{name} {seed}" for name, seed in sorted(environment.seeds.items())),
    }
    packages = {package["name"]: package.get("version") or "not pinned" for package in environment.packages}
    return {label: value for label, value in said.items() if value} | packages


def _datasets(runs: Sequence[Run]) -> Held:
    found: dict[int, dict[str, str]] = {run.pk: {} for run in runs}
    for link in RunDataset.objects.filter(run__in=runs).select_related("dataset"):
        use = link.context or "Used"
        before = found[link.run_id].get(use)
        text = f"{link.name} ({link.digest})"
        found[link.run_id][use] = f"{before}, {text}" if before else text
    return found
