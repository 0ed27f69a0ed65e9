"""A model's steps: read in the real sandbox when it is registered, shown on pages and through the API, noted beside."""

import io
import json
import pickle
from pathlib import Path
from typing import Any

import pytest
import skops.io
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import BaggingClassifier, RandomForestClassifier, StackingClassifier, VotingClassifier
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import FeatureUnion, Pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from evaluation.outlines import request_outline
from jobs.models import Job
from registry.models import ModelOutline, ModelVersion, OutlineNote, RegisteredModel
from registry.services.versions import VersionDetails, register_version
from tests.conftest import ApiAs, ClientAs
from tests.factories.evaluation import cases, version_in
from tests.factories.jobs import work
from tests.hostile import pickle_that_opens

pytestmark = pytest.mark.any_database

ROWS = cases(120)
NUMBERS = ROWS[["size", "shape"]]
EXAMPLE = {"size": 1.5, "shape": -0.5, "site": "north"}


def fitted() -> Pipeline:
    prepare = ColumnTransformer(
        [
            (
                "numbers",
                Pipeline([("fill", SimpleImputer(strategy="median")), ("scale", StandardScaler())]),
                ["size", "shape"],
            ),
            ("words", OneHotEncoder(handle_unknown="ignore"), ["site"]),
        ]
    )
    pipeline = Pipeline([("prepare", prepare), ("classify", LogisticRegression(C=0.5))])
    return pipeline.fit(ROWS[["size", "shape", "site"]], ROWS["label"])


def registered(project: Project, model: Any, **said: Any) -> ModelVersion:
    known, _ = RegisteredModel.objects.get_or_create(
        project=project, name="triage", defaults={"task": "binary", "created_by": project.created_by}
    )
    details = VersionDetails(algorithm="Pipeline", **said)
    content = io.BytesIO(skops.io.dumps(model))
    return register_version(known, details, file=content, file_name="model.skops", by=project.created_by)


def outline_of(version: ModelVersion) -> ModelOutline:
    return ModelOutline.objects.get(version=version)


def actions(project: Project) -> list[str]:
    return list(AuditEntry.objects.filter(chain=project.chain).order_by("seq").values_list("action", flat=True))


def at(name: str, version: ModelVersion) -> str:
    return reverse(name, args=[version.model.project.slug, version.model.name, version.number])


def test_a_registered_model_is_read_by_a_worker_and_answers_its_own_example(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    version = registered(project, fitted(), example_input=EXAMPLE)
    assert outline_of(version).state == ModelOutline.State.RUNNING
    assert "Waiting for a worker" in client_as(owner).get(version.get_absolute_url()).content.decode()
    assert work() == 1

    outline = outline_of(version)
    assert (outline.state, outline.origin, outline.artifact_sha256) == ("done", "sandbox", version.artifact_sha256)
    lines = outline.text.splitlines()
    assert lines[0] == "1. Take the columns size, shape, site."
    assert lines[2] == "   2.1 For the columns size, shape:"
    assert lines[3].startswith(
        "      2.1.1 Fill gaps with a fixed value for each column (SimpleImputer). Set: strategy = 'median'. By default: "
    )
    assert lines[5].startswith(
        "   2.2 For the column site: turn each category into a column of 0 and 1 (OneHotEncoder)."
    )
    assert lines[5].endswith("Learned: categories site: north, south.")
    assert lines[6].startswith(
        "3. Weigh and add the columns, and turn the sum into probabilities of the classes (LogisticRegression). Set: C = 0.5."
    )
    assert "Learned: weights numbers__size +" in lines[6]
    assert lines[7] == "4. Answer one of these classes: 0, 1."
    assert outline.example_input["rows"] == [EXAMPLE]
    [answer] = outline.example_output["rows"]
    assert answer["answer"] == 1
    assert answer["probabilities"]["1"] > 0.5
    assert actions(project)[-2:] == ["version.registered", "outline.read"]

    page = client_as(owner).get(at("registry:version-outline", version)).content.decode()
    for shown in ("<svg", "read from the model", "OneHotEncoder", "strategy = &#x27;median&#x27;", "&quot;north&quot;"):
        assert shown in page
    told = api_as(owner).get(at("registry-api:version-outline", version)).json()
    assert (told["state"], told["origin"], told["text"]) == ("done", "sandbox", outline.text)
    assert told["steps"][1]["steps"][0]["class"].endswith("ColumnTransformer")


KINDS = {
    "search": (
        GridSearchCV(Pipeline([("s", StandardScaler()), ("c", LogisticRegression())]), {"c__C": [0.1, 1.0]}, cv=3),
        ["Use the best of the settings that were searched, every one of a grid (GridSearchCV).", "candidates 2", "Set: C = "],
    ),
    "vote": (
        VotingClassifier([("line", LogisticRegression()), ("tree", DecisionTreeClassifier(max_depth=2))], voting="soft"),
        ["let them vote (VotingClassifier). Set: voting = 'soft'.", "2.1 Ask line: weigh", "2.2 Ask tree: follow", "depth 2"],
    ),
    "stack": (
        StackingClassifier([("line", LogisticRegression()), ("tree", DecisionTreeClassifier(max_depth=2))], cv=3),
        ["give their answers to a final one (StackingClassifier)", "2.3 Give their answers to the model: weigh"],
    ),
    "bag": (
        BaggingClassifier(DecisionTreeClassifier(max_depth=3), n_estimators=7),
        ["(7 copies) (BaggingClassifier)", "Ask the model: follow a decision tree", "Set: max_depth = 3."],
    ),
    "forest": (
        RandomForestClassifier(n_estimators=9, max_depth=3),
        ["(RandomForestClassifier). Set: max_depth = 3, n_estimators = 9.", "Learned: trees 9; deepest 3."],
    ),
    "calibrated": (
        CalibratedClassifierCV(LogisticRegression(), cv=3),
        ["can be read as probabilities (3 copies) (CalibratedClassifierCV). Set: cv = 3.", "2.1 Weigh and add"],
    ),
    "target": (
        TransformedTargetRegressor(Ridge(alpha=2.0), transformer=MinMaxScaler()),
        ["change the answer back (TransformedTargetRegressor)", "Before training, the target is changed: stretch", "alpha = 2.0"],
    ),
    "union": (
        Pipeline([("both", FeatureUnion([("a", StandardScaler()), ("b", MinMaxScaler())])), ("c", LogisticRegression())]),
        ["several parts at once", "2.1 In the part a: standardise", "2.2 In the part b: stretch"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_model_is_told_in_words(kind: str, project: Project) -> None:
    model, expected = KINDS[kind]
    version = registered(project, model.fit(NUMBERS, ROWS["label"]), example_input={"size": 1.0, "shape": 0.0})
    work()
    outline = outline_of(version)
    assert outline.state == "done", outline.reason
    for words in expected:
        assert words in outline.text
    assert len(outline.example_output["rows"]) == 1


def test_an_example_that_does_not_fit_leaves_the_steps_and_says_why(project: Project) -> None:
    version = registered(project, fitted(), example_input={"size": 1.0})
    work()
    outline = outline_of(version)
    assert (outline.state, outline.example_output) == ("done", None)
    assert outline.reason == (
        "The example does not fit what the model was trained on: it lacks shape, site. "
        "Register the next version with one that does."
    )
    assert outline.example_input["rows"] == [{"size": 1.0}]


def test_a_file_that_can_run_code_is_looked_into_only_where_the_project_allows_it(
    project: Project, validator: User, viewer: User, client_as: ClientAs
) -> None:
    project.allow_code_formats = False
    project.save()
    model = Pipeline([("s", StandardScaler()), ("c", LogisticRegression())]).fit(NUMBERS, ROWS["label"])
    version = version_in(project, content=pickle.dumps(model), format="pickle")
    read = at("evaluation:outline-read", version)
    assert client_as(viewer).post(read).status_code == 403
    assert client_as(validator).post(read).status_code == 302
    assert not Job.objects.exists()
    outline = outline_of(version)
    assert (outline.origin, outline.steps[0]["class"]) == ("description", "Linear model")
    assert outline.reason.startswith(
        "Nobody looked into the model's file: a pickle file can run code when it is loaded"
    )

    project.allow_code_formats = True
    project.save()
    client_as(validator).post(read)
    assert work() == 1
    outline.refresh_from_db()
    assert (outline.origin, outline.reason) == ("sandbox", "")
    assert "2. Standardise each column" in outline.text
    assert actions(project)[-4:] == ["outline.requested", "outline.read", "outline.requested", "outline.read"]


def test_a_hostile_file_is_told_as_failed_with_a_way_on(
    project: Project, owner: User, client_as: ClientAs, tmp_path: Path
) -> None:
    project.allow_code_formats = True
    project.save()
    hostile = pickle_that_opens(tmp_path / "proof", tmp_path / "model.pkl")
    version = version_in(project, content=hostile.read_bytes(), format="pickle")
    client_as(owner).post(at("evaluation:outline-read", version))
    work()
    outline = outline_of(version)
    assert not (tmp_path / "proof").exists()
    assert outline.state == "failed"
    assert outline.reason.startswith("The model")
    page = client_as(owner).get(at("registry:version-outline", version)).content.decode()
    assert "The steps could not be read from the model" in page
    assert "Read them again" in page
    assert actions(project)[-1] == "outline.failed"


def test_names_that_a_model_brings_are_shown_as_text(project: Project, owner: User, client_as: ClientAs) -> None:
    rows = NUMBERS.rename(columns={"size": "<script>alert(1)</script>", "shape": "\u202eevil"})
    model = Pipeline([("</svg><b>", StandardScaler()), ("c", LogisticRegression())]).fit(rows, ROWS["label"])
    version = registered(project, model)
    work()
    outline = outline_of(version)
    assert "\u202e" not in outline.text + json.dumps(outline.steps, ensure_ascii=False)
    page = client_as(owner).get(at("registry:version-outline", version)).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_asking_twice_reads_once_and_a_cancelled_reading_can_be_asked_for_again(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    version = registered(project, fitted())
    assert request_outline(version, by=owner) == request_outline(version, by=owner)
    [job] = Job.objects.all()
    client_as(owner).post(reverse("jobs:job-cancel", args=[project.slug, job.pk]))
    outline = outline_of(version)
    assert (outline.state, outline.reason[:26]) == ("failed", "Somebody stopped the readi")
    client_as(owner).post(at("evaluation:outline-read", version))
    assert work() == 1
    outline.refresh_from_db()
    assert (outline.state, outline.reason) == ("done", "")


def test_notes_are_numbered_and_the_read_text_cannot_be_written(
    project: Project, contributor: User, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    version = registered(project, fitted())
    work()
    told = outline_of(version).text
    note = at("registry:outline-note", version)
    assert client_as(viewer).post(note, {"text": "Mine", "after": 0}).status_code == 403
    assert client_as(contributor).post(note, {"text": "The encoder drops new sites.", "after": 0}).status_code == 302
    stale = client_as(contributor).post(note, {"text": "Written meanwhile.", "after": 0})
    assert stale.status_code == 409
    assert "Written meanwhile." in stale.content.decode()
    assert client_as(contributor).post(note, {"text": "  ", "after": 1}).status_code == 422
    api = api_as(contributor)
    assert api.post(at("registry-api:outline-notes", version), {"text": "a\0b"}).status_code == 400
    assert api.post(at("registry-api:outline-notes", version), {"text": "Second.", "after": 1}).status_code == 201
    listed = api.get(at("registry-api:outline-notes", version)).json()["results"]
    assert [(one["number"], one["text"], one["by"]) for one in listed] == [
        (2, "Second.", "contributor"), (1, "The encoder drops new sites.", "contributor"),
    ]  # fmt: skip
    assert actions(project)[-2:] == ["outline.noted", "outline.noted"]
    for method in ("put", "patch", "delete"):
        assert getattr(api, method)(at("registry-api:version-outline", version), {"text": "Mine"}).status_code == 405
    assert outline_of(version).text == told
    assert OutlineNote.objects.count() == 2
    page = client_as(viewer).get(version.get_absolute_url()).content.decode()
    assert "Second." in page
    assert "wrote beside it" in page


def test_a_version_uploaded_on_the_page_is_read_as_well(project: Project, owner: User, client_as: ClientAs) -> None:
    RegisteredModel.objects.create(project=project, name="triage", task="binary", created_by=owner)
    file = SimpleUploadedFile("model.skops", skops.io.dumps(LogisticRegression().fit(NUMBERS, ROWS["label"])))
    sent = {"file": file, "algorithm": "Logistic regression", "hyperparameters": "{}"}
    response = client_as(owner).post(reverse("registry:version-create", args=[project.slug, "triage"]), sent)
    assert response.status_code == 302
    work()
    assert ModelOutline.objects.get().state == "done"
