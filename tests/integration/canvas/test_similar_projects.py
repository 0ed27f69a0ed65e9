"""Whoever starts something hears of what resembles it, and of nothing they may not see; on every database alike."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from canvas.models import Opportunity, Project
from canvas.services.similar import similar_to
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory, MembershipFactory, ProjectFactory
from tests.factories.opportunities import OpportunityFactory

TEXT = "Forecast breakdowns of buses"


@pytest.fixture
def buses(owner: User) -> Project:
    purpose = "Hold back buses that will fail tomorrow."
    made: Project = ProjectFactory(slug="buses", name="Bus breakdown forecast", purpose=purpose, created_by=owner)
    return made


def titles(text: str, user: User) -> list[str]:
    return [one.title for one in similar_to(text, user=user)]


def test_a_project_with_the_same_words_is_similar_and_another_is_not(buses: Project, owner: User) -> None:
    ProjectFactory(name="Waiting room", purpose="Guess how long patients sit.", created_by=owner)
    found = similar_to("Forecasting which bus has a breakdown", user=owner)
    assert [one.title for one in found] == ["Bus breakdown forecast"]
    assert found[0].url == "/p/buses/"
    assert len(found[0].shared) >= 2


def test_the_first_block_counts_and_only_as_it_stands_now(owner: User) -> None:
    project = ProjectFactory(name="Fleet", purpose="", created_by=owner)
    BlockRevisionFactory(project=project, number=1, answers={"problem_statement": "Elevators stop between floors."})
    assert titles("elevators that stop between floors", owner) == ["Fleet"]
    BlockRevisionFactory(project=project, number=2, answers={"problem_statement": "Buses fail on the road."})
    assert titles("elevators that stop between floors", owner) == []


def test_declined_ideas_are_similar_too_and_say_so(owner: User, outsider: User) -> None:
    declined = Opportunity.Status.DECLINED
    OpportunityFactory(task="Forecast breakdowns", idea="Which buses fail.", status=declined, decided_reason="No data.")
    found = similar_to("Breakdown forecast for buses", user=outsider)
    assert [(one.kind, one.state) for one in found] == [("opportunity", "Opportunity, declined")]


def test_nobody_hears_of_a_project_they_may_not_see(
    buses: Project, outsider: User, auditor: User, client_as: ClientAs
) -> None:
    assert titles(TEXT, outsider) == []
    assert titles(TEXT, auditor) == ["Bus breakdown forecast"]
    page = client_as(outsider).get(reverse("canvas:similar"), {"name": TEXT})
    assert "Bus breakdown" not in page.content.decode()
    MembershipFactory(project=buses, user=outsider)
    assert titles(TEXT, outsider) == ["Bus breakdown forecast"]


@pytest.mark.parametrize(
    "text", ["", "  ", "the of a", "'); DROP TABLE x; --", "a & b | !c:*", "\u202e()<>'\\", "x" * 9000]
)
def test_whatever_is_typed_is_only_words(text: str, buses: Project, owner: User) -> None:
    assert titles(text, owner) == []


def test_naming_a_project_warns_while_typing_and_before_creating(
    buses: Project, owner: User, client_as: ClientAs
) -> None:
    client, url = client_as(owner), reverse("canvas:project-create")
    assert reverse("canvas:similar") in client.get(url).content.decode()
    assert "Bus breakdown forecast" in client.get(reverse("canvas:similar"), {"name": TEXT}).content.decode()
    typed: dict[str, Any] = {"name": TEXT, "purpose": "", "task": "", "risk_tier": "unknown"}
    warned = client.post(url, typed)
    assert warned.status_code == 409
    assert "Bus breakdown forecast" in warned.content.decode()
    assert TEXT in warned.content.decode()
    assert Project.objects.count() == 1
    assert client.post(url, typed | {"similar_seen": "1"}).status_code == 302
    assert Project.objects.count() == 2


def test_a_program_asks_within_its_own_project(
    project: Project, buses: Project, owner: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    url = reverse("canvas-api:similar-list")
    assert api_as(owner).get(url, {"text": TEXT}).json() == []
    assert [one["title"] for one in client_as(owner).get(url, {"text": TEXT}).json()] == ["Bus breakdown forecast"]
    assert api_as(owner).get(url).status_code == 400


def test_looking_costs_as_many_queries_whatever_there_is(
    owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(30):
        project = ProjectFactory(name=f"Bus breakdown {n}", created_by=owner)
        BlockRevisionFactory(project=project, number=1)
    with django_assert_max_num_queries(2):
        assert len(similar_to(TEXT, user=owner)) == 5
