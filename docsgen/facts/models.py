"""What the registry knows of a version: its making, its rivals, its checks, its promotions."""

from collections.abc import Iterable

from docsgen.facts.ledger import Ledger, Snapshot, stamp
from registry import policy
from registry.models import (
    Check,
    ModelVersion,
    PromotionRequest,
    Run,
    StageAssignment,
    TrainingEnvironment,
)

CANDIDATES = 40


def version_facts(version: ModelVersion, ledger: Ledger) -> Snapshot:
    """The version and its file."""
    said = {
        "algorithm": version.algorithm,
        "description": version.description,
        "hyperparameters": version.hyperparameters,
        "selection_note": version.selection_note,
        "limits": version.limits,
        "pseudocode": version.pseudocode,
        "example_input": version.example_input,
        "example_output": version.example_output,
        "source_code": version.source_code,
        "artifact_name": version.artifact_name,
        "artifact_sha256": version.artifact_sha256,
        "artifact_size": version.artifact_size,
        "artifact_format": version.artifact_format,
    }
    model = version.model
    return said | {
        "ref": ledger.cite(version, revision=version.number, at=version.created_at, by=version.uploaded_by, said=said),
        "model_ref": ledger.cite(model, at=model.created_at, by=model.created_by, said=[model.name, model.description]),
        "model": model.name,
        "model_description": model.description,
        "task": model.task,
        "task_label": model.get_task_display(),
        "number": version.number,
        "label": str(version),
        "trained_by": version.trained_by.get_full_name(),
        "uploaded_by": version.uploaded_by.get_full_name(),
        "created_at": stamp(version.created_at),
        "run": version.run.run_id if version.run else "",
        "url": version.get_absolute_url(),
    }


def environment_facts(environment: TrainingEnvironment | None, ledger: Ledger) -> Snapshot | None:
    """What the version was trained in, if recorded."""
    if environment is None:
        return None
    keys = ("python_version", "packages", "os", "cpu", "cpu_count", "memory_bytes", "seeds", "captured_from")
    ref = ledger.cite(environment, sha256=environment.sha256, at=environment.recorded_at, by=environment.recorded_by)
    return {key: getattr(environment, key) for key in keys} | {"ref": ref, "sha256": environment.sha256}


def candidate_facts(version: ModelVersion, ledger: Ledger) -> Snapshot:
    """The runs and versions that this version was chosen from."""
    runs = Run.objects.filter(experiment__project=version.model.project_id)
    listed = (
        runs.select_related("experiment", "created_by").prefetch_related("params", "metrics").order_by("created_at")
    )
    others = version.model.versions.exclude(pk=version.pk).select_related("uploaded_by").order_by("number")
    return {
        "runs": [_run(run, version, ledger) for run in listed[:CANDIDATES]],
        "run_count": runs.count(),
        "versions": [
            {
                "label": str(other),
                "algorithm": other.algorithm,
                "ref": ledger.cite(
                    other,
                    revision=other.number,
                    sha256=other.artifact_sha256,
                    at=other.created_at,
                    by=other.uploaded_by,
                ),
            }
            for other in others
        ],
    }


def _run(run: Run, version: ModelVersion, ledger: Ledger) -> Snapshot:
    params = {param.key: param.value for param in run.params.all()}
    metrics = {
        metric.key: "not a number" if metric.is_nan else metric.value for metric in run.latest_metrics.order_by("key")
    }
    said = [run.run_id, run.algorithm, run.status, params, metrics]
    return {
        "name": run.name,
        "experiment": run.experiment.name,
        "algorithm": run.algorithm,
        "status": run.get_status_display(),
        "note": run.note,
        "params": params,
        "metrics": metrics,
        "is_chosen": version.run_id == run.pk,
        "ref": ledger.cite(
            run, label=f"run {run.name}", revision=run.run_id[:8], at=run.created_at, by=run.created_by, said=said
        ),
    }


def check_facts(check: Check) -> Snapshot:
    """One promotion requirement as last reported."""
    requirement = policy.BY_KEY.get(check.key)
    return {
        "key": check.key,
        "title": requirement.title if requirement else check.key,
        "status": check.status,
        "status_label": check.get_status_display(),
        "reason": check.reason,
    }


def promotions_of(version: ModelVersion) -> Iterable[PromotionRequest]:
    """Every request about a version."""
    return (
        version.promotions.select_related("stage", "requested_by", "project")
        .prefetch_related("votes__by")
        .order_by("number")
    )


def promotion_facts(request: PromotionRequest, ledger: Ledger) -> Snapshot:
    """One request with its votes."""
    said = [request.number, request.stage.key, request.status, request.reason]
    return {
        "ref": ledger.cite(
            request,
            revision=request.number,
            sha256=request.evidence_sha256,
            at=request.closed_at or request.requested_at,
            by=request.requested_by,
            said=said,
        ),
        "number": request.number,
        "stage": request.stage.name,
        "status": request.status,
        "status_label": request.get_status_display(),
        "reason": request.reason,
        "requested_by": request.requested_by.get_full_name(),
        "requested_at": stamp(request.requested_at),
        "closed_at": stamp(request.closed_at),
        "evidence_sha256": request.evidence_sha256,
        "votes": [
            {
                "by": vote.by.get_full_name(),
                "title": vote.by.title,
                "decision": vote.get_decision_display(),
                "comment": vote.comment,
                "at": stamp(vote.at),
                "ref": ledger.cite(vote, at=vote.at, by=vote.by, said=[vote.decision, vote.comment]),
            }
            for vote in request.votes.all()
        ],
    }


def assignments_of(version: ModelVersion) -> Iterable[StageAssignment]:
    """Which stages a version held."""
    return version.stage_assignments.select_related("stage", "assigned_by", "promotion").order_by("from_at", "pk")


def assignment_facts(held: StageAssignment, ledger: Ledger) -> Snapshot:
    """One stage held."""
    said = [held.stage.key, held.from_at, held.until_at]
    return {
        "ref": ledger.cite(held, at=held.from_at, by=held.assigned_by, said=said),
        "stage": held.stage.name,
        "stage_key": held.stage.key,
        "from_at": stamp(held.from_at),
        "until_at": stamp(held.until_at),
        "promotion": held.promotion.number if held.promotion else None,
    }
