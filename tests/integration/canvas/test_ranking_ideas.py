"""Ideas are brought in, ranked, put aside and found again, by pages and programs alike."""

from typing import Any

import pytest
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import BlockRevision, Opportunity, Process, Project, RankingWeights
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.opportunities import OpportunityFactory, ProcessFactory

IDEA = {
    "task": "Check a parcel",
    "idea": "Predict which parcels hold damaged goods, so that a clerk opens them first.",
    "value": 5,
    "feasibility": 4,
    "data_readiness": 3,
    "risk": 1,
    "effort": 2,
    "based_on": 0,
}


def actions() -> list[str]:
    lines = AuditEntry.objects.filter(object_type__in=("canvas.opportunity", "canvas.process", "canvas.rankingweights"))
    return list(lines.values_list("action", flat=True))


@pytest.fixture
def process(owner: User) -> Process:
    made: Process = ProcessFactory(name="Returns of goods", created_by=owner)
    return made


@pytest.fixture
def idea(process: Process) -> Opportunity:
    made: Opportunity = OpportunityFactory(process=process, task="Check a parcel")
    return made


def test_a_process_is_taken_apart_and_its_best_task_stands_on_top(owner: User, client_as: ClientAs) -> None:
    client = client_as(owner)
    added = client.post(reverse("canvas:process-create"), {"name": "Returns of goods", "owner": "Head of returns"})
    process = Process.objects.get()
    assert added.url == reverse("canvas:process-edit", args=[process.pk])
    client.post(reverse("canvas:opportunity-create"), IDEA | {"process": process.pk, "roi_likely": "120"})
    client.post(reverse("canvas:opportunity-create"), IDEA | {"process": process.pk, "task": "Weigh it", "value": 1})
    page = client.get(reverse("canvas:opportunity-list")).content.decode()
    assert page.index("Check a parcel") < page.index("Weigh it")
    assert 'role="img"' in page  # the picture, with the table beside it
    assert "120 %" in page
    assert Opportunity.objects.get(task="Check a parcel").roi_likely == pytest.approx(1.2)
    assert actions() == ["process.added", "opportunity.added", "opportunity.added"]


def test_a_task_is_brought_in_once(owner: User, idea: Opportunity, client_as: ClientAs) -> None:
    refused = client_as(owner).post(reverse("canvas:opportunity-create"), IDEA | {"process": idea.process_id})
    assert refused.status_code == 422
    assert "Change that one instead" in refused.content.decode()
    assert Opportunity.objects.count() == 1
    assert actions() == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"value": 6}, "Select a valid choice"),
        ({"idea": ""}, "Prediction"),
        ({"roi_low": "80", "roi_likely": "50"}, "low return lies above"),
        ({"roi_high": "20"}, "likely return too"),
        ({"roi_likely": "nan"}, "Enter a number"),
    ],
)
def test_what_cannot_be_ranked_is_refused_with_everything_typed_kept(
    wrong: dict[str, Any], said: str, owner: User, process: Process, client_as: ClientAs
) -> None:
    refused = client_as(owner).post(reverse("canvas:opportunity-create"), IDEA | {"process": process.pk} | wrong)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert said in page
    assert "Check a parcel" in page
    assert not Opportunity.objects.exists()


def test_a_change_that_rests_on_an_older_revision_shows_both_texts(
    owner: User, administrator: User, idea: Opportunity, client_as: ClientAs
) -> None:
    url, mine = reverse("canvas:opportunity-edit", args=[idea.pk]), IDEA | {"process": idea.process_id, "based_on": 1}
    assert client_as(administrator).post(url, mine | {"idea": "Theirs, longer."}).status_code == 302
    late = client_as(owner).post(url, mine | {"idea": "Mine, shorter."})
    page = late.content.decode()
    assert late.status_code == 409
    assert "Theirs, longer." in page
    assert "Mine, shorter." in page
    assert Opportunity.objects.get().idea == "Theirs, longer."
    assert client_as(owner).post(url, mine | {"idea": "Mine, shorter.", "based_on": 2}).status_code == 302
    assert actions() == ["opportunity.changed", "opportunity.changed"]


def test_a_declined_idea_leaves_the_ranking_and_is_found_by_a_search(
    owner: User, outsider: User, idea: Opportunity, client_as: ClientAs
) -> None:
    client, ranking = client_as(owner), reverse("canvas:opportunity-list")
    decline = reverse("canvas:opportunity-decline", args=[idea.pk])
    assert client.post(decline, {"reason": "", "based_on": 1}).status_code == 422
    assert client.post(decline, {"reason": "Too few damaged parcels.", "based_on": 1}).status_code == 302
    assert "Check a parcel" not in client.get(ranking).content.decode()
    found = client_as(outsider).get(ranking, {"q": "DAMAGED parcels"}).content.decode()
    assert "Check a parcel" in found
    assert "Too few damaged parcels." in found
    assert "Check a parcel" in client.get(ranking, {"status": "declined"}).content.decode()
    reopen = reverse("canvas:opportunity-reopen", args=[idea.pk])
    assert client.post(reopen, {"reason": "A new scanner counts them.", "based_on": 2}).status_code == 302
    assert "Check a parcel" in client.get(ranking).content.decode()
    assert actions() == ["opportunity.declined", "opportunity.reopened"]


def test_an_idea_becomes_a_project_in_one_click(outsider: User, idea: Opportunity, client_as: ClientAs) -> None:
    client = client_as(outsider)
    started = client.post(reverse("canvas:opportunity-start", args=[idea.pk]))
    project = Project.objects.get(name="Check a parcel")
    assert started.url == reverse("canvas:board", args=[project.slug])
    assert project.memberships.get().user == outsider
    assert project.purpose == idea.idea
    answers = BlockRevision.objects.get(project=project, block=1).answers
    assert answers["intended_purpose"] == idea.idea
    assert answers["sponsor"] == "Head of returns"
    idea.refresh_from_db()
    assert (idea.status, idea.project) == (Opportunity.Status.STARTED, project)
    again = client.post(reverse("canvas:opportunity-start", args=[idea.pk]))
    assert again.status_code == 409
    assert "Only an open idea can become a project" in again.content.decode()
    assert Project.objects.count() == 1


def test_a_taken_project_name_gets_a_number(owner: User, idea: Opportunity, client_as: ClientAs) -> None:
    ProjectFactory(slug="other", name="check a parcel")
    client_as(owner).post(reverse("canvas:opportunity-start", args=[idea.pk]))
    assert Opportunity.objects.get().project == Project.objects.get(name="Check a parcel 2")


def test_no_project_is_made_of_a_prohibited_practice(owner: User, process: Process, client_as: ClientAs) -> None:
    idea = OpportunityFactory(process=process, is_prohibited=True)
    refused = client_as(owner).post(reverse("canvas:opportunity-start", args=[idea.pk]))
    assert refused.status_code == 409
    assert "prohibited practice" in refused.content.decode()
    assert not Project.objects.exists()


def test_a_project_one_may_not_see_is_not_named(
    owner: User, outsider: User, idea: Opportunity, client_as: ClientAs, api_as: ApiAs
) -> None:
    client_as(owner).post(reverse("canvas:opportunity-start", args=[idea.pk]))
    slug = Opportunity.objects.get().project.slug  # type: ignore[union-attr]  # it was started
    url = reverse("canvas:opportunity-detail", args=[idea.pk])
    assert f"/p/{slug}/" not in client_as(outsider).get(url).content.decode()
    assert f"/p/{slug}/" in client_as(owner).get(url).content.decode()
    read = reverse("canvas-api:opportunity-detail", args=[idea.pk])
    assert api_as(outsider).get(read).json()["project"] is None
    assert client_as(owner).get(read).json()["project"] == slug


def test_administrators_set_weights_with_a_reason_and_every_version_stays(
    administrator: User, owner: User, process: Process, client_as: ClientAs
) -> None:
    OpportunityFactory(process=process, task="Valuable", value=5, data_readiness=0)
    OpportunityFactory(process=process, task="Ready", value=0, data_readiness=5)
    url, client = reverse("canvas:ranking-weights"), client_as(administrator)
    typed = {"value": 0.1, "feasibility": 0.2, "data_readiness": 0.9, "risk": 0.1, "effort": 0.1, "based_on": 0}
    assert client.post(url, typed).status_code == 422  # no reason
    assert client.post(url, typed | {"reason": "x", "value": 2}).status_code == 422
    nothing = dict.fromkeys(("value", "feasibility", "data_readiness", "risk", "effort"), 0)
    assert "rank alike" in client.post(url, typed | nothing | {"reason": "x"}).content.decode()
    assert client.post(url, typed | {"reason": "Data decide."}).status_code == 302
    stale = client.post(url, typed | {"reason": "Late."})
    assert stale.status_code == 409
    page = client_as(owner).get(reverse("canvas:opportunity-list")).content.decode()
    assert page.index("Ready") < page.index("Valuable")
    assert "Data decide." in client_as(owner).get(url).content.decode()
    assert RankingWeights.objects.count() == 1
    assert actions() == ["ranking.weights-set"]


def test_programs_rank_ideas_as_pages_do(owner: User, process: Process, api_as: ApiAs, client_as: ClientAs) -> None:
    api, url = api_as(owner), reverse("canvas-api:opportunity-list")
    sent = {key: value for key, value in IDEA.items() if key != "based_on"} | {"process": process.pk}
    added = api.post(url, sent)
    assert added.status_code == 201
    assert added.json()["rank"] == 1
    assert added.json()["score"] == pytest.approx(0.35 + 0.16 + 0.12 - 0.03 - 0.04)
    assert api.post(url, sent).status_code == 409
    assert api.post(url, sent | {"task": "Other", "value": 9}).status_code == 400
    one = reverse("canvas-api:opportunity-detail", args=[added.json()["id"]])
    assert api.put(one, sent | {"based_on": 1, "value": 2}).json()["revision"] == 2
    assert api.put(one, sent | {"based_on": 1}).status_code == 409
    declined = api.post(
        reverse("canvas-api:opportunity-decline", args=[added.json()["id"]]), {"reason": "No.", "based_on": 2}
    )
    assert declined.json()["status"] == "declined"
    assert api.get(url, {"q": "damaged", "status": "declined"}).json()["count"] == 1
    reopened = api.post(
        reverse("canvas-api:opportunity-reopen", args=[added.json()["id"]]), {"reason": "Yes.", "based_on": 3}
    )
    assert reopened.json()["status"] == "open"
    started = client_as(owner).post(reverse("canvas-api:opportunity-start", args=[added.json()["id"]]))
    assert started.json()["slug"] == "check-a-parcel"


def test_programs_keep_processes_and_signed_in_administrators_set_weights(
    owner: User, administrator: User, api_as: ApiAs, client_as: ClientAs
) -> None:
    api, url = api_as(owner), reverse("canvas-api:process-list")
    added = api.post(url, {"name": "Returns"}).json()
    assert api.post(url, {"name": "returns"}).status_code == 409
    one = reverse("canvas-api:process-detail", args=[added["id"]])
    assert api.put(one, {"name": "Returns", "owner": "Ana", "based_on": added["fingerprint"]}).json()["owner"] == "Ana"
    assert api.put(one, {"name": "Returns", "owner": "Bo", "based_on": added["fingerprint"]}).status_code == 409
    weights = reverse("canvas-api:ranking-weights")
    held = api.get(weights).json()
    assert (held["id"], held["value"]) == (0, 0.35)
    sent = {
        "value": 0.5,
        "feasibility": 0.1,
        "data_readiness": 0.1,
        "risk": 0,
        "effort": 0,
        "reason": "Why not.",
        "based_on": 0,
    }
    signed_in = client_as(administrator)
    assert signed_in.put(weights, sent, content_type="application/json").json()["value"] == 0.5
    assert signed_in.put(weights, sent, content_type="application/json").status_code == 409


def test_a_change_to_a_process_that_rests_on_an_older_text_shows_both(
    owner: User, administrator: User, process: Process, client_as: ClientAs
) -> None:
    url, based_on = reverse("canvas:process-edit", args=[process.pk]), process.fingerprint
    first = {"name": process.name, "owner": "Ana", "based_on": based_on}
    assert client_as(administrator).post(url, first).status_code == 302
    late = client_as(owner).post(url, first | {"owner": "Bo"})
    assert late.status_code == 409
    assert "Bo" in late.content.decode()
    assert Process.objects.get().owner == "Ana"


def test_text_that_reads_differently_than_it_is_stored_is_refused(
    owner: User, process: Process, client_as: ClientAs
) -> None:
    typed = IDEA | {"process": process.pk, "task": "Check \u202ea parcel"}
    refused = client_as(owner).post(reverse("canvas:opportunity-create"), typed)
    assert refused.status_code == 422
    assert not Opportunity.objects.exists()


def test_more_ideas_make_no_more_queries(
    owner: User, process: Process, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    OpportunityFactory.create_batch(120, process=process)
    client = client_as(owner)
    with django_assert_max_num_queries(10):
        assert client.get(reverse("canvas:opportunity-list")).status_code == 200
    with django_assert_max_num_queries(12):
        assert client.get(reverse("canvas:process-edit", args=[process.pk])).status_code == 200
