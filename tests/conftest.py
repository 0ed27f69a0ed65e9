"""The cast: one person for each role, and ways to act as them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.management.commands import flush
from django.db import connection
from django.test import Client
from hypothesis import settings
from rest_framework.test import APIClient

from accounts import services as accounts
from accounts.models import User
from audit import triggers
from canvas.models import Project
from canvas.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.canvas import MembershipFactory, ProjectFactory

# The same cases in every run: a failure found by chance would belong to whoever happened to push.
settings.register_profile("same-cases", derandomize=True, deadline=None)
settings.load_profile("same-cases")

ClientAs = Callable[[User], Client]
ApiAs = Callable[[User], APIClient]


@pytest.fixture(autouse=True, scope="session")
def _clearing_a_test_database_lifts_its_triggers() -> Iterator[None]:
    """Tests with real transactions empty the database afterwards, which the journal rightly refuses."""
    clear = flush.Command.handle

    def handle(self: flush.Command, **options: Any) -> None:
        triggers.remove(connection)
        try:
            clear(self, **options)
        finally:
            triggers.install(connection)

    flush.Command.handle = handle  # type: ignore[method-assign]
    yield
    flush.Command.handle = clear  # type: ignore[method-assign]


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory(username="owner")


@pytest.fixture
def contributor(project: Project) -> User:
    return _member(project, Role.CONTRIBUTOR)


@pytest.fixture
def validator(project: Project) -> User:
    return _member(project, Role.VALIDATOR)


@pytest.fixture
def approver(project: Project) -> User:
    return _member(project, Role.APPROVER)


@pytest.fixture
def viewer(project: Project) -> User:
    return _member(project, Role.VIEWER)


@pytest.fixture
def auditor(db: None) -> User:
    return UserFactory(username="auditor", site_role=User.SiteRole.AUDITOR)


@pytest.fixture
def administrator(db: None) -> User:
    return UserFactory(username="administrator", site_role=User.SiteRole.ADMINISTRATOR)


@pytest.fixture
def outsider(db: None) -> User:
    return UserFactory(username="outsider")


@pytest.fixture
def project(owner: User) -> Project:
    return ProjectFactory(slug="triage", name="Triage", created_by=owner)


@pytest.fixture
def client_as() -> ClientAs:
    """A browser's session as somebody."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return make


@pytest.fixture
def api_as(project: Project) -> ApiAs:
    """A program with somebody's token for the project."""

    def make(user: User) -> APIClient:
        _, secret = accounts.create_token(user, project_id=project.pk, name="tests", lifetime=timedelta(days=1))
        client = APIClient()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        return client

    return make


def _member(project: Project, role: Role) -> User:
    user = UserFactory(username=str(role))
    MembershipFactory(project=project, user=user, role=role)
    return user
