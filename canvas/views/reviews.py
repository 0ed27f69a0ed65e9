from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from canvas.access import block_or_404, get_project
from canvas.forms.comments import AcceptanceForm
from canvas.roles import Permission
from canvas.services import reviews
from canvas.views.block_page import render_block
from canvas.views.requests import signed_in


@require_POST
def block_review(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Ask for a review of a block as it stands."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.EDIT_CANVAS)
    block = block_or_404(number)
    revision = request.POST.get("number", "")
    if not (revision.isascii() and revision.isdecimal()) or len(revision) > 9:
        raise Http404("No such revision.")
    try:
        reviews.ask(project, block, number=int(revision), by=user)
    except reviews.NotReviewable as reason:
        messages.error(request, str(reason))
    else:
        messages.success(request, "The block is in review. Anybody who wrote none of it can accept it.")
    return redirect("canvas:block", slug, number)


@require_POST
def block_accept(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Accept a block that others wrote."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.ACCEPT_BLOCKS)
    block = block_or_404(number)
    form = AcceptanceForm(request.POST)
    if form.is_valid():
        try:
            reviews.accept(project, block, by=user, **form.cleaned_data)
        except (reviews.NotReviewable, reviews.NotIndependent) as reason:
            form.add_error(None, str(reason))
        else:
            messages.success(request, f"Block {number} is accepted.")
            return redirect("canvas:block", slug, number)
    return render_block(request, project, block, status=422, extra={"acceptance_form": form})
