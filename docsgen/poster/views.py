from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from canvas.access import get_project
from canvas.models import Project
from canvas.views.requests import signed_in
from data import storage
from docsgen.models import Poster
from docsgen.poster import services

SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'"


class PosterMissing(Exception):
    """There is no file to hand out; the message says why, for people."""


@require_http_methods(["GET", "POST"])
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster of the plan as it is now: asked for, watched while it is printed, downloaded."""
    user = signed_in(request)
    project = get_project(user, slug)
    if request.method == "POST":
        services.request_poster(project, by=user)
        return redirect("docsgen:poster", slug)
    held = services.current(project)
    earlier = Poster.objects.filter(project=project, status=Poster.Status.ISSUED).first()
    context = {"project": project, "poster": held, "earlier": earlier, "job": held and held.job, "tab": "canvas"}
    return render(request, "docsgen/poster_detail.html", context)


@require_safe
def poster_file(request: HttpRequest, slug: str) -> HttpResponse | FileResponse:
    """The newest printed poster, byte for byte as it was stored."""
    project = get_project(signed_in(request), slug)
    try:
        return file_of(project)
    except PosterMissing as reason:
        messages.error(request, str(reason))
        return redirect("docsgen:poster", slug)


def file_of(project: Project) -> FileResponse:
    """The poster of the plan as it is now, or else the newest one; raises PosterMissing."""
    printed = Poster.objects.filter(project=project, status=Poster.Status.ISSUED)
    held = services.current(project)
    found = held if held and held.status == Poster.Status.ISSUED else printed.first()
    if found is None:
        raise PosterMissing("No poster is printed yet. Ask for one, and download it when it is ready.")
    if not storage.matches(found.pdf_sha256):
        raise PosterMissing("The stored poster no longer has its SHA-256 and is not handed out. Print it again.")
    name = f"{project.slug}-canvas-poster.pdf"
    response = FileResponse(
        storage.open_file(found.pdf_sha256), as_attachment=True, filename=name, content_type="application/pdf"
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
