"""How the refusals of classifications, risks, assessments and decisions become statuses."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import status
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from canvas.api_access import Conflict, Pages, ProjectAPIView
from canvas.cleaning import InvalidAnswers
from canvas.services import assessments, classifications, decisions, risks, signatures


class TooSoon(APIException):
    """The caller has to wait."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "too_soon"


BY_FIELD: dict[type[Exception], str] = {
    classifications.Incomplete: "answers",
    signatures.WrongPassword: "password",
}
BY_STATUS: dict[type[Exception], type[APIException]] = {
    classifications.StaleClassification: Conflict,
    classifications.NothingChanged: Conflict,
    risks.StaleRisk: Conflict,
    risks.NothingChanged: Conflict,
    risks.NotToBeAccepted: Conflict,
    assessments.StaleVersion: Conflict,
    assessments.NothingChanged: Conflict,
    decisions.AlreadyWaiting: Conflict,
    decisions.AlreadyClosed: Conflict,
    decisions.NotToBeSigned: Conflict,
    decisions.BasisChanged: Conflict,
    decisions.NotMet: Conflict,
    signatures.TooManyAttempts: TooSoon,
}


class RefusingAPIView(ProjectAPIView):
    """An endpoint whose services' refusals become statuses through the two tables above."""

    def handle_exception(self, exc: Exception) -> Response:
        """The answer to a refusal; anything unforeseen rises."""
        if isinstance(exc, InvalidAnswers):
            return super().handle_exception(ValidationError({"answers": exc.errors}))
        if refused := BY_STATUS.get(type(exc)):
            return super().handle_exception(refused(str(exc)))
        if field := BY_FIELD.get(type(exc)):
            return super().handle_exception(ValidationError({field: [str(exc)]}))
        return super().handle_exception(exc)

    def sent(self, serializer: type[BaseSerializer[Any]]) -> dict[str, Any]:
        """What the request carries, judged by a serializer."""
        found = serializer(data=self.request.data)
        found.is_valid(raise_exception=True)
        values: dict[str, Any] = found.validated_data
        return values

    def page(self, found: QuerySet[Any], serializer: type[BaseSerializer[Any]]) -> Response:
        """At most 200 rows of what was found."""
        pages = Pages()
        rows = pages.paginate_queryset(found, self.request, view=self)
        return pages.get_paginated_response(serializer(rows, many=True).data)
