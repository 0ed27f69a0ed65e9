from typing import Any

from canvas.models import Project
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory, LabelingMethodFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_source(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "source_id": DataSourceFactory(project=project).pk}


def a_dataset(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "dataset_id": DatasetFactory(project=project).pk}


def a_schema(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "schema_id": DataSchemaFactory(project=project).pk}


def a_method(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "method_id": LabelingMethodFactory(project=project).pk}


SEEN = everyone_inside()
FORM = {"get": inside(*WRITERS), "post": inside(*WRITERS, ok=422)}

TABLE = {
    "data:index": Row(prepare=a_project, get=SEEN),
    "data:source-list": Row(prepare=a_project, get=SEEN),
    "data:schema-list": Row(prepare=a_project, get=SEEN),
    "data:labeling-list": Row(prepare=a_project, get=SEEN),
    "data:dataset-upload": Row(prepare=a_project, **FORM),
    "data:dataset-detail": Row(prepare=a_dataset, get=SEEN),
    "data:dataset-describe": Row(prepare=a_dataset, post_data={"split_role": "none"}, **FORM),
    "data:dataset-bind": Row(prepare=a_dataset, post=inside(*WRITERS, ok=404)),
    "data:dataset-file": Row(prepare=a_dataset, get=SEEN),
    "data:source-create": Row(prepare=a_project, **FORM),
    "data:source-detail": Row(prepare=a_source, get=SEEN),
    "data:source-edit": Row(prepare=a_source, **FORM),
    "data:schema-detail": Row(prepare=a_schema, get=SEEN),
    "data:schema-edit": Row(prepare=a_schema, post_data={"note": "x"}, **FORM),
    "data:labeling-create": Row(prepare=a_project, **FORM),
    "data:labeling-detail": Row(prepare=a_method, get=SEEN),
    "data:labeling-revise": Row(prepare=a_method, **FORM),
    "data-api:source-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
    "data-api:source-detail": Row(prepare=a_source, get=SEEN, put=inside(*WRITERS, ok=400), api=True),
    "data-api:dataset-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=415), api=True),
    "data-api:dataset-detail": Row(prepare=a_dataset, get=SEEN, patch=inside(*WRITERS, ok=400), api=True),
    "data-api:dataset-file": Row(prepare=a_dataset, get=SEEN, api=True),
    "data-api:schema-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
    "data-api:schema-detail": Row(prepare=a_schema, get=SEEN, api=True),
    "data-api:method-list": Row(prepare=a_project, get=SEEN, post=inside(*WRITERS, ok=400), api=True),
    "data-api:method-detail": Row(prepare=a_method, get=SEEN, api=True),
}
