"""Comments on a block or a field: threads, mentions, and when a thread is settled."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Comment, Mention, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.accounts import UserFactory
from tests.factories.blocks import CommentFactory
from tests.factories.canvas import MembershipFactory, ProjectFactory

BLOCK = 2


def page(project: Project) -> str:
    return reverse("canvas:block", args=[project.slug, BLOCK])


def say(client: Client, project: Project, text: str, *, field: str = "") -> Any:
    return client.post(reverse("canvas:block-comment", args=[project.slug, BLOCK]), {"text": text, "field": field})


def home(client: Client) -> str:
    return client.get(reverse("canvas:home")).content.decode()


def entries(project: Project) -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq"))


def test_a_comment_on_a_field_stands_beside_the_block_with_its_line_in_the_journal(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    response = say(client_as(validator), project, "Who **owns** the second source?", field="sources")
    comment = Comment.objects.get()
    assert response["Location"] == f"{page(project)}#comment-{comment.pk}"
    shown = client_as(owner).get(page(project)).content.decode()
    assert "Who <strong>owns</strong> the second source?" in shown
    assert "1 open comment" in shown
    (entry,) = entries(project)
    assert (entry.action, entry.object_label) == ("comment.added", "block 2, Data sources, “Sources”")


def test_a_thread_is_answered_resolved_and_reopened(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    thread = CommentFactory(project=project, block=BLOCK, author=validator)
    client = client_as(owner)
    client.post(reverse("canvas:comment-reply", args=[project.slug, thread.pk]), {"text": "The clinic does."})
    client.post(reverse("canvas:comment-resolve", args=[project.slug, thread.pk]))
    shown = client.get(page(project)).content.decode()
    assert "The clinic does." in shown
    assert "Resolved by Owner" in shown
    client.post(reverse("canvas:comment-reopen", args=[project.slug, thread.pk]))
    thread.refresh_from_db()
    assert (thread.resolved_by, thread.resolved_at) == (None, None)
    assert [entry.action for entry in entries(project)] == ["comment.added", "comment.resolved", "comment.reopened"]


def test_a_settled_thread_takes_no_answer_and_is_settled_once(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    thread = CommentFactory(project=project, block=BLOCK)
    client = client_as(owner)
    resolve = reverse("canvas:comment-resolve", args=[project.slug, thread.pk])
    client.post(resolve)
    assert "resolved already" in client.post(resolve, follow=True).content.decode()
    answer = client.post(reverse("canvas:comment-reply", args=[project.slug, thread.pk]), {"text": "Too late?"})
    assert answer.status_code == 422
    assert "Reopen it to answer." in answer.content.decode()
    assert "Too late?" in answer.content.decode()
    assert api_as(owner).post(reverse("canvas-api:comment-resolve", args=[project.slug, thread.pk])).status_code == 409
    assert Comment.objects.count() == 1


def test_the_board_counts_open_threads(project: Project, owner: User, client_as: ClientAs) -> None:
    for _ in range(3):
        CommentFactory(project=project, block=BLOCK)
    CommentFactory(project=project, block=BLOCK, resolved_by=owner, resolved_at=project.created_at)
    shown = client_as(owner).get(reverse("canvas:board", args=[project.slug])).content.decode()
    assert '3<span class="visually-hidden"> open comments</span>' in shown


# ---------- mentions ----------


def test_a_mentioned_member_is_told_until_they_have_opened_the_block(
    project: Project, owner: User, validator: User, viewer: User, client_as: ClientAs
) -> None:
    say(client_as(owner), project, "@Validator, is this enough? (@viewer knows.)")
    assert set(Mention.objects.values_list("user__username", flat=True)) == {"validator", "viewer"}
    assert "mentioned you" in home(client_as(validator))
    assert "You are mentioned" in client_as(validator).get(page(project)).content.decode()
    assert "mentioned you" not in home(client_as(validator))
    assert "You are mentioned" not in client_as(validator).get(page(project)).content.decode()
    assert "mentioned you" in home(client_as(viewer))


def test_a_mention_in_an_answer_counts_and_one_of_oneself_does_not(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    thread = CommentFactory(project=project, block=BLOCK)
    url = reverse("canvas:comment-reply", args=[project.slug, thread.pk])
    client_as(owner).post(url, {"text": "@validator and @owner should agree."})
    assert [mention.user for mention in Mention.objects.all()] == [validator]


@pytest.mark.parametrize("name", ["outsider", "nobody-at-all"])
def test_naming_somebody_outside_is_refused_alike_whether_or_not_they_exist(
    project: Project, owner: User, outsider: User, client_as: ClientAs, api_as: ApiAs, name: str
) -> None:
    text = f"Ask @{name} about it."
    response = say(client_as(owner), project, text)
    shown = response.content.decode()
    assert response.status_code == 422
    assert f"@{name} is not a member of Triage, so nobody was told and nothing was sent." in shown
    assert text in shown
    by_program = api_as(owner).post(reverse("canvas-api:comment-list", args=[project.slug, BLOCK]), {"text": text})
    assert by_program.status_code == 400
    assert f"@{name} is not a member" in by_program.json()["text"][0]
    assert not Comment.objects.exists()
    assert not Mention.objects.exists()
    assert entries(project) == []


def test_an_answer_that_names_somebody_outside_comes_back_with_its_text(
    project: Project, owner: User, outsider: User, client_as: ClientAs
) -> None:
    thread = CommentFactory(project=project, block=BLOCK)
    url = reverse("canvas:comment-reply", args=[project.slug, thread.pk])
    response = client_as(owner).post(url, {"text": "See @outsider."})
    assert response.status_code == 422
    assert "See @outsider." in response.content.decode()
    assert "@outsider is not a member" in response.content.decode()
    assert Comment.objects.count() == 1


def test_a_mail_address_and_a_decorator_of_code_are_no_mentions(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    assert say(client_as(owner), project, "Write to desk@example.org or see a/@b.").status_code == 302
    assert not Mention.objects.exists()


def test_a_mention_is_not_shown_to_somebody_who_has_left(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    say(client_as(owner), project, "@validator, look.")
    project.memberships.filter(user=validator).delete()
    assert "mentioned you" not in home(client_as(validator))


def test_names_with_points_and_in_another_case_are_found(project: Project, owner: User, client_as: ClientAs) -> None:
    person = UserFactory(username="elena.rossi")
    MembershipFactory(project=project, user=person)
    say(client_as(owner), project, "Thanks, @Elena.Rossi.")
    assert Mention.objects.get().user == person


def test_members_are_on_the_page_for_the_list_that_opens_after_an_at_sign(
    project: Project, owner: User, validator: User, outsider: User, client_as: ClientAs
) -> None:
    shown = client_as(owner).get(page(project)).content.decode()
    assert 'data-username="validator"' in shown
    assert 'data-username="outsider"' not in shown


# ---------- bad input ----------


def test_markup_in_a_comment_is_shown_and_never_run(project: Project, owner: User, client_as: ClientAs) -> None:
    say(client_as(owner), project, "<script>alert(1)</script> [x](javascript:alert(2)) ![p](https://example.org/p.png)")
    shown = client_as(owner).get(page(project)).content.decode()
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown
    assert '<img src="https://example.org' not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_text_from_right_to_left_keeps_its_direction(project: Project, owner: User, client_as: ClientAs) -> None:
    say(client_as(owner), project, "عدد كبير من الحالات")
    assert (
        '<div class="md" dir="auto"><p>عدد كبير من الحالات</p>' in client_as(owner).get(page(project)).content.decode()
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Write something first."),
        ("  \n ", "Write something first."),
        ("x" * 4001, "at most 4000 characters"),
        ("safe\u202etxt", "Remove the invisible character U+202E"),
    ],
)
def test_an_empty_huge_or_invisible_text_is_refused_with_a_sentence(
    project: Project, owner: User, client_as: ClientAs, text: str, said: str
) -> None:
    response = say(client_as(owner), project, text)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert text.strip() in response.content.decode()
    assert not Comment.objects.exists()
    assert entries(project) == []


def test_a_comment_of_another_project_cannot_be_reached(project: Project, owner: User, client_as: ClientAs) -> None:
    elsewhere = CommentFactory(project=ProjectFactory(created_by=owner))
    for name in ("reply", "resolve", "reopen"):
        url = reverse(f"canvas:comment-{name}", args=[project.slug, elsewhere.pk])
        assert client_as(owner).post(url, {"text": "x"}).status_code == 404


def test_programs_talk_too(project: Project, owner: User, validator: User, api_as: ApiAs) -> None:
    api = api_as(owner)
    url = reverse("canvas-api:comment-list", args=[project.slug, BLOCK])
    made = api.post(url, {"text": "@validator, is this enough?", "field": "sources"}).json()
    assert (made["field"], made["author"], made["replies"]) == ("sources", "owner", [])
    reply = reverse("canvas-api:comment-reply", args=[project.slug, made["id"]])
    answered = api_as(validator).post(reply, {"text": "It is."})
    assert answered.status_code == 201
    assert [one["text"] for one in answered.json()["replies"]] == ["It is."]
    resolved = api.post(reverse("canvas-api:comment-resolve", args=[project.slug, made["id"]])).json()
    assert resolved["resolved_by"] == "owner"
    assert [one["id"] for one in api.get(url).json()] == [made["id"]]
    assert api.post(url, {"text": "x", "field": "no_such"}).status_code == 400
    mentions = [json.loads(entry.body)["after"].get("mentions") for entry in entries(project)]
    assert mentions == ["validator", "", ""]
