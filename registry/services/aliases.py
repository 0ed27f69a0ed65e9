"""Move the names that point at versions."""

import re

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry.models import Alias, AliasMove, ModelVersion, PromotionRequest, RegisteredModel, Stage
from registry.services import webhooks

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
_LOOKS_LIKE_A_NUMBER = re.compile(r"v?\d+|latest")


class InvalidAlias(Exception):
    """The name cannot be an alias."""


class ProtectedAlias(Exception):
    """The alias belongs to a stage, and moves only with a promotion."""


class NoSuchAlias(Exception):
    """The model has no such alias."""


@transaction.atomic
def move(version: ModelVersion, *, name: str, by: User) -> Alias:
    """Point a free alias at a version; raises ProtectedAlias for one that a stage owns or is called."""
    if not _NAME.fullmatch(name) or _LOOKS_LIKE_A_NUMBER.fullmatch(name):
        raise InvalidAlias(
            f"“{name[:100]}” cannot be an alias. Use small letters, digits and hyphens, but no version number."
        )
    _ensure_free(name)
    if Stage.objects.filter(key=name).exists():
        # Whoever loads “production” by name would get a version that nobody approved.
        raise ProtectedAlias(f"“{name}” is a stage, which only a promotion gives. Choose another name for the alias.")
    return point(version, name=name, by=by, journal=True)


@transaction.atomic
def remove(model: RegisteredModel, *, name: str, by: User) -> None:
    """Take a free alias away from whichever version has it."""
    _ensure_free(name)
    RegisteredModel.objects.select_for_update().get(pk=model.pk)
    alias = Alias.objects.select_related("version").filter(model=model, name=name).first()
    if alias is None:
        raise NoSuchAlias(f"{model.name} has no alias called {name}.")
    before = {"version": alias.version.number}
    _announce(model, name, by=by, before=alias.version)
    record(
        Action.ALIAS_MOVED, by=by, on=alias, chain=model.project.chain, label=f"{model.name}@{name} away",
        before=before, after={"version": None},
    )  # fmt: skip
    AliasMove.objects.create(model=model, name=name, from_version=alias.version, by=by)
    alias.delete()


def point(
    version: ModelVersion, *, name: str, by: User, journal: bool = False, promotion: PromotionRequest | None = None
) -> Alias:
    """Set an alias inside the caller's transaction; a promotion's own journal line says so for a stage's alias."""
    model = RegisteredModel.objects.select_for_update().get(pk=version.model_id)
    alias = Alias.objects.select_related("version").filter(model=model, name=name).first()
    before = {"version": alias.version.number} if alias else {}
    if alias and alias.version_id == version.pk:
        return alias
    held = alias.version if alias else None
    alias = alias or Alias(model=model, name=name)
    alias.version, alias.moved_by, alias.moved_at = version, by, timezone.now()
    alias.save()
    AliasMove.objects.create(
        model=model, name=name, from_version=held, to_version=version, promotion=promotion, by=by, at=alias.moved_at
    )
    _announce(model, name, by=by, before=held, after=version)
    if journal:
        label = f"{model.name}@{name} to v{version.number}"
        after = {"version": version.number}
        record(Action.ALIAS_MOVED, by=by, on=alias, chain=model.project.chain, label=label, before=before, after=after)
    return alias


def take_away(version: ModelVersion, *, name: str, by: User, promotion: PromotionRequest | None = None) -> None:
    """Take an alias from a version that holds it, inside the transaction of a caller who journals why."""
    gone, _ = Alias.objects.filter(model=version.model_id, name=name, version=version).delete()
    if gone:
        _announce(version.model, name, by=by, before=version)
        AliasMove.objects.create(model=version.model, name=name, from_version=version, promotion=promotion, by=by)


def _announce(
    model: RegisteredModel, name: str, *, by: User, before: ModelVersion | None, after: ModelVersion | None = None
) -> None:
    data = {"name": model.name, "alias": name} | ({"version": str(after.number)} if after else {})
    webhooks.announce(
        model.project,
        "model_version_alias.created" if after else "model_version_alias.deleted",
        data=data,
        by=by,
        before={"version": before.number if before else None},
        after={"version": after.number if after else None},
    )


def _ensure_free(name: str) -> None:
    stage = Stage.objects.filter(alias=name).first()
    if stage:
        raise ProtectedAlias(f"“{name}” always points at the version in {stage.name}. Request a promotion to move it.")
