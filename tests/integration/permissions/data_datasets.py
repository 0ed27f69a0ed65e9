from typing import Any

from canvas.models import Project
from tests.factories.datasets import DatasetProfileFactory
from tests.integration.permissions.data import FORM, SEEN, WRITERS, a_project, a_source
from tests.integration.permissions.shape import Row, inside


def a_profile(project: Project) -> dict[str, Any]:
    profile = DatasetProfileFactory(dataset__project=project)
    return {"slug": project.slug, "dataset_id": profile.dataset_id}


TABLE = {
    "data:dataset-refer": Row(prepare=a_project, **FORM),
    "data:dataset-profile": Row(prepare=a_profile, get=SEEN, post=inside(*WRITERS, ok=302)),
    "data:quality-check": Row(prepare=a_source, post=inside(*WRITERS, ok=422)),
    "data-api:reference-list": Row(prepare=a_project, post=inside(*WRITERS, ok=400), api=True),
    "data-api:mlflow-input-list": Row(prepare=a_project, post=inside(*WRITERS, ok=400), api=True),
    "data-api:dataset-profile": Row(prepare=a_profile, get=SEEN, post=inside(*WRITERS, ok=202), api=True),
    "data-api:quality-check-list": Row(prepare=a_source, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
}
