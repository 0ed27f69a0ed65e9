"""Every address × everybody: what each member of the cast gets, and no address left out."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from accounts.services import create_token
from canvas.models import Project
from tests.factories.accounts import UserFactory
from tests.factories.canvas import MembershipFactory, ProjectFactory
from tests.integration.permissions.shape import CAST, SIGN_IN, Row

MEMBERS = ("contributor", "validator", "approver", "viewer")
ROOMS = (
    "accounts",
    "canvas",
    "canvas_blocks",
    "canvas_money",
    "canvas_kpis",
    "canvas_opportunities",
    "canvas_risk",
    "canvas_exchange",
    "jobs",
    "data",
    "data_datasets",
    "data_schemas",
    "data_labeling",
    "data_features",
    "registry",
    "registry_runs",
    "registry_versions",
    "registry_environments",
    "registry_outlines",
    "registry_webhooks",
    "registry_imports",
    "registry_exchange",
    "data_storage",
    "mlflow",
    "mlflow_tracking",
    "mlflow_logged_models",
    "mlflow_models",
    "mlflow_searches",
    "mlflow_artifacts",
    "mlflow_webhooks",
    "evaluation",
    "standing",
    "docsgen",
    "site",
)
# Third-party pages with tables of their own: allauth and the admin decide there, and have their own tests below.
ELSEWHERE = ("admin", "account_", "mfa_", "socialaccount_", "openid_connect_", "?social/")

TABLE: dict[str, Row] = {}
for room in filter(lambda r: find_spec(f"tests.integration.permissions.{r}"), ROOMS):
    TABLE |= import_module(f"tests.integration.permissions.{room}").TABLE


def names(patterns: list[Any], prefix: str = "") -> list[str]:
    found: list[str] = []
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            space = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            found += names(pattern.url_patterns, space)
        elif isinstance(pattern, URLPattern):
            found.append(f"{prefix}{pattern.name}" if pattern.name else f"{prefix}?{pattern.pattern}")
    return found


def test_the_table_names_every_address() -> None:
    ours = {name for name in names(get_resolver().url_patterns) if not name.startswith(ELSEWHERE)}
    assert ours - TABLE.keys() == set()
    assert TABLE.keys() - ours == set()


def test_every_row_speaks_of_everybody() -> None:
    for name, row in TABLE.items():
        assert row.methods(), name
        for statuses in row.methods().values():
            assert set(statuses) == set(CAST), name


@dataclass(frozen=True)
class Cast:
    """Everybody around one project, each with a browser that is signed in and a program that holds a token."""

    project: Project
    browsers: dict[str, Client]
    programs: dict[str, APIClient]


@pytest.fixture(scope="module")
def cast(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Cast]:
    """The cast, gathered once: every request is undone, so nobody notices what others tried before."""
    with django_db_blocker.unblock(), transaction.atomic():
        people = {name: UserFactory(username=name) for name in ("owner", *MEMBERS, "outsider")}
        people |= {name: UserFactory(username=name, site_role=name) for name in ("auditor", "administrator")}
        project = ProjectFactory(slug="triage", name="Triage", created_by=people["owner"])
        for role in MEMBERS:
            MembershipFactory(project=project, user=people[role], role=role)
        browsers, programs = {"anonymous": Client()}, {"anonymous": APIClient()}
        for name, person in people.items():
            browsers[name], programs[name] = Client(), APIClient()
            browsers[name].force_login(person)
            _, secret = create_token(person, project_id=project.pk, name="tests", lifetime=timedelta(days=1))
            programs[name].credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
        yield Cast(project, browsers, programs)
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_address_answers_everybody_as_the_table_says(name: str, cast: Cast, db: None) -> None:
    row = TABLE[name]
    url = reverse(name, kwargs=row.prepare(cast.project))
    clients = cast.programs if row.api else cast.browsers
    surprises = []
    for method, statuses in row.methods().items():
        for person in CAST:
            got = status(clients[person], method, url, row.post_data if method != "get" else {})
            if got != statuses[person]:
                surprises.append(f"{method.upper()} {url} as {person}: expected {statuses[person]}, got {got}")
    assert surprises == []


def status(client: Client | APIClient, method: str, url: str, sent: dict[str, Any]) -> int | str:
    """What a request is answered with; whatever it changed is undone."""
    with transaction.atomic():
        response = getattr(client, method)(url, sent)
        transaction.set_rollback(True)
    if response.streaming:
        list(response)  # a browser reads to the end, and so the file is closed
    if response.status_code == 401 or (
        response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    ):
        return SIGN_IN
    return int(response.status_code)
