"""Undo to any revision, and comparing any two."""

import json

from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockRevision, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.blocks import PERSONA
from tests.factories.canvas import BlockRevisionFactory

BLOCK = 1


def three_revisions(project: Project) -> None:
    for number, text in enumerate(("first", "second", "third"), start=1):
        BlockRevisionFactory(project=project, block=BLOCK, number=number, answers={"sponsor": text})


def test_an_earlier_revision_comes_back_as_a_new_one(
    project: Project, owner: User, contributor: User, client_as: ClientAs
) -> None:
    three_revisions(project)
    client = client_as(contributor)
    client.post(reverse("canvas:block-restore", args=[project.slug, BLOCK]), {"revision": 1, "based_on": 3})
    latest = BlockRevision.objects.get(number=4)
    assert (latest.answers, latest.restores, latest.author) == ({"sponsor": "first"}, 1, contributor)
    assert BlockRevision.objects.count() == 4
    entry = AuditEntry.objects.get(chain=project.chain)
    assert entry.action == "block.restored"
    assert json.loads(entry.body)["after"] == {"revision": 4, "sha256": latest.sha256}
    assert (
        "Brought back revision 1."
        in client.get(reverse("canvas:block-history", args=[project.slug, BLOCK])).content.decode()
    )


def test_nothing_comes_back_over_a_revision_that_was_not_seen(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    three_revisions(project)
    url = reverse("canvas:block-restore", args=[project.slug, BLOCK])
    shown = client_as(owner).post(url, {"revision": 1, "based_on": 2}, follow=True).content.decode()
    assert "saved revision 3 meanwhile, so nothing was brought back" in shown
    program = reverse("canvas-api:revision-restore", args=[project.slug, BLOCK, 1])
    assert api_as(owner).post(program, {"based_on": 2}).status_code == 409
    assert BlockRevision.objects.count() == 3
    assert not AuditEntry.objects.filter(chain=project.chain).exists()


def test_bringing_back_what_holds_makes_no_revision(project: Project, owner: User, client_as: ClientAs) -> None:
    three_revisions(project)
    url = reverse("canvas:block-restore", args=[project.slug, BLOCK])
    shown = client_as(owner).post(url, {"revision": 3, "based_on": 3}, follow=True).content.decode()
    assert "there is nothing to bring back" in shown
    assert BlockRevision.objects.count() == 3


def test_a_revision_that_never_was_cannot_come_back(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    three_revisions(project)
    url = reverse("canvas:block-restore", args=[project.slug, BLOCK])
    for sent in ({"revision": 9, "based_on": 3}, {"revision": "x", "based_on": 3}, {"revision": 1}):
        assert client_as(owner).post(url, sent).status_code == 404
    program = reverse("canvas-api:revision-restore", args=[project.slug, BLOCK, 9])
    assert api_as(owner).post(program, {"based_on": 3}).status_code == 404


def test_programs_read_restore_and_compare_revisions(project: Project, owner: User, api_as: ApiAs) -> None:
    three_revisions(project)
    api = api_as(owner)
    listed = api.get(reverse("canvas-api:revision-list", args=[project.slug, BLOCK])).json()
    assert [one["number"] for one in listed["results"]] == [3, 2, 1]
    one = api.get(reverse("canvas-api:revision-detail", args=[project.slug, BLOCK, 2])).json()
    assert (one["answers"], one["status"], one["restores"]) == ({"sponsor": "second"}, "draft", None)
    made = api.post(reverse("canvas-api:revision-restore", args=[project.slug, BLOCK, 2]), {"based_on": 3}).json()
    assert (made["number"], made["restores"]) == (4, 2)

    diff = api.get(reverse("canvas-api:block-diff", args=[project.slug, BLOCK]), {"from": 1, "to": 3}).json()
    (change,) = diff["changes"]
    assert diff["summary"] == "Changed sponsor."
    assert (change["field"], change["before"], change["after"]) == ("sponsor", "first", "third")
    assert change["segments"] == [{"mark": "removed", "text": "first"}, {"mark": "added", "text": "third"}]


def test_a_comparison_without_two_revisions_is_refused(project: Project, owner: User, api_as: ApiAs) -> None:
    three_revisions(project)
    url, api = reverse("canvas-api:block-diff", args=[project.slug, BLOCK]), api_as(owner)
    assert api.get(url, {"from": "1"}).status_code == 400
    assert api.get(url, {"from": "x", "to": "1"}).status_code == 400
    assert api.get(url, {"from": "1", "to": "9"}).status_code == 404
    assert api.get(url, {"from": "0", "to": "1"}).json()["summary"] == "Answered sponsor."


def test_any_two_revisions_are_compared_on_the_page(project: Project, owner: User, client_as: ClientAs) -> None:
    three_revisions(project)
    url = reverse("canvas:block-history", args=[project.slug, BLOCK])
    shown = client_as(owner).get(url, {"from": "1", "to": "3"}).content.decode()
    assert "What changed from revision 1 to 3" in shown
    assert "<del>first</del><ins>third</ins>" in shown


def test_a_block_with_a_single_user_reads_opens_and_comes_back_as_ever(
    project: Project, owner: User, viewer: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"persona": PERSONA})
    page = reverse("canvas:block", args=[project.slug, BLOCK])
    for reader in (owner, viewer):
        shown = client_as(reader).get(page).content.decode()
        assert all(text in shown for text in PERSONA.values())
    same = {f"f-persona-0-{key}": value for key, value in PERSONA.items()}
    client_as(owner).post(page, {"based_on": 1} | same)
    assert BlockRevision.objects.count() == 1
    client_as(owner).post(page, {"based_on": 1} | same | {"f-persona-1-name": "Mechanic"})
    assert BlockRevision.objects.get(number=2).summary == "Added 1 user."
    client_as(owner).post(reverse("canvas:block-restore", args=[project.slug, BLOCK]), {"revision": 1, "based_on": 2})
    assert BlockRevision.objects.get(number=3).answers == {"persona": [PERSONA]}
