"""A project's page says where it stands, from its records, and names those that lower it."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import EvidenceLink, GoNoGoCondition, GoNoGoDecision, KpiReading, Project, Risk
from data.models import SchemaCheck
from evaluation.models import EvaluationJob, KpiVerdict, MetricResult
from registry.models import Check, ModelVersion, RegisteredModel, StageAssignment
from standing.models import Practice
from standing.services import stand_of
from tests.conftest import ApiAs, ClientAs
from tests.factories.blocks import AcceptanceFactory
from tests.factories.canvas import BlockRevisionFactory, KpiFactory
from tests.factories.data import DataSchemaFactory, DatasetFactory, DataSourceFactory
from tests.factories.evaluation import EvaluationFactory
from tests.factories.registry import (
    EnvironmentFactory,
    ModelVersionFactory,
    PromotionFactory,
    RegisteredModelFactory,
    RunFactory,
    StageFactory,
)
from tests.factories.standing import PracticeFactory


@pytest.fixture
def model(project: Project) -> RegisteredModel:
    made: RegisteredModel = RegisteredModelFactory(project=project, name="triage")
    return made


@pytest.fixture
def live(model: RegisteredModel) -> ModelVersion:
    """A version that a promotion brought to Production ten days ago."""
    run = RunFactory(experiment__project=model.project)
    version = ModelVersionFactory(
        model=model, run=run, environment=EnvironmentFactory(project=model.project), source_code="repo@abc", start=None
    )
    then = timezone.now() - timedelta(days=10)
    promotion = PromotionFactory(
        version=version, status="approved", requested_at=then - timedelta(days=2), closed_at=then
    )
    StageAssignment.objects.create(
        version=version, stage=StageFactory(key="production"), promotion=promotion, assigned_by=version.uploaded_by,
        from_at=then,
    )  # fmt: skip
    made: ModelVersion = version
    return made


def measured(version: ModelVersion, **kwargs: Any) -> EvaluationJob:
    said: dict[str, Any] = {"finished_at": timezone.now(), "is_held_out": True, "results_sha256": "1" * 64}
    made: EvaluationJob = EvaluationFactory(project=version.model.project, version=version, **said | kwargs)
    return made


def page(client: Any, name: str, project: Project) -> str:
    response = client.get(reverse(name, args=[project.slug]))
    assert response.status_code == 200
    text: str = response.content.decode()
    return text


def points(project: Project) -> dict[str, float | None]:
    return {one.key: one.points for score in stand_of(project).scores for one in score.inputs}


def test_a_new_project_has_no_data_and_is_neither_good_nor_bad(
    project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    text = page(client_as(viewer), "standing:project", project)
    assert text.count("No data") >= 14
    assert "of 100" not in text
    said = api_as(viewer).get(reverse("standing-api:project", args=[project.slug])).json()
    assert [score["value"] for score in said["scores"]] == [None, None, None]
    assert said["level"] == 0
    assert said["criteria"][0]["state"] == "failed"  # the failed ones first
    assert "Nothing was promised yet" in page(client_as(viewer), "standing:promises", project)


def test_each_input_links_the_records_that_lower_it(
    live: ModelVersion, project: Project, viewer: User, client_as: ClientAs
) -> None:
    snapshot = DatasetFactory(project=project, name="rows")
    text = page(client_as(viewer), "standing:project", project)
    assert live.get_absolute_url() in text
    assert "without the digest of its data, a check that its file is unchanged" in text
    assert snapshot.get_absolute_url() in text
    assert "never checked" in text
    assert points(project)["lineage"] == 0


def test_records_that_come_in_raise_the_scores(live: ModelVersion, project: Project) -> None:
    before = points(project)
    assert (before["held_out"], before["watched"], before["tested"], before["ways_back"]) == (0, 0, 0, 0)
    evaluation = measured(live)
    MetricResult.objects.create(evaluation=evaluation, subject="baseline", metric="recall", value=0.5, n=9, method="x")
    evaluation.slices.create(column="site", value_label="north", position=1, metric="recall", value=0.5, n=5)
    for block, field in ((5, "robustness_tests"), (9, "rollback_target")):
        EvidenceLink.objects.create(
            project=project, block=block, field=field, kind="x", object_id="1", label="x", linked_by=project.created_by
        )
    Check.objects.create(version=live, key="artifact_verified", status="passed", reason="It holds.")
    snapshot = DatasetFactory(project=project)
    live.dataset_links.create(dataset=snapshot)
    schema = DataSchemaFactory(project=project)
    SchemaCheck.objects.create(
        dataset=snapshot, schema=schema, passed=False, rows_checked=60, checked_by=project.created_by,
        checked_at=timezone.now() - timedelta(days=1),
    )  # fmt: skip
    assert points(project)["checked"] == 0
    SchemaCheck.objects.create(
        dataset=snapshot, schema=schema, passed=True, rows_checked=60, checked_by=project.created_by
    )
    after = points(project)
    wanted = ("held_out", "watched", "tested", "ways_back", "lineage", "checked", "first_baseline", "decisions")
    assert [key for key in wanted if after[key] != 100] == []


def test_a_repeated_evaluation_has_to_give_the_same_results(live: ModelVersion, project: Project) -> None:
    first = measured(live)
    measured(live)
    assert points(project)["reruns"] == 100
    measured(live, results_sha256="2" * 64)
    assert points(project)["reruns"] == 50
    measured(live, seed=first.seed + 1, results_sha256="3" * 64)  # another question, so no rerun
    assert points(project)["reruns"] == 50


def test_a_word_counts_with_a_reason_until_its_end(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    client, url = client_as(contributor), reverse("standing:practice", args=[project.slug, "pipeline_runs"])
    tomorrow = timezone.localdate() + timedelta(days=1)
    typed = {"holds": "yes", "reason": "The runbook, chapter 2.", "expires_on": tomorrow}
    for wrong, said in (
        ({"expires_on": ""}, "Say until when"),
        ({"expires_on": timezone.localdate()}, "lies in the past"),
        ({"reason": ""}, "Enter a value"),
        ({"holds": ""}, "Choose an option"),
    ):
        refused = client.post(url, typed | wrong)
        assert refused.status_code == 422
        assert said in refused.content.decode()
    assert not Practice.objects.exists()
    assert client.post(url, typed).status_code == 302
    text = page(client_as(viewer), "standing:project", project)
    assert "Attested" in text
    assert "The runbook, chapter 2." in text
    assert list(AuditEntry.objects.filter(chain=project.chain).values_list("action", flat=True)) == ["practice.stated"]


def test_nobody_attests_what_records_decide(project: Project, owner: User, client_as: ClientAs, api_as: ApiAs) -> None:
    url = reverse("standing:practice", args=[project.slug, "metadata_complete"])
    assert client_as(owner).get(url).status_code == 404
    sent = {"criterion": "metadata_complete", "holds": True, "reason": "Trust me.", "expires_on": "2099-01-01"}
    assert api_as(owner).post(reverse("standing-api:practice-list", args=[project.slug]), sent).status_code == 400
    assert not Practice.objects.exists()


def test_programs_state_and_read_words(project: Project, owner: User, api_as: ApiAs) -> None:
    api, url = api_as(owner), reverse("standing-api:practice-list", args=[project.slug])
    sent = {
        "criterion": "pipeline_deployed",
        "holds": True,
        "reason": "One image holds both.",
        "expires_on": "2099-01-01",
    }
    assert api.post(url, sent).status_code == 201
    assert api.post(url, sent | {"expires_on": None}).status_code == 400
    assert [one["stated_by"] for one in api.get(url).json()["results"]] == ["owner"]
    criteria = api.get(reverse("standing-api:project", args=[project.slug])).json()["criteria"]
    assert [one["state"] for one in criteria if one["key"] == "pipeline_deployed"] == ["attested"]


def test_what_was_promised_stands_beside_what_happened(
    project: Project, live: ModelVersion, owner: User, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    today = timezone.localdate()
    BlockRevisionFactory(project=project, block=8, number=1, answers={"cadence": "weekly", "retrain_mode": "scheduled"})
    live.run.experiment.runs.update(created_at=timezone.now() - timedelta(days=74))  # type: ignore[union-attr]  # it has one
    kpi = KpiFactory(project=project, name="Recall", due_on=today - timedelta(days=1))
    KpiReading.objects.create(
        kpi=kpi, measured_on=today - timedelta(days=3), value=0.97, origin="manual", recorded_by=owner
    )
    evaluation = measured(live)
    KpiVerdict.objects.create(
        evaluation=evaluation, kpi=kpi, kpi_revision=1, kpi_name="Recall", metric="recall", direction="up",
        threshold=0.85, n=99, verdict="fail", reason="Recall is 0.71, below 0.85.",
    )  # fmt: skip
    DataSourceFactory(project=project, name="Clinic", freshness_days=30, last_refreshed_on=today - timedelta(days=31))
    Risk.objects.create(
        project=project, number=1, title="Wrong call", description="x", category="health", affected="Patients",
        likelihood=2, impact=2, treatment="reduce", owner="Ana", review_on=today + timedelta(days=9), created_by=owner,
    )  # fmt: skip
    decision = GoNoGoDecision.objects.create(
        project=project, number=1, outcome="go-with-conditions", suggestion="go", reasons="x", status="decided",
        proposed_by=owner, decided_at=timezone.now(),
    )  # fmt: skip
    GoNoGoCondition.objects.create(decision=decision, text="A second reader", owner="Ana", due_on=today)
    said = api_as(viewer).get(reverse("standing-api:promises", args=[project.slug])).json()
    found = {(one["kind"], one["state"]) for one in said}
    assert {
        ("Retraining", "broken"), ("Threshold", "broken"), ("KPI target", "kept"), ("Freshness", "broken"),
        ("Risk review", "open"), ("Condition", "open"),
    } <= found  # fmt: skip
    assert [one["state"] for one in said] == sorted(
        (one["state"] for one in said), key=["broken", "open", "kept"].index
    )
    text = page(client_as(viewer), "standing:promises", project)
    assert "Recall is 0.71, below 0.85." in text
    assert evaluation.get_absolute_url() in text
    kept = client_as(viewer).get(reverse("standing:promises", args=[project.slug]), {"state": "kept"}).content.decode()
    assert "Recall is 0.71" not in kept
    assert "Recall: at least 0.95" in kept


def test_the_page_costs_as_many_queries_whatever_there_is(
    project: Project, viewer: User, client_as: ClientAs, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(6):
        measured(ModelVersionFactory(model__project=project, run=RunFactory(experiment__project=project)))
        DatasetFactory(project=project, name=f"rows {n}")
        KpiFactory(project=project)
        PracticeFactory(project=project)
    client = client_as(viewer)
    with django_assert_max_num_queries(38):
        page(client, "standing:project", project)
    with django_assert_max_num_queries(55):
        page(client, "standing:promises", project)


def test_a_block_that_was_edited_after_its_acceptance_is_not_an_accepted_one(project: Project, approver: User) -> None:
    now = timezone.now()
    for block in range(1, 11):
        revision = BlockRevisionFactory(project=project, block=block, number=1, created_at=now - timedelta(days=9))
        AcceptanceFactory(revision=revision, accepted_by=approver, accepted_at=now - timedelta(days=8))
    said = {one.key: one.note for score in stand_of(project).scores for one in score.inputs}
    assert said["go_no_go"] == "All ten blocks are accepted; the decision is due."
    BlockRevisionFactory(project=project, block=3, number=2, created_at=now - timedelta(days=1))
    said = {one.key: one.note for score in stand_of(project).scores for one in score.inputs}
    assert said["go_no_go"] == "Not all ten blocks are accepted yet."
