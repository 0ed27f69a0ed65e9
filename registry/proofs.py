"""The records of this room that can prove what the canvas says: training runs and model versions."""

from collections.abc import Iterable

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.urls import reverse

from canvas import evidence
from canvas.evidence import CHOICES, Proof, fingerprint, numbered
from canvas.models import Project
from registry.models import ModelVersion, Run


class RunKind:
    """Training runs: they speak against the plan when they failed."""

    key = "run"
    label = "Training run"

    def choices(self, project: Project) -> list[Proof]:
        """The latest runs."""
        return [self._proof(run, project) for run in self._read(project).order_by("-created_at")[:CHOICES]]

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named runs, by MLflow's own id."""
        return {run.run_id: self._proof(run, project) for run in self._read(project).filter(run_id__in=list(ids))}

    def _read(self, project: Project) -> QuerySet[Run]:
        return Run.objects.filter(experiment__project=project)

    def _proof(self, run: Run, project: Project) -> Proof:
        failed = run.status in (Run.Status.FAILED, Run.Status.KILLED)
        return Proof(
            id=run.run_id,
            label=run.name or run.run_id,
            url=reverse("registry:run-detail", args=[project.slug, run.run_id]),
            fingerprint=fingerprint(run.run_id, run.environment_id),
            recorded_at=run.created_at,
            against=f"the run ended as {Run.Status(run.status).label.lower()}" if failed else "",
        )


class VersionKind:
    """Model versions: stale once there is a newer one."""

    key = "model-version"
    label = "Model version"

    def choices(self, project: Project) -> list[Proof]:
        """The latest versions."""
        return [self._proof(version) for version in self._read(project).order_by("-created_at")[:CHOICES]]

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named versions."""
        return {str(version.pk): self._proof(version) for version in self._read(project).filter(pk__in=numbered(ids))}

    def _read(self, project: Project) -> QuerySet[ModelVersion]:
        siblings = ModelVersion.objects.filter(model=OuterRef("model")).order_by().values("model")
        newest = siblings.annotate(last=Max("number")).values("last")
        return (
            ModelVersion.objects.filter(model__project=project)
            .select_related("model__project")
            .annotate(newest=Subquery(newest))
        )

    def _proof(self, version: ModelVersion) -> Proof:
        newest = getattr(version, "newest", version.number)
        return Proof(
            id=str(version.pk),
            label=str(version),
            url=version.get_absolute_url(),
            fingerprint=fingerprint(version.artifact_sha256),
            recorded_at=version.created_at,
            outdated=f"version {newest} is newer" if newest > version.number else "",
        )


def offer() -> None:
    """Make both kinds known."""
    evidence.offer(RunKind())
    evidence.offer(VersionKind())
