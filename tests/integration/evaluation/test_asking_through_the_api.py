import io
import json
import pickle
from typing import Any

import numpy as np
import pytest
from django.urls import reverse
from rest_framework.test import APIClient
from sklearn.metrics import balanced_accuracy_score

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from evaluation.models import EvaluationJob
from jobs.models import Job
from registry.models import ModelVersion
from tests.conftest import ApiAs
from tests.factories.canvas import ProjectFactory
from tests.factories.evaluation import cases, doses, snapshot, trained, version_in
from tests.factories.jobs import work

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(project: Project) -> ModelVersion:
    return version_in(project)


@pytest.fixture
def api(api_as: ApiAs, contributor: User) -> APIClient:
    return api_as(contributor)


def address(project: Project, number: int | None = None, verb: str = "") -> str:
    if number is None:
        return reverse("evaluation-api:evaluation-list", args=[project.slug])
    return reverse(f"evaluation-api:evaluation-{verb or 'detail'}", args=[project.slug, number])


def ask(api: APIClient, project: Project, **fields: Any) -> Any:
    return api.post(address(project), {"model": "triage", "version": 1} | fields, format="json")


def send(api: APIClient, project: Project, content: bytes | str, name: str = "predictions.csv", **fields: Any) -> Any:
    file = io.BytesIO(content.encode() if isinstance(content, str) else content)
    file.name = name
    sent = {"model": "triage", "version": 1, "label_column": "label", "predictions": file} | fields
    return api.post(address(project), sent, format="multipart")


def predictions_csv(**changes: Any) -> str:
    frame = cases(60)
    frame["prediction"] = trained("binary").predict(frame[["size", "shape"]])
    frame["score"] = trained("binary").predict_proba(frame[["size", "shape"]])[:, 1]
    return frame.assign(**changes).to_csv(index=False)


def outcome(api: APIClient, project: Project, number: int = 1) -> Any:
    work()
    return api.get(address(project, number)).json()


def refused(response: Any, field: str, words: str) -> None:
    """A request was refused for this reason, and nothing came of it."""
    assert response.status_code == 400, response.content
    assert words in " ".join(response.json()[field])
    assert not EvaluationJob.objects.exists()
    assert not Job.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="evaluation").exists()


def failed(found: Any, words: str) -> None:
    """An evaluation failed with this sentence, and measured nothing."""
    assert found["state"] == "failed"
    assert words in found["error"]
    assert found["metrics"] == []
    assert found["results_sha256"] == ""
    line = AuditEntry.objects.get(action="evaluation.failed")
    assert words in json.loads(line.body)["comment"]


def test_a_model_is_run_and_every_number_can_be_read(api: APIClient, project: Project, version: ModelVersion) -> None:
    rows = cases()
    response = ask(api, project, dataset=snapshot(project, rows).pk, slice_columns=["site"])
    assert response.status_code == 201, response.content
    assert response.json()["state"] == "queued"
    found = outcome(api, project, response.json()["number"])
    assert (found["state"], found["error"]) == ("succeeded", "")
    predicted = trained("binary").predict(rows[["size", "shape"]])
    numbers = {row["metric"]: row["value"] for row in found["metrics"] if row["subject"] == "model"}
    assert numbers["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(rows["label"], predicted))
    assert {row["value_label"] for row in found["slices"]} == {"north", "south"}
    assert all("svg" not in curve and curve["table"]["rows"] for curve in found["curves"])


def test_predictions_from_a_file_are_measured(api: APIClient, project: Project, version: ModelVersion) -> None:
    response = send(
        api, project, predictions_csv(), prediction_column="prediction", score_column="score", slice_columns=["site"]
    )
    assert response.status_code == 201, response.content
    found = outcome(api, project)
    assert (found["state"], found["error"]) == ("succeeded", "")
    assert found["strength"] == "measured"
    assert found["is_held_out"] is None
    assert "without a snapshot" in found["held_out_reason"]
    frame = cases(60)
    expected = balanced_accuracy_score(frame["label"], trained("binary").predict(frame[["size", "shape"]]))
    numbers = {row["metric"]: row["value"] for row in found["metrics"] if row["subject"] == "model"}
    assert numbers["balanced_accuracy"] == pytest.approx(expected)


def test_predictions_for_a_snapshot_can_show_that_its_rows_are_new(api: APIClient, project: Project) -> None:
    version_in(project, trained_on=[snapshot(project, cases(40, seed=3), name="training", role="train")])
    test = snapshot(project, cases(60))
    response = send(api, project, predictions_csv(), dataset=test.pk, prediction_column="prediction")
    assert response.status_code == 201, response.content
    assert outcome(api, project)["is_held_out"] is True


def test_predictions_that_do_not_belong_to_the_snapshot_are_told_apart(
    api: APIClient, project: Project, version: ModelVersion
) -> None:
    rows = cases(60)
    test = snapshot(project, rows.assign(label=np.roll(rows["label"], 1)))
    send(api, project, predictions_csv(), dataset=test.pk, prediction_column="prediction")
    failed(outcome(api, project), "The labels of the file and of rows, snapshot 1 differ, first in row")


def test_several_classes_need_a_score_column_each(api: APIClient, project: Project) -> None:
    version_in(project, task="multiclass")
    table = "label,p_a,p_b,p_c\n" + "a,0.8,0.1,0.1\nb,0.2,0.5,0.3\nc,0.1,0.1,0.8\na,0.3,0.4,0.3\n" * 10
    response = send(api, project, table, score_columns=json.dumps({"a": "p_a", "b": "p_b", "c": "p_c"}))
    assert response.status_code == 201, response.content
    found = outcome(api, project)
    assert (found["state"], found["error"]) == ("succeeded", "")
    numbers = {row["metric"]: row["value"] for row in found["metrics"] if row["subject"] == "model"}
    assert numbers["accuracy"] == pytest.approx(0.75)


def test_the_same_key_asks_once(api: APIClient, project: Project, version: ModelVersion) -> None:
    dataset = snapshot(project, cases())
    sent = {"model": "triage", "version": 1, "dataset": dataset.pk}
    first, second = (
        api.post(address(project), sent, format="json", headers={"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert first.json()["number"] == second.json()["number"] == 1
    assert AuditEntry.objects.filter(action="evaluation.requested").count() == 1


def test_a_waiting_evaluation_can_be_cancelled_once(api: APIClient, project: Project, version: ModelVersion) -> None:
    ask(api, project, dataset=snapshot(project, cases()).pk)
    assert api.post(address(project, 1, "cancel")).json()["state"] == "cancelled"
    assert work() == 0
    assert AuditEntry.objects.filter(action="evaluation.cancelled").count() == 1
    assert outcome(api, project)["metrics"] == []


def test_a_finished_evaluation_cannot_be_cancelled(api: APIClient, project: Project, version: ModelVersion) -> None:
    send(api, project, predictions_csv(), prediction_column="prediction")
    work()
    response = api.post(address(project, 1, "cancel"))
    assert response.status_code == 409
    assert "nothing left to cancel" in response.json()["detail"]


# What cannot work is refused when it is asked for, and changes nothing.


def test_a_missing_label_column_is_refused(api: APIClient, project: Project, version: ModelVersion) -> None:
    response = ask(api, project, dataset=snapshot(project, cases()).pk, label_column="diagnosis")
    refused(response, "label_column", "There is no label column “diagnosis”. The columns are “case”, “size”")


def test_a_file_without_the_label_column_is_refused(api: APIClient, project: Project, version: ModelVersion) -> None:
    response = send(api, project, "prediction\n1\n0\n", prediction_column="prediction")
    refused(response, "label_column", "There is no label column “label”. The columns are “prediction”.")


def test_words_as_labels_of_a_regression_are_refused(api: APIClient, project: Project) -> None:
    version_in(project, task="regression")
    frame = cases().assign(label=lambda frame: np.where(frame["label"] == 1, "ill", "well"))
    response = ask(api, project, dataset=snapshot(project, frame).pk)
    refused(response, "label_column", "holds text, and a regression predicts numbers")


def test_an_unnamed_positive_label_is_asked_for(api: APIClient, project: Project, version: ModelVersion) -> None:
    frame = cases().assign(label=lambda frame: np.where(frame["label"] == 1, "ill", "well"))
    response = ask(api, project, dataset=snapshot(project, frame).pk)
    refused(response, "positive_label", "Say which label of “label” is the positive one")


def test_a_snapshot_of_another_project_is_not_found(api: APIClient, project: Project, version: ModelVersion) -> None:
    elsewhere = snapshot(ProjectFactory(), cases())
    refused(ask(api, project, dataset=elsewhere.pk), "dataset", "This project has no snapshot with this id.")


def test_a_version_that_does_not_exist_is_named(api: APIClient, project: Project, version: ModelVersion) -> None:
    response = ask(api, project, version=9, dataset=snapshot(project, cases()).pk)
    refused(response, "version", "no version 9 of a model “triage”")


def test_a_format_that_carries_code_is_refused_without_leave(api: APIClient, project: Project) -> None:
    version_in(project, content=b"never opened", format="pickle")
    response = ask(api, project, dataset=snapshot(project, cases()).pk)
    refused(response, "mode", "this project does not run such files. Save the model as skops or ONNX")


def test_neither_snapshot_nor_file_is_refused(api: APIClient, project: Project, version: ModelVersion) -> None:
    refused(ask(api, project, label_column="label"), "dataset", "Choose the snapshot to run the model on, or upload")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (("", "predictions.csv"), "empty"),
        (("label,prediction\n1,0,7\n", "predictions.csv"), "Line 2 has 3 values"),
        ((b"label,prediction\n\xff\xfe,0\n", "predictions.csv"), "UTF-8"),
        (("label,prediction\n", "predictions.csv"), "no rows"),
        (("label,prediction\n1,0\n", "predictions.parquet"), "not a Parquet file"),
    ],
)
def test_a_file_that_is_no_table_is_refused(
    api: APIClient, project: Project, version: ModelVersion, file: tuple[bytes | str, str], words: str
) -> None:
    response = send(api, project, *file, prediction_column="prediction")
    assert response.status_code == 400
    assert words in str(response.json()["predictions"])
    assert not EvaluationJob.objects.exists()


# What only the rows show fails the evaluation with the same kind of sentence.


def test_a_missing_prediction_fails_with_its_row(api: APIClient, project: Project, version: ModelVersion) -> None:
    send(api, project, "label,prediction\n1,1\n0,\n1,0\n", prediction_column="prediction")
    failed(outcome(api, project), "has no value in row 2")


@pytest.mark.parametrize(("value", "words"), [("NaN", "no value in row 2"), ("inf", "infinite value in row 2")])
def test_a_prediction_that_is_no_finite_number_fails(api: APIClient, project: Project, value: str, words: str) -> None:
    version_in(project, task="regression")
    send(api, project, f"label,prediction\n1.5,1.25\n2.5,{value}\n3.5,3.0\n", prediction_column="prediction")
    failed(outcome(api, project), words)


@pytest.mark.parametrize("value", ["1.5", "-0.25"])
def test_a_probability_outside_its_range_fails(
    api: APIClient, project: Project, version: ModelVersion, value: str
) -> None:
    send(api, project, f"label,score\n1,0.75\n0,{value}\n1,0.5\n", score_column="score")
    failed(outcome(api, project), f"should hold probabilities between 0 and 1, and holds '{value}' in row 2")


def test_three_labels_for_a_binary_task_fail(api: APIClient, project: Project, version: ModelVersion) -> None:
    send(api, project, "label,prediction\na,a\nb,b\nc,a\n", prediction_column="prediction", positive_label="a")
    failed(outcome(api, project), "holds 3 different labels, and a binary task has two")


def test_a_model_that_does_not_fit_the_columns_fails_and_names_them(
    api: APIClient, project: Project, version: ModelVersion
) -> None:
    frame = cases().rename(columns={"shape": "outline"})
    ask(api, project, dataset=snapshot(project, frame).pk)
    failed(outcome(api, project), "shape")


def test_score_columns_nested_without_end_are_refused(api: APIClient, project: Project, version: ModelVersion) -> None:
    refused(send(api, project, predictions_csv(), score_columns="[" * 5_000), "score_columns", "nested too deep")


def test_a_skops_file_that_is_a_pickle_is_never_run(api: APIClient, project: Project) -> None:
    version_in(project, content=pickle.dumps(trained("binary")), format="skops")
    ask(api, project, dataset=snapshot(project, cases()).pk)
    failed(outcome(api, project), "can run code when it is loaded")


def test_a_regression_can_be_measured_from_a_file(api: APIClient, project: Project) -> None:
    version_in(project, task="regression")
    frame = doses(80)
    frame["prediction"] = frame["label"] + 1
    send(api, project, frame.to_csv(index=False), prediction_column="prediction")
    found = outcome(api, project)
    numbers = {row["metric"]: row["value"] for row in found["metrics"] if row["subject"] == "model"}
    assert numbers["mae"] == pytest.approx(1)
    assert numbers["mean_error"] == pytest.approx(1)
