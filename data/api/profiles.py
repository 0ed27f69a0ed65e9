from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import ProjectAPIView
from canvas.roles import Permission
from data.models import Dataset
from data.overlap_rows import overlaps_of
from data.rows import RowsNotHere
from data.serializers.profiles import FullProfileSerializer, ProfileSerializer
from data.services import profiles


class DatasetProfileView(ProjectAPIView):
    """The profile of a snapshot."""

    @extend_schema(responses=FullProfileSerializer)
    def get(self, request: Request, slug: str, dataset_id: int) -> Response:
        """Read the newest finished profile, or where the first one stands."""
        dataset = get_object_or_404(
            Dataset.objects.select_related("project"), project=self.get_project(slug), pk=dataset_id
        )
        unfinished = profiles.unfinished(dataset)
        shown = profiles.newest(dataset) or unfinished or dataset.profiles.select_related("job", "requested_by").first()
        if shown is None:
            raise NotFound("Nobody has asked for a profile of this snapshot yet.")
        answer = ProfileSerializer(shown).data
        answer["overlaps"] = [overlap.as_json() for overlap in overlaps_of(dataset)]
        answer["unfinished"] = ProfileSerializer(unfinished).data if unfinished and unfinished != shown else None
        return Response(answer)

    @extend_schema(request=None, responses={202: ProfileSerializer})
    def post(self, request: Request, slug: str, dataset_id: int) -> Response:
        """Have a worker look at every row again; one that waits or runs already is answered with."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        dataset = get_object_or_404(Dataset, project=project, pk=dataset_id)
        try:
            profile = profiles.request_profile(dataset, by=self.user)
        except RowsNotHere as reason:
            raise ValidationError({"dataset": [str(reason)]}) from reason
        return Response(ProfileSerializer(profile).data, status=status.HTTP_202_ACCEPTED)
