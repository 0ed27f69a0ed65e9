"""Models that scripts save before anybody registers them: begin, finish, tag and set aside."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.models import LoggedModel, LoggedModelParam, LoggedModelTag
from registry.models.logged_models import new_model_id
from registry.services import dependants, experiments, open_runs, run_names, seals


class NoSuchLoggedModel(Exception):
    """The project has no such logged model, or it was deleted."""


class NoSuchTag(Exception):
    """The logged model has no tag with this key."""


class ParamChanged(Exception):
    """A param of a logged model keeps its first value."""


class StaysReady(Exception):
    """A version depends on the logged model's being ready; the message names the version."""


def find(project: Project, model_id: str, *, deleted_too: bool = False) -> LoggedModel:
    """A logged model by its id; raises NoSuchLoggedModel."""
    return _one(_of(project, deleted_too=deleted_too), model_id)


def pks_of(project: Project, model_ids: Collection[str]) -> dict[str, int]:
    """The keys of logged models by their ids; raises NoSuchLoggedModel for the first that is not there."""
    found = dict(_of(project).filter(model_id__in=model_ids).order_by().values_list("model_id", "pk"))
    if missing := sorted(set(model_ids) - found.keys()):
        raise _no_such(missing[0])
    return found


@transaction.atomic
def create(
    project: Project,
    *,
    experiment_id: str,
    by: User,
    name: str = "",
    model_type: str = "",
    source_run_id: str = "",
    params: Mapping[str, str] | None = None,
    tags: Mapping[str, str] | None = None,
    model_id: str = "",
) -> LoggedModel:
    """Begin a logged model, whose files then arrive; one without a name or an id is given one.

    Raises NoSuchExperiment, ExperimentDeleted, NoSuchRun and RunDeleted.
    """
    experiment = experiments.find(project, experiment_id)
    experiments.ensure_active(experiment)
    run = open_runs.hold(project, source_run_id) if source_run_id else None
    model = LoggedModel.objects.create(
        experiment=experiment,
        name=name or run_names.invent(),
        model_type=model_type,
        source_run=run,
        created_by=by,
        model_id=model_id or new_model_id(),
    )
    _write_tags(model, tags or {})
    LoggedModelParam.objects.bulk_create(
        LoggedModelParam(logged_model=model, key=key, value=value) for key, value in (params or {}).items()
    )
    after = {"model_id": model.model_id, "source_run": source_run_id}
    record(Action.LOGGED_MODEL_CREATED, by=by, on=model, chain=project.chain, label=model.name, after=after)
    return model


@transaction.atomic
def finish(project: Project, model_id: str, *, status: str, by: User) -> LoggedModel:
    """Say whether a logged model's files have arrived; the journal keeps a digest over all that it holds by then.

    Raises NoSuchLoggedModel, and StaysReady where a version came out of one that is ready.
    """
    model = _held(project, model_id)
    before = model.status
    if status == before:
        return model
    if before == LoggedModel.Status.READY and (names := dependants.named(of_logged_model=model)):
        raise StaysReady(
            f"The logged model {model_id} stays ready, because {names} came out of it. Log another model instead."
        )
    model.status, model.updated_at = LoggedModel.Status(status), timezone.now()
    model.save(update_fields=["status", "updated_at"])
    after = {"status": status} | ({} if model.status == LoggedModel.Status.PENDING else seals.of_logged_model(model))
    record(
        Action.LOGGED_MODEL_FINISHED, by=by, on=model, chain=project.chain, label=model.name,
        before={"status": before}, after=after,
    )  # fmt: skip
    return model


@transaction.atomic
def set_tags(project: Project, model_id: str, *, tags: Mapping[str, str], by: User) -> LoggedModel:
    """Give a logged model tags, in place of those it had under the same keys."""
    model = _held(project, model_id)
    known = dict(model.tags.filter(key__in=tags).values_list("key", "value"))
    new = {key: value for key, value in tags.items() if known.get(key) != value}
    if new:
        _write_tags(model, new)
        before = {key: value for key, value in known.items() if key in new}
        changed(project, model, by=by, before={"tags": before}, after={"tags": new})
    return model


@transaction.atomic
def delete_tag(project: Project, model_id: str, *, key: str, by: User) -> None:
    """Take a tag from a logged model; raises NoSuchTag."""
    model = _held(project, model_id)
    tag = model.tags.filter(key=key).first()
    if tag is None:
        raise NoSuchTag(f"No tag with key {key!r} found for model with ID {model_id!r}.")
    before = {key: tag.value}
    tag.delete()
    changed(project, model, by=by, before={"tags": before}, after={"tags": {}})


@transaction.atomic
def add_params(project: Project, model_id: str, *, params: Mapping[str, str], by: User) -> None:
    """Add params to a logged model; raises ParamChanged where one is there with another value."""
    model = _held(project, model_id)
    known = dict(model.params.filter(key__in=params).values_list("key", "value"))
    if other := sorted(key for key, value in known.items() if params[key] != value):
        raise ParamChanged(
            f"Changing param values is not allowed. The model {model_id} has other values of {other[:10]}."
        )
    new = {key: value for key, value in params.items() if key not in known}
    if new:
        LoggedModelParam.objects.bulk_create(
            LoggedModelParam(logged_model=model, key=key, value=value) for key, value in new.items()
        )
        changed(project, model, by=by, before={}, after={"params": new})


@transaction.atomic
def delete(project: Project, model_id: str, *, by: User) -> None:
    """Set a logged model aside; raises InUse where a version depends on it. Doing it twice changes nothing."""
    model = _held(project, model_id, deleted_too=True)
    if model.deleted_at is not None:
        return
    dependants.ensure_none(of_logged_model=model)
    model.deleted_at = model.updated_at = timezone.now()
    model.save(update_fields=["deleted_at", "updated_at"])
    record(Action.LOGGED_MODEL_DELETED, by=by, on=model, chain=project.chain, label=model.name)


def changed(
    project: Project, model: LoggedModel, *, by: User, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    """Note a change, and journal it where the model's end has been sealed."""
    model.updated_at = timezone.now()
    model.save(update_fields=["updated_at"])
    if model.status != LoggedModel.Status.PENDING:
        record(
            Action.LOGGED_MODEL_CHANGED, by=by, on=model, chain=project.chain, label=model.name,
            before=open_runs.shown(before), after=open_runs.shown(after),
        )  # fmt: skip


def _of(project: Project, *, deleted_too: bool = False) -> Any:  # Any: a queryset of LoggedModel
    models = LoggedModel.objects.filter(experiment__project=project.pk)
    return models if deleted_too else models.filter(deleted_at=None)


def _held(project: Project, model_id: str, *, deleted_too: bool = False) -> LoggedModel:
    """The logged model, locked until the transaction ends."""
    locked = _of(project, deleted_too=deleted_too).select_for_update(of=("self",), no_key=True)
    return _one(locked, model_id)


def _one(models: Any, model_id: str) -> LoggedModel:  # Any: as `_of`
    model: LoggedModel | None = models.filter(model_id=model_id).first()
    if model is None:
        raise _no_such(model_id)
    return model


def _no_such(model_id: str) -> NoSuchLoggedModel:
    return NoSuchLoggedModel(f"Logged model with ID '{model_id[:80]}' not found.")


def _write_tags(model: LoggedModel, tags: Mapping[str, str]) -> None:
    LoggedModelTag.objects.bulk_create(
        [LoggedModelTag(logged_model=model, key=key, value=value) for key, value in tags.items()],
        update_conflicts=True,
        unique_fields=["logged_model", "key"],
        update_fields=["value"],
    )
