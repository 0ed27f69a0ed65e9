"""What a document says of risk, oversight and the decision, each sentence resting on a record."""

from typing import Any

from accounts.models import User
from canvas.models import Project
from canvas.services import assessments, decisions
from docsgen.content import FactList, Gap, Paragraph, Quotation, Section, Table
from docsgen.facts import gather
from docsgen.sections.purpose import business_use
from docsgen.sections.risks import oversight, risks
from tests.factories.accounts import PASSWORD
from tests.factories.registry import ModelVersionFactory
from tests.factories.risk import CREDIT, ClassificationFactory, GoNoGoDecisionFactory, RiskFactory


def texts(section: Section) -> list[str]:
    return [item.text for item in section.items if isinstance(item, Gap)]


def refs_of(section: Section) -> set[str]:
    found: set[str] = set()
    for item in section.items:
        if isinstance(item, Paragraph):
            found |= {ref for sentence in item.sentences for ref in sentence.refs}
        elif isinstance(item, Table):
            found |= {ref for row in item.rows for ref in row.refs}
        elif isinstance(item, FactList):
            found |= {ref for fact in item.facts for ref in fact.refs}
        elif isinstance(item, Quotation):
            found |= set(item.refs)
    return found


def test_missing_records_are_named_with_the_page_that_mends_them(project: Project) -> None:
    facts = gather(ModelVersionFactory(model__project=project))
    assert texts(risks(facts)) == [
        "Not classified. Nobody knows which duties apply.",
        "Risk register empty.",
        "No impact assessment.",
    ]
    assert texts(oversight(facts)) == ["No oversight plan."]
    assert "No go/no-go decision." in texts(business_use(facts))
    # A snapshot that was taken before these records existed misses them all.
    assert texts(risks({key: value for key, value in facts.items() if key != "risk"})) == texts(risks(facts))


def test_recorded_ones_are_printed_with_footnotes(project: Project, owner: User, approver: User) -> None:
    ClassificationFactory(project=project, answers=CREDIT)
    RiskFactory(project=project, number=1, title="Wrong queue")
    assessments.assess_impact(project, answers={"purposes": "Fewer people wait."}, based_on=0, by=owner)
    plan: dict[str, Any] = {"overseers": [{"role": "Shift leader", "authority": "Stop it"}], "stop": "By a switch."}
    assessments.plan_oversight(project, answers=plan, based_on=0, by=owner)
    proposal = GoNoGoDecisionFactory(project=project, evidence=decisions.basis_of(project).manifest)
    decisions.sign(proposal, by=owner, capacity="sponsor", password=PASSWORD)
    decisions.sign(proposal, by=approver, capacity="risk-owner", password=PASSWORD)

    facts = gather(ModelVersionFactory(model__project=project))
    register = next(item for item in risks(facts).items if isinstance(item, Table) and item.caption == "Risk register")
    assert [cell.text for cell in register.rows[0].cells][:3] == [
        "R1 Wrong queue",
        "Patients with rare forms",
        "very high (15)",
    ]
    assert any("The impact assessment leaves open" in text for text in texts(risks(facts)))
    watching = oversight(facts)
    assert any(isinstance(item, Table) and item.caption == "Who oversees" for item in watching.items)
    decided = next(
        item
        for item in business_use(facts).items
        if isinstance(item, Paragraph) and "Decision 1" in item.sentences[0].text
    )
    assert f"no-go, by {owner} as sponsor and {approver} as risk owner." in decided.sentences[0].text
    assert "No go/no-go decision." not in texts(business_use(facts))
    for section in (risks(facts), watching, business_use(facts)):
        assert refs_of(section)
        assert refs_of(section) <= set(facts["records"])
    # The same facts say the same.
    assert risks(facts) == risks(facts)
    assert oversight(facts) == oversight(facts)
