"""Every address × everybody: what each member of the cast gets, and no address left out."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from rest_framework.test import APIClient

from canvas.models import Project
from tests.conftest import ApiAs, ClientAs
from tests.integration.permissions.shape import CAST, SIGN_IN, Row

ROOMS = ("accounts", "canvas", "jobs", "data", "registry", "evaluation", "docsgen", "site")
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


@pytest.mark.parametrize("person", CAST)
@pytest.mark.parametrize("name", sorted(TABLE))
def test_an_address_answers_a_person_as_the_table_says(
    name: str, person: str, project: Project, client_as: ClientAs, api_as: ApiAs, request: pytest.FixtureRequest
) -> None:
    row = TABLE[name]
    for method, statuses in row.methods().items():
        url = reverse(name, kwargs=row.prepare(project))
        client: Client | APIClient
        if person == "anonymous":
            client = APIClient() if row.api else Client()
        else:
            user = request.getfixturevalue(person)
            client = api_as(user) if row.api else client_as(user)
        response = getattr(client, method)(url, row.post_data if method != "get" else {})
        if statuses[person] == SIGN_IN:
            assert response.status_code in (302, 401), (method, response.status_code)
            assert response.status_code == 401 or response["Location"].startswith("/account/login/")
        else:
            assert response.status_code == statuses[person], (method, getattr(response, "content", b"")[:300])
