"""Pages ask the database a stated number of times, however many rows there are."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Project
from tests.conftest import ClientAs
from tests.factories.accounts import UserFactory
from tests.factories.canvas import BlockRevisionFactory, KpiFactory, MembershipFactory, ProjectFactory
from tests.integration.audit.writing import write

PROJECTS = 50

# Each page with its ceiling; four queries of each are the session, the person, their role and their waiting reviews.
CEILINGS = {
    "canvas:home": 17,
    "canvas:project-list": 9,
    "canvas:project-detail": 25,
    "canvas:board": 18,
    "canvas:block": 26,
    "canvas:block-history": 8,
    "canvas:kpi-list": 9,
    "canvas:journal": 10,
    "canvas:project-settings": 8,
}
NEEDS_BLOCK = ("canvas:block", "canvas:block-history")
OUTSIDE = ("canvas:home", "canvas:project-list")


def fill(project: Project, owner: User) -> None:
    for number in range(1, 11):
        for revision in (1, 2):
            BlockRevisionFactory(project=project, block=number, number=revision, author=UserFactory())
        KpiFactory(project=project)
    for _ in range(5):
        MembershipFactory(project=project, user=UserFactory())
    write(project, by=owner, lines=20)


@pytest.fixture
def many(project: Project, owner: User) -> None:
    fill(project, owner)
    for _ in range(PROJECTS - 1):
        fill(ProjectFactory(created_by=owner), owner)


def url_of(name: str, project: Project) -> str:
    args: list[Any] = [] if name in OUTSIDE else [project.slug]
    return reverse(name, args=[*args, 3] if name in NEEDS_BLOCK else args)


@pytest.mark.usefixtures("many")
def test_pages_of_fifty_full_projects_stay_under_their_ceilings(
    project: Project, owner: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    client = client_as(owner)
    for name, ceiling in CEILINGS.items():
        with django_assert_max_num_queries(ceiling, info=name):
            assert client.get(url_of(name, project)).status_code == 200


def test_more_rows_make_no_more_queries(project: Project, owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    fill(project, owner)
    before = {name: queries(client, url_of(name, project)) for name in CEILINGS}
    for other in (ProjectFactory(created_by=owner) for _ in range(3)):
        fill(other, owner)
    fill_more(project, owner)
    after = {name: queries(client, url_of(name, project)) for name in CEILINGS}
    assert after == before


def fill_more(project: Project, owner: User) -> None:
    for number in range(1, 11):
        BlockRevisionFactory(project=project, block=number, number=3, author=UserFactory())
        KpiFactory(project=project)
        MembershipFactory(project=project, user=UserFactory())
    write(project, by=UserFactory(), lines=20)


def queries(client: Any, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)
