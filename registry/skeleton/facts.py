"""Gather what a skeleton says: the plan, and the environment, snapshot and schema that were chosen."""

from dataclasses import dataclass, field
from typing import Any

from canvas.answers import Answers
from canvas.models import Kpi, Project
from canvas.services.blocks import current_answers
from data.models import DataSchema, Dataset
from registry.models import TrainingEnvironment


@dataclass(frozen=True)
class Skeleton:
    """Everything the files are written from."""

    url: str
    project: Project
    answers: dict[int, Answers]
    kpis: list[Kpi]
    environment: TrainingEnvironment | None = None
    snapshot: Dataset | None = None
    columns: list[dict[str, Any]] = field(default_factory=list)
    schema: str = ""


def gather(
    project: Project,
    *,
    url: str,
    environment: TrainingEnvironment | None = None,
    snapshot: Dataset | None = None,
    schema: DataSchema | None = None,
) -> Skeleton:
    """The plan as it stands; without a schema, the snapshot's own is taken."""
    schema = schema or (snapshot.schema if snapshot else None)
    kpis = Kpi.objects.filter(project=project, retired_at__isnull=True).order_by("kind", "name")
    return Skeleton(
        url=url.rstrip("/"),
        project=project,
        answers=current_answers(project),
        kpis=list(kpis),
        environment=environment,
        snapshot=snapshot,
        columns=[_column(one) for one in schema.fields.order_by("position")] if schema else [],
        schema=str(schema) if schema else "",
    )


def _column(one: Any) -> dict[str, Any]:
    keys = (
        "key", "data_type", "order", "part", "is_key", "is_nullable", "unit", "allowed_values", "minimum", "maximum",
        "pattern", "description",
    )  # fmt: skip
    return {key: getattr(one, key) for key in keys}
