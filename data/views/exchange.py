from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data import exchange
from data.contracts import croissant, odcs
from data.contracts.reading import BadDocument, read_document
from data.forms.exchange import CroissantImportForm, SchemaImportForm
from data.models import DataSchema, Dataset
from data.services import imports, references, schemas
from data.views.requests import sent


@require_http_methods(["GET", "POST"])
def schema_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Import a schema from a data contract or a table schema."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    initial = {"name": request.GET.get("name", "")}
    form = SchemaImportForm(sent(request), request.FILES or None, initial=initial)
    problems: list[str] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            imported = exchange.read_schema(told["content"], table=told["table"])
            schema = schemas.import_schema(project, imported, name=told["name"], note=told["note"], by=user)
        except BadDocument as reason:
            problems, status = reason.shown, 422
        except schemas.BadSchema as reason:
            problems, status = [str(reason)], 422
        except schemas.UnchangedSchema as reason:
            problems, status = [str(reason)], 409
        else:
            messages.success(request, _sentence(schema, imported.guessed))
            return redirect(schema)
    context = {"project": project, "form": form, "problems": problems}
    return render(request, "data/schema_import.html", context, status=422 if form.errors else status)


@require_safe
def schema_export(request: HttpRequest, slug: str, schema_id: int, form: str) -> HttpResponse:
    """A version of a schema as a data contract or a table schema."""
    project = get_project(signed_in(request), slug)
    schema = get_object_or_404(DataSchema.objects.select_related("project"), project=project, pk=schema_id)
    version = request.GET.get("version", odcs.VERSIONS[0])
    if form not in exchange.FORMS or version not in odcs.VERSIONS:
        raise Http404("There is no such export.")
    return as_download(exchange.write_schema(schema, form, version=version))


@require_safe
def dataset_croissant(request: HttpRequest, slug: str, dataset_id: int) -> HttpResponse:
    """A snapshot as Croissant."""
    project = get_project(signed_in(request), slug)
    dataset = described(project, dataset_id)
    try:
        return as_download(croissant_of(request, dataset))
    except exchange.NotExportable as reason:
        messages.error(request, str(reason))
        return redirect(dataset)


@require_http_methods(["GET", "POST"])
def croissant_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Describe somebody else's data set by its Croissant file."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    form = CroissantImportForm(sent(request), request.FILES or None, initial={"split_role": Dataset.SplitRole.WHOLE})
    problems: Iterable[str] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        terms = imports.Terms(told["split_role"], told["personal_data"], told["access_status"])
        try:
            found = croissant.read(read_document(told["content"]), table=told["table"])
            dataset = imports.import_croissant(project, found, terms=terms, name=told["name"], by=user)
        except BadDocument as reason:
            problems, status = reason.shown, 422
        except (schemas.BadSchema, references.BadReference) as reason:
            problems, status = [str(reason)], 422
        except references.AlreadyReferred as reason:
            problems, status = [str(reason)], 409
        else:
            messages.success(request, f"{dataset} is described. Its rows stay where they are; nothing was fetched.")
            return redirect(dataset)
    context = {"project": project, "form": form, "problems": problems}
    return render(request, "data/croissant_import.html", context, status=422 if form.errors else status)


def described(project: Project, dataset_id: int) -> Dataset:
    """A snapshot with all that its description speaks of."""
    found = Dataset.objects.select_related("project", "schema", "labeling_method").prefetch_related("sources")
    return get_object_or_404(found, project=project, pk=dataset_id)


def croissant_of(request: HttpRequest, dataset: Dataset) -> exchange.File:
    """A snapshot as Croissant, with addresses as the asking browser or program knows them; raises NotExportable."""
    file = reverse("data-api:dataset-file", args=[dataset.project.slug, dataset.pk])
    page, file = (request.build_absolute_uri(path) for path in (dataset.get_absolute_url(), file))
    return exchange.write_croissant(dataset, page=page, file=file)


def as_download(file: exchange.File) -> HttpResponse:
    """An exported file as something that a browser saves."""
    response = HttpResponse(file.content, content_type=f"{file.media_type}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _sentence(schema: DataSchema, guessed: list[str]) -> str:
    said = f"{schema} is imported: {schema.fields.count()} columns."
    if guessed:
        said += f" The file states no order of measurement for {len(guessed)} of them: review what was guessed."
    return said
