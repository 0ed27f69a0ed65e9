from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import ProjectAPIView
from canvas.roles import Permission
from evaluation.outlines import request_outline
from registry.api.base import version_of
from registry.outline_serializers import OutlineSerializer


class OutlineRead(ProjectAPIView):
    """The reading of a version's steps."""

    @extend_schema(request=None, responses={202: OutlineSerializer})
    def post(self, request: Request, slug: str, name: str, number: int) -> Response:
        """Have the steps read; the answer says whether a worker does it or why the file may not be looked into."""
        project = self.get_project(slug, needs=Permission.EVALUATE)
        outline = request_outline(version_of(project, name, number), by=self.user)
        return Response(OutlineSerializer(outline).data, status=status.HTTP_202_ACCEPTED)
