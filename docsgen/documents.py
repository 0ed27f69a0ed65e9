"""The kinds of documents: a row here, with its sections, gives page, HTML and PDF."""

from collections.abc import Callable
from dataclasses import dataclass

from docsgen.content import Content, Fact, Section
from docsgen.facts import Snapshot
from docsgen.sections import data, datasheet, decisions, development, pseudocode, purpose, results, risks
from docsgen.sections.summary import summary
from docsgen.sections.words import moment

SectionWriter = Callable[[Snapshot], Section]
VERSION, DATASET = "version", "dataset"


@dataclass(frozen=True)
class DocumentType:
    """A kind of document: what it is about, its name, its template and its sections in order."""

    key: str
    title: str
    about: str
    template: str
    parts: str
    """What the sections with a mark on the cover are together."""
    sections: tuple[SectionWriter, ...]


MODEL_DOCUMENT = DocumentType(
    "model-document",
    "Model document",
    VERSION,
    "docsgen/model_document.html",
    "Six components",
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
        pseudocode.pseudocode,
        results.thresholds,
        results.evaluation_data,
        results.results,
        results.slices,
        results.limits,
        risks.risks,
        risks.oversight,
        decisions.approvals,
    ),
)

DATASHEET = DocumentType(
    "datasheet",
    "Datasheet",
    DATASET,
    "docsgen/datasheet.html",
    "Eight parts",
    (
        datasheet.motivation,
        datasheet.composition,
        datasheet.collection,
        datasheet.preparation,
        datasheet.labeling,
        datasheet.uses,
        datasheet.distribution,
        datasheet.maintenance,
    ),
)

DOCUMENTS: dict[str, DocumentType] = {document.key: document for document in (MODEL_DOCUMENT, DATASHEET)}


def about(subject: str) -> list[DocumentType]:
    """The kinds of documents about a version, or about a snapshot."""
    return [document for document in DOCUMENTS.values() if document.about == subject]


def write(document: DocumentType, snapshot: Snapshot, *, identifier: str) -> Content:
    """Turn a snapshot into the document's content; the same snapshot gives the same content."""
    front = _of_dataset if document.about == DATASET else _of_version
    return front(document, snapshot, identifier)


def _of_dataset(document: DocumentType, snapshot: Snapshot, identifier: str) -> Content:
    dataset, project = snapshot["dataset"], snapshot["project"]
    sections = tuple(section(snapshot) for section in document.sections)
    gaps = sum(len(section.gaps) for section in sections)
    return Content(
        title=f"{dataset['name']} {dataset['number']}",
        subtitle=dataset["description"].splitlines()[0] if dataset["description"] else "",
        state=dataset["split_role"],
        state_tone="info" if not gaps else "",
        summary=datasheet.summary(snapshot),
        sections=sections,
        cover=(
            Fact("Document", identifier),
            Fact("Project", project["name"]),
            Fact("Facts taken", f"{moment(snapshot['taken_at'])} {snapshot['time_zone']}"),
            Fact("Recorded by", dataset["uploaded_by"]),
            Fact("Rows", f"{dataset['rows']:,}" if dataset["rows"] else "not counted"),
            Fact("Columns", f"{dataset['columns']:,}" if dataset["columns"] else "not counted"),
        ),
    )


def _of_version(document: DocumentType, snapshot: Snapshot, identifier: str) -> Content:
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
