"""How programs prove whom they act for."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import ApiToken, User
from audit.models import AuditEntry
from canvas.models import BlockRevision, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import MembershipFactory, ProjectFactory

PUT = {"based_on": 0, "answers": {"owner": "Data office"}}


@pytest.fixture
def make_token(project: Project, client_as: ClientAs) -> Callable[[User], str]:
    """Create a token on the page, and read it off the answer as a person would copy it."""

    def make(user: User) -> str:
        url = reverse("canvas:token-list", args=[project.slug])
        response = client_as(user).post(url, {"name": "nightly", "days": 3})
        assert response.status_code == 200
        secret = str(response.context["secret"])
        assert secret in response.content.decode()
        assert "no-store" in response["Cache-Control"]
        return secret

    return make


def bearing(secret: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def block(project: Project) -> str:
    return reverse("canvas-api:block-detail", args=[project.slug, 2])


def test_a_token_acts_for_its_owner_and_the_journal_says_so(
    project: Project, contributor: User, make_token: Callable[[User], str]
) -> None:
    assert bearing(make_token(contributor)).put(block(project), PUT).status_code == 200
    last = AuditEntry.objects.filter(chain=project.chain).order_by("seq").last()
    assert last is not None
    assert (last.action, last.actor_label) == ("block.revised", "contributor")


def test_a_token_may_no_more_than_its_owner(project: Project, viewer: User, make_token: Callable[[User], str]) -> None:
    client = bearing(make_token(viewer))
    assert client.get(reverse("canvas-api:project-detail", args=[project.slug])).status_code == 200
    assert client.put(block(project), PUT).status_code == 403
    assert not BlockRevision.objects.exists()


def test_the_database_does_not_hold_the_secret(owner: User, make_token: Callable[[User], str]) -> None:
    secret = make_token(owner)
    bearing(secret).get(reverse("canvas-api:project-list"))
    dump = dumped()
    assert ApiToken.objects.get().prefix in dump
    assert secret not in dump
    assert secret.removeprefix("tenet_") not in dump


def dumped() -> str:
    """Every value of every table."""
    texts: list[str] = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            texts += [str(row) for row in cursor.fetchall()]
    return "\n".join(texts)


def test_the_page_shows_a_secret_once(
    project: Project, owner: User, client_as: ClientAs, make_token: Callable[[User], str]
) -> None:
    secret = make_token(owner)
    page = client_as(owner).get(reverse("canvas:token-list", args=[project.slug])).content.decode()
    assert "nightly" in page
    assert secret not in page


def test_an_expired_token_is_refused_with_a_sentence(owner: User, make_token: Callable[[User], str]) -> None:
    client = bearing(make_token(owner))
    expires = ApiToken.objects.get().expires_at
    with time_machine.travel(expires + timedelta(seconds=1)):
        response = client.get(reverse("canvas-api:project-list"))
    assert response.status_code == 401
    day = f"{expires.day} {expires:%b %Y}"
    assert response.json() == {"detail": f"This token expired on {day}. Create a new one in the project's settings."}
    assert response["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_refused_at_once(
    project: Project, owner: User, client_as: ClientAs, make_token: Callable[[User], str]
) -> None:
    client = bearing(make_token(owner))
    assert client.get(reverse("canvas-api:project-list")).status_code == 200
    client_as(owner).post(reverse("canvas:token-revoke", args=[project.slug, ApiToken.objects.get().pk]))
    response = client.get(reverse("canvas-api:project-list"))
    assert response.status_code == 401
    assert "was revoked" in response.json()["detail"]
    actions = AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True)
    assert list(actions) == ["token.created", "token.revoked"]


def test_the_token_of_a_closed_account_is_refused(owner: User, make_token: Callable[[User], str]) -> None:
    client = bearing(make_token(owner))
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert client.get(reverse("canvas-api:project-list")).status_code == 401


def test_whoever_leaves_a_project_takes_their_token_out_of_it(
    project: Project, contributor: User, make_token: Callable[[User], str]
) -> None:
    client = bearing(make_token(contributor))
    project.memberships.filter(user=contributor).delete()
    assert client.get(block(project)).status_code == 404


def test_a_token_opens_its_own_project_and_no_other(
    project: Project, owner: User, make_token: Callable[[User], str]
) -> None:
    other = ProjectFactory(slug="other", created_by=owner)
    client = bearing(make_token(owner))
    assert client.get(reverse("canvas-api:project-detail", args=[project.slug])).status_code == 200
    assert client.get(reverse("canvas-api:project-detail", args=[other.slug])).status_code == 404
    assert [row["slug"] for row in client.get(reverse("canvas-api:project-list")).json()["results"]] == [project.slug]


@pytest.mark.parametrize("sent", ["Bearer nonsense", "Bearer ", "Bearer tenet_\xe9", "bearer a b c"])
def test_an_unknown_token_is_refused(project: Project, sent: str) -> None:
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=sent)
    response = client.get(reverse("canvas-api:project-list"))
    assert response.status_code == 401
    assert "not known here" in response.json()["detail"]


@pytest.mark.parametrize("name", ["token", "access_token", "api_key", "Authorization", "tenet_session"])
def test_a_token_in_the_address_or_a_cookie_opens_nothing(
    owner: User, make_token: Callable[[User], str], name: str
) -> None:
    secret = make_token(owner)
    client = APIClient()
    assert client.get(reverse("canvas-api:project-list"), {name: secret}).status_code == 401
    client.cookies[name] = secret
    assert client.get(reverse("canvas-api:project-list")).status_code == 401


def test_a_token_opens_no_page(project: Project, owner: User, make_token: Callable[[User], str]) -> None:
    secret = make_token(owner)
    response = Client().get(project.get_absolute_url(), HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert response.status_code == 302


def test_a_session_without_a_csrf_token_writes_nothing_through_the_api(
    project: Project, owner: User, settings: LazySettings
) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    assert client.get(reverse("canvas-api:project-list")).status_code == 200
    assert client.put(block(project), PUT, format="json").status_code == 403
    assert not BlockRevision.objects.exists()

    client.get(reverse("canvas:project-create"))
    proof = client.cookies[settings.CSRF_COOKIE_NAME].value
    assert client.put(block(project), PUT, format="json", HTTP_X_CSRFTOKEN=proof).status_code == 200


def test_a_token_needs_no_csrf_token_and_leaves_the_cookies_unread(
    project: Project, owner: User, viewer: User, make_token: Callable[[User], str]
) -> None:
    secret = make_token(viewer)
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(owner)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    # The session is the owner's, the token the viewer's: the token decides.
    assert client.put(block(project), PUT, format="json").status_code == 403


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded"])
def test_the_api_reads_no_form_that_another_site_could_send(
    project: Project, owner: User, api_as: ApiAs, kind: str
) -> None:
    response = api_as(owner).put(block(project), '{"based_on": 0, "answers": {}}', content_type=kind)
    assert response.status_code == 415


@pytest.mark.parametrize("days", ["0", "366", "-1", "soon", ""])
def test_a_token_lives_between_a_day_and_a_year(project: Project, owner: User, client_as: ClientAs, days: str) -> None:
    url = reverse("canvas:token-list", args=[project.slug])
    assert client_as(owner).post(url, {"name": "nightly", "days": days}).status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_sees_or_revokes_somebody_elses_token(
    project: Project, owner: User, contributor: User, client_as: ClientAs, make_token: Callable[[User], str]
) -> None:
    make_token(contributor)
    token = ApiToken.objects.get()
    theirs = client_as(owner)
    assert token.prefix not in theirs.get(reverse("canvas:token-list", args=[project.slug])).content.decode()
    assert theirs.post(reverse("canvas:token-revoke", args=[project.slug, token.pk])).status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_the_last_use_is_noted(owner: User, make_token: Callable[[User], str]) -> None:
    secret = make_token(owner)
    assert ApiToken.objects.get().last_used_at is None
    now = timezone.now() + timedelta(hours=1)
    with time_machine.travel(now, tick=False):
        bearing(secret).get(reverse("canvas-api:project-list"))
    assert ApiToken.objects.get().last_used_at == now


def test_a_token_of_a_project_one_is_not_in_is_not_made(project: Project, outsider: User, client_as: ClientAs) -> None:
    MembershipFactory(project=ProjectFactory(), user=outsider)
    url = reverse("canvas:token-list", args=[project.slug])
    assert client_as(outsider).post(url, {"name": "nightly", "days": 3}).status_code == 404
    assert not ApiToken.objects.exists()
