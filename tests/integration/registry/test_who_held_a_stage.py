"""Which version held a stage on a day, who approved that, and on what evidence: one call, and one page."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Project
from registry import policy
from registry.models import ModelVersion, PromotionRequest, RegisteredModel, Stage, StageAssignment
from registry.services import models
from tests.conftest import ApiAs, ClientAs
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory, ready_version
from tests.integration.registry.conftest import Decide

pytestmark = pytest.mark.django_db
EVIL = "<img src=x onerror=alert(1)>"


def asked(client: Any, project: Project, stage: str = "production", **query: str) -> Any:
    answer = client.get(reverse("registry-api:stage-at", args=[project.slug, stage]), query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def moved(version: ModelVersion, stage: Stage, start: datetime, end: datetime | None = None) -> StageAssignment:
    return StageAssignment.objects.create(
        version=version, stage=stage, assigned_by=version.uploaded_by, from_at=start, until_at=end
    )


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_one_call_tells_version_decision_and_evidence(
    promotion: PromotionRequest, approver: User, project: Project, auditor: User, decide: Decide, api_as: ApiAs
) -> None:
    decide(approver, promotion, comment=f"Better than what we have. {EVIL}")
    promotion.refresh_from_db()
    told = asked(api_as(auditor), project)
    assert told["sentence"] == "breast-mass v1 held Production then."
    (holder,) = told["holders"]
    assert (holder["model"], holder["version"], holder["promotion"]) == ("breast-mass", 1, promotion.number)
    assert [(vote["by"], vote["decision"]) for vote in holder["votes"]] == [("approver", "approve")]
    assert EVIL in holder["votes"][0]["comment"]
    assert holder["evidence_sha256"] == promotion.evidence_sha256
    assert holder["policy_sha256"] == policy.fingerprint("production")
    assert holder["assigned_by"] == "approver"
    assert holder["until_at"] is None
    evidence = api_as(auditor).get(holder["evidence_url"])
    assert evidence.status_code == 200


def test_the_page_tells_the_same(
    promotion: PromotionRequest, approver: User, project: Project, auditor: User, decide: Decide, client_as: ClientAs
) -> None:
    decide(approver, promotion, comment=f"Better. {EVIL}")
    promotion.refresh_from_db()
    page = client_as(auditor).get(reverse("registry:stage-at", args=[project.slug])).content.decode()
    assert "breast-mass v1 held Production on that day." in page
    assert "Promotion #1, approved by" in page
    assert promotion.evidence_sha256 in page
    assert EVIL not in page


def test_what_was_set_without_a_promotion_is_said_to_be(
    version: ModelVersion, stages: dict[str, Stage], project: Project, viewer: User, api_as: ApiAs
) -> None:
    version.stage_assignments.update(until_at=at(1))
    moved(version, stages["production"], at(1))
    (holder,) = asked(api_as(viewer), project)["holders"]
    assert (holder["promotion"], holder["evidence_url"], holder["policy_sha256"]) == (None, None, "")
    assert "without a promotion" in holder["sentence"]


@pytest.fixture
def history(model: RegisteredModel, version: ModelVersion, stages: dict[str, Stage]) -> None:
    """v1 in Production 2 to 4 March, nothing until 10 March noon, v2 from then to now."""
    production = stages["production"]
    StageAssignment.objects.all().delete()
    moved(version, production, at(2), at(4))
    moved(ModelVersionFactory(model=model, start=None), production, at(10))


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("when", "numbers"),
    [
        ("2026-03-02T11:59:59Z", []),
        ("2026-03-02T12:00:00Z", [1]),
        ("2026-03-04T11:59:59Z", [1]),
        ("2026-03-04T12:00:00Z", []),
        ("2026-03-10T12:00:00+00:00", [2]),
        ("2026-03-10T13:00:00+02:00", []),
        ("2026-03-01", []),
        ("2026-03-02", [1]),
        ("2026-03-04", [1]),
        ("2026-03-05", []),
        ("2026-03-10", [2]),
        ("", [2]),
    ],
)
def test_a_stage_is_held_from_its_first_moment_and_not_at_its_last(
    when: str, numbers: list[int], project: Project, viewer: User, api_as: ApiAs
) -> None:
    assert [holder["version"] for holder in asked(api_as(viewer), project, at=when)["holders"]] == numbers


@pytest.mark.usefixtures("history")
def test_a_gap_is_told_plainly(project: Project, viewer: User, api_as: ApiAs, client_as: ClientAs) -> None:
    told = asked(api_as(viewer), project, at="2026-03-06")
    assert told["sentence"] == "No version held Production on that day."
    (gap,) = told["gaps"]
    assert (gap["model"], gap["before"]["version"], gap["after"]["version"]) == ("breast-mass", 1, 2)
    page = client_as(viewer).get(reverse("registry:stage-at", args=[project.slug]), {"at": "2026-03-06"})
    assert "The last before was" in page.content.decode()
    before = asked(api_as(viewer), project, at="2026-02-01")["gaps"][0]
    assert (before["before"], before["after"]["version"]) == (None, 1)


def test_a_day_on_which_two_versions_held_it_names_both(
    model: RegisteredModel,
    version: ModelVersion,
    stages: dict[str, Stage],
    project: Project,
    viewer: User,
    api_as: ApiAs,
) -> None:
    StageAssignment.objects.all().delete()
    moved(version, stages["production"], at(2), at(5, 9))
    moved(ModelVersionFactory(model=model, start=None), stages["production"], at(5, 9))
    told = asked(api_as(viewer), project, at="2026-03-05")
    assert [holder["version"] for holder in told["holders"]] == [2, 1]
    assert told["sentence"] == "breast-mass v2, breast-mass v1 held Production on that day."


def test_the_retired_version_names_the_decision_that_took_its_place(
    model: RegisteredModel,
    version: ModelVersion,
    promotion: PromotionRequest,
    approver: User,
    contributor: User,
    stages: dict[str, Stage],
    project: Project,
    decide: Decide,
    api_as: ApiAs,
) -> None:
    decide(approver, promotion)
    better = ready_version(model, trained_by=contributor, uploaded_by=contributor)
    second = PromotionRequest.objects.create(
        project=project,
        number=2,
        version=better,
        stage=stages["production"],
        reason="Better.",
        requested_by=contributor,
    )
    decide(approver, second)
    (holder,) = asked(api_as(approver), project, stage="retired")["holders"]
    assert (holder["version"], holder["promotion"], holder["votes"]) == (1, 2, [])
    assert "gave its place to another version" in holder["sentence"]


def test_one_model_can_be_asked_about(
    version: ModelVersion, stages: dict[str, Stage], project: Project, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    other = ModelVersionFactory(model=RegisteredModelFactory(project=project, name="ünï % ?#1"))
    told = asked(api_as(viewer), project, stage="development", model=other.model.name)
    assert [holder["model"] for holder in told["holders"]] == ["ünï % ?#1"]
    assert len(asked(api_as(viewer), project, stage="development")["holders"]) == 2
    url = reverse("registry:stage-at", args=[project.slug])
    page = client_as(viewer).get(url, {"stage": "development", "model": other.model.name}).content.decode()
    assert "ünï % ?#1 v1 held Development" in page
    missing = reverse("registry-api:stage-at", args=[project.slug, "development"])
    assert api_as(viewer).get(missing, {"model": "none"}).status_code == 404


@pytest.mark.parametrize(
    "when",
    ["x", "2026-02-30", "2026-13-01T00:00:00Z", "0001-01-01", "9999-12-31", "0001-01-01T00:00:00+14:00", "\0",
     "9" * 5000, "20260301T25"],
)  # fmt: skip
def test_a_moment_that_means_nothing_is_refused_with_a_hint(
    when: str, version: ModelVersion, project: Project, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    answer = api_as(viewer).get(reverse("registry-api:stage-at", args=[project.slug, "production"]), {"at": when})
    assert answer.status_code == 400
    assert "2026-11-20" in answer.json()["at"][0]
    page = client_as(viewer).get(reverse("registry:stage-at", args=[project.slug]), {"at": when})
    assert page.status_code == 422


def test_the_future_cannot_be_asked_about(version: ModelVersion, project: Project, viewer: User, api_as: ApiAs) -> None:
    tomorrow = f"{timezone.localdate() + timedelta(days=1)}"
    answer = api_as(viewer).get(reverse("registry-api:stage-at", args=[project.slug, "production"]), {"at": tomorrow})
    assert answer.status_code == 400
    assert "not come yet" in answer.json()["at"][0]


@pytest.mark.usefixtures("stages")
def test_a_stage_nobody_ever_held_is_said_to_be(
    project: Project, viewer: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    told = asked(api_as(viewer), project)
    assert (told["holders"], told["gaps"]) == ([], [])
    page = client_as(viewer).get(reverse("registry:stage-at", args=[project.slug])).content.decode()
    assert "has ever held Production" in page
    unknown = api_as(viewer).get(reverse("registry-api:stage-at", args=[project.slug, "nowhere"]))
    assert unknown.status_code == 404


def test_many_models_cost_no_more_queries(
    version: ModelVersion,
    stages: dict[str, Stage],
    project: Project,
    viewer: User,
    api_as: ApiAs,
    client_as: ClientAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    for number in range(30):
        one = ModelVersionFactory(model=RegisteredModelFactory(project=project, name=f"m{number}"), start=None)
        moved(one, stages["production"], at(1), at(20) if number % 2 else None)
    client, browser = api_as(viewer), client_as(viewer)
    with django_assert_max_num_queries(14):
        told = asked(client, project, at="2026-03-25")
    assert (len(told["holders"]), len(told["gaps"])) == (15, 15)
    with django_assert_max_num_queries(16):
        assert browser.get(reverse("registry:stage-at", args=[project.slug]), {"at": "2026-03-25"}).status_code == 200


def test_a_removed_model_is_told_by_the_name_it_had(
    project: Project, contributor: User, auditor: User, stages: dict[str, Stage], api_as: ApiAs, client_as: ClientAs
) -> None:
    model = RegisteredModelFactory(project=project, name="triage~2")
    version, other = ModelVersionFactory(model=model), RegisteredModelFactory(project=project, name="other")
    version.stage_assignments.all().delete()
    moved(version, stages["production"], at(3), at(5))
    models.remove(model, by=contributor)
    model.refresh_from_db()
    assert model.name != "triage~2"
    for query in ({"at": "2026-03-04"}, {"at": "2026-03-04", "model": model.name}):
        told = asked(api_as(auditor), project, **query)
        assert told["sentence"] == "triage~2 (removed) v1 held Production on that day."
        (holder,) = told["holders"]
        assert (holder["model"], holder["version"]) == ("triage~2", 1)
        assert holder["removed_at"]
    assert told["model"] == "triage~2"
    (gap,) = asked(api_as(auditor), project, at="2026-03-01")["gaps"]
    assert (gap["model"], gap["after"]["version"]) == ("triage~2", 1)
    assert gap["removed_at"]
    page = client_as(auditor).get(reverse("registry:stage-at", args=[project.slug]), {"at": "2026-03-04"})
    seen = strip_tags(page.content.decode())
    assert "triage~2 (removed) v1" in seen
    assert model.name not in seen
    # Another model may bear the name meanwhile, and is told apart.
    again = ModelVersionFactory(model=RegisteredModelFactory(project=project, name="triage~2"))
    again.stage_assignments.all().delete()
    moved(again, stages["production"], at(3))
    told = asked(api_as(auditor), project, at="2026-03-04")
    assert "triage~2 v1" in told["sentence"]
    assert {(one["model"], one["removed_at"] is None) for one in told["holders"]} == {
        ("triage~2", True),
        ("triage~2", False),
    }
    assert str(other) == "other"
    version.refresh_from_db()
    for address in (model.get_absolute_url(), version.get_absolute_url()):
        shown = client_as(auditor).get(address).content.decode()
        assert "triage~2 (removed)" in shown
