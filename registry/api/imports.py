from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from canvas.api_access import Pages
from canvas.models import Project
from canvas.roles import Permission
from registry.api.base import RegistryAPIView
from registry.import_serializers import ChosenSerializer, ContentsSerializer, ServerSerializer, SyncSerializer
from registry.mlflow_import import contents
from registry.models import MlflowServer, MlflowSync
from registry.services import imports


class ServerList(RegistryAPIView):
    """The MLflow servers that a project takes over records from."""

    pagination_class = Pages

    @extend_schema(responses=ServerSerializer(many=True), operation_id="mlflow_servers_list")
    def get(self, request: Request, slug: str) -> Response:
        """List servers, the latest first."""
        return self.page(_servers(self.get_project(slug, needs=Permission.REGISTER_MODELS)), ServerSerializer)

    @extend_schema(request=ServerSerializer, responses={201: ServerSerializer})
    def post(self, request: Request, slug: str) -> Response:
        """Name a server; 409 for one that is named already."""
        project = self.get_project(slug, needs=Permission.MANAGE_PROJECT)
        server = imports.add_server(project, by=self.user, **self.sent(ServerSerializer, project))
        return Response(ServerSerializer(server).data, status=status.HTTP_201_CREATED)


class ServerAPIView(RegistryAPIView):
    """An endpoint of one server."""

    def server(self, slug: str, server_id: int, *, needs: Permission = Permission.REGISTER_MODELS) -> MlflowServer:
        """The server with this id, for whoever may take records over."""
        return get_object_or_404(_servers(self.get_project(slug, needs=needs)), pk=server_id)


class ServerDetail(ServerAPIView):
    """One server."""

    @extend_schema(responses=ServerSerializer)
    def get(self, request: Request, slug: str, server_id: int) -> Response:
        """Read a server."""
        return Response(ServerSerializer(self.server(slug, server_id)).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, slug: str, server_id: int) -> Response:
        """Forget how to sign in there; what came from it stays."""
        imports.remove_server(self.server(slug, server_id, needs=Permission.MANAGE_PROJECT), by=self.user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ServerContents(ServerAPIView):
    """What a server holds."""

    @extend_schema(responses=ContentsSerializer)
    def get(self, request: Request, slug: str, server_id: int) -> Response:
        """Ask a server now for its experiments and models; 409 with the reason where it does not answer."""
        there = contents.preview(self.server(slug, server_id))
        return Response(ContentsSerializer(there).data)


class SyncList(ServerAPIView):
    """The syncs with one server."""

    pagination_class = Pages

    @extend_schema(responses=SyncSerializer(many=True), operation_id="mlflow_syncs_list")
    def get(self, request: Request, slug: str, server_id: int) -> Response:
        """List syncs, the latest first."""
        return self.page(_syncs(self.server(slug, server_id).project).filter(server=server_id), SyncSerializer)

    @extend_schema(request=ChosenSerializer, responses={201: SyncSerializer})
    def post(self, request: Request, slug: str, server_id: int) -> Response:
        """Take over what is chosen, as a job; 409 while one is running."""
        server = self.server(slug, server_id)
        sync = imports.request_sync(server, by=self.user, **self.sent(ChosenSerializer, server.project))
        return Response(SyncSerializer(sync).data, status=status.HTTP_201_CREATED)


class SyncDetail(RegistryAPIView):
    """One sync."""

    @extend_schema(responses=SyncSerializer)
    def get(self, request: Request, slug: str, sync_id: int) -> Response:
        """Read how a sync goes or went."""
        project = self.get_project(slug)
        return Response(SyncSerializer(get_object_or_404(_syncs(project), pk=sync_id)).data)


class SyncAgain(RegistryAPIView):
    """The same sync once more."""

    @extend_schema(request=None, responses={201: SyncSerializer})
    def post(self, request: Request, slug: str, sync_id: int) -> Response:
        """Take over what is new or has changed since; 409 while one is running."""
        project = self.get_project(slug, needs=Permission.REGISTER_MODELS)
        sync = get_object_or_404(_syncs(project).filter(server__removed_at__isnull=True), pk=sync_id)
        again = imports.sync_again(sync, by=self.user)
        return Response(SyncSerializer(again).data, status=status.HTTP_201_CREATED)


def _servers(project: Project) -> QuerySet[MlflowServer]:
    found = MlflowServer.objects.filter(project=project, removed_at__isnull=True)
    return found.select_related("project", "added_by")


def _syncs(project: Project) -> QuerySet[MlflowSync]:
    return MlflowSync.objects.filter(server__project=project).select_related("server", "job", "requested_by")
