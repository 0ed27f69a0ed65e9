from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from canvas.access import block_or_404, get_project
from canvas.forms.comments import CommentForm, RemarkForm
from canvas.models import Comment, Project
from canvas.roles import Permission
from canvas.services import comments
from canvas.views.block_page import render_block
from canvas.views.requests import signed_in


@require_POST
def comment_add(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """Open a thread on a block or one of its fields."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.COMMENT)
    block = block_or_404(number)
    form = CommentForm(block, request.POST)
    if form.is_valid():
        try:
            comment = comments.add(
                project, block, text=form.cleaned_data["text"], field=form.cleaned_data["field"], by=user
            )
        except comments.UnknownMention as reason:
            form.add_error("text", str(reason))
        else:
            return redirect(_address(comment))
    return render_block(request, project, block, status=422, extra={"comment_form": form})


@require_POST
def comment_reply(request: HttpRequest, slug: str, comment_id: int) -> HttpResponse:
    """Answer in a thread."""
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.COMMENT)
    thread = _thread(project, comment_id)
    form = RemarkForm(request.POST)
    if form.is_valid():
        try:
            return redirect(_address(comments.reply(thread, text=form.cleaned_data["text"], by=user)))
        except (comments.UnknownMention, comments.ThreadSettled) as reason:
            form.add_error("text", str(reason))
    refused = {
        "thread": thread.pk,
        "text": request.POST.get("text", ""),
        "error": " ".join(map(str, form.errors["text"])),
    }
    return render_block(request, project, block_or_404(thread.block), status=422, extra={"refused_reply": refused})


@require_POST
def comment_resolve(request: HttpRequest, slug: str, comment_id: int) -> HttpResponse:
    """Settle a thread."""
    return _settle(request, slug, comment_id, comments.resolve)


@require_POST
def comment_reopen(request: HttpRequest, slug: str, comment_id: int) -> HttpResponse:
    """Take a settled thread up again."""
    return _settle(request, slug, comment_id, comments.reopen)


def _settle(request: HttpRequest, slug: str, comment_id: int, verb: Callable[..., Comment]) -> HttpResponse:
    user = signed_in(request)
    project = get_project(user, slug, needs=Permission.COMMENT)
    thread = _thread(project, comment_id)
    try:
        verb(thread, by=user)
    except comments.ThreadSettled as reason:
        messages.info(request, str(reason))
    return redirect(_address(thread))


def _thread(project: Project, comment_id: int) -> Comment:
    return get_object_or_404(Comment, project=project, pk=comment_id, thread__isnull=True)


def _address(comment: Comment) -> str:
    page = reverse("canvas:block", args=[comment.project.slug, comment.block])
    return f"{page}#comment-{comment.pk}"
