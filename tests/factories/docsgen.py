from typing import Any

import factory

from accounts.models import User
from docsgen import services
from docsgen.models import Document
from registry.models import ModelVersion
from tests.factories.jobs import JobFactory, work


class DocumentFactory(factory.django.DjangoModelFactory[Document]):
    """A document that is still being rendered."""

    class Meta:
        model = Document

    number = factory.LazyAttribute(lambda document: document.project.documents.count() + 1)
    kind = "model-document"
    project = factory.SelfAttribute("version.model.project")
    job = factory.SubFactory(
        JobFactory, project=factory.SelfAttribute("..project"), kind="document", label="Model document"
    )
    requested_by = factory.SelfAttribute("project.created_by")


def issued_document(version: ModelVersion, *, by: User | None = None, **kwargs: Any) -> Document:
    """A document that a worker has rendered."""
    document = services.request_document(version, kind="model-document", by=by or version.uploaded_by, **kwargs)
    work()
    document.refresh_from_db()
    return document
