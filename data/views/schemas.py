from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.roles import Permission
from canvas.views.requests import signed_in
from data.inference import FieldDraft
from data.models import DataSchema, SchemaCheck
from data.schema_diff import changes_between, compare
from data.schema_forms import MOST_EDITABLE, SchemaVersionForm, field_forms
from data.schema_rules import RULES
from data.services import schemas
from data.views.requests import sent

SHOWN_VERSIONS = 20
SHOWN_CHECKS = 10


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
    compared = [compare(before, after) for after, before in pairwise(drafts)]
    context = {
        "project": project,
        "schema": schema,
        "fields": schema.fields.all(),
        "latest": versions[0],
        "history": list(zip(versions, [*compared, None], strict=False))[:SHOWN_VERSIONS],
        "datasets": schema.datasets.select_related("project")[:50],
        "checks": SchemaCheck.objects.told().select_related("dataset__project").filter(schema=schema)[:SHOWN_CHECKS],
    }
    return render(request, "data/schema_detail.html", context)


@require_safe
def schema_diff(request: HttpRequest, slug: str, schema_id: int) -> HttpResponse:
    """What changed from an earlier version to this one, and whom it breaks."""
    project = get_project(signed_in(request), slug)
    held = DataSchema.objects.select_related("project", "created_by")
    schema = get_object_or_404(held, project=project, pk=schema_id)
    earlier = held.filter(project=project, name=schema.name, number__lt=schema.number).order_by("-number")
    asked = request.GET.get("from", "")
    chosen = earlier.filter(number=int(asked)) if asked.isascii() and asked.isdigit() and len(asked) < 9 else earlier
    before = get_object_or_404(chosen[:1]) if schema.number > 1 else None
    compared = compare(schemas.drafts_of(before), schemas.drafts_of(schema)) if before else None
    context = {
        "project": project,
        "schema": schema,
        "before": before,
        "compared": compared,
        "earlier": earlier[:50],
        "rules": RULES.values(),
    }
    return render(request, "data/schema_diff.html", context)


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
        if "preview" in request.POST:
            compared = compare(schemas.drafts_of(based_on), fields)
            context |= {"compared": compared, "form": form, "rows": rows, "rules": RULES.values()}
            return render(request, "data/schema_edit.html", context | _preview(fields))
        try:
            revised = schemas.revise_schema(based_on, fields=fields, by=user, **form.cleaned_data)
        except (schemas.BadSchema, schemas.NotFitting, schemas.UnchangedSchema) as reason:
            form.add_error(None, str(reason))
        except schemas.StaleSchema as reason:
            changes = changes_between(schemas.drafts_of(based_on), schemas.drafts_of(reason.latest))
            context |= {"conflict": reason, "changes": changes, "based_on": reason.latest.pk}
            status = 409
        else:
            compared = compare(schemas.drafts_of(based_on), fields)
            said = f" {compared.sentence}" if compared.changes else ""
            messages.success(request, f"Version {revised.number} of the schema {revised.name} is recorded.{said}")
            return redirect(revised)
    if form.errors or (rows.is_bound and not rows.is_valid()):
        status = 422
    return render(request, "data/schema_edit.html", context | {"form": form, "rows": rows}, status=status)


def _preview(fields: list[FieldDraft]) -> dict[str, Any]:
    """What would keep these columns from being saved, if anything."""
    try:
        schemas.check_fields(fields)
    except schemas.BadSchema as reason:
        return {"refusal": str(reason)}
    return {}
