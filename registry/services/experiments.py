"""Groups of runs: make, rename, tag, set aside and take back."""

from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.models import Experiment, ExperimentTag, LoggedModel, Run
from registry.services import dependants
from statements import Statement

DEFAULT_NAME = "Default"

_DEFAULT = Statement(
    lambda project: (
        Experiment.objects.filter(project=project, is_default=True)
        .order_by()
        .values_list(*statements.columns(Experiment))
    ),
    -1,
)
_ONE = Statement(
    lambda project, pk: (
        Experiment.objects.filter(project=project, is_default=False, pk=pk)
        .order_by()
        .values_list(*statements.columns(Experiment))
    ),
    -1,
    -2,
)


class ExperimentNameTaken(Exception):
    """The project has an experiment of this name, perhaps a deleted one."""


class NoSuchExperiment(Exception):
    """The project has no such experiment."""


class NoSuchTag(Exception):
    """There is no tag with this key."""


class ExperimentDeleted(Exception):
    """The experiment was deleted, and has to be restored first."""


class CannotRename(ExperimentDeleted):
    """A deleted experiment keeps its name until it is restored."""


def default_of(project: Project) -> Experiment:
    """The experiment that MLflow's clients know as 0, made when somebody first asks for it."""
    found = _DEFAULT.first(project.pk)
    return statements.record(Experiment, found) if found else _make_default(project)


def find(project: Project, experiment_id: str) -> Experiment:
    """An experiment by the id that MLflow's clients use, deleted or not; raises NoSuchExperiment."""
    if experiment_id == "0":
        return default_of(project)
    found = _ONE.first(project.pk, int(experiment_id))
    if found is None:
        raise NoSuchExperiment(f"No Experiment with id={experiment_id} exists.")
    return statements.record(Experiment, found)


def find_by_name(project: Project, name: str) -> Experiment:
    """An experiment by its name, deleted or not; raises NoSuchExperiment."""
    found = Experiment.objects.filter(project=project, name=name).first()
    if found is None and name == DEFAULT_NAME:
        found = default_of(project)
        found = found if found.name == name else None
    if found is None:
        raise NoSuchExperiment(f"Could not find experiment with name '{name}'.")
    return found


def create(project: Project, *, name: str, by: User, tags: Mapping[str, str] | None = None) -> Experiment:
    """Make an experiment; raises ExperimentNameTaken, also for the name of a deleted one."""
    if name == DEFAULT_NAME:
        default_of(project)
    try:
        with transaction.atomic():
            experiment = Experiment.objects.create(project=project, name=name)
            ExperimentTag.objects.bulk_create(
                ExperimentTag(experiment=experiment, key=key, value=value) for key, value in (tags or {}).items()
            )
            after = {"name": name, "tags": dict(tags or {})}
            record(Action.EXPERIMENT_CREATED, by=by, on=experiment, chain=project.chain, after=after)
    except IntegrityError as error:
        raise _taken(project, name) from error
    return experiment


def rename(project: Project, experiment_id: str, *, name: str, by: User) -> Experiment:
    """Give an experiment another name; raises ExperimentNameTaken and CannotRename."""
    try:
        with transaction.atomic():
            experiment = _held(project, experiment_id)
            if experiment.deleted_at is not None:
                raise CannotRename("Cannot rename a non-active experiment. It was deleted; restore it first.")
            before = {"name": experiment.name}
            if experiment.name == name:
                return experiment
            experiment.name, experiment.updated_at = name, timezone.now()
            experiment.save(update_fields=["name", "updated_at"])
            record(
                Action.EXPERIMENT_CHANGED, by=by, on=experiment, chain=project.chain,
                before=before, after={"name": name},
            )  # fmt: skip
    except IntegrityError as error:
        raise _taken(project, name) from error
    return experiment


@transaction.atomic
def delete(project: Project, experiment_id: str, *, by: User) -> None:
    """Set an experiment aside with its runs and logged models; raises InUse where a version depends on one of them."""
    experiment = _held(project, experiment_id)
    if experiment.deleted_at is not None:
        return
    dependants.ensure_none(of_experiment=experiment)
    if experiment.is_default:
        raise dependants.InUse(
            "Scripts that name no experiment log to Default, so it stays. Delete runs of it instead."
        )
    now = timezone.now()
    runs = Run.objects.filter(experiment=experiment, deleted_at=None).update(deleted_at=now)
    models = LoggedModel.objects.filter(experiment=experiment, deleted_at=None).update(deleted_at=now)
    experiment.deleted_at = experiment.updated_at = now
    experiment.save(update_fields=["deleted_at", "updated_at"])
    after = {"runs": runs, "logged_models": models}
    record(Action.EXPERIMENT_DELETED, by=by, on=experiment, chain=project.chain, after=after)


@transaction.atomic
def restore(project: Project, experiment_id: str, *, by: User) -> None:
    """Take an experiment back, with the runs and logged models that were set aside along with it."""
    experiment = _held(project, experiment_id)
    if experiment.deleted_at is None:
        return
    then = experiment.deleted_at
    runs = Run.objects.filter(experiment=experiment, deleted_at=then).update(deleted_at=None)
    models = LoggedModel.objects.filter(experiment=experiment, deleted_at=then).update(deleted_at=None)
    experiment.deleted_at, experiment.updated_at = None, timezone.now()
    experiment.save(update_fields=["deleted_at", "updated_at"])
    after = {"runs": runs, "logged_models": models}
    record(Action.EXPERIMENT_RESTORED, by=by, on=experiment, chain=project.chain, after=after)


@transaction.atomic
def set_tag(project: Project, experiment_id: str, *, key: str, value: str, by: User) -> None:
    """Give an experiment a tag, in place of the one it had under the same key; raises ExperimentDeleted."""
    experiment = _held(project, experiment_id)
    ensure_active(experiment)
    known = ExperimentTag.objects.filter(experiment=experiment, key=key).values_list("value", flat=True).first()
    if known == value:
        return
    ExperimentTag.objects.update_or_create(experiment=experiment, key=key, defaults={"value": value})
    _changed_tags(project, experiment, by, before={} if known is None else {key: known}, after={key: value})


@transaction.atomic
def delete_tag(project: Project, experiment_id: str, *, key: str, by: User) -> None:
    """Take a tag away; raises NoSuchTag and ExperimentDeleted."""
    experiment = _held(project, experiment_id)
    ensure_active(experiment)
    tag = ExperimentTag.objects.filter(experiment=experiment, key=key).first()
    if tag is None:
        raise NoSuchTag(f"No tag with name: {key} in experiment with id {experiment_id}.")
    before = {key: tag.value}
    tag.delete()
    _changed_tags(project, experiment, by, before=before, after={})


def ensure_active(experiment: Experiment) -> None:
    """Raise ExperimentDeleted for a deleted one."""
    if experiment.deleted_at is not None:
        raise ExperimentDeleted(
            f"The experiment {experiment.mlflow_id} must be in the 'active' state. It was deleted; restore it first."
        )


def _held(project: Project, experiment_id: str) -> Experiment:
    """The experiment, locked until the transaction ends."""
    return Experiment.objects.select_for_update().get(pk=find(project, experiment_id).pk)


@transaction.atomic
def _make_default(project: Project) -> Experiment:
    # Whoever asks first makes it, and the others wait here.
    Project.objects.select_for_update().get(pk=project.pk)
    if known := Experiment.objects.filter(project=project, is_default=True).first():
        return known
    experiment, is_new = Experiment.objects.get_or_create(
        project=project, name=DEFAULT_NAME, defaults={"is_default": True}
    )
    if not is_new:
        experiment.is_default = True
        experiment.save(update_fields=["is_default"])
    record(Action.EXPERIMENT_CREATED, by=None, on=experiment, chain=project.chain, after={"is_default": True})
    return experiment


def _changed_tags(
    project: Project, experiment: Experiment, by: User, *, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    Experiment.objects.filter(pk=experiment.pk).update(updated_at=timezone.now())
    record(
        Action.EXPERIMENT_CHANGED, by=by, on=experiment, chain=project.chain,
        before={"tags": dict(before)}, after={"tags": dict(after)},
    )  # fmt: skip


def _taken(project: Project, name: str) -> Exception:
    is_deleted = Experiment.objects.filter(project=project, name=name, deleted_at__isnull=False).exists()
    hint = " It was deleted; restore it, or choose another name." if is_deleted else ""
    return ExperimentNameTaken(f"Experiment '{name}' already exists.{hint}")
