"""Register, rename, describe and set aside models; their versions come after."""

import unicodedata
from collections.abc import Mapping

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

import statements
from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.models import Alias, AliasMove, PromotionRequest, RegisteredModel, RegisteredModelTag, StageAssignment
from registry.models.versions import LONGEST_MODEL_NAME
from registry.services import protection, webhooks
from statements import Statement

LONGEST_TAG_KEY = 250
LONGEST_TAG_VALUE = 100_000
RESERVED_NAMES = frozenset({"new", "import", ".", ".."})
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


_BY_NAME = Statement(
    lambda project, name: (
        RegisteredModel.objects.live()
        .filter(project=project, name=name)
        .order_by()
        .values_list(*statements.columns(RegisteredModel))
    ),
    -1,
    "name",
)
_HELD_PLAN = Statement(
    lambda pk: Project.objects.select_for_update().filter(pk=pk).order_by().values_list(*statements.columns(Project)),
    -1,
)
_HELD = Statement(
    lambda pk: (
        RegisteredModel.objects.select_for_update()
        .filter(pk=pk)
        .order_by()
        .values_list(*statements.columns(RegisteredModel))
    ),
    -1,
)


class ModelNameTaken(Exception):
    """The project has a model with this name."""


class UnusableModelName(ValueError):
    """The name cannot be kept or shown; the message says what to change."""


class ReservedName(UnusableModelName):
    """The name is an address of the application."""


class TaskMismatch(Exception):
    """The model's task differs from the project's."""


class TaskDecided(Exception):
    """The model's task stands, because somebody decided it before."""


class InvalidTag(ValueError):
    """The tag cannot be kept; the message says why."""


class NoSuchModel(Exception):
    """The project has no such model, or has none any more."""


class InUse(Exception):
    """Something rests on the model or version; the message says what, and what to do first."""


@transaction.atomic
def register_model(
    project: Project,
    *,
    name: str,
    by: User,
    task: str = "",
    description: str = "",
    tags: Mapping[str, str] | None = None,
) -> RegisteredModel:
    """Add a model by name; a task that is left open is the project's, or is decided later.

    Raises ModelNameTaken, UnusableModelName, or TaskMismatch when the project predicts otherwise.
    """
    ensure_usable_name(name)
    ensure_valid_tags(tags or {})
    _ensure_task_fits(project, task)
    task = task or project.task
    try:
        with transaction.atomic():
            model = RegisteredModel.objects.create(
                project=project, name=name, task=task, description=description, created_by=by
            )
            RegisteredModelTag.objects.bulk_create(
                RegisteredModelTag(model=model, key=key, value=value) for key, value in (tags or {}).items()
            )
    except IntegrityError as error:
        raise _taken(name) from error
    webhooks.announce(
        project, "registered_model.created", by=by,
        data={"name": name, "tags": dict(tags or {}), "description": description},
    )  # fmt: skip
    after = {"name": name, "task": task} | ({"tags": dict(tags)} if tags else {})
    record(Action.MODEL_REGISTERED, by=by, on=model, chain=project.chain, after=after)
    return model


@transaction.atomic
def rename(model: RegisteredModel, *, name: str, by: User) -> RegisteredModel:
    """Give a model another name; its versions, tags and aliases stay with it.

    Raises ModelNameTaken, UnusableModelName, or Protected while people load an approved version by the old name.
    """
    ensure_usable_name(name)
    model = locked(model)
    if name == model.name:
        return model
    if held := protection.holder_among(model):
        raise protection.Protected(
            f"{model.name} cannot be renamed while {held}: whoever loads it by its name would get nothing, or another "
            "model. Request a promotion that takes the version out first.",
            model.get_absolute_url(),
        )
    before, model.name, model.updated_at = model.name, name, timezone.now()
    try:
        with transaction.atomic():
            model.save(update_fields=["name", "updated_at"])
    except IntegrityError as error:
        raise _taken(name) from error
    _announce(model, "updated", by=by, before={"name": before}, after={"name": name})
    record(
        Action.MODEL_RENAMED, by=by, on=model, chain=model.project.chain, label=f"{before} to {name}",
        before={"name": before}, after={"name": name},
    )  # fmt: skip
    return model


@transaction.atomic
def describe(model: RegisteredModel, *, description: str, by: User) -> RegisteredModel:
    """Say what a model is for."""
    model = locked(model)
    if description == model.description:
        return model
    before, model.description, model.updated_at = model.description, description, timezone.now()
    model.save(update_fields=["description", "updated_at"])
    said: dict[str, object] = {"description": before}
    _announce(model, "updated", by=by, before=said, after={"description": description})
    record(
        Action.MODEL_DESCRIBED, by=by, on=model, chain=model.project.chain,
        before=said, after={"description": description},
    )  # fmt: skip
    return model


@transaction.atomic
def decide_task(model: RegisteredModel, *, task: str, by: User) -> RegisteredModel:
    """Say what a model predicts, where nobody had; evaluations measure accordingly.

    Raises TaskDecided where somebody had, since evidence rests on it, and TaskMismatch.
    """
    model = locked(model)
    if model.task and model.task != task:
        raise TaskDecided(
            f"{model.name} is registered for {model.get_task_display().lower()}, and its evaluations measured that. "
            "Register another model for another task."
        )
    _ensure_task_fits(model.project, task)
    if model.task == task or not task:
        return model
    model.task, model.updated_at = task, timezone.now()
    model.save(update_fields=["task", "updated_at"])
    _announce(model, "updated", by=by, before={"task": ""}, after={"task": task})
    record(
        Action.MODEL_TASK_DECIDED, by=by, on=model, chain=model.project.chain,
        before={"task": ""}, after={"task": task},
    )  # fmt: skip
    return model


@transaction.atomic
def revise(model: RegisteredModel, *, by: User, name: str = "", description: str | None = None) -> None:
    """Change what is said of a model; what is left out stays. Raises as `rename` does."""
    if name:
        model = rename(model, name=name, by=by)
    if description is not None:
        describe(model, description=description, by=by)


@transaction.atomic
def remove(model: RegisteredModel, *, by: User) -> None:
    """Set a model aside with its versions, and free its name; what rests on it keeps it.

    Raises Protected while a version holds what only promotions move, and InUse while a promotion is open.
    """
    model = locked(model)
    if held := protection.holder_among(model):
        raise protection.Protected(
            f"{model.name} cannot be removed while {held}. Request a promotion that takes the version out first.",
            model.get_absolute_url(),
        )
    ensure_no_open_promotion(PromotionRequest.objects.filter(version__model=model), what=model.name)
    now, name = timezone.now(), model.name
    numbers = list(model.versions.live().order_by("number").values_list("number", flat=True))
    model.versions.live().update(removed_at=now, updated_at=now)
    StageAssignment.objects.filter(version__model=model, until_at__isnull=True).update(until_at=now)
    _announce(model, "deleted", by=by, before={"versions": numbers}, after={})
    moved = drop_aliases(model.aliases.select_related("version"), by=by)
    model.name, model.removed_at, model.updated_at = _name_aside(model), now, now
    model.save(update_fields=["name", "removed_at", "updated_at"])
    record(
        Action.MODEL_REMOVED, by=by, on=model, chain=model.project.chain, label=name,
        before={"name": name, "versions": numbers, "aliases": moved}, after={"name": model.name},
    )  # fmt: skip


def ensure_usable_name(name: str) -> None:
    """Raise UnusableModelName for what MLflow refuses, and for what no address could hold."""
    if not name.strip():
        raise UnusableModelName("Registered model name cannot be empty.")
    if name in RESERVED_NAMES:
        raise ReservedName(f"“{name}” is an address of Tenet. Choose another name for the model.")
    if "/" in name or ":" in name:
        raise UnusableModelName(f"“{name[:100]}” cannot be a model's name: it holds “/” or “:”. Leave them out.")
    if len(name) > LONGEST_MODEL_NAME:
        raise UnusableModelName(f"A model's name has at most {LONGEST_MODEL_NAME} characters; this has {len(name):,}.")
    if any(unicodedata.category(one) in ("Cc", "Cs", "Zl", "Zp") or one in _REORDERING for one in name):
        raise UnusableModelName("The model's name holds invisible characters. Write it without them.")


def ensure_valid_tags(tags: Mapping[str, str]) -> None:
    """Raise InvalidTag for a tag that cannot be kept."""
    for key, value in tags.items():
        if not key or len(key) > LONGEST_TAG_KEY:
            raise InvalidTag(f"A tag's key has 1 to {LONGEST_TAG_KEY} characters; “{key[:80]}” has {len(key):,}.")
        if len(value) > LONGEST_TAG_VALUE:
            raise InvalidTag(f"A tag's value has at most {LONGEST_TAG_VALUE:,} characters; “{key}” has {len(value):,}.")


def ensure_no_open_promotion(promotions: QuerySet[PromotionRequest], *, what: str) -> None:
    """Raise InUse while somebody still has to decide about it."""
    waiting = promotions.filter(status=PromotionRequest.Status.OPEN).first()
    if waiting:
        raise InUse(f"{what} cannot be removed while promotion #{waiting.number} is open. Withdraw or decide it first.")


def drop_aliases(aliases: QuerySet[Alias], *, by: User) -> dict[str, int]:
    """Take aliases away in the transaction of a caller who journals why; says where each pointed."""
    gone = list(aliases)
    AliasMove.objects.bulk_create(
        AliasMove(model_id=one.model_id, name=one.name, from_version=one.version, by=by) for one in gone
    )
    Alias.objects.filter(pk__in=[one.pk for one in gone]).delete()
    return {one.name: one.version.number for one in gone}


def find(project: Project, name: str) -> RegisteredModel:
    """The project's model of this name; raises NoSuchModel."""
    found = _BY_NAME.first(project.pk, name)
    if found is None:
        raise NoSuchModel(f"Registered Model with name={name} not found.")
    model = statements.record(RegisteredModel, found)
    model.project = project
    return model


def locked(model: RegisteredModel) -> RegisteredModel:
    """The model as it is now, held until the transaction ends; raises NoSuchModel for one that was removed."""
    # In the order of promotions: the plan first, then the model.
    plan, held = _HELD_PLAN.first(model.project_id), _HELD.first(model.pk)
    found = statements.record(RegisteredModel, held) if held else None
    if plan is None or found is None or found.removed_at:
        raise NoSuchModel(f"Registered Model with name={model.name} not found: it was removed.")
    found.project = statements.record(Project, plan)
    return found


def _announce(
    model: RegisteredModel, what: str, *, by: User, before: dict[str, object], after: dict[str, object]
) -> None:
    data = {"name": model.name, "description": model.description}
    webhooks.announce(model.project, f"registered_model.{what}", data=data, by=by, before=before, after=after)


def _ensure_task_fits(project: Project, task: str) -> None:
    if task and project.task and project.task != task:
        raise TaskMismatch(
            f"{project.name} is about {project.get_task_display().lower()}. Choose that task, or change the project's."
        )


def _taken(name: str) -> ModelNameTaken:
    return ModelNameTaken(f"This project has a model called {name}. Add a version to it, or choose another name.")


def _name_aside(model: RegisteredModel) -> str:
    taken = RegisteredModel.objects.filter(project=model.project_id)
    suffix = f"~{model.pk}"
    while taken.filter(name=(name := model.name[: LONGEST_MODEL_NAME - len(suffix)] + suffix)).exists():
        suffix += "~"
    return name
