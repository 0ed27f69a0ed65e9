"""What somebody types is kept for them alone, on every device, until they save it or throw it away."""

from datetime import UTC, datetime
from typing import Any

import time_machine
from django.test import Client
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockDraft, BlockRevision, Project
from canvas.services import drafts
from tests.conftest import ClientAs
from tests.factories.blocks import BlockDraftFactory
from tests.factories.canvas import BlockRevisionFactory

BLOCK = 2
AT = datetime(2026, 3, 4, 14, 32, tzinfo=UTC)


def page(project: Project, number: int = BLOCK) -> str:
    return reverse("canvas:block", args=[project.slug, number])


def type_in(client: Client, project: Project, *, based_on: int = 0, **typed: str) -> Any:
    url = reverse("canvas:block-draft", args=[project.slug, BLOCK])
    return client.post(url, {"based_on": based_on} | {f"f-{key}": value for key, value in typed.items()})


def test_a_draft_is_kept_without_a_revision_or_a_journal_line_and_says_when(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    with time_machine.travel(AT, tick=False):
        answer = type_in(client_as(contributor), project, owner="Data off")
    assert answer.json() == {"state": "saved", "said": "Draft saved 14:32, only you see it"}
    assert not BlockRevision.objects.exists()
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_a_draft_is_there_on_another_device_and_nowhere_for_anybody_else(
    project: Project, contributor: User, owner: User, client_as: ClientAs
) -> None:
    type_in(client_as(contributor), project, owner="Data off")
    another_device = client_as(contributor).get(page(project)).content.decode()
    assert 'value="Data off"' in another_device
    assert "This is your draft of" in another_device
    assert "Data off" not in client_as(owner).get(page(project)).content.decode()


def test_typing_on_replaces_the_draft(project: Project, contributor: User, client_as: ClientAs) -> None:
    for text in ("D", "Da", "Data"):
        type_in(client_as(contributor), project, owner=text)
    assert BlockDraft.objects.get().typed["owner"] == "Data"


def test_text_that_cannot_be_saved_yet_is_kept_as_it_was_typed(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    url = reverse("canvas:block-draft", args=[project.slug, 3])
    client_as(owner).post(url, {"based_on": 0, "f-horizon-value": "about 3", "f-horizon-unit": "days"})
    shown = client_as(owner).get(page(project, 3)).content.decode()
    assert 'value="about 3"' in shown
    assert "<option selected>days</option>" in shown


def test_saving_ends_the_draft(project: Project, owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    type_in(client, project, owner="Data office")
    client.post(page(project), {"based_on": 0, "f-owner": "Data office"})
    assert not BlockDraft.objects.exists()
    assert "This is your draft" not in client.get(page(project)).content.decode()


def test_saving_what_is_saved_already_ends_the_draft_too(project: Project, owner: User, client_as: ClientAs) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "Data office"})
    client = client_as(owner)
    type_in(client, project, based_on=1, owner="Data office")
    client.post(page(project), {"based_on": 1, "f-owner": "Data office"})
    assert not BlockDraft.objects.exists()


def test_a_draft_that_says_what_is_saved_is_not_mentioned(project: Project, owner: User, client_as: ClientAs) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "Data office"})
    type_in(client_as(owner), project, based_on=1, owner="Data office ")
    assert "This is your draft" not in client_as(owner).get(page(project)).content.decode()


def test_a_draft_can_be_thrown_away(project: Project, owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    type_in(client, project, owner="Data office")
    client.post(reverse("canvas:block-draft-discard", args=[project.slug, BLOCK]))
    assert not BlockDraft.objects.exists()
    assert "Data office" not in client.get(page(project)).content.decode()


def test_while_somebody_else_saves_the_line_says_so(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "A"}, author=owner)
    answer = type_in(client_as(contributor), project, owner="B").json()
    assert answer["state"] == "stale"
    assert "Owner saved revision 1 meanwhile: saving will show both texts." in answer["said"]


def test_opening_a_draft_of_an_older_revision_shows_both_texts(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "A"}, author=owner)
    type_in(client_as(contributor), project, based_on=1, owner="Mine")
    BlockRevisionFactory(project=project, block=BLOCK, number=2, answers={"owner": "Theirs"}, author=owner)
    opened = client_as(contributor).get(page(project))
    shown = opened.content.decode()
    assert opened.status_code == 200
    assert "Two edits of data sources" in shown
    assert "Mine" in shown
    assert "Theirs" in shown
    assert BlockDraft.objects.exists()


def test_a_draft_of_an_older_revision_that_changes_nothing_is_no_conflict(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "A"}, author=owner)
    type_in(client_as(contributor), project, based_on=1, owner="A")
    BlockRevisionFactory(project=project, block=BLOCK, number=2, answers={"owner": "Theirs"}, author=owner)
    shown = client_as(contributor).get(page(project)).content.decode()
    assert "Two edits" not in shown
    assert 'value="Theirs"' in shown


def test_a_character_that_no_database_keeps_does_not_cost_the_draft(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    assert type_in(client_as(owner), project, owner="Data\0 office").status_code == 200
    assert BlockDraft.objects.get().typed["owner"] == "Data office"


def test_a_text_longer_than_any_block_is_refused_with_a_sentence(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    type_in(client_as(owner), project, owner="before")
    answer = type_in(client_as(owner), project, left_out="x" * (drafts.LONGEST + 1))
    assert answer.status_code == 422
    assert "Shorten it before you leave." in answer.json()["said"]
    assert BlockDraft.objects.get().typed["owner"] == "before"


def test_a_reader_cannot_leave_a_draft(project: Project, viewer: User, client_as: ClientAs) -> None:
    assert type_in(client_as(viewer), project, owner="Mine").status_code == 403
    assert not BlockDraft.objects.exists()


def test_a_draft_belongs_to_one_block_of_one_project(project: Project, owner: User, client_as: ClientAs) -> None:
    BlockDraftFactory(project=project, author=owner, block=BLOCK)
    assert "Data office" not in client_as(owner).get(page(project, 4)).content.decode()
    BlockDraftFactory(author=owner, block=BLOCK, typed={"owner": "Other project"})
    assert "Other project" not in client_as(owner).get(page(project)).content.decode()
