from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from canvas.api_access import ProjectAPIView
from data import storage_page
from data.serializers.storage import LimitSerializer, ShareSerializer, StorageSerializer
from data.services import quotas

MOST_PROJECTS = 1_000


class Storage(ProjectAPIView):
    """What the whole installation stores."""

    @extend_schema(responses=StorageSerializer)
    def get(self, request: Request) -> Response:
        """Each project's share, damaged files and the last passes; a token sees its own project's share only."""
        storage_page.ensure_reader(self.user)
        projects, scoped = storage_page.projects(), isinstance(request.auth, ApiToken)
        if isinstance(request.auth, ApiToken):
            projects = projects.filter(pk=request.auth.project_id)
        said: dict[str, object] = {
            "default_limit_bytes": storage_page.default_limit(),
            "projects": storage_page.shares(projects[:MOST_PROJECTS]),
            "damaged": [] if scoped else storage_page.damaged(),
            "passes": [] if scoped else storage_page.passes(),
        }
        return Response(StorageSerializer(said).data)


class ProjectStorage(ProjectAPIView):
    """What one project keeps and may keep."""

    @extend_schema(responses=ShareSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read the project's share."""
        return Response(ShareSerializer(storage_page.share_of(self.get_project(slug))).data)

    @extend_schema(request=LimitSerializer, responses=ShareSerializer)
    def put(self, request: Request, slug: str) -> Response:
        """Say how much the project may keep; for administrators."""
        project = self.get_project(slug)
        if not self.user.is_administrator:
            raise PermissionDenied("Only administrators say how much a project may keep.")
        sent = LimitSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        quotas.set_limit(project, sent.validated_data["limit_bytes"], by=self.user)
        return Response(ShareSerializer(storage_page.share_of(project)).data)
