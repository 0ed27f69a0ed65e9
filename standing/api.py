from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from standing import portfolio, services
from standing.models import Practice
from standing.serializers import (
    PortfolioRowSerializer,
    PracticeSerializer,
    PromiseSerializer,
    StandSerializer,
    TargetsSerializer,
)


class ProjectStanding(ProjectAPIView):
    """Where a project stands."""

    @extend_schema(responses=StandSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Work out the three scores and the MLOps level, with the records that lower them."""
        return Response(StandSerializer(services.stand_of(self.get_project(slug))).data)


class ProjectPromises(ProjectAPIView):
    """Promises against reality."""

    @extend_schema(responses=PromiseSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List what was promised beside what the records say, the broken ones first."""
        return Response(PromiseSerializer(services.promises_of(self.get_project(slug)), many=True).data)


class PracticeList(ProjectAPIView):
    """What people state where no record shows it."""

    @extend_schema(responses=PracticeSerializer(many=True), operation_id="practices_list")
    def get(self, request: Request, slug: str) -> Response:
        """List every word, the newest of each criterion first."""
        stated = Practice.objects.filter(project=self.get_project(slug)).select_related("stated_by")
        pages = Pages()
        page = pages.paginate_queryset(stated, request, view=self)
        return pages.get_paginated_response(PracticeSerializer(page, many=True).data)

    @extend_schema(request=PracticeSerializer, responses={201: PracticeSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """State that a criterion holds, until a day, or does not."""
        project = self.get_project(slug, needs=Permission.EDIT_CANVAS)
        sent = PracticeSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        said = {"expires_on": None} | sent.validated_data
        try:
            stated = services.state_practice(project, by=self.user, **said)
        except services.InvalidWord as reason:
            raise ValidationError({"expires_on": [str(reason)]}) from reason
        return Response(PracticeSerializer(stated).data, status=status.HTTP_201_CREATED)


class Portfolio(ProjectAPIView):
    """Every project the caller may see."""

    def visible(self) -> QuerySet[Project]:
        """The projects that the caller may see: with a token, the one it was made for."""
        found = Project.objects.visible_to(self.user)
        return found.filter(pk=self.request.auth.project_id) if isinstance(self.request.auth, ApiToken) else found

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str),
            OpenApiParameter("tier", str, enum=Project.RiskTier.values),
            OpenApiParameter("level", str, enum=list(portfolio.LEVELS)),
            OpenApiParameter("stage", str, description="A stage’s name, or none."),
            OpenApiParameter("broken", str, description="1 for projects with broken promises."),
            OpenApiParameter("sort", str, description=f"{', '.join(portfolio.SORTS)}; with a minus for descending."),
        ],
        responses=PortfolioRowSerializer(many=True),
        operation_id="portfolio_list",
    )
    def get(self, request: Request) -> Response:
        """List projects with where they stood when that was last worked out."""
        pages = Pages()
        found = portfolio.filtered(self.visible(), request.query_params)
        page = pages.paginate_queryset(found, request, view=self)
        return pages.get_paginated_response(PortfolioRowSerializer(page, many=True).data)


class TargetsView(ProjectAPIView):
    """What the installation measures itself against."""

    @extend_schema(responses=TargetsSerializer)
    def get(self, request: Request) -> Response:
        """Read the targets that hold."""
        return Response(_targets())

    @extend_schema(request=TargetsSerializer, responses=TargetsSerializer)
    def put(self, request: Request) -> Response:
        """Set the next version of the targets; administrators only, not open to tokens."""
        if isinstance(request.auth, ApiToken):
            raise PermissionDenied("A token opens one project only. Sign in to do this.")
        if not self.user.is_administrator:
            raise PermissionDenied("Only an administrator sets targets.")
        sent = TargetsSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            services.set_targets(by=self.user, **sent.validated_data)
        except services.InvalidTargets as reason:
            raise ValidationError({"values": reason.problems}) from reason
        except services.StaleTargets as reason:
            raise Conflict(str(reason)) from reason
        return Response(_targets())


def _targets() -> dict[str, object]:
    numbers, held = services.targets_in_force()
    return {"id": held.pk if held else 0, "values": numbers, "reason": held.reason if held else ""}
