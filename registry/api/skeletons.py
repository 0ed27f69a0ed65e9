from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from canvas.api_access import ProjectAPIView
from registry.services.skeletons import hand_out
from registry.skeleton.forms import SkeletonForm
from registry.views.skeletons import zip_response

CHOICES = [
    OpenApiParameter(name, int, description=f"The id of one of the project's {what}.")
    for name, what in (("environment", "training environments"), ("snapshot", "snapshots"), ("schema", "schemas"))
]


class SkeletonFile(ProjectAPIView):
    """A project's skeleton."""

    @extend_schema(parameters=CHOICES, responses={(200, "application/zip"): OpenApiTypes.BINARY})
    def get(self, request: Request, slug: str) -> HttpResponse:
        """Download the skeleton as a zip, set up for what is chosen."""
        project = self.get_project(slug)
        form = SkeletonForm(request.query_params, project=project)
        if not form.is_valid():
            raise ValidationError({key: [str(one) for one in found] for key, found in form.errors.items()})
        url = request.build_absolute_uri("/").rstrip("/")
        return zip_response(project, hand_out(project, by=self.user, url=url, **form.cleaned_data))
