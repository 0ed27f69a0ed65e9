"""Impact assessments and oversight plans: versions that stay, with their differences and what is open."""

from typing import Any

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import ImpactAssessment, OversightPlan, Project
from canvas.risk.impact import IMPACT
from canvas.risk.oversight import OVERSIGHT
from tests.conftest import ApiAs, ClientAs

KINDS = [
    pytest.param("impact", ImpactAssessment, "purposes", "impact.assessed", id="impact"),
    pytest.param("oversight", OversightPlan, "stop", "oversight.planned", id="oversight"),
]


def page(project: Project, kind: str, name: str = "edit") -> str:
    return reverse(f"canvas:{kind}-{name}", args=[project.slug])


def endpoint(project: Project, kind: str, *args: int) -> str:
    return reverse(f"canvas-api:{kind}-{'detail' if args else 'list'}", args=[project.slug, *args])


@pytest.mark.parametrize(("kind", "model", "key", "action"), KINDS)
def test_each_save_is_a_version_with_its_line_and_its_difference(
    project: Project, contributor: User, client_as: ClientAs, kind: str, model: Any, key: str, action: str
) -> None:
    client = client_as(contributor)
    assert client.post(page(project, kind), {"based_on": 0, f"f-{key}": "Before noon."}).status_code == 302
    assert client.post(page(project, kind), {"based_on": 1, f"f-{key}": "After noon."}).status_code == 302
    versions = list(model.objects.filter(project=project))
    assert [version.number for version in versions] == [2, 1]
    assert versions[1].answers == {key: "Before noon."}
    assert AuditEntry.objects.filter(action=action).count() == 2
    history = client.get(page(project, kind, "history") + "?to=2").content.decode()
    assert "<del>Before</del>" in history
    assert "<ins>After</ins>" in history
    # The same again makes none.
    client.post(page(project, kind), {"based_on": 2, f"f-{key}": "After noon."})
    assert model.objects.count() == 2


@pytest.mark.parametrize(("kind", "model", "key", "action"), KINDS)
def test_two_people_saving_at_once_lose_no_word(
    project: Project, owner: User, contributor: User, client_as: ClientAs, api_as: ApiAs,
    kind: str, model: Any, key: str, action: str,
) -> None:  # fmt: skip
    client_as(owner).post(page(project, kind), {"based_on": 0, f"f-{key}": "Theirs."})
    client_as(owner).post(page(project, kind), {"based_on": 1, f"f-{key}": "Theirs, again."})
    late = client_as(contributor).post(page(project, kind), {"based_on": 1, f"f-{key}": "Mine."})
    assert late.status_code == 409
    html = late.content.decode()
    assert "saved version 2 while you were writing" in html
    assert "Theirs, again." in html
    assert "Mine." in html
    stale = api_as(contributor).post(endpoint(project, kind), {"answers": {key: "Mine."}, "based_on": 1}, format="json")
    assert stale.status_code == 409
    assert model.objects.count() == 2
    again = {"based_on": late.context["form"]["based_on"].value(), f"f-{key}": "Mine."}
    assert client_as(contributor).post(page(project, kind), again).status_code == 302


@pytest.mark.parametrize(("kind", "model", "key", "action"), KINDS)
def test_what_is_open_is_listed_and_wrong_text_is_refused(
    project: Project, owner: User, viewer: User, client_as: ClientAs, kind: str, model: Any, key: str, action: str
) -> None:
    client = client_as(owner)
    client.post(page(project, kind), {"based_on": 0, f"f-{key}": "Said."})
    response = client.get(page(project, kind))
    open_keys = {field.key for field in response.context["share"].missing}
    assert key not in open_keys
    assert "review_on" in open_keys
    refused = client.post(page(project, kind), {"based_on": 1, f"f-{key}": "Right\u202eto left", "f-review_on": "soon"})
    assert refused.status_code == 422
    assert set(refused.context["form"].errors) == {key, "review_on"}
    assert model.objects.count() == 1
    reading = client_as(viewer).get(page(project, kind)).content.decode()
    assert "You can read this." in reading
    assert "Said." in reading


def test_the_tables_cover_what_the_law_names() -> None:
    said = " ".join(field.help for field in IMPACT.fields)
    for provision in ("35(7)(a)", "35(7)(b)", "35(7)(c)", "35(7)(d)", *(f"27(1)({point})" for point in "abcdef")):
        assert provision in said, provision
    said = " ".join(field.help for field in OVERSIGHT.fields)
    for provision in (*(f"14(4)({point})" for point in "abcde"), "14(5)", "26(2)", "26(4)", "26(5)", "26(6)", "26(7)"):
        assert provision in said, provision
    required = {field.key for field in OVERSIGHT.fields if field.required}
    assert {"overseers", "override", "stop", "escalation", "automation_bias", "log"} <= required


@pytest.mark.parametrize(("kind", "model", "key", "action"), KINDS)
def test_programs_save_and_read_versions(
    project: Project, contributor: User, api_as: ApiAs, kind: str, model: Any, key: str, action: str
) -> None:
    api = api_as(contributor)
    made = api.post(endpoint(project, kind), {"answers": {key: "Said."}, "based_on": 0}, format="json")
    assert (made.status_code, made.json()["number"], len(made.json()["sha256"])) == (201, 1, 64)
    assert api.get(endpoint(project, kind, 1)).json()["answers"] == {key: "Said."}
    assert api.get(endpoint(project, kind)).json()["count"] == 1
    wrong = api.post(endpoint(project, kind), {"answers": {"tea": "Said."}, "based_on": 1}, format="json")
    assert wrong.status_code == 400
