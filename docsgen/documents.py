"""The kinds of documents: a row here, with its sections, gives page, HTML and PDF."""

from collections.abc import Callable
from dataclasses import dataclass

from docsgen.content import Content, Fact, Section
from docsgen.facts import Snapshot
from docsgen.sections import data, decisions, development, purpose, results
from docsgen.sections.summary import summary
from docsgen.sections.words import moment

SectionWriter = Callable[[Snapshot], Section]


@dataclass(frozen=True)
class DocumentType:
    """A kind of document: its name, its template and its sections in order."""

    key: str
    title: str
    template: str
    sections: tuple[SectionWriter, ...]


MODEL_DOCUMENT = DocumentType(
    "model-document",
    "Model document",
    "docsgen/model_document.html",
    (
        purpose.identity,
        purpose.intended_use,
        purpose.out_of_scope,
        purpose.business_use,
        data.data_sources,
        data.data_schemas,
        data.labeling_methods,
        data.splits,
        development.experimentation,
        development.environment,
        development.pseudocode,
        results.thresholds,
        results.evaluation_data,
        results.results,
        results.slices,
        results.limits,
        decisions.approvals,
    ),
)

DOCUMENTS: dict[str, DocumentType] = {document.key: document for document in (MODEL_DOCUMENT,)}


def write(document: DocumentType, snapshot: Snapshot, *, identifier: str) -> Content:
    """Turn a snapshot into the document's content; the same snapshot gives the same content."""
    version, project = snapshot["version"], snapshot["project"]
    state, tone = _state(snapshot)
    return Content(
        title=f"{version['model']} v{version['number']}",
        subtitle=project["purpose"],
        state=state,
        state_tone=tone,
        summary=summary(snapshot),
        sections=tuple(section(snapshot) for section in document.sections),
        cover=(
            Fact("Document", identifier),
            Fact("Project", project["name"]),
            Fact("Facts taken", f"{moment(snapshot['taken_at'])} {snapshot['time_zone']}"),
            Fact("Owner", ", ".join(project["owners"]) or "not named"),
            Fact("Risk tier", project["risk_label"]),
            Fact("Plan", f"{snapshot['plan']['percent']} % complete"),
        ),
    )


def _state(snapshot: Snapshot) -> tuple[str, str]:
    held = [held for held in snapshot["stages"] if not held["until_at"]]
    if held and held[-1]["promotion"] is not None:
        return f"In {held[-1]['stage']}", "good"
    return "Draft: no approved version", "warn"
