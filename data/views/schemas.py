from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.models import DataSchema
from data.schema_diff import changes_between
from data.schema_forms import MOST_EDITABLE, SchemaVersionForm, field_forms
from data.services import schemas
from data.views.requests import sent

SHOWN_VERSIONS = 20


@require_safe
def schema_detail(request: HttpRequest, slug: str, schema_id: int) -> HttpResponse:
    """One version of a schema, what it describes, and how it came to be."""
    project = get_project(signed_in(request), slug)
    schema = get_object_or_404(DataSchema.objects.select_related("project"), project=project, pk=schema_id)
    versions = list(
        DataSchema.objects.filter(project=project, name=schema.name)
        .select_related("project", "created_by")
        .prefetch_related("fields")
        .order_by("-number")[: SHOWN_VERSIONS + 1]
    )
    drafts = [schemas.drafts_of(version) for version in versions]
    changes = [changes_between(before, after) for after, before in pairwise(drafts)]
    context = {
        "project": project,
        "schema": schema,
        "fields": schema.fields.all(),
        "latest": versions[0],
        "history": list(zip(versions, [*changes, []], strict=True))[:SHOWN_VERSIONS],
        "datasets": schema.datasets.select_related("project")[:50],
    }
    return render(request, "data/schema_detail.html", context)


@require_http_methods(["GET", "POST"])
def schema_edit(request: HttpRequest, slug: str, schema_id: int) -> HttpResponse:
    """Correct a schema, all columns in one table; saving makes the next version."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    schema = get_object_or_404(DataSchema.objects.select_related("project"), project=project, pk=schema_id)
    newest = DataSchema.objects.latest_of(project, schema.name)
    if request.method == "GET" and newest.pk != schema.pk:
        return redirect("data:schema-edit", slug, newest.pk)
    drafts = schemas.drafts_of(schema)
    context: dict[str, Any] = {"project": project, "schema": schema, "most": MOST_EDITABLE}
    if len(drafts) > MOST_EDITABLE:
        return render(request, "data/schema_edit.html", context | {"is_too_wide": True})
    form = SchemaVersionForm(sent(request), initial={"based_on": schema.pk})
    rows = field_forms(drafts, sent(request))
    status = 200
    if request.method == "POST" and form.is_valid() & rows.is_valid():
        based_on = get_object_or_404(
            DataSchema, project=project, name=schema.name, pk=form.cleaned_data.pop("based_on")
        )
        fields = [row.draft() for row in rows]
        try:
            revised = schemas.revise_schema(based_on, fields=fields, by=user, **form.cleaned_data)
        except (schemas.BadSchema, schemas.NotFitting, schemas.UnchangedSchema) as reason:
            form.add_error(None, str(reason))
        except schemas.StaleSchema as reason:
            changes = changes_between(schemas.drafts_of(based_on), schemas.drafts_of(reason.latest))
            context |= {"conflict": reason, "changes": changes, "based_on": reason.latest.pk}
            status = 409
        else:
            messages.success(request, f"Version {revised.number} of the schema {revised.name} is recorded.")
            return redirect(revised)
    if form.errors or (rows.is_bound and not rows.is_valid()):
        status = 422
    return render(request, "data/schema_edit.html", context | {"form": form, "rows": rows}, status=status)
