"""The records of this room that can prove what the canvas says: finished evaluations."""

from collections.abc import Iterable

from django.db.models import Max, OuterRef, QuerySet, Subquery

from canvas import evidence
from canvas.evidence import CHOICES, Proof, fingerprint, numbered
from canvas.models import Project
from evaluation.models import EvaluationJob, KpiVerdict
from registry.models import ModelVersion

NAMED = 3


class EvaluationKind:
    """Evaluations: against the plan when a KPI's threshold was missed, stale when a newer version was measured."""

    key = "evaluation"
    label = "Evaluation"

    def choices(self, project: Project) -> list[Proof]:
        """The latest finished evaluations."""
        return [self._proof(one, project) for one in self._read(project).order_by("-number")[:CHOICES]]

    def find(self, project: Project, ids: Iterable[str]) -> dict[str, Proof]:
        """The named evaluations, by their number in the project."""
        found = self._read(project).filter(number__in=numbered(ids))
        return {str(one.number): self._proof(one, project) for one in found}

    def _read(self, project: Project) -> QuerySet[EvaluationJob]:
        measured = ModelVersion.objects.filter(model=OuterRef("version__model"), evaluations__finished_at__isnull=False)
        newest = measured.order_by().values("model").annotate(last=Max("number")).values("last")
        return (
            EvaluationJob.objects.finished()
            .filter(project=project)
            .select_related("version__model")
            .prefetch_related("verdicts")
            .annotate(newest=Subquery(newest))
        )

    def _proof(self, one: EvaluationJob, project: Project) -> Proof:
        one.project = project
        newest = getattr(one, "newest", one.version.number)
        return Proof(
            id=str(one.number),
            label=f"Evaluation {one.number} of {one.version}",
            url=one.get_absolute_url(),
            fingerprint=fingerprint(one.results_sha256),
            recorded_at=one.finished_at or one.requested_at,
            outdated=f"version {newest} was measured since" if newest > one.version.number else "",
            against="; ".join(map(missed, failed(one)[:NAMED])),
        )


def failed(one: EvaluationJob) -> list[KpiVerdict]:
    """The KPIs whose threshold the evaluation missed."""
    return [verdict for verdict in one.verdicts.all() if verdict.verdict == KpiVerdict.Verdict.FAIL]


def missed(verdict: KpiVerdict) -> str:
    """A missed threshold in a few words: recall 0.71, threshold 0.80."""
    value = "no value" if verdict.value is None else f"{verdict.value:.3g}"
    return f"{verdict.kpi_name} {value}, threshold {verdict.threshold:.3g}"


def offer() -> None:
    """Make the kind known."""
    evidence.offer(EvaluationKind())
