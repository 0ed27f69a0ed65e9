from typing import Any

from canvas.models import Membership, Project
from canvas.roles import Role
from tests.factories.accounts import UserFactory
from tests.factories.canvas import BlockRevisionFactory, MembershipFactory
from tests.integration.permissions.shape import Row, everyone_inside, everyone_signed_in, inside, only

WRITERS = ("owner", "contributor")
MANAGERS = ("owner", "administrator")


def a_project(project: Project) -> dict[str, Any]:
    return {"slug": project.slug}


def a_block(project: Project) -> dict[str, Any]:
    BlockRevisionFactory(project=project, block=1, number=1)
    return {"slug": project.slug, "number": 1}


def an_empty_block(project: Project) -> dict[str, Any]:
    return {"slug": project.slug, "number": 2}


def a_member(project: Project) -> dict[str, Any]:
    member: Membership = MembershipFactory(project=project, user=UserFactory(), role=Role.VIEWER)
    return {"slug": project.slug, "member_id": member.pk}


TABLE = {
    "canvas:home": Row(get=everyone_signed_in()),
    "canvas:project-list": Row(get=everyone_signed_in()),
    "canvas:project-create": Row(get=everyone_signed_in(), post=everyone_signed_in(422)),
    "canvas:audit-log": Row(get=only("auditor", "administrator")),
    "canvas:project-detail": Row(prepare=a_project, get=everyone_inside()),
    "canvas:board": Row(prepare=a_project, get=everyone_inside()),
    "canvas:block": Row(
        prepare=an_empty_block,
        get=everyone_inside(),
        post=inside(*WRITERS, ok=302),
        post_data={"based_on": 0, "f-owner": "Data office"},
    ),
    "canvas:block-history": Row(prepare=a_block, get=everyone_inside()),
    "canvas:journal": Row(prepare=a_project, get=everyone_inside()),
    "canvas:project-settings": Row(prepare=a_project, get=inside(*MANAGERS), post=inside(*MANAGERS, ok=422)),
    "canvas:member-add": Row(prepare=a_project, post=inside(*MANAGERS, ok=422)),
    "canvas:member-role": Row(prepare=a_member, post=inside(*MANAGERS, ok=302), post_data={"role": "contributor"}),
    "canvas:member-remove": Row(prepare=a_member, post=inside(*MANAGERS, ok=302)),
    "canvas:token-list": Row(
        prepare=a_project, get=everyone_inside(), post=everyone_inside(), post_data={"name": "nightly", "days": 3}
    ),
    # Somebody else's token: as if it did not exist, even to the project's owner.
    "canvas:token-revoke": Row(
        prepare=lambda project: {"slug": project.slug, "token_id": 0}, post=everyone_inside(404)
    ),
    "canvas-api:project-list": Row(get=everyone_signed_in(), api=True),
    "canvas-api:project-detail": Row(prepare=a_project, get=everyone_inside(), patch=inside(*MANAGERS), api=True),
    "canvas-api:member-list": Row(prepare=a_project, get=everyone_inside(), post=inside(*MANAGERS, ok=400), api=True),
    "canvas-api:block-list": Row(prepare=a_project, get=everyone_inside(), api=True),
    "canvas-api:block-detail": Row(
        prepare=a_block,
        get=everyone_inside(),
        put=inside(*WRITERS),
        post_data={"based_on": 1, "answers": {"owner": "Data office"}},
        api=True,
    ),
    "canvas-api:journal": Row(prepare=a_project, get=everyone_inside(), api=True),
}
