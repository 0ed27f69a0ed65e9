from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiResponse
from rest_framework.response import Response

from canvas.api_access import Pages, ProjectAPIView

CONFLICT = OpenApiResponse(description="It does not fit what is recorded by now; the sentence says why.")


def paged(view: ProjectAPIView, held: QuerySet[Any], serializer: type[Any]) -> Response:  # Any: each of the models
    pages = Pages()
    page = pages.paginate_queryset(held, view.request, view=view)
    return pages.get_paginated_response(serializer(page, many=True).data)
