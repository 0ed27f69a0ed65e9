from typing import Any

from canvas.models import Project
from tests.factories.data import DataSchemaFactory, DatasetFactory
from tests.factories.schemas import SchemaCheckFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_schema(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "schema_id": DataSchemaFactory(project=project).pk}


def an_export(project: Project) -> dict[str, Any]:
    return a_schema(project) | {"form": "odcs.yaml"}


def a_second_version(project: Project) -> dict[str, Any]:
    first = DataSchemaFactory(project=project)
    return {"slug": project.slug, "schema_id": DataSchemaFactory(project=project, name=first.name, number=2).pk}


def a_dataset(project: Project) -> dict[str, Any]:
    dataset = DatasetFactory(project=project, schema=DataSchemaFactory(project=project))
    return {"slug": project.slug, "dataset_id": dataset.pk}


def a_check(project: Project) -> dict[str, Any]:
    dataset = DatasetFactory(project=project, schema=DataSchemaFactory(project=project))
    return {"slug": project.slug, "check_id": SchemaCheckFactory(dataset=dataset).pk}


SEEN = everyone_inside()
FORM = {"get": inside(*WRITERS), "post": inside(*WRITERS, ok=422)}

TABLE = {
    "data:schema-import": Row(prepare=a_project, **FORM),
    "data:schema-diff": Row(prepare=a_schema, get=SEEN),
    "data:schema-export": Row(prepare=an_export, get=SEEN),
    "data:croissant-import": Row(prepare=a_project, **FORM),
    "data:dataset-check": Row(prepare=a_dataset, post=inside(*WRITERS, ok=302)),
    "data:dataset-croissant": Row(prepare=a_dataset, get=SEEN),
    "data:check-detail": Row(prepare=a_check, get=SEEN),
    "data-api:schema-import": Row(prepare=a_project, post=inside(*WRITERS, ok=415), api=True),
    "data-api:schema-diff": Row(prepare=a_second_version, get=SEEN, api=True),
    "data-api:schema-export": Row(prepare=an_export, get=SEEN, api=True),
    "data-api:dataset-checks": Row(prepare=a_dataset, get=SEEN, post=inside(*WRITERS, ok=202), api=True),
    "data-api:check-detail": Row(prepare=a_check, get=SEEN, api=True),
    "data-api:dataset-croissant": Row(prepare=a_dataset, get=SEEN, api=True),
    "data-api:croissant-import": Row(prepare=a_project, post=inside(*WRITERS, ok=415), api=True),
}
