from canvas.models import Project
from docsgen.facts.data import dataset_fact
from docsgen.facts.ledger import Ledger
from docsgen.sections.data import labeling_methods
from tests.factories.data import DatasetFactory, LabelingMethodFactory
from tests.factories.labeling import LabelAgreementFactory, LabelAuditFactory


def told(project: Project, *, measured: bool) -> tuple[str, list[str]]:
    method = LabelingMethodFactory(project=project, agreement="Kappa 0.83, they say")
    if measured:
        LabelAgreementFactory(method=method, number=4)
        LabelAuditFactory(method=method)
    ledger = Ledger()
    facts = dataset_fact(DatasetFactory(project=project, labeling_method=method), "Trained on", ledger)
    section = labeling_methods(
        {"datasets": [facts], "project": {"slug": project.slug, "owners": [], "url": ""}, "plan": {}}
    )
    assert all(ref in ledger.records for item in section.items for ref in getattr(item, "shared_refs", ()))
    return repr(section.items), [gap.text for gap in section.gaps]


def test_a_document_tells_measured_agreement_from_what_is_declared(project: Project) -> None:
    text, gaps = told(project, measured=True)
    assert "Agreement, as declared" in text
    assert "Kappa 0.83, they say" in text
    assert "Measured agreement 4: 3 labelers, 2 rows disputed" in text
    assert "0.1" in text
    assert "Label audits" in text
    assert "2.0 %" in text
    assert gaps == []


def test_a_document_says_when_nobody_measured(project: Project) -> None:
    _, gaps = told(project, measured=False)
    assert len(gaps) == 1
    assert "was never measured, and no sample of labels was audited" in gaps[0]
