from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.roles import Permission
from data.api.responses import CONFLICT
from data.roots import OutsideRoots
from data.serializers.datasets import DatasetSerializer
from data.serializers.references import MlflowInputSerializer, ReferenceSerializer
from data.services import references


class ReferenceList(ProjectAPIView):
    """Snapshots by their address."""

    @extend_schema(request=ReferenceSerializer, responses={201: DatasetSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Record a snapshot by its address: a file of the server is read by a worker, other rows are declared only."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = ReferenceSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        try:
            dataset = references.refer(project, by=self.user, **sent.validated_data)
        except references.BadReference as reason:
            raise ValidationError({reason.where: [str(reason)]}) from reason
        except OutsideRoots as reason:
            raise ValidationError({"uri": [str(reason)]}) from reason
        except references.AlreadyReferred as reason:
            raise Conflict(str(reason)) from reason
        return Response(DatasetSerializer(dataset).data, status=status.HTTP_201_CREATED)


class MlflowInputList(ProjectAPIView):
    """MLflow dataset inputs."""

    @extend_schema(request=MlflowInputSerializer, responses={200: DatasetSerializer, 201: DatasetSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Record an MLflow dataset input as a declared snapshot; the same name and digest answer with the same one."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = MlflowInputSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields: dict[str, Any] = sent.validated_data
        tags = {tag["key"]: tag["value"] for tag in fields.get("tags", [])}
        try:
            dataset, is_new = references.log_input(
                project, sent=references.MlflowInput(**fields["dataset"], tags=tags), by=self.user
            )
        except references.BadInput as reason:
            raise ValidationError({reason.where: [str(reason)]}) from reason
        return Response(
            DatasetSerializer(dataset).data, status=status.HTTP_201_CREATED if is_new else status.HTTP_200_OK
        )
