"""A block is accepted by somebody who wrote none of it, and a later edit undoes that."""

import json
from typing import Any

from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockAcceptance, BlockRevision, Project
from tests.conftest import ApiAs, ClientAs
from tests.factories.blocks import COLLECTING, AcceptanceFactory, CommentFactory, in_review
from tests.factories.canvas import BlockRevisionFactory

BLOCK = 7


def page(project: Project) -> str:
    return reverse("canvas:block", args=[project.slug, BLOCK])


def accept(client: Any, project: Project, *, number: int = 1, comment: str = "") -> Any:
    url = reverse("canvas:block-accept", args=[project.slug, BLOCK])
    return client.post(url, {"number": number, "comment": comment})


def actions(project: Project) -> list[str]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))


def status(project: Project) -> str:
    return str(BlockRevision.objects.filter(project=project, block=BLOCK).order_by("-number")[0].status)


def test_a_review_is_asked_for_and_given_by_somebody_else(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers=dict(COLLECTING), author=owner)
    client_as(owner).post(reverse("canvas:block-review", args=[project.slug, BLOCK]), {"number": 1})
    assert status(project) == "in-review"
    assert "Accept the block" in client_as(validator).get(page(project)).content.decode()
    assert accept(client_as(validator), project, comment="Read twice.").status_code == 302
    review = BlockAcceptance.objects.get()
    assert (review.requested_by, review.accepted_by, review.comment) == (owner, validator, "Read twice.")
    assert actions(project) == ["block.review-requested", "block.accepted"]
    for url in (page(project), reverse("canvas:board", args=[project.slug])):
        assert "Accepted" in client_as(owner).get(url).content.decode()


def test_the_last_author_cannot_accept_by_page_or_program(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    in_review(project, author=owner)
    refused = accept(client_as(owner), project, comment="Fine by me")
    assert refused.status_code == 422
    assert "Somebody else has to accept it." in refused.content.decode()
    assert "Fine by me" not in actions(project)
    api = api_as(owner).post(reverse("canvas-api:block-accept", args=[project.slug, BLOCK]), {"number": 1})
    assert api.status_code == 403
    assert status(project) == "in-review"
    assert actions(project) == []


def test_nobody_who_wrote_since_the_last_acceptance_can_accept(
    project: Project, owner: User, contributor: User, validator: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(
        project=project, block=BLOCK, number=1, answers=dict(COLLECTING, owner="A"), author=contributor
    )
    second = BlockRevisionFactory(project=project, block=BLOCK, number=2, answers=dict(COLLECTING), author=owner)
    AcceptanceFactory(revision=second)
    refused = accept(client_as(contributor), project, number=2)
    assert refused.status_code == 422
    assert "You wrote part of this text" in refused.content.decode()
    assert accept(client_as(validator), project, number=2).status_code == 302

    # What was accepted is settled: having written it does not keep anybody from accepting what came after.
    third = BlockRevisionFactory(
        project=project, block=BLOCK, number=3, answers=dict(COLLECTING, owner="C"), author=owner
    )
    AcceptanceFactory(revision=third)
    assert accept(client_as(contributor), project, number=3).status_code == 302


def test_a_later_edit_makes_an_accepted_block_a_draft_with_a_line_in_the_journal(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    in_review(project, author=owner)
    accept(client_as(validator), project)
    typed = {f"f-{key}": value for key, value in COLLECTING.items()} | {"f-owner": "Depot south"}
    client_as(owner).post(page(project), {"based_on": 1, "stay": "yes"} | typed)
    assert status(project) == "draft"
    assert actions(project)[-2:] == ["block.revised", "block.acceptance-undone"]
    undone = AuditEntry.objects.filter(chain=project.chain).latest("seq")
    assert json.loads(undone.body)["before"] == {"status": "accepted", "accepted_by": "Validator"}


def test_bringing_a_revision_back_undoes_an_acceptance_too(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "A"}, author=owner)
    AcceptanceFactory(
        revision=BlockRevisionFactory(project=project, block=BLOCK, number=2, answers=dict(COLLECTING), author=owner)
    )
    accept(client_as(validator), project, number=2)
    restore = reverse("canvas:block-restore", args=[project.slug, BLOCK])
    client_as(owner).post(restore, {"revision": 1, "based_on": 2})
    assert status(project) == "draft"
    assert actions(project)[-2:] == ["block.restored", "block.acceptance-undone"]


def test_an_edit_that_was_not_read_cannot_be_accepted(
    project: Project, owner: User, validator: User, client_as: ClientAs
) -> None:
    in_review(project, author=owner)
    BlockRevisionFactory(project=project, block=BLOCK, number=2, answers=dict(COLLECTING, owner="B"), author=owner)
    refused = accept(client_as(validator), project, number=1, comment="My long reasoning")
    assert refused.status_code == 422
    assert "saved revision 2 of this block in the meantime. Read it first." in refused.content.decode()
    assert actions(project) == []


def test_open_fields_open_comments_and_a_missing_request_hold_an_acceptance_up(
    project: Project, owner: User, validator: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers={"owner": "A"}, author=owner)
    api = api_as(validator)
    url = reverse("canvas-api:block-accept", args=[project.slug, BLOCK])
    assert "Nobody has asked for a review" in api.post(url, {"number": 1}).json()["detail"]
    AcceptanceFactory(revision=BlockRevision.objects.get())
    assert "Required fields are open: “How data arrive”" in api.post(url, {"number": 1}).json()["detail"]
    in_review_again = BlockRevisionFactory(
        project=project, block=BLOCK, number=2, answers=dict(COLLECTING), author=owner
    )
    AcceptanceFactory(revision=in_review_again)
    CommentFactory(project=project, block=BLOCK)
    assert "1 comment is open on this block." in api.post(url, {"number": 2}).json()["detail"]
    assert api.post(url, {"number": 2}).status_code == 409
    assert actions(project) == []


def test_asking_twice_asks_once_and_an_empty_block_cannot_be_reviewed(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    ask = reverse("canvas:block-review", args=[project.slug, BLOCK])
    assert "nothing to review" in client_as(owner).post(ask, {"number": 1}, follow=True).content.decode()
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers=dict(COLLECTING), author=owner)
    for _ in range(2):
        client_as(owner).post(ask, {"number": 1})
    assert actions(project) == ["block.review-requested"]


def test_programs_read_and_take_every_step(project: Project, owner: User, validator: User, api_as: ApiAs) -> None:
    BlockRevisionFactory(project=project, block=BLOCK, number=1, answers=dict(COLLECTING), author=owner)
    review = reverse("canvas-api:block-review", args=[project.slug, BLOCK])
    assert api_as(owner).get(review).json()["status"] == "draft"
    assert api_as(owner).post(review, {"number": 1}).json()["requested_by"] == "owner"
    done = reverse("canvas-api:block-accept", args=[project.slug, BLOCK])
    accepted = api_as(validator).post(done, {"number": 1, "comment": "Read."}).json()
    assert (accepted["status"], accepted["accepted_by"], accepted["comment"]) == ("accepted", "validator", "Read.")
    assert api_as(owner).post(review, {"number": 1}).status_code == 409
    (block,) = api_as(owner).get(reverse("canvas-api:block-list", args=[project.slug])).json()
    assert block["status"] == "accepted"
