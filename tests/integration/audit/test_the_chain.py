"""What the journal holds after people and programs have worked."""

import hashlib
import json

import pytest
from django.urls import reverse

from accounts.models import User
from audit.actions import Action
from audit.models import AuditEntry, ChainHead
from audit.services import OutsideTransaction, record
from canvas.models import Project
from tests.conftest import ApiAs, ClientAs
from tests.integration.audit.writing import write


def test_every_line_carries_the_hash_of_the_one_before(
    project: Project, owner: User, contributor: User, outsider: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    url = reverse("canvas:member-add", args=[project.slug])
    client_as(owner).post(url, {"username": outsider.username, "role": "viewer"})
    url = reverse("canvas-api:block-detail", args=[project.slug, 2])
    api_as(contributor).put(url, {"based_on": 0, "answers": {"owner": "Data office"}})
    client_as(contributor).post(reverse("canvas:block", args=[project.slug, 2]), {"based_on": 1, "f-owner": "Clinic"})

    entries = list(AuditEntry.objects.filter(chain=project.chain).order_by("seq"))
    assert [entry.action for entry in entries] == ["member.added", "block.revised", "block.revised"]
    assert [entry.seq for entry in entries] == [1, 2, 3]
    before = "0" * 64
    for entry in entries:
        digest = hashlib.sha256()
        digest.update(b"tenet.audit.v1\0")
        digest.update(bytes.fromhex(before))
        digest.update(entry.body.encode("utf-8"))
        assert (entry.prev_hash, entry.hash) == (before, digest.hexdigest())
        before = entry.hash
    head = ChainHead.objects.get(chain=project.chain)
    assert (head.seq, head.hash) == (3, before)


def test_the_text_of_a_line_is_canonical_and_says_who_did_what_to_what(project: Project, owner: User) -> None:
    entry = write(project, by=owner)[0]
    body = json.loads(entry.body)
    assert entry.body == json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert body["action"] == "project.changed"
    assert (body["actor"], body["actor_label"], body["actor_kind"]) == (owner.pk, "owner", "user")
    assert body["object"] == {"type": "canvas.project", "id": str(project.pk), "label": "Triage"}
    assert body["after"] == {"purpose": "Version 0"}
    assert (body["chain"], body["seq"], body["v"]) == (project.chain, 1, 1)


def test_projects_have_chains_of_their_own(project: Project, owner: User) -> None:
    write(project, by=owner, lines=2)
    other = Project.objects.create(slug="other", name="Other", created_by=owner)
    assert write(other, by=owner)[0].seq == 1


def test_a_long_label_is_kept_the_same_in_the_text_and_beside_it(project: Project, owner: User) -> None:
    project.name = "e\u0301" * 400
    entry = write(project, by=owner)[0]
    entry.refresh_from_db()
    assert entry.object_label == json.loads(entry.body)["object"]["label"] == "\u00e9" * 300


@pytest.mark.django_db(transaction=True)
def test_a_line_outside_the_transaction_of_its_write_is_refused(project: Project, owner: User) -> None:
    with pytest.raises(OutsideTransaction, match="inside the transaction"):
        record(Action.PROJECT_CHANGED, by=owner, on=project, chain=project.chain)
    assert not AuditEntry.objects.exists()


def test_the_system_chain_names_nobody_when_the_system_acts(owner: User) -> None:
    entry = record(Action.USER_CREATED, by=None, on=owner)
    assert (entry.chain, entry.actor_id, entry.actor_label) == ("system", None, "Tenet")
    assert json.loads(entry.body)["actor_kind"] == "system"
