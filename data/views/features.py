from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import GRANTS, Permission
from canvas.views.requests import signed_in
from data.catalogue import newer_original, outdated_copies, shared_features, uses
from data.feast import feast_file
from data.feature_drafts import from_plan, from_schema, planned_rows
from data.feature_hints import hints_for, hints_for_all, warnings_of
from data.forms.features import (
    CatalogueForm,
    DraftsForm,
    FeatureForm,
    FeatureRevisionForm,
    ReuseForm,
    column_names,
)
from data.models import DataSchema, FeatureDefinition, SchemaField
from data.services import features
from data.views.lists import section_counts
from data.views.requests import sent

PER_PAGE = 50
STATES = {"": Q(retired_at=None), "retired": Q(retired_at__isnull=False)}
WRITERS = [role for role, granted in GRANTS.items() if Permission.EDIT_DATA in granted]


@require_safe
def feature_list(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest version of every feature, with what speaks against it."""
    project = get_project(signed_in(request), slug)
    state = request.GET.get("state", "")
    newest = FeatureDefinition.objects.filter(project=project).newest()
    listed = newest.filter(STATES.get(state, STATES[""])).select_related("project", "source", "created_by")
    sought = request.GET.get("q", "").replace("\0", "").strip()[:200]
    if sought:
        listed = listed.filter(Q(name__icontains=sought) | Q(description__icontains=sought))
    page = Paginator(listed.annotate(users=uses()).order_by("name"), PER_PAGE).get_page(request.GET.get("page"))
    hints = hints_for_all(project, page)
    outdated = outdated_copies(project)
    context = {
        "project": project,
        "page": page,
        "rows": [(each, warnings_of(each), hints[each.pk], each.pk in outdated) for each in page],
        "state": state,
        "sought": sought,
        "retired": newest.filter(STATES["retired"]).count(),
        "counts": section_counts(project),
    }
    return render(request, "data/feature_list.html", context)


@require_safe
def feature_detail(request: HttpRequest, slug: str, feature_id: int) -> HttpResponse:
    """One version of a feature, and how it came to be."""
    project = get_project(signed_in(request), slug)
    feature = _feature(project, feature_id)
    versions = list(
        FeatureDefinition.objects.filter(project=project, name=feature.name)
        .select_related("project", "created_by", "source")
        .order_by("-number")
    )
    older: list[FeatureDefinition | None] = [*versions[1:], None]
    context = {
        "project": project,
        "feature": feature,
        "latest": versions[0],
        "history": [
            (newer, features.changes_between(before, newer) if before else [])
            for newer, before in zip(versions, older, strict=True)
        ],
        "warnings": warnings_of(feature),
        "hints": hints_for(project, feature.source_fields),
        "newer_original": newer_original(feature),
        "origin_is_visible": feature.reused_from is not None
        and Project.objects.visible_to(signed_in(request)).filter(pk=feature.reused_from.project_id).exists(),
        "users": FeatureDefinition.objects.filter(pk=feature.pk)
        .annotate(users=uses())
        .values_list("users", flat=True)[0],
    }
    return render(request, "data/feature_detail.html", context)


@require_http_methods(["GET", "POST"])
def feature_create(request: HttpRequest, slug: str) -> HttpResponse:
    """Define a feature."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    form = FeatureForm(sent(request), project=project)
    if request.method == "POST" and form.is_valid():
        try:
            feature = features.define_feature(project, by=user, **form.cleaned_data)
        except features.FeatureNameTaken as reason:
            form.add_error("name", str(reason))
        else:
            messages.success(request, f"The feature {feature.name} is defined.")
            return redirect(feature)
    context = {"project": project, "form": form, "columns": column_names(project)}
    return render(request, "data/feature_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def feature_revise(request: HttpRequest, slug: str, feature_id: int) -> HttpResponse:
    """Record the next version; what somebody else saved in the meantime is shown, never overwritten."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    feature = _feature(project, feature_id)
    newest = FeatureDefinition.objects.latest_of(project, feature.name)
    if request.method == "GET" and newest.pk != feature.pk:
        return redirect("data:feature-revise", slug, newest.pk)
    # The form checks against a copy: a version is never written to.
    initial = {"based_on": feature.pk, "change_reason": ""}
    form = FeatureRevisionForm(sent(request), instance=_feature(project, feature_id), project=project, initial=initial)
    context: dict[str, Any] = {
        "project": project,
        "form": form,
        "feature": feature,
        "columns": column_names(project),
        "hints": hints_for(project, feature.source_fields),
    }
    status = 200
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        based_on = get_object_or_404(FeatureDefinition, project=project, name=feature.name, pk=fields.pop("based_on"))
        try:
            revised = features.revise_feature(based_on, by=user, **fields)
        except (features.UnchangedFeature, features.Retired) as reason:
            form.add_error(None, str(reason))
        except features.StaleFeature as reason:
            changes = features.changes_between(based_on, reason.latest)
            context |= {"conflict": reason, "changes": changes, "based_on": reason.latest.pk}
            status = 409
        else:
            messages.success(request, f"Version {revised.number} of {revised.name} is recorded.")
            return redirect(revised)
    if form.errors:
        status = 422
    return render(request, "data/feature_form.html", context, status=status)


@require_POST
def feature_share(request: HttpRequest, slug: str, feature_id: int) -> HttpResponse:
    """Put a feature into the catalogue, or take it out."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    feature = _feature(project, feature_id)
    if request.POST.get("share") == "no":
        features.unshare_feature(feature, by=user)
        messages.success(request, f"{feature.name} is no longer in the catalogue. Copies elsewhere stay.")
        return redirect(feature)
    try:
        features.share_feature(feature, by=user)
    except features.Retired as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, f"{feature.name} is in the catalogue. Everybody with an account sees it.")
    return redirect(feature)


@require_POST
def feature_retire(request: HttpRequest, slug: str, feature_id: int) -> HttpResponse:
    """Retire a feature."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    feature = features.retire_feature(_feature(project, feature_id), by=user)
    messages.success(request, f"{feature.name} is retired. Its versions stay readable.")
    return redirect(feature)


@require_http_methods(["GET", "POST"])
def feature_import(request: HttpRequest, slug: str) -> HttpResponse:
    """Define several features at once: columns of a schema, or rows of the plan's block 4."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_DATA)
    schemas = DataSchema.objects.filter(project=project).newest().order_by("name")
    schema = _chosen_schema(schemas, request.GET.get("schema", ""))
    offered = _columns(schema) if schema else [str(row["name"]) for row in planned_rows(project)]
    held = set(FeatureDefinition.objects.filter(project=project).values_list("name", flat=True))
    names = [name for name in offered if name not in held]
    initial = {"chosen": names, "owner": user.get_full_name() or user.username}
    form = DraftsForm(sent(request), names=names, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        where = {"entity": said["entity"], "owner": said["owner"]}
        drafts = from_schema(schema, said["chosen"], **where) if schema else from_plan(project, said["chosen"], **where)
        done = features.define_features(project, drafts, by=user)
        messages.success(request, f"{len(done.defined)} features are defined. Check each for leakage and proxies.")
        return redirect("data:feature-list", slug)
    context = {
        "project": project,
        "form": form,
        "schema": schema,
        "schemas": schemas,
        "names": names,
        "known": len(offered) - len(names),
    }
    return render(request, "data/feature_import.html", context, status=422 if form.errors else 200)


@require_safe
def feature_feast(request: HttpRequest, slug: str) -> HttpResponse:
    """The project's features as a Feast repository file."""
    project = get_project(signed_in(request), slug)
    return feast_response(project)


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """The features that teams share, to look through."""
    user = signed_in(request)
    form = CatalogueForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {}
    listed = shared_features(
        sought=said.get("q", ""),
        data_type=said.get("data_type", ""),
        availability=said.get("availability", ""),
        entity=said.get("entity", ""),
    )
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "visible": _visible(user, page), "is_filtered": any(said.values())}
    return render(request, "data/feature_catalogue.html", context)


@require_http_methods(["GET", "POST"])
def catalogue_feature(request: HttpRequest, feature_id: int) -> HttpResponse:
    """A shared feature, and the way to reuse it."""
    user = signed_in(request)
    feature = _shared(feature_id)
    projects = _own_projects(user).exclude(pk=feature.project_id)
    form = ReuseForm(sent(request), projects=projects)
    status = 200
    if request.method == "POST" and form.is_valid():
        target = get_project(user, form.cleaned_data["project"].slug, needs=Permission.EDIT_DATA)
        try:
            copy = features.reuse_feature(feature, project=target, name=form.cleaned_data["name"], by=user)
        except features.FeatureNameTaken as reason:
            form.add_error("name", str(reason))
        except features.NotReusable as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, "The feature is copied as version 1. Check it against your own data.")
            return redirect(copy)
    if form.errors:
        status = 422
    context = {
        "feature": feature,
        "form": form,
        "may_reuse": projects.exists(),
        "visible": _visible(user, [feature]),
        "warnings": warnings_of(feature),
    }
    return render(request, "data/feature_shared.html", context, status=status)


def feast_response(project: Project) -> HttpResponse:
    """The Feast file of a project's features as a download; raises Http404 when there is none."""
    held = FeatureDefinition.objects.filter(project=project, retired_at=None).newest().order_by("entity", "name")
    listed = list(held)
    if not listed:
        raise Http404("This project has no feature to export.")
    keys = {feature.entity_key for feature in listed}
    newest = DataSchema.objects.filter(project=project).newest().values("pk")
    key_types = dict(SchemaField.objects.filter(schema__in=newest, key__in=keys).values_list("key", "data_type"))
    response = HttpResponse(feast_file(project.name, listed, key_types), content_type="text/x-python; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="features_{project.slug.replace("-", "_")}.py"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _shared(feature_id: int) -> FeatureDefinition:
    """The newest version of a shared feature; to those who guess numbers, others do not exist."""
    named = get_object_or_404(FeatureDefinition.objects.select_related("project"), pk=feature_id)
    return get_object_or_404(shared_features(), project=named.project_id, name=named.name)


def _visible(user: User, listed: Any) -> set[int]:  # Any: a page or a list of features
    """The projects among these whose name this person may know."""
    ids = {feature.project_id for feature in listed}
    return set(Project.objects.visible_to(user).filter(pk__in=ids).values_list("pk", flat=True))


def _own_projects(user: User) -> QuerySet[Project]:
    return Project.objects.filter(memberships__user=user, memberships__role__in=WRITERS).order_by("name")


def _chosen_schema(schemas: QuerySet[DataSchema], asked: str) -> DataSchema | None:
    return get_object_or_404(schemas, pk=int(asked)) if asked.isdecimal() else None


def _columns(schema: DataSchema) -> list[str]:
    parts = (SchemaField.Part.FEATURE, SchemaField.Part.OTHER)
    return [field.key[:120] for field in schema.fields.all() if field.part in parts]


def _feature(project: Project, feature_id: int) -> FeatureDefinition:
    found = FeatureDefinition.objects.select_related("project", "source", "created_by", "reused_from__project")
    return get_object_or_404(found, project=project, pk=feature_id)
