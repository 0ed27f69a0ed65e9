"""Move the names that point at versions."""

import re

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry.models import Alias, AliasMove, ModelVersion, PromotionRequest, RegisteredModel
from registry.models.versions import LONGEST_ALIAS
from registry.services import models, protection, versions, webhooks

_NAME = re.compile(rf"[\w-]{{1,{LONGEST_ALIAS}}}")
_RESERVED = re.compile(r"v\d+|latest", re.IGNORECASE)


class InvalidAlias(Exception):
    """The name cannot be an alias."""


class NoSuchAlias(Exception):
    """The model has no such alias."""


@transaction.atomic
def move(version: ModelVersion, *, name: str, by: User) -> Alias:
    """Point a free alias at a version; raises InvalidAlias, or Protected for one that only a promotion moves."""
    if not _NAME.fullmatch(name) or _RESERVED.fullmatch(name):
        raise InvalidAlias(
            f"“{name[:100]}” cannot be an alias. Use letters, digits, hyphens and underscores, at most "
            f"{LONGEST_ALIAS}; “latest” and version numbers such as v1 are reserved."
        )
    protection.ensure_alias_is_free(name, on=version)
    if known := protection.taken_for(name):
        raise InvalidAlias(
            f"“{name}” is easily taken for “{known}”, which only a promotion moves. Choose a name of another look."
        )
    models.locked(version.model)
    versions.ensure_live(version)
    return point(version, name=name, by=by, journal=True)


@transaction.atomic
def remove(model: RegisteredModel, *, name: str, by: User) -> None:
    """Take a free alias away from whichever version has it."""
    model = models.locked(model)
    alias = Alias.objects.select_related("version__model__project").filter(model=model, name=name).first()
    protection.ensure_alias_is_free(name, on=alias.version if alias else model)
    if alias is None:
        raise NoSuchAlias(f"Registered model alias {name} not found: {model.name} has no such alias.")
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
