"""Which names only a promotion may move: by them, whoever loads a model gets what somebody answered for."""

from django.conf import settings
from django.urls import reverse

from registry import lookalikes
from registry.models import Alias, ModelVersion, RegisteredModel, Stage, StageAssignment


class Protected(Exception):
    """Only a promotion may do this; the message says so, and `path` is the page where one is asked for."""

    def __init__(self, message: str, path: str = "") -> None:
        self.path = path
        super().__init__(message)


def is_protected_name(name: str) -> bool:
    """Whether an alias of this name is moved by promotions only, in whatever case it is written."""
    return _bare(name) in _names() or _stage_of(name) is not None


def is_protected_stage(stage: Stage) -> bool:
    """Whether a stage is given by promotions only: it is called so, or an alias moves with it."""
    return bool(stage.alias) or bool({_bare(stage.key), _bare(stage.name)} & _names())


def protected_names() -> set[str]:
    """The aliases that promotions move, as they are written."""
    return _names() | set(Stage.objects.exclude(alias="").values_list("alias", flat=True))


def taken_for(name: str) -> str:
    """The protected name that a reader would take this one for, though it is another; empty where there is none."""
    look = lookalikes.look_of(name)
    return next((one for one in sorted(protected_names()) if lookalikes.look_of(one) == look), "")


def ensure_alias_is_free(name: str, *, on: ModelVersion | RegisteredModel) -> None:
    """Raise Protected for an alias that only a promotion moves; `on` is what the caller wants to move it to."""
    if stage := _stage_of(name):
        raise Protected(
            f"“{name}” always points at the version in {stage.name}. Request a promotion to move it.", _page(on)
        )
    if _bare(name) in _names():
        raise Protected(f"“{name}” is a protected name. Request a promotion to move it.", _page(on))


def ensure_stage_is_free(stage: Stage, *, version: ModelVersion, held: StageAssignment | None) -> None:
    """Raise Protected where a version would enter or leave a stage that only a promotion gives."""
    if is_protected_stage(stage):
        raise Protected(f"Only a promotion gives {stage.name}. Request one for {version}.", _page(version))
    if held and is_protected_stage(held.stage):
        raise Protected(
            f"{version} is in {held.stage.name}, and only a promotion takes it away. "
            f"Request one to {stage.name} for it.",
            _page(version),
        )


def holder_among(model: RegisteredModel, *, version: ModelVersion | None = None) -> str:
    """Which version of a model (or whether this one) holds what is protected, as “v3 holds Production”; else empty."""
    own = {"version": version} if version else {"version__model": model}
    assignments = StageAssignment.objects.filter(until_at__isnull=True, **own).select_related("stage", "version")
    held = [f"v{one.version.number} holds {one.stage.name}" for one in assignments if is_protected_stage(one.stage)]
    aliases = Alias.objects.filter(model=model, **({"version": version} if version else {})).select_related("version")
    held += [f"v{one.version.number} is called {one.name}" for one in aliases if is_protected_name(one.name)]
    return held[0] if held else ""


def _page(on: ModelVersion | RegisteredModel) -> str:
    if isinstance(on, RegisteredModel):
        return on.get_absolute_url()
    return reverse("registry:promotion-create", args=[on.model.project.slug, on.model.name, on.number])


def _names() -> set[str]:
    return {_bare(name) for name in settings.PROTECTED_NAMES}


def _stage_of(name: str) -> Stage | None:
    return Stage.objects.exclude(alias="").filter(alias__iexact=name).first()


def _bare(name: str) -> str:
    return name.strip().casefold()
