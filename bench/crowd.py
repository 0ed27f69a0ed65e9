"""Rows around the samples, as many as a busy installation has: 50 projects, 500 versions, 5,000 metric results."""

import itertools

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from canvas.models import Membership, Project
from canvas.roles import Role
from evaluation.models import EvaluationJob, MetricResult
from jobs.models import Job
from registry.models import Check, ModelVersion, PromotionRequest, RegisteredModel, Stage, StageAssignment
from registry.policy import ALL

PROJECTS, VERSIONS, RESULTS = 50, 500, 5_000
METRICS = (
    "roc_auc",
    "accuracy",
    "balanced_accuracy",
    "precision",
    "recall",
    "f1",
    "specificity",
    "brier",
    "log_loss",
    "mcc",
)
DIGEST = "0" * 64


@transaction.atomic
def gather(owner: User, approver: User) -> None:
    """Fill the database up to the three numbers."""
    missing = PROJECTS - Project.objects.count()
    projects = Project.objects.bulk_create(
        Project(slug=f"crowd-{n}", name=f"Crowd {n:02}", purpose="One of many.", task="binary", created_by=owner)
        for n in range(missing)
    )
    for person, role in ((owner, Role.OWNER), (approver, Role.APPROVER)):
        Membership.objects.bulk_create(Membership(project=project, user=person, role=role) for project in projects)
    models = RegisteredModel.objects.bulk_create(
        RegisteredModel(project=project, name="model", task="binary", created_by=owner) for project in projects
    )
    versions = _versions(models, VERSIONS - ModelVersion.objects.count(), owner)
    _promotions(versions, owner, approver)
    _results(_evaluations(versions, owner), RESULTS - MetricResult.objects.count())


def _versions(models: list[RegisteredModel], missing: int, owner: User) -> list[ModelVersion]:
    turns = zip(range(missing), itertools.cycle(models), strict=False)
    versions = ModelVersion.objects.bulk_create(
        ModelVersion(
            model=model,
            number=turn // len(models) + 1,
            algorithm="Logistic regression",
            hyperparameters={"C": 1.0},
            artifact_name="model.skops",
            artifact_sha256=DIGEST,
            artifact_size=10_000,
            artifact_format="skops",
            trained_by=owner,
            uploaded_by=owner,
        )
        for turn, model in turns
    )
    Check.objects.bulk_create(
        Check(version=version, key=key, status=Check.Status.PASSED, reason="It holds.")
        for version in versions
        for key in ALL
    )
    return versions


def _promotions(versions: list[ModelVersion], owner: User, approver: User) -> None:
    """A request for every version: the first of each model approved, the others open."""
    stage = Stage.objects.get(key="production")
    PromotionRequest.objects.bulk_create(
        PromotionRequest(
            project=version.model.project,
            number=version.number,
            version=version,
            stage=stage,
            reason="It is better.",
            requested_by=owner,
            status="approved" if version.number == 1 else "open",
        )
        for version in versions
    )
    StageAssignment.objects.bulk_create(
        StageAssignment(version=version, stage=stage, assigned_by=approver)
        for version in versions
        if version.number == 1
    )


def _evaluations(versions: list[ModelVersion], owner: User) -> list[EvaluationJob]:
    now = timezone.now()
    jobs = Job.objects.bulk_create(
        Job(
            project=version.model.project,
            kind="evaluation",
            label=f"Evaluate {version}",
            state=Job.State.SUCCEEDED,
            progress=100,
            requested_by=owner,
            started_at=now,
            finished_at=now,
        )
        for version in versions
    )
    return EvaluationJob.objects.bulk_create(
        EvaluationJob(
            project=version.model.project,
            number=version.number,
            job=job,
            version=version,
            mode=EvaluationJob.Mode.PREDICTIONS,
            predictions_name="predictions.csv",
            label_column="label",
            prediction_column="prediction",
            requested_by=owner,
            finished_at=now,
            rows=171,
            strength=EvaluationJob.Strength.MEASURED,
            is_held_out=True,
            results_sha256=DIGEST,
        )
        for version, job in zip(versions, jobs, strict=True)
    )


def _results(evaluations: list[EvaluationJob], missing: int) -> None:
    wanted = itertools.islice(itertools.product(evaluations, METRICS), missing)
    MetricResult.objects.bulk_create(
        MetricResult(
            evaluation=one, subject="model", metric=metric, value=0.9, low=0.85, high=0.95, n=171, method="Wilson"
        )
        for one, metric in wanted
    )
