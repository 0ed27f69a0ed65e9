import pytest
from sklearn.metrics import mean_absolute_error, recall_score, roc_auc_score

from audit.models import AuditEntry
from canvas.models import Project
from data import storage
from evaluation import held_out
from evaluation.asked import Asked
from evaluation.models import EvaluationJob
from evaluation.services import request_evaluation
from jobs.models import Job
from registry.models import Check, ModelVersion
from tests.factories.canvas import KpiFactory
from tests.factories.evaluation import (
    cases,
    doses,
    evaluated,
    snapshot,
    trained,
    training_rows,
    version_in,
)
from tests.factories.jobs import work

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]


@pytest.fixture
def version(project: Project) -> ModelVersion:
    return version_in(project, trained_on=[snapshot(project, training_rows(), name="training", role="train")])


def value_of(evaluation: EvaluationJob, metric: str, subject: str = "model") -> float:
    found = evaluation.metrics.get(metric=metric, subject=subject)
    assert found.low <= found.value <= found.high
    return found.value


def checks_of(version: ModelVersion) -> dict[str, str]:
    return dict(version.checks.values_list("key", "status"))


def test_running_the_model_gives_the_numbers_that_scikit_learn_gives(project: Project, version: ModelVersion) -> None:
    rows = cases()
    KpiFactory(project=project, name="Cases found", metric="recall", threshold=0.6)
    evaluation = evaluated(version, dataset=snapshot(project, rows), slice_columns=["site"])
    assert evaluation.job.error == ""
    assert evaluation.job.state == Job.State.SUCCEEDED

    model = trained(Project.Task.BINARY)
    predicted = model.predict(rows[["size", "shape"]])
    scores = model.predict_proba(rows[["size", "shape"]])[:, 1]
    assert value_of(evaluation, "roc_auc") == pytest.approx(roc_auc_score(rows["label"], scores))
    assert value_of(evaluation, "recall") == pytest.approx(recall_score(rows["label"], predicted))
    assert value_of(evaluation, "balanced_accuracy", "baseline") == pytest.approx(0.5)
    north = rows["site"] == "north"
    sliced = evaluation.slices.get(column="site", value_label="north", metric="recall")
    assert sliced.value == pytest.approx(recall_score(rows["label"][north], predicted[north]))

    assert evaluation.rows == 200
    assert evaluation.strength == EvaluationJob.Strength.REPRODUCED
    assert evaluation.sandbox_tier in {"A", "B", "C"}
    assert evaluation.is_held_out is True
    assert "200 rows" in evaluation.held_out_reason
    assert len(evaluation.results_sha256) == 64
    verdict = evaluation.verdicts.get()
    assert (verdict.kpi_name, verdict.threshold, verdict.verdict) == ("Cases found", 0.6, "pass")
    assert "the whole interval meets it" in verdict.reason
    assert {curve.name for curve in evaluation.curves.all()} >= {"roc", "calibration", "confusion_matrix"}
    assert all(curve.svg.startswith("<svg") and curve.print_svg.startswith("<svg") for curve in evaluation.curves.all())
    assert checks_of(version) == {"evaluated_held_out": "passed", "kpis_met": "passed", "beats_baseline": "passed"}
    actions = list(AuditEntry.objects.filter(action__startswith="evaluation").values_list("action", flat=True))
    assert actions == ["evaluation.requested", "evaluation.finished"]


def test_the_model_never_sees_labels_identifiers_or_columns_that_are_not_features(
    project: Project, version: ModelVersion
) -> None:
    # The model's own columns are exactly the features: anything else would be named as ignored.
    evaluation = evaluated(version, dataset=snapshot(project, cases()))
    assert evaluation.job.state == Job.State.SUCCEEDED
    assert not [note for note in evaluation.notes if "did not ask for" in note]


def test_a_regression_is_compared_with_the_training_mean(project: Project) -> None:
    task = Project.Task.REGRESSION
    training = snapshot(project, training_rows(task), name="training", role="train")
    version = version_in(project, task=task, trained_on=[training])
    rows = doses()
    evaluation = evaluated(version, dataset=snapshot(project, rows), slice_columns=["site"])
    assert evaluation.job.error == ""
    predicted = trained(task).predict(rows[["size", "shape"]])
    assert value_of(evaluation, "mae") == pytest.approx(mean_absolute_error(rows["label"], predicted))
    constant = training_rows(task)["label"].mean()
    assert value_of(evaluation, "mae", "baseline") == pytest.approx((rows["label"] - constant).abs().mean())
    assert evaluation.comparisons.get(metric="mae").verdict == "better"
    assert checks_of(version)["beats_baseline"] == Check.Status.PASSED


def test_rows_the_model_learned_from_are_counted_and_named(project: Project, version: ModelVersion) -> None:
    leaked = cases(50)
    leaked.iloc[:7] = training_rows().iloc[:7].assign(case=range(9000, 9007)).to_numpy()
    leaked = leaked.astype({"case": int, "size": float, "shape": float, "label": int})
    evaluation = evaluated(version, dataset=snapshot(project, leaked))
    assert evaluation.job.error == ""
    assert evaluation.is_held_out is False
    assert "7 rows are also in training, snapshot 1" in evaluation.held_out_reason
    assert checks_of(version)["evaluated_held_out"] == Check.Status.FAILED


def test_rows_are_the_same_whatever_type_a_schema_gives_their_values(project: Project, version: ModelVersion) -> None:
    leaked = snapshot(project, training_rows().iloc[:40].drop(columns="case"))
    # The label is a number to the schema of the training rows, and a name to this one.
    leaked.schema.fields.filter(key__in=["label", "shape"]).update(data_type="string", order="nominal")
    found = held_out.look(EvaluationJob(version=version, dataset=leaked))
    assert found.holds is False
    assert "40 rows are also in training, snapshot 1" in found.reason


@pytest.mark.parametrize("altered", ["snapshot", "model"])
def test_a_stored_file_that_was_changed_from_outside_is_not_measured(
    project: Project, version: ModelVersion, altered: str
) -> None:
    rows = snapshot(project, cases())
    sha256 = rows.sha256 if altered == "snapshot" else version.artifact_sha256
    with storage.local_path(sha256) as path:
        content = path.read_bytes()
        try:
            path.write_bytes(content + b"\n")
            evaluation = evaluated(version, dataset=rows)
        finally:
            path.write_bytes(content)
    assert evaluation.job.state == Job.State.FAILED
    assert "no longer have their SHA-256" in evaluation.job.error
    assert not evaluation.metrics.exists()


def test_the_training_snapshot_itself_is_recognised(project: Project, version: ModelVersion) -> None:
    evaluation = evaluated(version, dataset=version.datasets.get())
    assert evaluation.is_held_out is False
    assert "the very file" in evaluation.held_out_reason


def test_a_version_without_snapshots_cannot_show_that_rows_are_new(project: Project) -> None:
    version = version_in(project)
    evaluation = evaluated(version, dataset=snapshot(project, cases()))
    assert evaluation.is_held_out is None
    assert checks_of(version)["evaluated_held_out"] == Check.Status.UNKNOWN


def test_a_later_look_at_training_rows_does_not_unmake_the_evidence(project: Project, version: ModelVersion) -> None:
    evaluated(version, dataset=snapshot(project, cases()))
    before = checks_of(version)
    evaluated(version, dataset=version.datasets.get())
    assert before["evaluated_held_out"] == Check.Status.PASSED
    assert checks_of(version) == before


def test_thresholds_are_judged_as_they_stood_when_the_evaluation_was_requested(
    project: Project, version: ModelVersion
) -> None:
    kpi = KpiFactory(project=project, metric="recall", threshold=0.99)
    KpiFactory(project=project, metric="", name="Not measured here")
    KpiFactory(project=project, metric="mae", name="Of another task")
    KpiFactory(project=project, metric="recall", kind="business", name="Of another kind")
    evaluation = request_evaluation(version, asked=Asked(dataset=snapshot(project, cases())), by=project.created_by)
    kpi.threshold = 0.1
    kpi.revision = 2
    kpi.save()
    work()
    verdict = evaluation.verdicts.get()
    assert (verdict.kpi, verdict.kpi_revision, verdict.threshold, verdict.verdict) == (kpi, 1, 0.99, "fail")
    assert checks_of(version)["kpis_met"] == Check.Status.FAILED


def test_a_fairness_kpi_is_held_against_the_group_that_fares_worst(project: Project, version: ModelVersion) -> None:
    KpiFactory(project=project, kind="fairness", metric="specificity", threshold=0.5)
    evaluation = evaluated(version, dataset=snapshot(project, cases()), slice_columns=["site"])
    values = {row.value_label: row.value for row in evaluation.slices.filter(metric="specificity")}
    verdict = evaluation.verdicts.get()
    assert set(values) == {"north", "south"}
    assert verdict.value == min(values.values())
    assert f"site = {min(values, key=lambda name: values[name])}" in verdict.reason


def test_the_same_rows_and_seed_give_the_same_results(project: Project, version: ModelVersion) -> None:
    dataset = snapshot(project, cases())
    one, two = evaluated(version, dataset=dataset), evaluated(version, dataset=dataset)
    assert one.number + 1 == two.number
    assert one.results_sha256 == two.results_sha256
