from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiToken, User
from canvas.access import get_project
from canvas.models import Project
from canvas.roles import Permission


class Conflict(APIException):
    """The request does not fit what holds now."""

    status_code = status.HTTP_409_CONFLICT
    default_code = "conflict"


class Pages(LimitOffsetPagination):
    """At most 200 rows at a time."""

    default_limit = 50
    max_limit = 200


class ProjectAPIView(APIView):
    """An endpoint inside a project: it gets the project through the one door, with the request's token."""

    request: Request

    @property
    def user(self) -> User:
        """Who asks."""
        user = self.request.user
        assert isinstance(user, User)  # noqa: S101  every endpoint requires sign-in
        return user

    def get_project(self, slug: str, *, needs: Permission = Permission.VIEW) -> Project:
        """The project with this slug for whoever asks; 404 and 403 as `canvas.access.get_project` decides."""
        token: Any = self.request.auth
        return get_project(self.user, slug, needs=needs, token=token if isinstance(token, ApiToken) else None)
