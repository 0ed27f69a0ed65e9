from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiToken
from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Project
from canvas.roles import Permission
from canvas.serializers.projects import MemberSerializer, ProjectSerializer
from canvas.services import projects


class ProjectList(ProjectAPIView):
    """The projects that the caller may see."""

    @extend_schema(responses=ProjectSerializer(many=True), operation_id="projects_list")
    def get(self, request: Request) -> Response:
        """List projects: with a token, the one it was made for."""
        visible = Project.objects.visible_to(self.user)
        if isinstance(request.auth, ApiToken):
            visible = visible.filter(pk=request.auth.project_id)
        pages = Pages()
        page = pages.paginate_queryset(visible, request, view=self)
        return pages.get_paginated_response(ProjectSerializer(page, many=True).data)


class ProjectDetail(ProjectAPIView):
    """One project's settings."""

    @extend_schema(responses=ProjectSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Read the settings."""
        return Response(ProjectSerializer(self.get_project(slug)).data)

    @extend_schema(request=ProjectSerializer, responses=ProjectSerializer)
    def patch(self, request: Request, slug: str) -> Response:
        """Change the settings that are sent."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        sent = ProjectSerializer(project, data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        keys = ("name", "purpose", "task", "risk_tier", "allow_code_formats")
        fields = {key: sent.validated_data.get(key, getattr(project, key)) for key in keys}
        try:
            changed = projects.change_project(project, by=self.user, **fields)
        except (projects.NameTaken, projects.TierFollowsClassification) as reason:
            raise Conflict(str(reason)) from reason
        return Response(ProjectSerializer(changed).data)


class MemberList(ProjectAPIView):
    """Who is in a project."""

    @extend_schema(responses=MemberSerializer(many=True))
    def get(self, request: Request, slug: str) -> Response:
        """List members with their roles."""
        members = self.get_project(slug).memberships.select_related("user")
        return Response(MemberSerializer(members, many=True).data)

    @extend_schema(request=MemberSerializer, responses={201: MemberSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Give somebody a role."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        sent = MemberSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        username, role = sent.validated_data["user"]["username"], sent.validated_data["role"]
        try:
            added = projects.add_member(project, username=username, role=role, by=self.user)
        except projects.NoSuchPerson as reason:
            raise ValidationError({"username": [str(reason)]}) from reason
        except projects.AlreadyMember as reason:
            raise Conflict(str(reason)) from reason
        return Response(MemberSerializer(added).data, status=status.HTTP_201_CREATED)
