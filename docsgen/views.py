from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from audit.services import canonical
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data import storage
from docsgen import services
from docsgen.documents import DOCUMENTS
from docsgen.forms import DatasheetForm, DocumentForm
from docsgen.models import Document
from docsgen.render import context_of

DOCUMENTS_PER_PAGE = 25


class FileAltered(Exception):
    """A stored document's bytes are gone or changed; whoever asked must not take them for the issued ones."""


@require_http_methods(["GET", "POST"])
def document_list(request: HttpRequest, slug: str) -> HttpResponse:
    """A project's documents, and the way to ask for another."""
    asks = request.method == "POST"
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.CREATE_DOCUMENTS if asks else Permission.VIEW)
    # Two forms stand on the page; the field that only one of them has says which was sent.
    of_dataset = asks and "dataset" in request.POST
    chosen = {"version": request.GET.get("version", ""), "dataset": request.GET.get("dataset", "")}
    form = DocumentForm(request.POST if asks and not of_dataset else None, project=project, initial=chosen)
    sheet = DatasheetForm(request.POST if of_dataset else None, project=project, initial=chosen)
    if of_dataset and sheet.is_valid():
        return redirect(services.request_datasheet(sheet.cleaned_data["dataset"], by=user))
    if asks and form.is_valid():
        document = services.request_document(form.cleaned_data["version"], kind=form.cleaned_data["kind"], by=user)
        return redirect(document)
    listed = Document.objects.listed().filter(project=project)
    page = Paginator(listed, DOCUMENTS_PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "project": project,
        "page": page,
        "form": form,
        "sheet": sheet,
        "has_versions": form.fields["version"].queryset.exists(),  # type: ignore[attr-defined]  # a ModelChoiceField
        "has_datasets": sheet.fields["dataset"].queryset.exists(),  # type: ignore[attr-defined]  # as above
    }
    status = 422 if form.errors or sheet.errors else 200
    return render(request, "docsgen/document_list.html", context, status=status)


@require_safe
def document_detail(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """A document: its state while it is made, and then the document itself, to read."""
    project, document = _document(request, slug, number)
    context: dict[str, object] = {"project": project, "document": document, "job": document.job}
    if document.status == Document.Status.ISSUED and document.facts:
        context |= context_of(DOCUMENTS[document.kind], document.facts, identifier=document.identifier)
    return render(request, "docsgen/document_detail.html", context)


@require_safe
def document_file(request: HttpRequest, slug: str, number: int, form: str) -> FileResponse | HttpResponse:
    """The issued file, byte for byte as it was stored: pdf, html or the facts as json."""
    _, document = _document(request, slug, number)
    try:
        return file_of(document, form)
    except FileAltered as reason:
        messages.error(request, str(reason))
        return redirect(document)


def file_of(document: Document, form: str) -> FileResponse | HttpResponse:
    """An issued document's file as a download that a browser opens in no context of ours; raises FileAltered."""
    if document.status != Document.Status.ISSUED or form not in ("pdf", "html", "json"):
        raise Http404("This document is not issued.")
    name = f"{document.file_stem}.{form}"
    response: FileResponse | HttpResponse
    if form == "json":
        response = HttpResponse(canonical(document.facts or {}), content_type="application/json")
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    else:
        sha256 = document.pdf_sha256 if form == "pdf" else document.html_sha256
        if not storage.matches(sha256):
            raise FileAltered(
                f"The stored file of {document.identifier} no longer has its SHA-256 and is not handed out."
            )
        kind = "application/pdf" if form == "pdf" else "text/html; charset=utf-8"
        response = FileResponse(storage.open_file(sha256), as_attachment=True, filename=name, content_type=kind)
    response.headers["Content-Security-Policy"] = (
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _document(request: HttpRequest, slug: str, number: int) -> tuple[Project, Document]:
    project = get_project(signed_in(request), slug)
    documents = Document.objects.select_related(
        "version__model__project", "dataset__project", "requested_by", "job", "project"
    )
    return project, get_object_or_404(documents, project=project, number=number)
