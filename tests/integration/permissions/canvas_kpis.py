from typing import Any

from canvas.models import Project
from tests.factories.canvas import KpiFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
KPI = {"name": "Recall", "kind": "model", "definition": "Share found.", "direction": "up", "target_value": 0.9}


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_kpi(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "kpi_id": KpiFactory(project=project).pk}


SENDING = Row(prepare=a_kpi, post=inside(*WRITERS, ok=422))

TABLE = {
    "canvas:kpi-list": Row(prepare=a_project, get=everyone_inside()),
    "canvas:kpi-create": Row(prepare=a_project, get=inside(*WRITERS), post=inside(*WRITERS, ok=422)),
    "canvas:kpi-detail": Row(prepare=a_kpi, get=everyone_inside()),
    "canvas:kpi-edit": Row(prepare=a_kpi, get=inside(*WRITERS), post=inside(*WRITERS, ok=422)),
    "canvas:kpi-retire": Row(prepare=a_kpi, post=inside(*WRITERS, ok=302)),
    "canvas:kpi-close": SENDING,
    "canvas:kpi-sign": SENDING,
    "canvas:reading-add": SENDING,
    "canvas:reading-import": SENDING,
    "canvas-api:kpi-list": Row(
        prepare=a_project, get=everyone_inside(), post=inside(*WRITERS, ok=201), post_data=KPI, api=True
    ),
    "canvas-api:kpi-detail": Row(
        prepare=a_kpi,
        get=everyone_inside(),
        put=inside(*WRITERS, ok=400),
        delete=inside(*WRITERS, ok=204),
        api=True,
    ),
    "canvas-api:kpi-close": Row(prepare=a_kpi, post=inside(*WRITERS, ok=400), api=True),
    "canvas-api:kpi-sign": Row(prepare=a_kpi, post=inside(*WRITERS, ok=400), api=True),
    "canvas-api:kpi-smart": Row(prepare=a_kpi, get=everyone_inside(), api=True),
    "canvas-api:reading-list": Row(prepare=a_kpi, get=everyone_inside(), post=inside(*WRITERS, ok=400), api=True),
}
