"""The ways a plan comes in and goes out."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from canvas.access import get_project
from canvas.blocks import BLOCKS
from canvas.examples import get as get_example
from canvas.exchange import summary
from canvas.exchange.dorard import BOXES
from canvas.exchange.problems import InvalidPlan
from canvas.forms.exchange import BoxesForm, CardFileForm, CopyForm, PlanFileForm, PreviewForm
from canvas.models import ImportedPlan, Project
from canvas.roles import Permission
from canvas.services import exchange, projects
from canvas.services.similar import similar_to
from canvas.views.requests import signed_in

TYPES = {"json": "application/json", "md": "text/markdown; charset=utf-8"}
SANDBOX = "sandbox; default-src 'none'"


@require_http_methods(["GET", "POST"])
def project_start(request: HttpRequest, kind: str) -> HttpResponse:
    """Begin a project from something: asks for it, and leads to a preview of what it would become."""
    if kind not in STARTS:
        raise Http404("A project can start from a file, a card, ten boxes, or another project.")
    user = signed_in(request)
    make_form, prepare, title, about = STARTS[kind]
    form = make_form(request, user)
    if request.method == "POST" and form.is_valid():
        try:
            plan = prepare(form, user)
        except InvalidPlan as reason:
            context = {"form": form, "kind": kind, "title": title, "about": about, "invalid": reason, "boxes": BOXES}
            return render(request, "canvas/project_start.html", context, status=422)
        return redirect("canvas:project-preview", plan.pk)
    context = {"form": form, "kind": kind, "title": title, "about": about, "boxes": BOXES}
    return render(request, "canvas/project_start.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def project_example(request: HttpRequest, key: str) -> HttpResponse:
    """A worked example to read; taking it leads to the preview with the project's name."""
    user = signed_in(request)
    try:
        example = get_example(key)
    except KeyError as error:
        raise Http404("There is no such example.") from error
    if request.method == "POST":
        return redirect("canvas:project-preview", exchange.prepare_example(key, by=user).pk)
    context = {"example": example, "summary": summary.of(example.document), "blocks": BLOCKS}
    return render(request, "canvas/project_example.html", context)


@require_http_methods(["GET", "POST"])
def project_preview(request: HttpRequest, plan_id: UUID) -> HttpResponse:
    """What a prepared plan would become; creates the project on request."""
    user = signed_in(request)
    plan = _prepared(plan_id, user)
    named = {"name": plan.document["project"].get("name", "")}
    form = PreviewForm(request.POST if request.method == "POST" else None, plan=plan, initial=named)
    near = similar_to(f"{named['name']} {plan.document['project'].get('purpose', '')}", user=user)
    if request.method == "POST" and form.is_valid():
        try:
            project = exchange.create_project(plan, name=form.cleaned_data["name"], by=user, people=form.people)
        except projects.NameTaken as reason:
            form.add_error("name", str(reason))
        except exchange.NoSuchMember as reason:
            form.refuse_person(reason.username, str(reason))
        else:
            messages.success(request, f"{project} is created. {summary.sentence(plan.document)}")
            return redirect("canvas:board", project.slug)
    context = {"form": form, "plan": plan, "summary": summary.of(plan.document), "similar": near}
    return render(request, "canvas/project_preview.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def in_and_out(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything a plan can be taken out as, what was brought in, and the way to bring a plan into an empty project."""
    user = signed_in(request)
    writes = request.method == "POST"
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS if writes else Permission.VIEW)
    form = PlanFileForm(request.POST, request.FILES) if writes else PlanFileForm()
    invalid = None
    if writes and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            plan = exchange.prepare_file(file.read(), name=file.name, by=user)
        except InvalidPlan as reason:
            invalid = reason
        else:
            return redirect("canvas:plan-import", slug, plan.pk)
    context = {
        "project": project,
        "form": form,
        "invalid": invalid,
        "imported": project.imported_plans.defer("document", "original", "origins").select_related("imported_by"),
        "has_plan": exchange.has_plan(project),
        "tab": "canvas",
    }
    return render(request, "canvas/in_and_out.html", context, status=422 if form.errors or invalid else 200)


@require_http_methods(["GET", "POST"])
def plan_import(request: HttpRequest, slug: str, plan_id: UUID) -> HttpResponse:
    """What a prepared plan would bring into an empty project; brings it in on request."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    plan = _prepared(plan_id, user)
    form = PreviewForm(request.POST if request.method == "POST" else None, plan=plan, names_project=False)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            exchange.import_into(project, plan, by=user, people=form.people)
        except exchange.NoSuchMember as reason:
            form.refuse_person(reason.username, str(reason))
        except exchange.NotEmpty as reason:
            form.add_error(None, str(reason))
            status = 409
        else:
            messages.success(request, f"The plan is imported. {summary.sentence(plan.document)}")
            return redirect("canvas:board", slug)
    context = {"form": form, "plan": plan, "summary": summary.of(plan.document), "project": project, "into": True}
    code = status if status != 200 else (422 if form.errors else 200)
    return render(request, "canvas/plan_import.html", context, status=code)


@require_safe
def plan_file(request: HttpRequest, slug: str, form: str) -> HttpResponse:
    """The plan as a file: json or md."""
    user = signed_in(request)
    project = get_project(user, slug)
    if form not in TYPES:
        raise Http404("A plan is exported as json or md.")
    content = exchange.export(project, by=user, form=form, with_history="history" in request.GET)
    return _download(content, f"{project.slug}-plan.{form}", TYPES[form])


@require_safe
def imported_plan(request: HttpRequest, slug: str, plan_id: UUID) -> HttpResponse:
    """What was imported, who is named in it, and what people had decided and signed elsewhere."""
    project = get_project(signed_in(request), slug)
    plan = get_object_or_404(ImportedPlan.objects.select_related("imported_by"), project=project, pk=plan_id)
    context = {
        "project": project,
        "plan": plan,
        "summary": summary.of(plan.document),
        "history": summary.history(plan.document, plan.people),
        "tab": "canvas",
    }
    return render(request, "canvas/imported_plan.html", context)


@require_safe
def imported_original(request: HttpRequest, slug: str, plan_id: UUID) -> HttpResponse:
    """The original, byte for byte as it was sent."""
    project = get_project(signed_in(request), slug)
    plan = get_object_or_404(ImportedPlan, project=project, pk=plan_id)
    stem, _, ending = plan.title.rpartition(".")
    name = f"{slugify(stem or plan.title) or 'plan'}.{'md' if ending.lower() in ('md', 'markdown') else 'json'}"
    return _download(plan.original.encode(), name, "text/plain; charset=utf-8")


def _prepared(plan_id: UUID, user: User) -> ImportedPlan:
    """A prepared plan is its importer's alone, until it is a project's."""
    return get_object_or_404(ImportedPlan, pk=plan_id, project=None, imported_by=user)


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _bound(make: Callable[..., forms.Form]) -> Callable[[HttpRequest, User], Any]:
    def form(request: HttpRequest, user: User) -> forms.Form:
        return make(request.POST, request.FILES) if request.method == "POST" else make()

    return form


def _copy_form(request: HttpRequest, user: User) -> CopyForm:
    if request.method == "POST":
        return CopyForm(request.POST, user=user)
    return CopyForm(user=user, initial={"project": request.GET.get("project", "")})


def _from_file(form: Any, user: User) -> ImportedPlan:
    file = form.cleaned_data["file"]
    return exchange.prepare_file(file.read(), name=file.name, by=user)


def _from_card(form: Any, user: User) -> ImportedPlan:
    file = form.cleaned_data["file"]
    return exchange.prepare_card(file.read(), name=file.name, by=user)


def _from_boxes(form: Any, user: User) -> ImportedPlan:
    name = form.cleaned_data["name"]
    if file := form.cleaned_data["file"]:
        return exchange.prepare_boxes_file(file.read(), name=name or file.name.rsplit(".", 1)[0], by=user)
    return exchange.prepare_boxes(form.boxes, name=name or "Canvas with ten boxes", by=user)


def _from_project(form: Any, user: User) -> ImportedPlan:
    source: Project = get_project(user, form.cleaned_data["project"].slug)
    return exchange.prepare_copy(source, by=user, with_history=form.cleaned_data["with_history"])


Start = tuple[Callable[[HttpRequest, User], Any], Callable[[Any, User], ImportedPlan], str, str]
STARTS: dict[str, Start] = {
    "file": (
        _bound(PlanFileForm), _from_file, "From a file of Tenet",
        ("A plan that was exported as JSON, here or in another installation. What people decided and signed there comes "
        "along as history, and counts as nothing signed here."),
    ),
    "card": (
        _bound(CardFileForm), _from_card, "From a negotiation card",
        ("The JSON of an MLTE negotiation card. Goals and metrics become KPIs; everything else finds its block, and what "
        "has no field is kept as text."),
    ),
    "boxes": (
        _bound(BoxesForm), _from_boxes, "From a canvas with ten boxes",
        "A poster as many teams have drawn it. Each box goes to a stated field; nothing is dropped.",
    ),
    "project": (
        _copy_form, _from_project, "From another project",
        "Copies the plan of a project that you may see. Data, models and promotions stay where they are.",
    ),
}  # fmt: skip
