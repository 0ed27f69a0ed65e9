from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import AuthenticatedRequest
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission
from registry.models import ModelOutline, ModelVersion
from registry.outline_forms import NoteForm
from registry.outline_page import example_of, present
from registry.services import outlines


@require_safe
def version_outline(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """The steps of a version's model: drawing, text, parameters, example and notes."""
    project = get_project(request.user, slug)
    return _render(request, project, _version(project, name, number))


@require_POST
def outline_note(request: AuthenticatedRequest, slug: str, name: str, number: int) -> HttpResponse:
    """Write a note beside the steps; the earlier ones stay."""
    project = get_project(request.user, slug, needs=Permission.REGISTER_MODELS)
    version = _version(project, name, number)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _render(request, project, version, form=form, status=422)
    try:
        note = outlines.add_note(
            version, text=form.cleaned_data["text"], by=request.user, after=form.cleaned_data["after"]
        )
    except outlines.UnusableNote as reason:
        form.add_error("text", str(reason))
        return _render(request, project, version, form=form, status=422)
    except outlines.NoteChanged as reason:
        said = form.cleaned_data["text"]
        form = NoteForm({"text": said, "after": _last(version)})
        form.add_error(None, str(reason))
        return _render(request, project, version, form=form, status=409)
    messages.success(request, f"Note {note.number} is kept beside the steps.")
    return redirect("registry:version-outline", slug, name, number)


def _version(project: Project, name: str, number: int) -> ModelVersion:
    known = ModelVersion.objects.select_related("model__project", "uploaded_by")
    return get_object_or_404(known, model__project=project, model__name=name, number=number)


def _last(version: ModelVersion) -> int:
    return version.outline_notes.values_list("number", flat=True).order_by("-number").first() or 0


def _render(
    request: HttpRequest,
    project: Project,
    version: ModelVersion,
    *,
    form: NoteForm | None = None,
    status: int = 200,
) -> HttpResponse:
    outline = ModelOutline.objects.filter(version=version).select_related("job__project", "job__requested_by").first()
    notes = list(version.outline_notes.select_related("by"))
    context = {
        "project": project,
        "version": version,
        "outline": outline,
        "shown": present(outline) if outline else None,
        "example_input": example_of(outline.example_input) if outline else None,
        "example_output": example_of(outline.example_output) if outline else None,
        "notes": notes,
        "form": form or NoteForm(last=notes[0].number if notes else 0, said=notes[0].text if notes else ""),
    }
    return render(request, "registry/version_outline.html", context, status=status)
