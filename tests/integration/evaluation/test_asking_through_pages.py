import json
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from canvas.roles import Role
from evaluation.models import EvaluationJob
from jobs.models import Job
from registry.models import ModelVersion
from tests.conftest import ClientAs
from tests.factories.canvas import KpiFactory, MembershipFactory, ProjectFactory
from tests.factories.data import DatasetFactory
from tests.factories.evaluation import (
    EvaluationFactory,
    cases,
    evaluated,
    snapshot,
    trained,
    training_rows,
    version_in,
)
from tests.factories.jobs import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(project: Project) -> ModelVersion:
    return version_in(project, trained_on=[snapshot(project, training_rows(), name="training", role="train")])


def new(project: Project, way: str = "job-create") -> str:
    return reverse(f"evaluation:{way}", args=[project.slug])


def predictions(rows: int = 60) -> SimpleUploadedFile:
    frame = cases(rows)
    frame["prediction"] = trained("binary").predict(frame[["size", "shape"]])
    return SimpleUploadedFile("predictions.csv", frame.to_csv(index=False).encode())


def test_two_clicks_start_an_evaluation_on_the_test_snapshot(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    test = snapshot(project, cases())
    client = client_as(contributor)
    form = client.get(new(project)).context["form"]
    offered = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    assert offered["version"] == version
    assert offered["dataset"] == test
    assert offered["slice_columns"] == ["site"]

    sent = offered | {"version": version.pk, "dataset": test.pk, "positive_label": ""}
    response = client.post(new(project), sent)
    evaluation = EvaluationJob.objects.get()
    assert response["Location"] == evaluation.get_absolute_url()
    assert (evaluation.version, evaluation.dataset, evaluation.label_column) == (version, test, "label")
    assert evaluation.slice_columns == ["site"]
    assert evaluation.job.requested_by == contributor
    assert AuditEntry.objects.get(action="evaluation.requested").actor_id == contributor.pk

    # Sending the same form again, as an impatient second click does, leads to the same evaluation.
    assert client.post(new(project), sent)["Location"] == evaluation.get_absolute_url()
    assert EvaluationJob.objects.count() == 1


def test_the_training_snapshot_is_not_suggested(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    leaked = snapshot(project, cases(50))
    version.datasets.add(leaked)
    html = client_as(contributor).get(new(project)).content.decode()
    assert "There is no test snapshot" in html


def test_another_snapshot_brings_its_own_columns(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    snapshot(project, cases())
    other = snapshot(project, cases().rename(columns={"shape": "outline"}), name="other")
    html = client_as(contributor).get(new(project), {"dataset": other.pk}).content.decode()
    assert 'value="outline"' in html
    assert 'value="shape"' not in html


def test_a_refusal_stands_beside_its_field_and_keeps_what_was_typed(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    sent = {"version": version.pk, "predictions": predictions(), "label_column": "diagnosis", "slice_columns": "site"}
    response = client_as(contributor).post(new(project, "job-create-predictions"), sent)
    assert response.status_code == 422
    form = response.context["form"]
    assert "Name the column that holds the predictions" not in str(form.errors)
    assert "There is no label column “diagnosis”." in form.errors["label_column"][0]
    assert 'value="site"' in response.content.decode()
    assert not Job.objects.exists()


def test_predictions_are_uploaded_measured_and_shown(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    client = client_as(contributor)
    sent = {
        "version": version.pk,
        "predictions": predictions(),
        "label_column": "label",
        "prediction_column": "prediction",
        "slice_columns": "site, size",
    }
    page = client.post(new(project, "job-create-predictions"), sent)["Location"]
    assert "Waiting for a worker" in client.get(page).content.decode()
    work()
    html = client.get(page).content.decode()
    assert "Balanced accuracy" in html
    assert "Slices by size" in html
    assert "Not shown to be held out" in html
    assert "predictions.csv" in html


def test_the_page_shows_thresholds_numbers_intervals_and_where_they_come_from(
    project: Project, version: ModelVersion, viewer: User, client_as: ClientAs
) -> None:
    KpiFactory(project=project, name="Cases found", metric="recall", threshold=0.1)
    KpiFactory(project=project, name="Nearly perfect", metric="accuracy", threshold=0.999)
    evaluation = evaluated(version, dataset=snapshot(project, cases()), slice_columns=["site"])
    html = client_as(viewer).get(evaluation.get_absolute_url()).content.decode()
    for words in ("Cases found", "≥ 0.100", "1 of 2 thresholds met", "Held-out rows", "ROC curve", "Show as table"):
        assert words in html, words
    assert evaluation.results_sha256 in html
    assert evaluation.dataset
    assert evaluation.dataset.sha256 in html
    assert version.artifact_sha256 in html
    assert f"Tier {evaluation.sandbox_tier}" in html
    assert html.count('role="img"') >= 4
    assert "style=" not in html
    assert "<script>" not in html


def test_the_page_says_when_thresholds_have_changed_since(
    project: Project, version: ModelVersion, viewer: User, client_as: ClientAs
) -> None:
    kpi = KpiFactory(project=project, metric="recall", threshold=0.1)
    evaluation = evaluated(version, dataset=snapshot(project, cases(60)))
    client = client_as(viewer)
    warning = "thresholds have changed since this was requested"
    kpi.owner = "Somebody else"
    kpi.revision = 2
    kpi.save()
    assert warning not in client.get(evaluation.get_absolute_url()).content.decode()
    kpi.threshold = 0.99
    kpi.save()
    assert warning in client.get(evaluation.get_absolute_url()).content.decode()
    assert warning in client.get(version.get_absolute_url()).content.decode()


def test_a_failed_evaluation_says_why_and_can_be_run_again(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    broken = snapshot(project, cases().rename(columns={"shape": "outline"}))
    evaluation = evaluated(version, dataset=broken)
    client = client_as(contributor)
    html = client.get(evaluation.get_absolute_url()).content.decode()
    assert "This evaluation failed, and nothing was measured." in html
    assert "shape" in html
    response = client.post(reverse("evaluation:job-again", args=[project.slug, evaluation.number]))
    second = EvaluationJob.objects.latest("number")
    assert response["Location"] == second.get_absolute_url()
    assert second.number == evaluation.number + 1
    assert (second.dataset, second.label_column, second.seed) == (broken, "label", evaluation.seed)
    line = json.loads(AuditEntry.objects.filter(action="evaluation.requested").latest("seq").body)
    assert line["actor"] == contributor.pk


def test_a_viewer_sees_evaluations_and_no_way_to_start_one(
    project: Project, version: ModelVersion, viewer: User, client_as: ClientAs
) -> None:
    EvaluationFactory(project=project, version=version)
    html = client_as(viewer).get(reverse("evaluation:job-list", args=[project.slug])).content.decode()
    assert "triage" in html
    assert new(project) not in html


def test_the_list_of_all_evaluations_keeps_to_projects_one_may_see(
    project: Project, viewer: User, client_as: ClientAs
) -> None:
    hidden = ProjectFactory(name="Hidden away")
    EvaluationFactory(project=hidden)
    EvaluationFactory(project=project)
    html = client_as(viewer).get(reverse("evaluation:job-list-all")).content.decode()
    assert "Triage" in html
    assert "Hidden away" not in html
    MembershipFactory(project=hidden, user=viewer, role=Role.VIEWER)
    assert "Hidden away" in client_as(viewer).get(reverse("evaluation:job-list-all")).content.decode()


def test_rows_that_are_not_here_are_named_with_the_reason_and_cannot_be_chosen(
    project: Project, version: ModelVersion, contributor: User, client_as: ClientAs
) -> None:
    test = snapshot(project, cases())
    declared = DatasetFactory(
        project=project, name="Elsewhere", holding="declared", sha256="", split_role="test", uri="s3://bucket/rows.csv"
    )
    client = client_as(contributor)
    page = client.get(f"{new(project)}?dataset={declared.pk}")
    text = page.content.decode()
    assert "Elsewhere, snapshot 1 (test, declared only: its rows are not here)" in text
    assert re.search(rf'<option value="{declared.pk}"[^>]* disabled', text)
    assert not re.search(rf'<option value="{test.pk}"[^>]* disabled', text)
    form = page.context["form"]
    assert form.get_initial_for_field(form.fields["dataset"], "dataset") == test

    sent = {"version": version.pk, "dataset": declared.pk, "label_column": test.label_column, "positive_label": ""}
    for refused in (
        client.post(new(project), sent),
        client.post(new(project, "job-create-predictions"), sent | {"predictions": predictions()}),
    ):
        assert refused.status_code == 422
        assert "is declared only" in refused.context["form"].errors["dataset"][0]
    assert not EvaluationJob.objects.exists()
