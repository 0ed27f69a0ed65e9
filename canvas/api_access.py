from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
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
    """At most 200 rows at a time; a place that is none is refused, since the rows of another would be believed."""

    default_limit = 50
    max_limit = 200

    def get_limit(self, request: Request) -> int | None:
        """How many rows are asked for."""
        self._ensure_whole(request, self.limit_query_param, least=1)
        return super().get_limit(request)

    def get_offset(self, request: Request) -> int:
        """How many rows are passed over."""
        self._ensure_whole(request, self.offset_query_param, least=0)
        return super().get_offset(request)

    def _ensure_whole(self, request: Request, name: str, *, least: int) -> None:
        sent = request.query_params.get(name, str(least))
        if not (sent.isascii() and sent.isdigit() and len(sent) < 10 and int(sent) >= least):
            raise ValidationError({name: [f"Send a whole number from {least} on."]})


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
