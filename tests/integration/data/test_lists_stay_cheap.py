from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory, LabelingMethodFactory

Ceiling = Callable[[int], Any]


@pytest.fixture
def many(project: Project) -> None:
    source = DataSourceFactory(project=project)
    for _ in range(60):
        dataset = DatasetFactory(
            project=project,
            schema=DataSchemaFactory(project=project),
            labeling_method=LabelingMethodFactory(project=project),
        )
        dataset.sources.add(source)


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", ["index", "source-list", "schema-list", "labeling-list"])
def test_a_list_of_sixty_takes_few_queries(
    name: str, project: Project, viewer: User, client_as: ClientAs, django_assert_max_num_queries: Ceiling
) -> None:
    client = client_as(viewer)
    with django_assert_max_num_queries(14):
        response = client.get(reverse(f"data:{name}", args=[project.slug]))
    assert response.status_code == 200


@pytest.mark.usefixtures("many")
@pytest.mark.parametrize("name", ["dataset-list", "source-list", "schema-list", "method-list"])
def test_the_api_lists_sixty_with_few_queries(
    name: str, project: Project, viewer: User, api_as: ApiAs, django_assert_max_num_queries: Ceiling
) -> None:
    client = api_as(viewer)
    with django_assert_max_num_queries(10):
        response = client.get(reverse(f"data-api:{name}", args=[project.slug]))
    assert len(response.json()["results"]) == min(50, response.json()["count"])


def test_empty_lists_say_what_to_do_next(project: Project, contributor: User, client_as: ClientAs) -> None:
    client = client_as(contributor)
    for name, way in {
        "index": "dataset-upload",
        "source-list": "source-create",
        "schema-list": "dataset-upload",
        "labeling-list": "labeling-create",
    }.items():
        text = client.get(reverse(f"data:{name}", args=[project.slug])).content.decode()
        assert "empty-state" in text
        assert reverse(f"data:{way}", args=[project.slug]) in text
