from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


@extend_schema(exclude=True)
class UnknownAddress(APIView):
    """An address below the API that leads nowhere: a program is told so in JSON."""

    def initial(self, request: Request, *args: object, **kwargs: object) -> None:
        """Let only people in, then say that there is nothing here, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is no such address in this API. /api/docs/ lists them all.")

    def get(self, request: Request, rest: str) -> Response:
        """Answered before it comes to this."""
        raise NotFound

    post = put = patch = delete = get
