from typing import Any

from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data import guidelines
from data.api.responses import CONFLICT, paged
from data.downloads import attachment
from data.models import LabelingMethod
from data.serializers.labeling import MethodSerializer, MethodVersionSerializer
from data.services import labeling
from data.uploads import sent_name


class MethodList(ProjectAPIView):
    """A project's labeling methods, every version."""

    @extend_schema(responses=MethodSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List versions of labeling methods."""
        held = LabelingMethod.objects.filter(project=self.get_project(slug)).select_related("created_by")
        return paged(self, held.order_by("name", "-number"), MethodSerializer)

    @extend_schema(request=MethodVersionSerializer, responses={201: MethodSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str) -> Response:
        """Record a labeling method, or its next version."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = MethodVersionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields = dict(sent.validated_data)
        file = fields.pop("guideline_file", None)
        try:
            method = self._record(
                project, fields | {"guideline_file": guidelines.Sent(file, sent_name(file)) if file else None}
            )
        except labeling.NoGuideline as reason:
            raise ValidationError({"guideline": [str(reason)]}) from reason
        except guidelines.Refused as reason:
            raise ValidationError({"guideline_file": [str(reason)]}) from reason
        except (labeling.MethodNameTaken, labeling.StaleMethod, labeling.UnchangedMethod) as reason:
            raise Conflict(str(reason)) from reason
        return Response(MethodSerializer(method).data, status=status.HTTP_201_CREATED)

    def _record(self, project: Project, fields: dict[str, Any]) -> LabelingMethod:
        number = fields.pop("based_on")
        if not number:
            return labeling.create_method(project, by=self.user, **fields)
        held = LabelingMethod.objects.filter(project=project, name=fields.pop("name"), number=number).first()
        if held is None:
            raise ValidationError({"based_on": ["The project has no such version of this method."]})
        return labeling.revise_method(held, by=self.user, **fields)


class MethodDetail(ProjectAPIView):
    """One version of a labeling method."""

    @extend_schema(responses=MethodSerializer)
    def get(self, request: Request, slug: str, method_id: int) -> Response:
        """Read a version."""
        method = get_object_or_404(LabelingMethod, project=self.get_project(slug), pk=method_id)
        return Response(MethodSerializer(method).data)


class MethodGuideline(ProjectAPIView):
    """A version's guideline file."""

    @extend_schema(responses={(200, "application/octet-stream"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str, method_id: int) -> FileResponse:
        """Download the guideline, byte for byte as it was attached."""
        method = get_object_or_404(LabelingMethod, project=self.get_project(slug), pk=method_id)
        if not method.guideline_sha256:
            raise Http404("This version has no guideline file.")
        return attachment(method.guideline_sha256, method.guideline_file_name)
