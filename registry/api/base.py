"""What the endpoints of this room share: refusals as statuses, and pages."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions, status
from rest_framework.exceptions import APIException, PermissionDenied, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.models import Project
from canvas.services import signatures
from data.storage import TooLarge
from outside.client import NotFound, Refused
from registry.archives import ArchiveBomb
from registry.environment_files import UnreadableEnvironment
from registry.formats import FormatMismatch
from registry.json_values import NotStorable
from registry.mlflow_import.contents import NotReadable
from registry.models import ModelVersion, RegisteredModel
from registry.services import (
    aliases,
    artifacts,
    containers,
    dependants,
    experiments,
    imports,
    model_tags,
    models,
    open_runs,
    outlines,
    promotions,
    protection,
    runs,
    selections,
    serving,
    versions,
    webhooks,
)

PLACE = (Pages.limit_query_param, Pages.offset_query_param)
FORMAT = "format"


class NotThere(APIException):
    """What was named is not there."""

    status_code = status.HTTP_404_NOT_FOUND
    default_code = "not_found"


class TooSoon(APIException):
    """The caller has to wait."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "too_soon"


# A refusal that concerns one field is told beside it, with 400; the others have a status of their own.
BY_FIELD: dict[type[Exception], str] = {
    models.ReservedName: "name",
    models.UnusableModelName: "name",
    models.InvalidTag: "detail",
    models.TaskMismatch: "task",
    versions.UnusableName: "file",
    versions.EmptyFile: "file",
    TooLarge: "file",
    FormatMismatch: "file",
    ArchiveBomb: "file",
    versions.InvalidDetails: "detail",
    NotStorable: "detail",
    UnreadableEnvironment: "detail",
    runs.InvalidRun: "detail",
    selections.InvalidSelection: "detail",
    aliases.InvalidAlias: "name",
    Refused: "url",
    NotFound: "url",
    webhooks.TooMany: "detail",
    imports.UnusableAddress: "url",
    imports.UnusableSecret: "secret",
    imports.TooMany: "detail",
    imports.NothingChosen: "detail",
    serving.InvalidStatement: "detail",
    outlines.UnusableNote: "text",
    promotions.ReasonMissing: "comment",
    signatures.WrongPassword: "password",
}
BY_STATUS: dict[type[Exception], type[APIException]] = {
    containers.NoEnvironment: Conflict,
    serving.NotServed: Conflict,
    models.ModelNameTaken: Conflict,
    models.TaskDecided: Conflict,
    models.NoSuchModel: Conflict,
    models.InUse: Conflict,
    model_tags.NoSuchTag: NotThere,
    versions.NoSuchVersion: Conflict,
    versions.NumberTaken: Conflict,
    protection.Protected: Conflict,
    selections.StillGoing: Conflict,
    experiments.ExperimentNameTaken: Conflict,
    experiments.CannotRename: Conflict,
    dependants.InUse: Conflict,
    open_runs.RunDeleted: Conflict,
    artifacts.NoSuchArtifact: exceptions.NotFound,
    imports.KnownServer: Conflict,
    imports.StillRunning: Conflict,
    NotReadable: Conflict,
    promotions.AlreadyOpen: Conflict,
    promotions.AlreadyHeld: Conflict,
    promotions.AlreadyClosed: Conflict,
    promotions.EvidenceChanged: Conflict,
    promotions.NotReady: Conflict,
    promotions.NotIndependent: PermissionDenied,
    promotions.NotTheRequester: PermissionDenied,
    signatures.TooManyAttempts: TooSoon,
}


class RegistryAPIView(ProjectAPIView):
    """An endpoint whose services' refusals become statuses through the two tables above.

    A list, which is what has pages or says its questions, refuses others: all rows in answer to a misspelt question would
    be believed.
    """

    pagination_class: type[Pages] | None = None
    questions: Sequence[OpenApiParameter] | None = None
    """What a list may be asked, beside its place."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let people in, and let a list be asked only what it knows."""
        super().initial(request, *args, **kwargs)
        if request.method == "GET" and (self.pagination_class or self.questions is not None):
            self._ensure_known(request.query_params)

    def handle_exception(self, exc: Exception) -> Response:
        """The answer to a refusal; anything unforeseen rises."""
        if refused := BY_STATUS.get(type(exc)):
            return super().handle_exception(refused(str(exc)))
        if field := BY_FIELD.get(type(exc)):
            told: Any = str(exc) if field == "detail" else [str(exc)]
            return super().handle_exception(ValidationError({field: told}))
        return super().handle_exception(exc)

    def _ensure_known(self, query: QueryDict) -> None:
        asked = {question.name: question.enum for question in self.questions or ()}
        names = [*asked, *(PLACE if self.pagination_class else ()), FORMAT]
        for name, value in query.items():
            if name not in names:
                raise ValidationError({name: [f"This is not asked here. Ask by {', '.join(names)}."]})
            choices = [str(choice) for choice in asked.get(name) or ()]
            if choices and str(value or choices[0]).lower() not in map(str.lower, choices):
                raise ValidationError({name: [f"Send one of {', '.join(choices)}."]})

    def page(self, found: QuerySet[Any], serializer: type[BaseSerializer[Any]]) -> Response:
        """At most 200 rows of what was found."""
        pages = Pages()
        rows = pages.paginate_queryset(found, self.request, view=self)
        return pages.get_paginated_response(serializer(rows, many=True).data)

    def sent(self, serializer: type[BaseSerializer[Any]], project: Project) -> dict[str, Any]:
        """What the caller sent, cleaned; 400 with what to change."""
        given: Any = serializer(data=self.request.data, context={"project": project, "request": self.request})
        given.is_valid(raise_exception=True)
        cleaned: dict[str, Any] = given.validated_data
        return cleaned


def model_of(project: Project, name: str) -> RegisteredModel:
    """The project's model with this name, or 404."""
    return get_object_or_404(RegisteredModel.objects.listed().prefetch_related("tags"), project=project, name=name)


def version_of(project: Project, name: str, number: int) -> ModelVersion:
    """The version with this number, or 404."""
    listed = ModelVersion.objects.listed().prefetch_related("dataset_links__dataset", "tags")
    return get_object_or_404(listed, model__project=project, model__name=name, number=number)
