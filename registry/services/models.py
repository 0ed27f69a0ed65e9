"""Register models; their versions come after."""

from django.db import IntegrityError, transaction

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from registry.models import RegisteredModel
from registry.services import webhooks

RESERVED_NAMES = frozenset({"new", "import"})


class ModelNameTaken(Exception):
    """The project has a model with this name."""


class ReservedName(Exception):
    """The name is an address of the application."""


class TaskMismatch(Exception):
    """The model's task differs from the project's."""


@transaction.atomic
def register_model(project: Project, *, name: str, task: str, by: User, description: str = "") -> RegisteredModel:
    """Add a model by name; raises ModelNameTaken, ReservedName, or TaskMismatch when the project predicts otherwise."""
    if name in RESERVED_NAMES:
        raise ReservedName(f"“{name}” is an address of Tenet. Choose another name for the model.")
    if project.task and project.task != task:
        raise TaskMismatch(
            f"{project.name} is about {project.get_task_display().lower()}. Choose that task, or change the project's."
        )
    try:
        with transaction.atomic():
            model = RegisteredModel.objects.create(
                project=project, name=name, task=task, description=description, created_by=by
            )
    except IntegrityError as error:
        raise ModelNameTaken(
            f"This project has a model called {name}. Add a version to it, or choose another name."
        ) from error
    webhooks.announce(
        project, "registered_model.created", by=by, data={"name": name, "tags": {}, "description": description}
    )
    record(Action.MODEL_REGISTERED, by=by, on=model, chain=project.chain, after={"name": name, "task": task})
    return model
