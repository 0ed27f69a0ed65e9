"""Lists of documents stay under a stated number of queries, however many there are."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from docsgen.models import Document
from tests.conftest import ApiAs, ClientAs
from tests.factories.docsgen import DocumentFactory
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory

PAGE = 14
API = 9
AtMost = Callable[[int], AbstractContextManager[None]]


@pytest.fixture
def documents(project: Project) -> list[Document]:
    version = ModelVersionFactory(model=RegisteredModelFactory(project=project))
    return [DocumentFactory(version=version) for _ in range(40)]


def test_the_page_of_documents(
    documents: list[Document], viewer: User, client_as: ClientAs, django_assert_max_num_queries: AtMost
) -> None:
    client, url = client_as(viewer), reverse("docsgen:document-list", args=[documents[0].project.slug])
    with django_assert_max_num_queries(PAGE):
        page = client.get(url).content.decode()
    assert documents[-1].identifier in page
    assert "1 to 25 of 40 documents" in page


def test_the_list_for_programs(
    documents: list[Document], viewer: User, api_as: ApiAs, django_assert_max_num_queries: AtMost
) -> None:
    api, url = api_as(viewer), reverse("docsgen-api:document-list", args=[documents[0].project.slug])
    with django_assert_max_num_queries(API):
        answer = api.get(url).data
    assert (answer["count"], len(answer["results"])) == (40, 40)
