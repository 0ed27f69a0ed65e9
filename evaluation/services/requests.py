"""Ask for an evaluation."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, BinaryIO

from django.conf import settings
from django.db import transaction
from django.db.models import Max

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.kpis import held_to_sha256
from canvas.models import Kpi, Project
from data import storage
from data.inspection import inspect
from data.services import quotas
from data.tables import BadFileName, BadTable, check_file_name
from evaluation import asked as asking
from evaluation.asked import Asked, PredictionsFile, Refused
from evaluation.models import EvaluationJob
from evaluation.tables import table_columns
from jobs import services as jobs
from registry.models import ModelVersion

KIND = "evaluation"


def request_from_file(
    version: ModelVersion,
    *,
    source: BinaryIO | Iterable[bytes],
    file_name: str,
    asked: Asked,
    by: User,
    idempotency_key: str | None = None,
) -> EvaluationJob:
    """Store an uploaded file of labels and predictions, and queue its evaluation; raises Refused."""
    predictions = receive_predictions(version.model.project, source, file_name=file_name)
    return request_evaluation(
        version, asked=replace(asked, predictions=predictions), by=by, idempotency_key=idempotency_key
    )


def again(earlier: EvaluationJob, *, by: User) -> EvaluationJob:
    """Queue the same evaluation once more, against the thresholds as they stand now; raises Refused."""
    predictions = None
    if earlier.mode == EvaluationJob.Mode.PREDICTIONS:
        columns = table_columns(earlier.predictions_sha256)
        predictions = PredictionsFile(earlier.predictions_name, earlier.predictions_sha256, columns)
    asked = Asked(
        dataset=earlier.dataset,
        predictions=predictions,
        label_column=earlier.label_column,
        prediction_column=earlier.prediction_column,
        score_columns=earlier.score_columns,
        baseline_column=earlier.baseline_column,
        positive_label=earlier.positive_label,
        slice_columns=earlier.slice_columns,
        seed=earlier.seed,
    )
    return request_evaluation(earlier.version, asked=asked, by=by)


def receive_predictions(project: Project, source: BinaryIO | Iterable[bytes], *, file_name: str) -> PredictionsFile:
    """Store an uploaded file of labels and predictions once it is known to be a readable table; raises Refused."""
    try:
        name = check_file_name(file_name)
        with quotas.receive(project, source, limit=settings.DATASET_MAX_BYTES) as received:
            facts = inspect(received.path, name=name)
            stored = received.keep()
    except (BadTable, BadFileName, storage.TooLarge) as reason:
        raise Refused(str(reason), "predictions") from reason
    return PredictionsFile(name, stored.sha256, facts.columns)


def request_evaluation(
    version: ModelVersion, *, asked: Asked, by: User, idempotency_key: str | None = None
) -> EvaluationJob:
    """Queue an evaluation of a version, with the project's KPI thresholds frozen as they stand now.

    The same idempotency key gives the same evaluation. Raises Refused when it cannot work, and then nothing changes.
    """
    version = ModelVersion.objects.select_related("model__project").get(pk=version.pk)
    fields = asking.completed(version, asked)
    with transaction.atomic():
        return _create(version, fields, by=by, idempotency_key=idempotency_key)


def _create(version: ModelVersion, fields: dict[str, Any], *, by: User, idempotency_key: str | None) -> EvaluationJob:
    # Numbers are counted per project, one request after the other.
    project = Project.objects.select_for_update().get(pk=version.model.project_id)
    number = (project.evaluations.aggregate(last=Max("number"))["last"] or 0) + 1
    job = jobs.enqueue(
        KIND, project=project, label=f"Evaluate {version}", by=by, idempotency_key=idempotency_key
    )  # fmt: skip
    if earlier := EvaluationJob.objects.filter(job=job).first():
        return earlier
    if sha256 := fields.get("predictions_sha256"):
        quotas.count_new(project, sha256, storage.size_of(sha256))
    evaluation = EvaluationJob.objects.create(
        project=project,
        number=number,
        job=job,
        version=version,
        requested_by=by,
        thresholds=frozen_thresholds(project, version.model.task),
        **fields,
    )
    record(
        Action.EVALUATION_REQUESTED,
        by=by,
        on=evaluation,
        chain=project.chain,
        after={
            "version": str(version),
            "artifact_sha256": version.artifact_sha256,
            "mode": evaluation.mode,
            "dataset_sha256": evaluation.dataset.sha256 if evaluation.dataset else "",
            "predictions_sha256": evaluation.predictions_sha256,
            "thresholds": evaluation.thresholds,
        },
    )
    return evaluation


def thresholds_changed(evaluation: EvaluationJob) -> bool:
    """Whether the project's thresholds are no longer those that an evaluation was held to."""
    now = frozen_thresholds(evaluation.project, evaluation.version.model.task)
    return {_meaning(one) for one in now} != {_meaning(one) for one in evaluation.thresholds}


def _meaning(frozen: dict[str, Any]) -> tuple[int, str]:
    return frozen["kpi"], held_to_sha256(frozen)


def frozen_thresholds(project: Project, task: str) -> list[dict[str, Any]]:
    """The thresholds a release has to meet, for the metrics that this task can measure, as plain values."""
    return [
        {
            "kpi": kpi.pk,
            "revision": kpi.revision,
            "name": kpi.name,
            "kind": kpi.kind,
            "metric": kpi.metric,
            "direction": kpi.direction,
            "threshold": kpi.threshold,
            "threshold_upper": kpi.threshold_upper,
        }
        for kpi in Kpi.objects.filter(project=project).judging(task).order_by("kind", "name")
    ]
