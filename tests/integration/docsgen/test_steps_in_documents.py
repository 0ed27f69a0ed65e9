"""A model's steps in its document: what was read, what people wrote beside it, each with its origin."""

import pytest
from pypdf import PdfReader

from canvas.models import Project
from data import storage
from docsgen.facts import gather
from docsgen.sections.pseudocode import pseudocode
from registry.outlining.steps import Outline, Step
from registry.services import outlines
from registry.services.outlines import Reading
from tests.factories.docsgen import issued_document
from tests.factories.registry import ModelVersionFactory, RegisteredModelFactory

pytestmark = pytest.mark.any_database

WEIGH = "Weigh and add the columns, and turn the sum into probabilities of the classes (LogisticRegression)."
STEPS = Outline(
    (
        Step(
            "model",
            "sklearn.pipeline.Pipeline",
            steps=(
                Step("scale", "StandardScaler"),
                Step("weigh", "LogisticRegression", {"C": "0.5", "tol": "0.0001"}, chosen=("C",)),
            ),
        ),
    ),
    inputs=("size", "shape"),
    classes=("0", "1"),
)


def test_a_document_tells_the_steps_that_were_read_and_the_note_beside_them(project: Project) -> None:
    model = RegisteredModelFactory(project=project, name="triage")
    version = ModelVersionFactory(model=model, pseudocode="Scale, then weigh.")
    outlines.report(
        version,
        Reading(
            outline=STEPS, library="scikit-learn 1.7.2", tier="B", artifact_sha256=version.artifact_sha256,
            example_input={"rows": [{"size": 1.5, "shape": -0.5}], "origin": "Written by Owner at registration"},
            example_output={"rows": [{"answer": 1}], "origin": "Answered by the model in sandbox tier B"},
        ),
    )  # fmt: skip
    outlines.add_note(version, text="The scale is that of the clinic's scanner.", by=project.created_by)
    section = pseudocode(gather(version))
    kinds = [item.kind for item in section.items]
    assert kinds == ["paragraph", "steps", "figure", "quotation", "quotation", "facts"]
    assert section.items[1].lines == (
        "Take the columns size, shape.",
        "Standardise each column by its mean and deviation in training (StandardScaler).",
        f"{WEIGH} Set: C = 0.5. By default: tol = 0.0001.",
        "Answer one of these classes: 0, 1.",
    )
    printed = "".join(
        page.extract_text() for page in PdfReader(storage.open_file(issued_document(version).pdf_sha256)).pages
    )
    told = " ".join(printed.split())
    for words in (
        "by scikit-learn 1.7.2 in sandbox tier B",
        "Standardise each column by its mean and deviation",
        "As the uploader wrote it",
        "The scale is that of the clinic",
        "Written by Owner at registration",
    ):
        assert words in told


def test_a_document_says_when_the_file_was_not_looked_into(project: Project) -> None:
    version = ModelVersionFactory(model=RegisteredModelFactory(project=project, name="triage"), pseudocode="")
    outlines.report_unread(version, "Nobody looked into the model's file.", failed=False)
    section = pseudocode(gather(version))
    assert section.items[0].sentences[0].text == (
        "These steps were put together from what is written beside the model's file. Nobody looked into the model's file."
    )
