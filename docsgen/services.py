"""Every write to a document."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data import storage
from data.models import Dataset
from docsgen import documents
from docsgen.documents import DATASET, DATASHEET, DOCUMENTS, VERSION
from docsgen.facts import Snapshot, digest_of
from docsgen.models import Document
from docsgen.render import Rendered
from jobs import services as jobs
from registry.models import ModelVersion

JOB_KIND = "document"
LARGEST_DOCUMENT = 256 * 2**20


class UnknownDocument(Exception):
    """No document of this kind exists."""


@transaction.atomic
def request_document(version: ModelVersion, *, kind: str, by: User) -> Document:
    """Ask for a document about a version; a worker gathers the facts and renders it."""
    return _request(kind, about=VERSION, subject=version, project_id=version.model.project_id, by=by)


@transaction.atomic
def request_datasheet(dataset: Dataset, *, by: User, kind: str = DATASHEET.key) -> Document:
    """Ask for a document about a snapshot; a worker gathers the facts and renders it."""
    return _request(kind, about=DATASET, subject=dataset, project_id=dataset.project_id, by=by)


def _request(kind: str, *, about: str, subject: ModelVersion | Dataset, project_id: int, by: User) -> Document:
    known = [document.key for document in documents.about(about)]
    if kind not in known:
        raise UnknownDocument(f"There is no document called {kind} about it. Choose one of {', '.join(known)}.")
    project = Project.objects.select_for_update().get(pk=project_id)
    last = Document.objects.filter(project=project).aggregate(last=Max("number"))["last"] or 0
    label = f"{DOCUMENTS[kind].title} of {subject}"
    job = jobs.enqueue(JOB_KIND, project=project, label=label, by=by)
    document = Document.objects.create(
        project=project, number=last + 1, kind=kind, job=job, requested_by=by, **{about: subject}
    )
    record(
        Action.DOCUMENT_REQUESTED, by=by, on=document, chain=project.chain, label=document.identifier,
        after={"kind": kind, about: str(subject)},
    )  # fmt: skip
    return document


def issue(
    document: Document, snapshot: Snapshot, rendered: Rendered, html: storage.StoredFile, pdf: storage.StoredFile
) -> None:
    """Tie the stored files to the document; runs in the transaction that ends the job."""
    document.status = Document.Status.ISSUED
    document.facts = snapshot
    document.facts_sha256 = digest_of(snapshot)
    document.html_sha256 = html.sha256
    document.pdf_sha256, document.pdf_size, document.pages = pdf.sha256, pdf.size, rendered.printed.pages
    document.gaps = rendered.gaps
    document.journal_head = snapshot["journal"]["hash"]
    document.issued_at = timezone.now()
    document.save()
    record(
        Action.DOCUMENT_ISSUED, by=document.requested_by, on=document, chain=document.project.chain,
        label=document.identifier,
        after={
            "pdf_sha256": pdf.sha256,
            "facts_sha256": document.facts_sha256,
            "pages": document.pages,
            "gaps": len(document.gaps),
        },
    )  # fmt: skip


def fail(document: Document, reason: str) -> None:
    """Write down that the document could not be rendered; runs in the transaction that ends the job."""
    document.status = Document.Status.FAILED
    document.save(update_fields=["status"])
    record(
        Action.DOCUMENT_FAILED, by=document.requested_by, on=document, chain=document.project.chain,
        label=document.identifier, comment=reason,
    )  # fmt: skip
