from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data import frames, storage
from data.downloads import download
from data.forms.datasets import BindForm, DatasetDescriptionForm, UploadForm
from data.models import DataSchema, Dataset
from data.rows import RowsNotHere
from data.services import datasets, documentation_gaps, schemas
from data.tables import BadTable, MissingLabel
from data.uploads import sent_name
from data.views.requests import sent


@require_safe
def dataset_detail(request: HttpRequest, slug: str, dataset_id: int) -> HttpResponse:
    """One snapshot: its facts, its first rows, its columns, and what learned from it."""
    project = get_project(signed_in(request), slug)
    dataset = _dataset(project, dataset_id)
    return _render_dataset(request, project, dataset)


@require_http_methods(["GET", "POST"])
def dataset_upload(request: HttpRequest, slug: str) -> HttpResponse:
    """Upload a file as a new snapshot."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    initial = {"name": request.GET.get("name", ""), "split_role": Dataset.SplitRole.TRAIN}
    form = UploadForm(
        sent(request), request.FILES if request.method == "POST" else None, project=project, initial=initial
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        fields = form.cleaned_data
        file = fields.pop("file")
        try:
            dataset = datasets.upload_dataset(project, file=file, file_name=sent_name(file), by=user, **fields)
        except MissingLabel as reason:
            form.add_error("label_column", f"{reason} Choose the file again, too.")
        except (BadTable, storage.TooLarge) as reason:
            form.add_error("file", str(reason))
        except datasets.AlreadyUploaded as reason:
            form.add_error("file", str(reason))
            status = 409
        else:
            messages.success(request, f"{dataset} is stored: {dataset.rows:,} rows, {dataset.columns:,} columns.")
            return redirect(dataset)
    if form.errors and status == 200:
        status = 422
    return render(request, "data/dataset_upload.html", {"project": project, "form": form}, status=status)


@require_http_methods(["GET", "POST"])
def dataset_describe(request: HttpRequest, slug: str, dataset_id: int) -> HttpResponse:
    """Change what is said about a snapshot."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    dataset = _dataset(project, dataset_id)
    form = DatasetDescriptionForm(sent(request), project=project, initial=_described(dataset))
    context: dict[str, Any] = {"project": project, "form": form, "dataset": dataset}
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            changed = datasets.describe_dataset(dataset, by=user, **form.cleaned_data)
        except MissingLabel as reason:
            form.add_error("label_column", str(reason))
        except datasets.InUse as reason:
            form.add_error(None, str(reason))
        except datasets.StaleDescription as reason:
            context |= {"conflict": reason, "based_on": datasets.description_mark(reason.latest)}
            status = 409
        else:
            messages.success(request, "The description is saved.")
            return redirect(changed)
    if form.errors:
        status = 422
    return render(request, "data/dataset_describe.html", context, status=status)


@require_POST
def dataset_bind(request: HttpRequest, slug: str, dataset_id: int) -> HttpResponse:
    """Bind a snapshot to a schema."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    dataset = _dataset(project, dataset_id)
    form = BindForm(request.POST)
    if not form.is_valid():
        raise Http404("No such schema.")
    schema = get_object_or_404(DataSchema, project=project, pk=form.cleaned_data["schema"])
    try:
        schemas.bind_schema(dataset, schema=schema, by=user)
    except schemas.NotFitting as reason:
        return _render_dataset(request, project, dataset, refusal=str(reason), status=422)
    messages.success(request, f"{dataset} is described by {schema}.")
    return redirect(dataset)


@require_safe
def dataset_file(request: HttpRequest, slug: str, dataset_id: int) -> FileResponse:
    """The file, byte for byte as it was uploaded."""
    project = get_project(signed_in(request), slug)
    return download(_dataset(project, dataset_id))


def _dataset(project: Project, dataset_id: int) -> Dataset:
    found = Dataset.objects.select_related("project", "schema", "labeling_method", "uploaded_by")
    return get_object_or_404(found.prefetch_related("sources"), project=project, pk=dataset_id)


def _described(dataset: Dataset) -> dict[str, Any]:
    described = {key: getattr(dataset, key) for key in datasets.DESCRIPTION}
    return described | {
        "sources": list(dataset.sources.all()),
        "labeling_method": dataset.labeling_method,
        "based_on": datasets.description_mark(dataset),
    }


def _render_dataset(
    request: HttpRequest, project: Project, dataset: Dataset, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    preview, missing = None, ""
    try:
        preview = frames.preview(dataset)
    except RowsNotHere as reason:
        missing = str(reason)
    except (storage.Missing, BadTable):
        missing = ""
    fields = list(dataset.schema.fields.all()) if dataset.schema else []
    newest = DataSchema.objects.filter(project=project).newest().order_by("name")
    context = {
        "project": project,
        "dataset": dataset,
        "preview": preview,
        "missing": missing,
        "numeric": {field.key for field in fields if field.data_type in ("integer", "number")},
        "gaps": documentation_gaps(dataset),
        "fields": fields,
        "other_schemas": [schema for schema in newest[:50] if schema.pk != dataset.schema_id],
        # A reverse relation of the room to the left; its label and address are all that is shown.
        "version_links": dataset.version_links.select_related("version__model__project")[:50],
        "siblings": Dataset.objects.defer("declared")
        .filter(project=project, name=dataset.name)
        .exclude(pk=dataset.pk)[:20],
        "refusal": refusal,
    }
    return render(request, "data/dataset_detail.html", context, status=status)
