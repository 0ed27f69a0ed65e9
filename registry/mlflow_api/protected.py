"""What a client is told where only a promotion helps: the sentence, and the absolute address of the page to ask on."""

from collections.abc import Callable
from functools import wraps

from registry.mlflow_api.door import Call, Fields
from registry.mlflow_api.errors import MlflowError
from registry.services.protection import Protected


def with_link(endpoint: Callable[[Call], Fields]) -> Callable[[Call], Fields]:
    """An endpoint whose refusals of protected names carry the link."""

    @wraps(endpoint)
    def answer(call: Call) -> Fields:
        try:
            return endpoint(call)
        except Protected as reason:
            page = call.request.build_absolute_uri(reason.path) if reason.path else ""
            raise MlflowError("PERMISSION_DENIED", f"{reason} {page}".strip()) from reason

    return answer
