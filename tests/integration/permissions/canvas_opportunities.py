from typing import Any

from accounts.models import User
from canvas.models import Opportunity, Project
from tests.factories.opportunities import OpportunityFactory, ProcessFactory
from tests.integration.permissions.shape import CAST, SIGN_IN, Row, everyone_signed_in, only


def anybody_but_auditors(ok: int) -> dict[str, int | str]:
    return dict.fromkeys(CAST, ok) | {"auditor": 403, "anonymous": SIGN_IN}


# The project's owner brought the ideas in.
THEIRS = ("owner", "administrator")


def an_idea(project: Project) -> dict[str, Any]:
    return {"opportunity_id": OpportunityFactory(process=a_process_of(project.created_by)).pk}


def a_declined_idea(project: Project) -> dict[str, Any]:
    process = a_process_of(project.created_by)
    return {"opportunity_id": OpportunityFactory(process=process, status=Opportunity.Status.DECLINED).pk}


def a_process(project: Project) -> dict[str, Any]:
    return {"process_id": a_process_of(project.created_by).pk}


def a_process_of(user: User) -> Any:  # Any: what the factory makes
    return ProcessFactory(created_by=user)


REASON = {"reason": "Too few cases.", "based_on": 1}
PROCESS = {"name": "Returns of goods"}
TABLE = {
    "canvas:opportunity-list": Row(get=everyone_signed_in()),
    "canvas:opportunity-detail": Row(prepare=an_idea, get=everyone_signed_in()),
    "canvas:opportunity-create": Row(get=anybody_but_auditors(200), post=anybody_but_auditors(422)),
    "canvas:opportunity-edit": Row(prepare=an_idea, get=only(*THEIRS), post=only(*THEIRS, ok=422)),
    "canvas:opportunity-decline": Row(prepare=an_idea, post=only(*THEIRS, ok=302), post_data=REASON),
    "canvas:opportunity-reopen": Row(prepare=a_declined_idea, post=only(*THEIRS, ok=302), post_data=REASON),
    "canvas:opportunity-start": Row(prepare=an_idea, post=anybody_but_auditors(302)),
    "canvas:process-list": Row(get=everyone_signed_in()),
    "canvas:process-create": Row(get=anybody_but_auditors(200), post=anybody_but_auditors(422)),
    "canvas:process-edit": Row(prepare=a_process, get=everyone_signed_in(), post=only(*THEIRS, ok=422)),
    "canvas:ranking-weights": Row(get=everyone_signed_in(), post=only("administrator", ok=422)),
    "canvas:similar": Row(get=everyone_signed_in()),
    "canvas-api:opportunity-list": Row(get=everyone_signed_in(), post=anybody_but_auditors(400), api=True),
    "canvas-api:opportunity-detail": Row(
        prepare=an_idea, get=everyone_signed_in(), put=only(*THEIRS, ok=400), api=True
    ),
    "canvas-api:opportunity-decline": Row(prepare=an_idea, post=only(*THEIRS), post_data=REASON, api=True),
    "canvas-api:opportunity-reopen": Row(prepare=a_declined_idea, post=only(*THEIRS), post_data=REASON, api=True),
    # A token opens one project: it starts no other, and changes nothing of the whole installation.
    "canvas-api:opportunity-start": Row(prepare=an_idea, post=only(), api=True),
    "canvas-api:process-list": Row(
        get=everyone_signed_in(), post=anybody_but_auditors(201), post_data=PROCESS, api=True
    ),
    "canvas-api:process-detail": Row(prepare=a_process, get=everyone_signed_in(), put=only(*THEIRS, ok=400), api=True),
    "canvas-api:ranking-weights": Row(get=everyone_signed_in(), put=only(), api=True),
    "canvas-api:similar-list": Row(get=everyone_signed_in(400), api=True),
}
