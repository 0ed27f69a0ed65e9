from typing import Any

from canvas.models import Project
from registry.models import ModelVersion
from tests.factories.accounts import PASSWORD, UserFactory
from tests.factories.registry import (
    ModelVersionFactory,
    PromotionFactory,
    RegisteredModelFactory,
    StageFactory,
    the_stages,
)
from tests.integration.permissions.shape import Row, everyone_inside, everyone_signed_in, inside

WRITERS = ("owner", "contributor")
EVALUATORS = ("owner", "contributor", "validator")
SEEN = everyone_inside()
FORM = {"get": inside(*WRITERS), "post": inside(*WRITERS, ok=422)}


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_model(project: Project) -> dict[str, Any]:
    RegisteredModelFactory(project=project, name="triage")
    return {"slug": project.slug, "name": "triage"}


def _version(project: Project) -> ModelVersion:
    the_stages()
    version: ModelVersion = ModelVersionFactory(model__project=project, model__name="triage")
    return version


def a_version(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "name": "triage", "number": _version(project).number}


def a_model_tag(project: Project) -> dict[str, Any]:
    RegisteredModelFactory(project=project, name="triage").tags.get_or_create(key="team", value="north")
    return {"slug": project.slug, "name": "triage", "key": "team"}


def a_version_tag(project: Project) -> dict[str, Any]:
    _version(project).tags.get_or_create(key="team", value="north")
    return {"slug": project.slug, "name": "triage", "number": 1, "key": "team"}


def an_alias(project: Project) -> dict[str, Any]:
    version = _version(project)
    version.model.aliases.get_or_create(name="shadow", defaults={"version": version, "moved_by": project.created_by})
    return {"slug": project.slug, "name": "triage", "alias": "shadow"}


def a_request(project: Project) -> dict[str, Any]:
    """Asked for by somebody who is none of the cast."""
    promotion = PromotionFactory(
        version=_version(project), stage=StageFactory(key="retired"), requested_by=UserFactory(username="requester")
    )
    return {"slug": project.slug, "number": promotion.number}


def a_decision(project: Project) -> dict[str, Any]:
    promotion = PromotionFactory(version=_version(project), status="rejected", evidence={"subject": {}, "decision": {}})
    return {"slug": project.slug, "number": promotion.number}


SIGNED = {"password": PASSWORD, "comment": "The evidence holds."}

PAGES = {
    "registry:model-list": Row(prepare=a_project, get=SEEN),
    "registry:model-create": Row(prepare=a_project, **FORM),
    "registry:model-detail": Row(prepare=a_model, get=SEEN),
    "registry:model-edit": Row(prepare=a_model, **FORM),
    "registry:model-remove": Row(prepare=a_model, post=inside(*WRITERS, ok=302)),
    "registry:version-remove": Row(prepare=a_version, post=inside(*WRITERS, ok=302)),
    "registry:alias-remove": Row(prepare=an_alias, post=inside(*WRITERS, ok=302)),
    "registry:version-create": Row(prepare=a_model, **FORM),
    "registry:version-detail": Row(prepare=a_version, get=SEEN),
    "registry:version-artifact": Row(prepare=a_version, get=SEEN),
    "registry:version-verify": Row(prepare=a_version, post=inside(*EVALUATORS, ok=302)),
    "registry:version-alias": Row(prepare=a_version, post=inside(*WRITERS, ok=302), post_data={"name": "challenger"}),
    "registry:promotion-create": Row(prepare=a_version, **FORM),
    "registry:skeleton": Row(prepare=a_project, get=everyone_inside()),
    "registry:skeleton-file": Row(prepare=a_project, get=everyone_inside()),
    "registry-api:skeleton": Row(prepare=a_project, get=everyone_inside(), api=True),
    "registry:promotion-list": Row(prepare=a_project, get=SEEN),
    "registry:promotion-detail": Row(prepare=a_request, get=SEEN),
    "registry:promotion-approve": Row(prepare=a_request, post=inside("approver", ok=302), post_data=SIGNED),
    "registry:promotion-reject": Row(prepare=a_request, post=inside("approver", ok=302), post_data=SIGNED),
    # Only the requester's own withdrawal changes anything; another contributor is told so on the request's page.
    "registry:promotion-withdraw": Row(prepare=a_request, post=inside(*WRITERS, ok=302)),
    "registry:promotion-evidence": Row(prepare=a_decision, get=SEEN),
    "registry:promotion-evidence-file": Row(prepare=a_decision, get=SEEN),
    "registry:review-list": Row(get=everyone_signed_in()),
}

API = {
    "registry-api:stage-list": Row(get=everyone_signed_in()),
    "registry-api:model-list": Row(
        prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=201), post_data={"name": "other", "task": "binary"}
    ),
    "registry-api:model-detail": Row(
        prepare=a_model,
        get=SEEN,
        patch=inside(*WRITERS),
        delete=inside(*WRITERS, ok=204),
        post_data={"description": "Finds malignant masses."},
    ),
    "registry-api:model-tag": Row(
        prepare=a_model_tag, put=inside(*WRITERS), delete=inside(*WRITERS, ok=204), post_data={"value": "south"}
    ),
    "registry-api:version-tag": Row(
        prepare=a_version_tag, put=inside(*WRITERS), delete=inside(*WRITERS, ok=204), post_data={"value": "south"}
    ),
    "registry-api:stage-history": Row(prepare=a_model, get=SEEN),
    "registry-api:alias-list": Row(prepare=a_model, get=SEEN),
    "registry-api:alias-detail": Row(
        prepare=an_alias,
        get=SEEN,
        put=inside(*WRITERS),
        post_data={"version": 1},
    ),
    "registry-api:version-list": Row(prepare=a_model, get=SEEN),
    "registry-api:version-detail": Row(
        prepare=a_version,
        get=SEEN,
        delete=inside(*WRITERS, ok=204),
    ),
    "registry-api:version-artifact": Row(prepare=a_version, get=SEEN),
    "registry-api:version-checks": Row(prepare=a_version, get=SEEN),
    "registry-api:version-verify": Row(prepare=a_version, post=inside(*EVALUATORS)),
    "registry-api:promotion-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400)),
    "registry-api:promotion-detail": Row(prepare=a_request, get=SEEN),
    "registry-api:promotion-approve": Row(prepare=a_request, post=inside("approver"), post_data=SIGNED),
    "registry-api:promotion-reject": Row(prepare=a_request, post=inside("approver"), post_data=SIGNED),
    "registry-api:promotion-withdraw": Row(prepare=a_request, post=inside()),
    "registry-api:promotion-evidence": Row(prepare=a_decision, get=SEEN),
}

TABLE = PAGES | {name: Row(**{**row.__dict__, "api": True}) for name, row in API.items()}
