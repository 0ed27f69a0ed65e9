"""Which evaluation a document speaks of, and what it says about thresholds that moved since."""

import pytest

from accounts.models import User
from canvas.models import Project
from canvas.services import kpis
from docsgen.content import Paragraph, Table
from docsgen.facts import gather
from docsgen.sections.results import evaluation_data, thresholds
from registry.models import ModelVersion
from tests.factories.canvas import KpiFactory
from tests.factories.docsgen import issued_document
from tests.factories.evaluation import cases, evaluated, snapshot, training_rows, version_in

pytestmark = pytest.mark.any_database


def test_the_results_are_those_the_promotion_checks_rest_on(project: Project) -> None:
    trained_on, unseen = snapshot(project, training_rows()), snapshot(project, cases())
    version = version_in(project, trained_on=[trained_on])
    held_out = evaluated(version, dataset=unseen)
    later = evaluated(version, dataset=trained_on)
    assert (held_out.is_held_out, later.is_held_out) == (True, False)
    facts = gather(version)
    first, second = facts["evaluations"]
    assert (first["number"], second["number"]) == (held_out.number, later.number)
    assert first["metrics"]
    attempts = next(item for item in evaluation_data(facts).items if isinstance(item, Table))
    assert [(row.cells[0].text, row.cells[4].text) for row in attempts.rows] == [
        (f"evaluation {held_out.number}", "yes"),
        (f"evaluation {later.number}", "no"),
    ]
    texts = {gap["text"] for gap in issued_document(version).gaps}
    assert "No held-out evaluation." not in texts


def test_a_threshold_that_moved_after_the_verdict_is_named(project: Project, owner: User) -> None:
    kpi = KpiFactory(project=project, name="Sick cases found", metric="recall", threshold=0.5)
    gone = KpiFactory(project=project, name="Healthy cases passed", metric="specificity", threshold=0.5)
    version = version_in(project, trained_on=[snapshot(project, training_rows())])
    evaluated(version, dataset=snapshot(project, cases()))
    assert moved(version) == []
    kpis.change_kpi(kpi, by=owner, based_on=kpi.revision, threshold=0.75)
    kpis.retire_kpi(gone, by=owner)
    assert moved(version) == [
        "Healthy cases passed was judged by ≥ 0.500, and has no threshold any more.",
        (
            "Sick cases found was judged by ≥ 0.500; the KPI was changed since, and now it asks for ≥ 0.750 of Recall "
            "(sensitivity)."
        ),
    ]


def moved(version: ModelVersion) -> list[str]:
    paragraphs = [item for item in thresholds(gather(version)).items if isinstance(item, Paragraph)]
    said = [sentence.text for paragraph in paragraphs for sentence in paragraph.sentences]
    return [text for text in said if " was judged by " in text]
