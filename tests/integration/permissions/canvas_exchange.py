from typing import Any

from canvas import examples
from canvas.models import ImportedPlan, Project
from canvas.services import exchange
from tests.integration.permissions.shape import Row, everyone_inside, everyone_signed_in, inside

WRITERS = ("owner", "contributor")
# A prepared plan is its importer's alone, and here the owner is the importer; an administrator's is not theirs.
IMPORTER: dict[str, int | str] = everyone_signed_in(404) | {"owner": 200}


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_plan(project: Project) -> dict[str, Any]:
    return {"plan_id": exchange.prepare_example("regression", by=project.created_by).pk}


def a_plan_to_import(project: Project) -> dict[str, Any]:
    return {"slug": project.slug} | a_plan(project)


def an_imported_plan(project: Project) -> dict[str, Any]:
    plan = exchange.prepare_example("regression", by=project.created_by)
    ImportedPlan.objects.filter(pk=plan.pk).update(project=project, imported_at=plan.created_at)
    return {"slug": project.slug, "plan_id": plan.pk}


def a_document(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


TABLE = {
    "canvas:project-start": Row(
        prepare=lambda project: {"kind": "boxes"}, get=everyone_signed_in(), post=everyone_signed_in(422)
    ),
    "canvas:project-example": Row(
        prepare=lambda project: {"key": "regression"}, get=everyone_signed_in(), post=everyone_signed_in(302)
    ),
    "canvas:project-preview": Row(prepare=a_plan, get=IMPORTER, post=IMPORTER | {"owner": 422}),
    "canvas:in-and-out": Row(prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=422)),
    "canvas:plan-import": Row(
        prepare=a_plan_to_import,
        get=inside(*WRITERS) | {"contributor": 404},
        post=inside(*WRITERS, ok=302) | {"contributor": 404},
    ),
    "canvas:plan-file": Row(prepare=lambda project: {"slug": project.slug, "form": "json"}, get=everyone_inside()),
    "canvas:imported-plan": Row(prepare=an_imported_plan, get=everyone_inside()),
    "canvas:imported-original": Row(prepare=an_imported_plan, get=everyone_inside()),
    "canvas-api:plan": Row(
        prepare=a_document,
        get=everyone_inside(),
        post=inside(*WRITERS, ok=201),
        post_data={"document": examples.get("regression").document},
        api=True,
    ),
    "canvas-api:plan-text": Row(prepare=a_project, get=everyone_inside(), api=True),
    "canvas-api:imported-plan-list": Row(prepare=a_project, get=everyone_inside(), api=True),
    # Programs hold tokens, and a token opens one project only.
    "canvas-api:project-new": Row(post=everyone_signed_in(403), api=True),
}
