from collections.abc import Callable
from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.access import block_or_404
from canvas.api_access import Conflict, ProjectAPIView
from canvas.conversation import threads_on
from canvas.models import Comment, Project
from canvas.roles import Permission
from canvas.serializers.comments import CommentSerializer, NewCommentSerializer, RemarkSerializer
from canvas.services import comments

UNKNOWN = OpenApiResponse(description="The text names somebody who is not a member.")
SETTLED = OpenApiResponse(description="The thread was resolved, or reopened, in the meantime.")


class CommentList(ProjectAPIView):
    """What people say about a block."""

    @extend_schema(responses=CommentSerializer(many=True))
    def get(self, request: Request, slug: str, number: int) -> Response:
        """List the threads on a block, open ones first."""
        project = self.get_project(slug)
        threads = threads_on(project, block_or_404(number).number)
        return Response(CommentSerializer([thread.opening for thread in threads], many=True).data)

    @extend_schema(request=NewCommentSerializer, responses={201: CommentSerializer, 400: UNKNOWN})
    def post(self, request: Request, slug: str, number: int) -> Response:
        """Open a thread on a block or one of its fields."""
        project = self.get_project(slug, needs=Permission.COMMENT)
        block = block_or_404(number)
        sent = NewCommentSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            comment = comments.add(project, block, by=self.user, **sent.validated_data)
        except comments.UnknownMention as reason:
            raise ValidationError({"text": [str(reason)]}) from reason
        except comments.NoSuchField as reason:
            raise ValidationError({"field": [str(reason)]}) from reason
        return Response(CommentSerializer(comment).data, status=status.HTTP_201_CREATED)


class CommentReply(ProjectAPIView):
    """Answers in a thread."""

    @extend_schema(request=RemarkSerializer, responses={201: CommentSerializer, 400: UNKNOWN, 409: SETTLED})
    def post(self, request: Request, slug: str, comment_id: int) -> Response:
        """Answer in an open thread; the answer is the whole thread."""
        project = self.get_project(slug, needs=Permission.COMMENT)
        thread = _thread(project, comment_id)
        sent = RemarkSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            comments.reply(thread, by=self.user, **sent.validated_data)
        except comments.UnknownMention as reason:
            raise ValidationError({"text": [str(reason)]}) from reason
        except comments.ThreadSettled as reason:
            raise Conflict(str(reason)) from reason
        return Response(CommentSerializer(_thread(project, comment_id)).data, status=status.HTTP_201_CREATED)


class CommentResolve(ProjectAPIView):
    """The end of a thread."""

    @extend_schema(request=None, responses={200: CommentSerializer, 409: SETTLED})
    def post(self, request: Request, slug: str, comment_id: int) -> Response:
        """Settle a thread."""
        return _settle(self, slug, comment_id, comments.resolve)


class CommentReopen(ProjectAPIView):
    """The return of a thread."""

    @extend_schema(request=None, responses={200: CommentSerializer, 409: SETTLED})
    def post(self, request: Request, slug: str, comment_id: int) -> Response:
        """Take a settled thread up again."""
        return _settle(self, slug, comment_id, comments.reopen)


def _settle(view: ProjectAPIView, slug: str, comment_id: int, verb: Callable[..., Any]) -> Response:
    project = view.get_project(slug, needs=Permission.COMMENT)
    thread = _thread(project, comment_id)
    try:
        verb(thread, by=view.user)
    except comments.ThreadSettled as reason:
        raise Conflict(str(reason)) from reason
    return Response(CommentSerializer(_thread(project, comment_id)).data)


def _thread(project: Project, comment_id: int) -> Comment:
    opened = Comment.objects.select_related("author", "resolved_by", "project").prefetch_related("replies__author")
    return get_object_or_404(opened, project=project, pk=comment_id, thread__isnull=True)
