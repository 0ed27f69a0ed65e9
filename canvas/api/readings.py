from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Kpi, KpiReading
from canvas.roles import Permission
from canvas.serializers.kpis import ReadingSerializer, ReadingsSerializer, RecordedSerializer
from canvas.services import readings


class ReadingList(ProjectAPIView):
    """The readings of one KPI."""

    @extend_schema(responses=ReadingSerializer(many=True))
    def get(self, request: Request, slug: str, kpi_id: int) -> Response:
        """List the readings that stand, by day; `superseded=1` lists corrected ones, too."""
        kpi = get_object_or_404(Kpi, project=self.get_project(slug), pk=kpi_id)
        rows = KpiReading.objects.filter(kpi=kpi).select_related("recorded_by")
        if request.query_params.get("superseded") != "1":
            rows = rows.filter(superseded_at__isnull=True)
        pages = Pages()
        page = pages.paginate_queryset(rows.order_by("measured_on", "recorded_at", "pk"), request, view=self)
        return pages.get_paginated_response(ReadingSerializer(page or [], many=True).data)

    @extend_schema(request=ReadingsSerializer, responses={200: RecordedSerializer, 201: RecordedSerializer})
    def post(self, request: Request, slug: str, kpi_id: int) -> Response:
        """Store one reading, or many as `readings`: all or none. Sending the same again stores nothing twice."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        kpi = get_object_or_404(Kpi, project=project, pk=kpi_id)
        if kpi.retired_at is not None:
            raise Http404("The KPI is retired.")
        sent = ReadingsSerializer(data=_as_many(request.data))
        sent.is_valid(raise_exception=True)
        wanted = [readings.Reading(**row) for row in sent.validated_data["readings"]]
        correct, origin = sent.validated_data["correct"], KpiReading.Origin.API
        try:
            done = readings.record_readings(kpi, wanted, by=self.user, origin=origin, correct=correct)
        except readings.BadReadings as reason:
            problems = [
                {} if place not in reason.problems else {"value": [reason.problems[place]]} for place in _span(wanted)
            ]
            raise ValidationError({"readings": problems}) from reason
        except (readings.Differing, readings.KpiRetired) as reason:
            raise Conflict(str(reason)) from reason
        code = status.HTTP_201_CREATED if done.stored else status.HTTP_200_OK
        return Response(RecordedSerializer(done).data, status=code)


def _as_many(sent: Any) -> Any:  # Any: JSON from outside
    """A single reading as a batch of one."""
    if isinstance(sent, dict) and "readings" not in sent:
        single = {key: value for key, value in sent.items() if key != "correct"}
        return {"readings": [single], "correct": sent.get("correct", False)}
    return sent


def _span(wanted: list[readings.Reading]) -> range:
    return range(min(len(wanted), readings.MOST_AT_ONCE + 1))
