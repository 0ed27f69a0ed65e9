"""The portfolio compares the projects one may see, by what was last worked out about them."""

from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from canvas.services import projects
from standing.models import Standing, Targets
from standing.services import outdated, refresh
from standing.targets import completed
from standing.tasks import keep_standings
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import KpiFactory, ProjectFactory

PORTFOLIO = "standing:portfolio"


def standing(project: Project, **kwargs: Any) -> Standing:
    said: dict[str, Any] = {
        "level": 0, "attested": 0, "completeness": 40, "kept": 1, "broken": 0, "unknown": 0, "journal_seq": 0,
        "computed_at": timezone.now(),
    }  # fmt: skip
    return Standing.objects.create(project=project, **said | kwargs)


def names(text: str, *wanted: str) -> list[str]:
    return sorted((name for name in wanted if name in text), key=text.index)


@pytest.fixture
def three(owner: User) -> list[Project]:
    trees = (("a", "Alder"), ("b", "Birch"), ("c", "Cedar"))
    made = [ProjectFactory(slug=slug, name=name, created_by=owner) for slug, name in trees]
    standing(made[0], velocity=20, broken=3, level=1, stage="Production", stage_position=3)
    standing(made[1], velocity=None)
    standing(made[2], velocity=90)
    Project.objects.filter(slug="c").update(risk_tier="high")
    return made


@pytest.mark.usefixtures("three")
def test_projects_are_sorted_and_filtered(owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    client = client_as(owner)

    def shown(**asked: str) -> list[str]:
        return names(client.get(reverse(PORTFOLIO), asked).content.decode(), "Alder", "Birch", "Cedar")

    assert shown() == ["Alder", "Birch", "Cedar"]
    assert shown(sort="-velocity") == ["Cedar", "Alder", "Birch"]  # without data last
    assert shown(sort="velocity") == ["Alder", "Cedar", "Birch"]
    assert shown(broken="1") == ["Alder"]
    assert shown(level="1") == ["Alder"]
    assert shown(tier="high") == ["Cedar"]
    assert shown(stage="none") == ["Birch", "Cedar"]
    assert shown(q="bir") == ["Birch"]
    assert shown(sort="nonsense", level="9", tier="x") == ["Alder", "Birch", "Cedar"]
    assert shown(q="\0nothing") == []


def test_nobody_sees_projects_of_others(
    three: list[Project], outsider: User, auditor: User, client_as: ClientAs
) -> None:
    assert "Alder" not in client_as(outsider).get(reverse(PORTFOLIO)).content.decode()
    assert "Alder" in client_as(auditor).get(reverse(PORTFOLIO)).content.decode()


def test_a_program_reads_its_own_project(
    project: Project, three: list[Project], owner: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    url = reverse("standing-api:portfolio")
    (row,) = api_as(owner).get(url).json()["results"]
    assert (row["slug"], row["level"], row["computed_at"]) == ("triage", None, None)
    rows = client_as(owner).get(url, {"sort": "-velocity"}).json()["results"]
    assert [row["slug"] for row in rows][:2] == ["c", "a"]


def test_a_standing_is_worked_out_again_once_something_happened(owner: User, client_as: ClientAs) -> None:
    project = projects.create_project("Oak", by=owner)
    client = client_as(owner)
    assert "Not worked out yet" in client.get(reverse(PORTFOLIO)).content.decode()
    keep_standings()
    kept = Standing.objects.get(project=project)
    assert outdated(Project.objects.all()) == []
    projects.change_project(
        project, by=owner, name="Oak", purpose="New.", task="", risk_tier="high", allow_code_formats=False
    )
    assert "1 project changed since" in client.get(reverse(PORTFOLIO)).content.decode()
    assert client.post(reverse("standing:portfolio-refresh")).url == reverse(PORTFOLIO)
    assert Standing.objects.get(project=project).journal_seq > kept.journal_seq
    assert outdated(Project.objects.all()) == []


def test_a_standing_grows_old_with_the_day(project: Project, time_machine: Any) -> None:
    time_machine.move_to("2026-06-01T10:00:00Z", tick=False)
    refresh([project])
    assert outdated(Project.objects.all()) == []
    time_machine.move_to("2026-06-02T10:00:00Z", tick=False)
    assert outdated(Project.objects.all()) == [project]


def test_working_out_many_costs_a_fixed_number_of_queries(
    owner: User, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = ProjectFactory.create_batch(12, created_by=owner)
    for project in made:
        KpiFactory.create_batch(2, project=project)
    with django_assert_max_num_queries(50):
        refresh(made)
    assert Standing.objects.count() == 12


def test_the_page_costs_the_same_for_fifty_rows(
    owner: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for project in ProjectFactory.create_batch(55, created_by=owner):
        standing(project, velocity=50, validation=40, versioning=30)
    client = client_as(owner)
    with django_assert_max_num_queries(14):
        assert client.get(reverse(PORTFOLIO)).status_code == 200


# ---------- targets ----------


def typed(**kwargs: Any) -> dict[str, Any]:
    return completed({}) | {"based_on": 0, "reason": "Ours are stricter."} | kwargs


def test_administrators_set_targets_and_every_version_stays(
    administrator: User, owner: User, project: Project, client_as: ClientAs
) -> None:
    refresh([project])
    client, url = client_as(administrator), reverse("standing:targets")
    for wrong, said in (
        ({"pipeline_percent": 180}, "lies between 1 and 100"),
        ({"window_days": "soon"}, "Enter a number"),
        ({"reason": ""}, "Enter a value"),
        ({"decision_days": "nan"}, "Enter a number"),
    ):
        refused = client.post(url, typed(**wrong))
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert not Targets.objects.exists()
    assert client.post(url, typed(decision_days=2)).status_code == 302
    assert client.post(url, typed(decision_days=3)).status_code == 409
    assert "From a promotion request to its decision: 2 days" in client_as(owner).get(url).content.decode()
    assert Targets.objects.get().values["decision_days"] == 2
    assert outdated(Project.objects.all()) == [project]
    entry = AuditEntry.objects.get(action="targets.set")
    assert (entry.chain, entry.object_type) == ("system", "standing.targets")


def test_targets_over_the_api(administrator: User, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    url, client = reverse("standing-api:targets"), client_as(administrator)
    held = api_as(owner).get(url).json()
    assert (held["id"], held["values"]["window_days"]) == (0, 90)

    def put(**sent: Any) -> Any:
        return client.put(url, {"reason": "Why not.", "based_on": 0} | sent, content_type="application/json")

    assert put(values={"window_days": 1}).status_code == 400
    assert put(values={"nonsense": 1}).status_code == 400
    assert put(values={"window_days": 30}).json()["values"]["window_days"] == 30
    assert put(values={"window_days": 60}).status_code == 409
