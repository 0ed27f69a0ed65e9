"""Sign-in by password and second factor, as people do it."""

import base64
import hashlib
import hmac
import json
import struct
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import LazySettings
from django.contrib.auth import authenticate
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from audit.models import AuditEntry
from tests.conftest import ClientAs
from tests.factories.accounts import PASSWORD, UserFactory


@pytest.fixture
def ada(db: None) -> User:
    return UserFactory(username="ada")


def journal() -> list[tuple[str, str]]:
    return list(AuditEntry.objects.filter(chain="system").order_by("seq").values_list("action", "actor_label"))


def sign_in(client: Client, **typed: str) -> Any:  # Any: the test client's answer
    return client.post(reverse("account_login"), {"login": "ada", "password": PASSWORD} | typed, follow=True)


def code_at(secret: str, moment: float) -> str:
    """The six digits of RFC 6238, worked out here from the secret and the time alone."""
    counter = struct.pack(">Q", int(moment) // 30)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    place = digest[-1] & 15
    return f"{(int.from_bytes(digest[place : place + 4], 'big') & 0x7FFFFFFF) % 10**6:06d}"


@pytest.mark.parametrize("name", ["ada", "ADA", "ada@example.org"])
def test_a_person_signs_in_with_username_or_address_and_password(ada: User, client: Client, name: str) -> None:
    response = sign_in(client, login=name)
    assert response.request["PATH_INFO"] == "/"
    assert "Welcome, Ada" in response.content.decode()
    assert journal() == [("user.signed-in", "ada")]


def test_a_wrong_password_is_journaled_without_what_was_typed(ada: User, client: Client) -> None:
    response = sign_in(client, password="hunter2-hunter2")
    assert "not correct" in response.content.decode()
    assert journal() == [("user.sign-in-failed", "Tenet")]
    entry = AuditEntry.objects.get()
    assert entry.object_label == "Ada"
    assert "hunter2" not in entry.body


def test_what_a_stranger_types_is_kept_nowhere(ada: User, client: Client) -> None:
    known = sign_in(client, password="wrong wrong wrong")
    unknown = sign_in(client, login="my-password-by-mistake")
    assert "my-password-by-mistake" not in "".join(AuditEntry.objects.values_list("body", flat=True))
    # Both say the same, so that nobody learns which accounts exist.
    assert sentence(known) == sentence(unknown) != ""


def sentence(response: Any) -> str:
    return " ".join(map(str, response.context["form"].non_field_errors()))


def test_a_closed_account_does_not_sign_in(ada: User, client: Client) -> None:
    User.objects.filter(pk=ada.pk).update(is_active=False)
    sign_in(client)
    assert "_auth_user_id" not in client.session


def test_closing_an_account_ends_its_sessions(ada: User, administrator: User, client_as: ClientAs) -> None:
    hers = client_as(ada)
    assert hers.get(reverse("canvas:home")).status_code == 200
    client_as(administrator).post(reverse("accounts:person-edit", args=[ada.pk]), {"site_role": ""})
    assert hers.get(reverse("canvas:home")).status_code == 302


def test_signing_out_is_journaled_and_needs_a_post(ada: User, client: Client) -> None:
    sign_in(client)
    client.get(reverse("account_logout"))
    assert "_auth_user_id" in client.session
    client.post(reverse("account_logout"))
    assert "_auth_user_id" not in client.session
    assert journal() == [("user.signed-in", "ada"), ("user.signed-out", "ada")]


def test_a_new_session_gets_a_new_key_and_keeps_it_from_scripts(
    ada: User, client: Client, settings: LazySettings
) -> None:
    client.get(reverse("account_login"))
    before = client.session.session_key
    sign_in(client)
    assert client.session.session_key != before
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")


def test_a_password_is_changed_by_whoever_knows_the_old_one(ada: User, client: Client) -> None:
    sign_in(client)
    new = "a rather long new sentence"
    url = reverse("account_change_password")
    client.post(url, {"oldpassword": "not this one", "password1": new, "password2": new})
    assert authenticate(None, username="ada", password=new) is None
    client.post(url, {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert authenticate(None, username="ada", password=new) == ada
    assert ("user.password-changed", "ada") in journal()
    assert new not in "".join(AuditEntry.objects.values_list("body", flat=True))


@pytest.mark.parametrize("weak", ["short", "123456789012345", "password1234"])
def test_a_weak_password_is_refused(ada: User, client: Client, weak: str) -> None:
    sign_in(client)
    typed = {"oldpassword": PASSWORD, "password1": weak, "password2": weak}
    assert client.post(reverse("account_change_password"), typed).context["form"].errors
    assert authenticate(None, username="ada", password=PASSWORD) == ada


def test_a_forgotten_password_is_replaced_through_a_link_by_mail(ada: User, client: Client) -> None:
    client.post(reverse("account_reset_password"), {"email": "ada@example.org"})
    link = next(word for word in mail.outbox[0].body.split() if "/account/password/reset/key/" in word)
    page = client.get(link.partition("testserver")[2], follow=True)
    new = "a rather long new sentence"
    client.post(page.request["PATH_INFO"], {"password1": new, "password2": new})
    assert authenticate(None, username="ada", password=new) == ada
    assert ("user.password-changed", "ada") in journal()


def test_asking_about_an_unknown_address_looks_the_same(ada: User, client: Client) -> None:
    known = client.post(reverse("account_reset_password"), {"email": "ada@example.org"}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.org"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain


# ---------- second factor ----------


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-20T09:00:05Z", tick=False) as traveller:
        yield traveller


def turn_on_second_factor(client: Client) -> str:
    url = reverse("mfa_activate_totp")
    # A session left open on a desk is not enough to change how its owner signs in.
    asked = client.get(url)
    assert asked["Location"].startswith(reverse("account_reauthenticate"))
    page = client.post(asked["Location"], {"password": PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == url
    secret = page.context["form"].secret
    client.post(url, {"code": code_at(secret, timezone.now().timestamp())})
    return str(secret)


@pytest.mark.django_db(transaction=True)
def test_sign_in_asks_for_the_second_factor_once_it_is_on(
    ada: User, client: Client, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    assert client.get(reverse("mfa_index")).status_code == 200
    secret = turn_on_second_factor(client)
    assert Authenticator.objects.filter(user=ada, type="totp").exists()
    assert ("user.second-factor-changed", "ada") in journal()
    client.post(reverse("account_logout"))

    clock.shift(60)
    response = sign_in(client)
    assert response.request["PATH_INFO"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("canvas:home")).status_code == 302

    wrong = f"{(int(code_at(secret, timezone.now().timestamp())) + 1) % 10**6:06d}"
    client.post(reverse("mfa_authenticate"), {"code": wrong})
    assert "_auth_user_id" not in client.session
    client.post(reverse("mfa_authenticate"), {"code": code_at(secret, timezone.now().timestamp())})
    assert client.session["_auth_user_id"] == str(ada.pk)


def test_a_code_works_once(ada: User, client: Client, clock: time_machine.Traveller) -> None:
    sign_in(client)
    secret = turn_on_second_factor(client)
    clock.shift(60)
    code = code_at(secret, timezone.now().timestamp())
    for expected in (True, False):
        other = Client()
        sign_in(other)
        other.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in other.session) is expected


def test_the_admin_offers_no_way_round_the_second_factor(auditor: User, client: Client) -> None:
    response = client.post("/admin/login/", {"username": auditor.username, "password": PASSWORD})
    assert response.status_code == 302
    assert response["Location"].startswith(reverse("account_login"))
    assert "_auth_user_id" not in client.session


# ---------- accounts come from administrators ----------


def test_nobody_signs_up(db: None, client: Client) -> None:
    new = {"username": "new", "email": "new@example.org", "password1": PASSWORD, "password2": PASSWORD}
    for response in (client.get(reverse("account_signup")), client.post(reverse("account_signup"), new)):
        assert response.templates[0].name == "account/signup_closed.html"
    assert not User.objects.exists()


def test_a_fresh_installation_has_no_account(db: None) -> None:
    assert not User.objects.exists()


def test_the_command_line_makes_the_first_account_and_prints_its_password_once(db: None, client: Client) -> None:
    out = StringIO()
    call_command("create_user", "ada", "--name", "Ada", "--site-role", "administrator", stdout=out)
    password = out.getvalue().strip()
    assert len(password) >= 20
    assert password not in User.objects.get().password
    assert password not in AuditEntry.objects.get().body
    sign_in(client, password=password)
    assert client.session["_auth_user_id"] == str(User.objects.get().pk)


def test_guessing_is_slowed_down(ada: User, client: Client, settings: LazySettings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"login_failed": "5/5m/key"}
    cache.clear()
    try:
        for _ in range(5):
            sign_in(client, password="wrong wrong wrong")
        response = sign_in(client)
        assert "_auth_user_id" not in client.session
        assert "Too many" in sentence(response)
    finally:
        cache.clear()


# ---------- site roles ----------


def test_an_administrator_makes_an_account_whose_password_is_shown_once(
    administrator: User, client_as: ClientAs, client: Client
) -> None:
    theirs = client_as(administrator)
    typed = {"username": "ada", "name": "Ada", "email": "ada@example.org", "title": "", "site_role": ""}
    response = theirs.post(reverse("accounts:person-create"), typed)
    password = response.context["password"]
    assert password in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert ("user.created", "administrator") in journal()
    sign_in(client, password=password)
    assert "_auth_user_id" in client.session


def test_a_username_is_taken_whatever_its_case(administrator: User, ada: User, client_as: ClientAs) -> None:
    typed = {"username": "Ada", "name": "", "email": "", "title": "", "site_role": ""}
    response = client_as(administrator).post(reverse("accounts:person-create"), typed)
    assert response.status_code == 422
    assert "An account named Ada exists. Choose another username." in response.content.decode()
    assert User.objects.filter(username__iexact="ada").count() == 1


@pytest.mark.parametrize(
    "change",
    [
        {"site_role": "", "is_active": "on"},
        {"site_role": "auditor", "is_active": "on"},
        {"site_role": "administrator"},
        {"site_role": "administrator", "is_active": "on", "until": "2999-01-01T00:00"},
    ],
)
def test_the_last_administrator_stays(administrator: User, client_as: ClientAs, change: dict[str, str]) -> None:
    client = client_as(administrator)
    url = reverse("accounts:person-edit", args=[administrator.pk])
    response = client.post(url, change)
    assert response.status_code == 422
    assert "Somebody has to administer Tenet. Make another administrator first." in response.content.decode()
    administrator.refresh_from_db()
    assert administrator.is_administrator
    assert ("user.role-changed", "administrator") not in journal()

    UserFactory(username="second", site_role=User.SiteRole.ADMINISTRATOR)
    assert client.post(url, change).status_code == 302
    assert ("user.role-changed", "administrator") in journal()


def test_a_site_role_given_for_a_time_ends_by_itself(administrator: User, ada: User, client_as: ClientAs) -> None:
    until = timezone.now() + timedelta(hours=2)
    typed = {"site_role": "auditor", "is_active": "on", "until": f"{until:%Y-%m-%dT%H:%M}"}
    client_as(administrator).post(reverse("accounts:person-edit", args=[ada.pk]), typed)
    hers = client_as(ada)
    assert hers.get(reverse("canvas:audit-log")).status_code == 200
    with time_machine.travel(until + timedelta(minutes=1)):
        assert hers.get(reverse("canvas:audit-log")).status_code == 403
    body = json.loads(AuditEntry.objects.get(action="user.role-changed").body)
    assert (body["before"]["site_role"], body["after"]["site_role"]) == ("", "auditor")


def test_a_person_changes_their_own_profile(ada: User, client_as: ClientAs) -> None:
    typed = {"name": "Ada Byron", "email": "ada@example.org", "title": "Analyst"}
    client_as(ada).post(reverse("accounts:profile"), typed)
    ada.refresh_from_db()
    assert (ada.name, ada.title) == ("Ada Byron", "Analyst")
    assert ("user.profile-changed", "ada") in journal()


def test_an_address_is_changed_nowhere_but_in_the_profile(ada: User, client_as: ClientAs) -> None:
    client = client_as(ada)
    before = len(journal())
    answer = client.post(reverse("account_email"), {"action_add": "", "email": "other@example.org"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("accounts:profile"))
    assert not EmailAddress.objects.filter(email="other@example.org").exists()
    typed = {"name": ada.name, "email": ada.email, "title": ada.title}
    client.post(reverse("accounts:profile"), typed)
    assert len(journal()) == before


def test_a_profile_form_gives_no_site_role(ada: User, client_as: ClientAs) -> None:
    typed = {"name": "Ada", "site_role": "administrator", "is_superuser": "on", "is_active": "on"}
    client_as(ada).post(reverse("accounts:profile"), typed)
    ada.refresh_from_db()
    assert (ada.site_role, ada.is_superuser, ada.name) == ("", False, "Ada")
