"""The columns that a table of runs can show, and which of them somebody sees."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

from django.db.models import Count

from canvas.models import Project
from registry.models import LatestMetric, Run, RunParam, RunTag

ATTRIBUTES = {
    "experiment": "Experiment",
    "recorded": "Recorded",
    "started": "Started",
    "ended": "Ended",
    "duration": "Took",
    "started_by": "Started by",
    "recorded_by": "Recorded by",
    "algorithm": "Algorithm",
    "environment": "Environment",
    "versions": "Became",
    "run_id": "Run id",
}
KINDS = {"attributes": "Facts", "params": "Parameters", "metrics": "Metrics", "tags": "Tags"}
MOST_COLUMNS = 60
# Offering names is a courtesy: a project's latest runs know nearly all of them, and the others can be typed.
RUNS_LOOKED_AT = 300
FIRST_SIGHT = {"params": 3, "metrics": 4}
LONGEST_KEY = 250


@dataclass(frozen=True)
class Column:
    """One column: a fact of the run itself, or a parameter, metric or tag by its key."""

    kind: str
    key: str

    @classmethod
    def named(cls, name: str) -> Self | None:
        """The column that an address calls so, or None."""
        kind, dot, key = name.partition(".")
        if not dot or not key or kind not in KINDS or len(key) > LONGEST_KEY or "\0" in key:
            return None
        return None if kind == "attributes" and key not in ATTRIBUTES else cls(kind, key)

    @property
    def name(self) -> str:
        """What an address calls it."""
        return f"{self.kind}.{self.key}"

    @property
    def label(self) -> str:
        """What its header says."""
        return ATTRIBUTES[self.key] if self.kind == "attributes" else self.key

    @property
    def is_number(self) -> bool:
        """Whether its cells stand to the right."""
        return self.kind == "metrics" or self.key == "duration"


def columns_named(names: Iterable[str]) -> list[Column]:
    """The columns with these names, each once; unknown names are left out."""
    found = dict.fromkeys(column for name in names if (column := Column.named(name.strip())))
    return list(found)[:MOST_COLUMNS]


def offered(project: Project, chosen: Sequence[Column]) -> dict[str, list[Column]]:
    """The columns that can be chosen, by kind: those that the latest runs know, those that tell them apart first."""
    latest = list(
        Run.objects.filter(experiment__project=project).order_by("-pk").values_list("pk", flat=True)[:RUNS_LOOKED_AT]
    )
    tables = {"params": RunParam, "metrics": LatestMetric, "tags": RunTag}
    found: dict[str, list[Column]] = {"attributes": [Column("attributes", key) for key in ATTRIBUTES]}
    for kind, table in tables.items():
        used = table._default_manager.filter(run__in=latest).values("key")
        counted = used.annotate(runs=Count("pk"), values=Count("value", distinct=True)).order_by("key")
        # What is the same in every run tells nobody them apart.
        first = sorted(counted, key=lambda row: (row["values"] == 1, -row["runs"]))
        keys = dict.fromkeys([row["key"] for row in first] + [c.key for c in chosen if c.kind == kind])
        found[kind] = [Column(kind, key) for key in keys]
    return found


def at_first_sight(found: dict[str, list[Column]], *, experiments: int) -> list[Column]:
    """What a table shows before anybody chose: where several experiments are listed, theirs too."""
    first = [column for kind, most in FIRST_SIGHT.items() for column in found[kind][:most]]
    facts = ["experiment"] if experiments > 1 else []
    return [*columns_named(f"attributes.{key}" for key in [*facts, "recorded", "duration", "versions"]), *first]
