from typing import Any

from canvas.models import Project
from tests.factories.evaluation import EvaluationFactory, cases, snapshot, version_in
from tests.integration.permissions.shape import Row, everyone_inside, everyone_signed_in, inside

MAY_EVALUATE = ("owner", "contributor", "validator")


def _project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def _evaluation(project: Project) -> dict[str, Any]:
    version = version_in(project)
    evaluation = EvaluationFactory(
        project=project, version=version, dataset=snapshot(project, cases(20)), job__state="queued"
    )
    return {"slug": project.slug, "number": evaluation.number}


TABLE = {
    "evaluation:job-list-all": Row(get=everyone_signed_in()),
    "evaluation:job-list": Row(prepare=_project, get=everyone_inside()),
    "evaluation:comparison": Row(prepare=_project, get=everyone_inside()),
    "evaluation-api:comparison": Row(prepare=_project, get=everyone_inside(), api=True),
    "evaluation:job-create": Row(prepare=_project, get=inside(*MAY_EVALUATE), post=inside(*MAY_EVALUATE, ok=422)),
    "evaluation:job-create-predictions": Row(
        prepare=_project, get=inside(*MAY_EVALUATE), post=inside(*MAY_EVALUATE, ok=422)
    ),
    "evaluation:job-detail": Row(prepare=_evaluation, get=everyone_inside()),
    "evaluation:job-again": Row(prepare=_evaluation, post=inside(*MAY_EVALUATE, ok=302)),
    "evaluation-api:evaluation-list": Row(
        prepare=_project, get=everyone_inside(), post=inside(*MAY_EVALUATE, ok=400), api=True
    ),
    "evaluation-api:evaluation-detail": Row(prepare=_evaluation, get=everyone_inside(), api=True),
    "evaluation-api:evaluation-cancel": Row(prepare=_evaluation, post=inside(*MAY_EVALUATE), api=True),
}
