"""What holds for every request, whichever room answers it."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests.conftest import ApiAs, ClientAs

pytestmark = pytest.mark.django_db


def test_health_is_told_to_anybody_while_the_database_answers(client: Client) -> None:
    response = client.get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")
    assert "no-store" in response["Cache-Control"]


def test_health_is_bad_when_the_database_does_not_answer(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_cursor() -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", no_cursor)
    assert client.get("/healthz").status_code == 503


def test_a_page_asks_a_stranger_to_sign_in_and_comes_back(client: Client) -> None:
    response = client.get(reverse("api-docs"))
    assert response.status_code == 302
    assert response["Location"] == f"{reverse('account_login')}?next={reverse('api-docs')}"


def test_an_unknown_address_of_the_api_is_answered_in_json(api_as: ApiAs, owner: User) -> None:
    for method in ("get", "post", "put", "patch", "delete"):
        response = getattr(api_as(owner), method)("/api/v1/projectz/")
        assert response.status_code == 404
        assert "no such address" in response.json()["detail"]


def test_the_admin_has_no_door_of_its_own(client: Client) -> None:
    response = client.get("/admin/login/", follow=True)
    assert response.redirect_chain[-1][0].startswith(reverse("account_login"))


def test_an_answer_forbids_scripts_and_frames_that_are_not_ours(client: Client) -> None:
    response = client.get(reverse("account_login"))
    assert response.status_code == 200
    policy = {part.split()[0]: part.split()[1:] for part in response["Content-Security-Policy"].split(";")}
    assert policy["script-src"] == policy["style-src"] == policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == policy["object-src"] == policy["base-uri"] == ["'none'"]
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in response["Permissions-Policy"]


@pytest.mark.parametrize(
    ("address", "keys"),
    [
        ("canvas:project-list", "q"),
        ("canvas:opportunity-list", "q status process"),
        ("canvas-api:opportunity-list", "q status process"),
        ("canvas-api:similar-list", "text"),
        ("data:catalogue", "q entity data_type availability"),
        ("data-api:catalogue", "q entity data_type availability"),
        ("standing:portfolio", "q tier level stage broken sort"),
        ("standing-api:portfolio", "q tier level stage broken sort"),
    ],
)
def test_a_search_for_what_no_database_keeps_finds_nothing(
    address: str, keys: str, owner: User, client_as: ClientAs
) -> None:
    for key in keys.split():
        assert client_as(owner).get(reverse(address), {key: "a\0b"}).status_code in (200, 400), key


def test_each_answer_names_its_request(client: Client) -> None:
    first, second = (client.get("/healthz")["X-Request-ID"] for _ in range(2))
    assert first != second
    assert len(first) == 32


def test_a_body_that_is_too_large_is_refused_with_a_sentence(client: Client, settings: Settings) -> None:
    settings.UPLOAD_MAX_BYTES = 2**20
    response = client.generic("POST", "/account/login/", b"x" * (2**20 + 1), content_type="application/octet-stream")
    assert response.status_code == 413
    assert response.content.decode() == ("This is too large: at most 1 MiB can be sent at once. Send a smaller file.")


def test_the_api_says_so_in_json_and_holds_what_stays_in_memory_to_less(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 2**20
    body = b'"' + b"x" * 2**20 + b'"'
    response = client.generic("POST", "/api/v1/anything/", body, content_type="application/json")
    assert response.status_code == 413
    assert response.json()["detail"].startswith("This is too large: at most 1 MiB")


def test_the_documentation_of_the_api_needs_no_other_host(client: Client, owner: object) -> None:
    client.force_login(owner)  # type: ignore[arg-type]
    page = client.get(reverse("api-docs"))
    assert page.status_code == 200
    text = page.content.decode()
    assert "<style" not in text
    assert "http://" not in text
    assert "https://" not in text
    schema = client.get(reverse("api-schema"))
    assert schema.json()["info"]["title"] == "Tenet API"
