"""Tag models and versions; each tag that is set or removed has a line in the journal."""

from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from registry.models import ModelVersion, RegisteredModel, RegisteredModelTag, VersionTag
from registry.services import models, versions, webhooks


class NoSuchTag(Exception):
    """There is no tag with this key."""


@transaction.atomic
def tag_model(model: RegisteredModel, *, tags: Mapping[str, str], by: User) -> None:
    """Set tags of a model; a tag that says the same already is left alone."""
    models.ensure_valid_tags(tags)
    model = models.locked(model)
    known = dict(model.tags.values_list("key", "value"))
    for key, value in tags.items():
        if known.get(key) == value:
            continue
        RegisteredModelTag.objects.update_or_create(model=model, key=key, defaults={"value": value})
        data = {"name": model.name, "key": key, "value": value}
        webhooks.announce(model.project, "registered_model_tag.set", data=data, by=by)
        record(
            Action.MODEL_TAGGED, by=by, on=model, chain=model.project.chain, label=f"{key} of {model.name}",
            before={"value": known.get(key)}, after={"key": key, "value": value},
        )  # fmt: skip
    RegisteredModel.objects.filter(pk=model.pk).update(updated_at=timezone.now())


@transaction.atomic
def untag_model(model: RegisteredModel, *, key: str, by: User) -> None:
    """Remove a model's tag; raises NoSuchTag."""
    model = models.locked(model)
    tag = model.tags.filter(key=key).first()
    if tag is None:
        raise NoSuchTag(f"{model.name} has no tag “{key}”.")
    webhooks.announce(model.project, "registered_model_tag.deleted", data={"name": model.name, "key": key}, by=by)
    record(
        Action.MODEL_UNTAGGED, by=by, on=model, chain=model.project.chain, label=f"{key} of {model.name}",
        before={"key": key, "value": tag.value},
    )  # fmt: skip
    tag.delete()
    RegisteredModel.objects.filter(pk=model.pk).update(updated_at=timezone.now())


@transaction.atomic
def tag_version(version: ModelVersion, *, tags: Mapping[str, str], by: User) -> None:
    """Set tags of a version; a tag that says the same already is left alone."""
    models.ensure_valid_tags(tags)
    model = models.locked(version.model)
    versions.ensure_live(version)
    known = dict(version.tags.values_list("key", "value"))
    for key, value in tags.items():
        if known.get(key) == value:
            continue
        VersionTag.objects.update_or_create(version=version, key=key, defaults={"value": value})
        data = {"name": model.name, "version": str(version.number), "key": key, "value": value}
        webhooks.announce(model.project, "model_version_tag.set", data=data, by=by)
        record(
            Action.VERSION_TAGGED, by=by, on=version, chain=model.project.chain, label=f"{key} of {version}",
            before={"value": known.get(key)}, after={"key": key, "value": value},
        )  # fmt: skip
    ModelVersion.objects.filter(pk=version.pk).update(updated_at=timezone.now())


@transaction.atomic
def untag_version(version: ModelVersion, *, key: str, by: User) -> None:
    """Remove a version's tag; raises NoSuchTag."""
    model = models.locked(version.model)
    versions.ensure_live(version)
    tag = version.tags.filter(key=key).first()
    if tag is None:
        raise NoSuchTag(f"{version} has no tag “{key}”.")
    data = {"name": model.name, "version": str(version.number), "key": key}
    webhooks.announce(model.project, "model_version_tag.deleted", data=data, by=by)
    record(
        Action.VERSION_UNTAGGED, by=by, on=version, chain=model.project.chain, label=f"{key} of {version}",
        before={"key": key, "value": tag.value},
    )  # fmt: skip
    tag.delete()
    ModelVersion.objects.filter(pk=version.pk).update(updated_at=timezone.now())
