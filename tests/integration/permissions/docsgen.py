from typing import Any

from canvas.models import Project
from tests.factories.docsgen import DocumentFactory
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

AUTHORS = ("owner", "contributor", "validator", "approver")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_document(project: Project) -> dict[str, Any]:
    model = project.models.first() or RegisteredModelFactory(project=project)
    return {"slug": project.slug, "number": DocumentFactory(version=ModelVersionFactory(model=model)).number}


def a_file(project: Project) -> dict[str, Any]:
    # Not issued yet: nobody gets a file, and outsiders are not told that there is a document.
    return a_document(project) | {"form": "pdf"}


TABLE = {
    "docsgen:poster": Row(prepare=a_project, get=everyone_inside(), post=everyone_inside(302)),
    # Nothing is printed yet: the page says so, the API refuses.
    "docsgen:poster-file": Row(prepare=a_project, get=everyone_inside(302)),
    "docsgen-api:poster": Row(prepare=a_project, get=everyone_inside(409), post=everyone_inside(202), api=True),
    "docsgen-api:poster-file": Row(prepare=a_project, get=everyone_inside(409), api=True),
    "docsgen:document-list": Row(prepare=a_project, get=everyone_inside(), post=inside(*AUTHORS, ok=422)),
    "docsgen:document-detail": Row(prepare=a_document, get=everyone_inside()),
    "docsgen:document-file": Row(prepare=a_file, get=everyone_inside(404)),
    "docsgen-api:document-list": Row(prepare=a_project, get=everyone_inside(), post=inside(*AUTHORS, ok=400), api=True),
    "docsgen-api:document-detail": Row(prepare=a_document, get=everyone_inside(), api=True),
    "docsgen-api:document-file": Row(prepare=a_file, get=everyone_inside(404), api=True),
}
