from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Conflict, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from data import storage
from data.agreement.intervals import sample_size
from data.api.responses import CONFLICT, paged
from data.audit_tables import BadSheet, sheet
from data.label_codes import WIDE, BadLabels, Layout
from data.label_tables import recognise
from data.models import LabelAgreement, LabelAudit, LabelSample
from data.serializers.labeling import (
    AgreementSerializer,
    AuditRecordSerializer,
    AuditSerializer,
    DisputeDecisionSerializer,
    DisputedRowSerializer,
    MeasureSerializer,
    NeededSerializer,
    SampleSerializer,
    SampleSizeSerializer,
    SheetSerializer,
)
from data.services import agreements, audits
from data.services.agreements import LabelFile
from data.uploads import sent_name
from data.views.agreements import adjudicated_lines_or_404, csv_of

CSV_ANSWER: Any = {(200, "text/csv"): OpenApiTypes.STR}  # Any: what the schema generator takes


class AgreementList(ProjectAPIView):
    """A project's measured agreements."""

    parser_classes = (MultiPartParser,)

    @extend_schema(responses=AgreementSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List measured agreements, newest first."""
        return paged(self, _agreements(self.get_project(slug)).order_by("-number"), AgreementSerializer)

    @extend_schema(request={"multipart/form-data": MeasureSerializer}, responses={201: AgreementSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Measure the agreement in a table of labels; a large one is measured by a job."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = MeasureSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        said: dict[str, Any] = dict(sent.validated_data)
        file, method, seed = said.pop("file"), said.pop("method"), said.pop("seed", None)
        try:
            stored = agreements.receive_labels(file, file_name=sent_name(file))
            agreement = agreements.measure_agreement(
                method, file=stored, layout=_layout(stored, said), by=self.user, seed=seed
            )
        except BadLabels as reason:
            raise ValidationError({reason.field: [str(reason)]}) from reason
        return Response(AgreementSerializer(agreement).data, status=status.HTTP_201_CREATED)


class AgreementDetail(ProjectAPIView):
    """One measured agreement."""

    @extend_schema(responses=AgreementSerializer)
    def get(self, request: Request, slug: str, number: int) -> Response:
        """Read the figures."""
        return Response(AgreementSerializer(_agreement(self.get_project(slug), number)).data)


class AgreementLabels(ProjectAPIView):
    """The labels that a table got in the end."""

    @extend_schema(responses=CSV_ANSWER)
    def get(self, request: Request, slug: str, number: int) -> StreamingHttpResponse:
        """Download every row with its labels and the one it got."""
        agreement = _agreement(self.get_project(slug), number)
        return csv_of(adjudicated_lines_or_404(agreement), f"labels-{slug}-{number}.csv")


class DisputedRowList(ProjectAPIView):
    """The rows on which labelers differ."""

    @extend_schema(
        parameters=[OpenApiParameter("decided", bool, description="Only rows that are decided, or are not.")],
        responses=DisputedRowSerializer(many=True),
    )
    def get(self, request: Request, slug: str, number: int) -> Response:
        """List disputed rows, in the order of the table."""
        rows = _agreement(self.get_project(slug), number).disputed_rows.select_related("decided_by").order_by("pk")
        wanted = request.query_params.get("decided", "").lower()
        if wanted in {"true", "false"}:
            rows = rows.filter(decided_at__isnull=wanted == "false")
        return paged(self, rows, DisputedRowSerializer)


class DisputedRowDetail(ProjectAPIView):
    """One disputed row."""

    @extend_schema(responses=DisputedRowSerializer)
    def get(self, request: Request, slug: str, number: int, row_id: int) -> Response:
        """Read a disputed row."""
        agreement = _agreement(self.get_project(slug), number)
        row = get_object_or_404(agreement.disputed_rows.select_related("decided_by"), pk=row_id)
        return Response(DisputedRowSerializer(row).data)

    @extend_schema(request=DisputeDecisionSerializer, responses={200: DisputedRowSerializer, 409: CONFLICT})
    def put(self, request: Request, slug: str, number: int, row_id: int) -> Response:
        """Decide which label is right."""
        agreement = _agreement(self.get_project(slug, needs=Permission.EDIT_DATA), number)
        row = get_object_or_404(agreement.disputed_rows, pk=row_id)
        sent = DisputeDecisionSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        seen = said["based_on"]
        # The moment is compared as the database holds it, whatever zone it was sent in.
        same = seen is not None and row.decided_at is not None and seen == row.decided_at
        mark = agreements.decision_mark(row) if same else ("" if seen is None else "stale")
        try:
            row = agreements.decide_row(row, label=said["label"], reason=said["reason"], based_on=mark, by=self.user)
        except agreements.NotDecidable as reason:
            raise ValidationError({reason.field: [str(reason)]}) from reason
        except agreements.StaleDecision as reason:
            raise Conflict(str(reason)) from reason
        return Response(DisputedRowSerializer(row).data)


class AuditList(ProjectAPIView):
    """A project's label audits."""

    @extend_schema(responses=AuditSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List label audits, newest first."""
        held = LabelAudit.objects.filter(project=self.get_project(slug)).select_related("recorded_by")
        return paged(self, held.order_by("-audited_on", "-pk"), AuditSerializer)

    @extend_schema(request=AuditRecordSerializer, responses={201: AuditSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Record how many labels of a sample were wrong."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = AuditRecordSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(sent.validated_data)
        try:
            audit = audits.record_audit(fields.pop("method"), by=self.user, **fields)
        except audits.BadAudit as reason:
            raise ValidationError({reason.field: [str(reason)]}) from reason
        return Response(AuditSerializer(audit).data, status=status.HTTP_201_CREATED)


class SampleSize(ProjectAPIView):
    """How many labels an audit needs."""

    @extend_schema(parameters=[SampleSizeSerializer], responses=NeededSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """How many labels to audit for a wished precision."""
        self.get_project(slug)
        asked = SampleSizeSerializer(data=request.query_params)
        asked.is_valid(raise_exception=True)
        said = asked.validated_data
        needed = sample_size(said["precision"], expected=said["expected"], population=said.get("population"))
        return Response({"sample_size": needed})


class SampleList(ProjectAPIView):
    """Samples drawn for label audits."""

    @extend_schema(responses=SampleSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List drawn samples, newest first."""
        held = LabelSample.objects.filter(project=self.get_project(slug)).select_related("drawn_by")
        return paged(self, held.order_by("-drawn_at", "-pk"), SampleSerializer)

    @extend_schema(request=SampleSerializer, responses={201: SampleSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Draw rows of a snapshot at random."""
        project = self.get_project(slug, needs=Permission.EDIT_DATA)
        sent = SampleSerializer(data=request.data, context={"project": project})
        sent.is_valid(raise_exception=True)
        said = sent.validated_data
        try:
            sample = audits.draw_sample(
                said["method"], said["dataset"], size=said["size"], seed=said.get("seed"), by=self.user
            )
        except audits.BadAudit as reason:
            raise ValidationError({reason.field: [str(reason)]}) from reason
        return Response(SampleSerializer(sample).data, status=status.HTTP_201_CREATED)


class SampleSheet(ProjectAPIView):
    """The sheet of a drawn sample."""

    parser_classes = (MultiPartParser,)

    @extend_schema(responses=CSV_ANSWER)
    def get(self, request: Request, slug: str, sample_id: int) -> StreamingHttpResponse:
        """Download the sheet to fill in."""
        sample = _sample(self.get_project(slug), sample_id)
        return csv_of(sheet(sample), f"audit-{slug}-{sample.pk}.csv")

    @extend_schema(request={"multipart/form-data": SheetSerializer}, responses={201: AuditSerializer, 409: CONFLICT})
    def post(self, request: Request, slug: str, sample_id: int) -> Response:
        """Record the audit from the filled-in sheet."""
        sample = _sample(self.get_project(slug, needs=Permission.EDIT_DATA), sample_id)
        sent = SheetSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        fields: dict[str, Any] = dict(sent.validated_data)
        file = fields.pop("file")
        try:
            audit = audits.record_audited_sample(sample, file=file, file_name=sent_name(file), by=self.user, **fields)
        except BadSheet as reason:
            raise ValidationError({"file": [str(reason)]}) from reason
        except audits.BadAudit as reason:
            raise ValidationError({reason.field: [str(reason)]}) from reason
        except audits.AlreadyAudited as reason:
            raise Conflict(str(reason)) from reason
        return Response(AuditSerializer(audit).data, status=status.HTTP_201_CREATED)


def _layout(file: LabelFile, said: dict[str, Any]) -> Layout:
    """What was said about the table, over what the table looks like."""
    with storage.local_path(file.sha256) as path:
        guess = recognise(path, file.file_format).layout
    chosen = said | {key: tuple(said[key]) for key in ("labelers", "order") if key in said}
    layout = replace(guess, **chosen)
    if "scale" in said and "order" not in said and said["scale"] != guess.scale:
        layout = replace(layout, order=())
    if layout.layout == WIDE:
        return replace(layout, labeler_column="", label_column="")
    return replace(layout, labelers=())


def _agreements(project: Project) -> QuerySet[LabelAgreement]:
    return LabelAgreement.objects.filter(project=project).select_related("project", "method", "measured_by", "job")


def _agreement(project: Project, number: int) -> LabelAgreement:
    return get_object_or_404(_agreements(project), number=number)


def _sample(project: Project, sample_id: int) -> LabelSample:
    found = LabelSample.objects.select_related("project", "method__project", "dataset")
    return get_object_or_404(found, project=project, pk=sample_id)
