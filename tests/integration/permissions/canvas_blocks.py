from typing import Any

from canvas.models import Project
from tests.factories.blocks import CommentFactory, in_review, linked_kpi
from tests.factories.canvas import BlockRevisionFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
REVIEWERS = ("owner", "contributor", "validator", "approver")
# Everybody who may accept, but for the owner, who wrote the text.
ACCEPTING = ("contributor", "validator", "approver")


def an_empty_block(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": 2}


def a_block(project: Project) -> dict[str, Any]:
    BlockRevisionFactory(project=project, block=2, number=1, answers={"owner": "Data office"})
    BlockRevisionFactory(project=project, block=2, number=2, answers={"owner": "Clinic"})
    return {"slug": project.slug, "number": 2}


def a_revision(project: Project) -> dict[str, Any]:
    return a_block(project) | {"revision": 1}


def a_reviewed_block(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": in_review(project).block}


def a_thread(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "comment_id": CommentFactory(project=project).pk}


def a_settled_thread(project: Project) -> dict[str, Any]:
    thread = CommentFactory(project=project, resolved_by=project.created_by, resolved_at=project.created_at)
    return {"slug": project.slug, "comment_id": thread.pk}


def a_link(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "link_id": linked_kpi(project)[1].pk}


REMARK = {"text": "Who owns it?"}

TABLE = {
    "canvas:block-draft": Row(
        prepare=an_empty_block, post=inside(*WRITERS), post_data={"based_on": 0, "f-owner": "Data office"}
    ),
    "canvas:block-draft-discard": Row(prepare=an_empty_block, post=inside(*WRITERS, ok=302)),
    "canvas:block-resolve": Row(
        prepare=a_block,
        post=inside(*WRITERS, ok=302),
        post_data={"base": 1, "theirs": 2, "mine": '{"owner": "Board"}', "choice-owner": "mine"},
    ),
    "canvas:block-restore": Row(
        prepare=a_block, post=inside(*WRITERS, ok=302), post_data={"revision": 1, "based_on": 2}
    ),
    "canvas:block-review": Row(prepare=a_block, post=inside(*WRITERS, ok=302), post_data={"number": 2}),
    "canvas:block-accept": Row(
        prepare=a_reviewed_block,
        post=inside(*ACCEPTING, ok=302) | {"owner": 422},
        post_data={"number": 1},
    ),
    "canvas:block-evidence": Row(prepare=a_block, get=everyone_inside(), post=inside(*WRITERS, ok=422)),
    "canvas:evidence-renew": Row(prepare=a_link, post=inside(*WRITERS, ok=302)),
    "canvas:evidence-remove": Row(prepare=a_link, post=inside(*WRITERS, ok=302)),
    "canvas:block-comment": Row(prepare=an_empty_block, post=inside(*REVIEWERS, ok=302), post_data=REMARK),
    "canvas:comment-reply": Row(prepare=a_thread, post=inside(*REVIEWERS, ok=302), post_data=REMARK),
    "canvas:comment-resolve": Row(prepare=a_thread, post=inside(*REVIEWERS, ok=302)),
    "canvas:comment-reopen": Row(prepare=a_settled_thread, post=inside(*REVIEWERS, ok=302)),
    "canvas-api:block-states": Row(prepare=lambda project: {"slug": project.slug}, get=everyone_inside(), api=True),
    "canvas-api:revision-list": Row(prepare=a_block, get=everyone_inside(), api=True),
    "canvas-api:revision-detail": Row(prepare=a_revision, get=everyone_inside(), api=True),
    "canvas-api:revision-restore": Row(prepare=a_revision, post=inside(*WRITERS), post_data={"based_on": 2}, api=True),
    # Without the two numbers there is nothing to compare.
    "canvas-api:block-diff": Row(prepare=a_block, get=everyone_inside(400), api=True),
    "canvas-api:block-review": Row(
        prepare=a_block, get=everyone_inside(), post=inside(*WRITERS), post_data={"number": 2}, api=True
    ),
    "canvas-api:block-accept": Row(
        prepare=a_reviewed_block, post=inside(*ACCEPTING), post_data={"number": 1}, api=True
    ),
    "canvas-api:comment-list": Row(
        prepare=an_empty_block, get=everyone_inside(), post=inside(*REVIEWERS, ok=201), post_data=REMARK, api=True
    ),
    "canvas-api:comment-reply": Row(prepare=a_thread, post=inside(*REVIEWERS, ok=201), post_data=REMARK, api=True),
    "canvas-api:comment-resolve": Row(prepare=a_thread, post=inside(*REVIEWERS), api=True),
    "canvas-api:comment-reopen": Row(prepare=a_settled_thread, post=inside(*REVIEWERS), api=True),
    "canvas-api:evidence-list": Row(
        prepare=an_empty_block, get=everyone_inside(), post=inside(*WRITERS, ok=400), api=True
    ),
    "canvas-api:evidence-detail": Row(prepare=a_link, put=inside(*WRITERS), delete=inside(*WRITERS, ok=204), api=True),
    "canvas-api:evidence-kinds": Row(prepare=lambda project: {"slug": project.slug}, get=everyone_inside(), api=True),
    "canvas-api:evidence-kind": Row(
        prepare=lambda project: {"slug": project.slug, "kind": "kpi"}, get=everyone_inside(), api=True
    ),
}
