"""What a client asks before it sends anything: whether somebody is there, which version, and what is offered."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from registry.mlflow_api import bodies, errors, wire
from registry.mlflow_api.errors import MlflowError

# The version whose contract is answered.
SPOKEN = "3.17.2"
OFFERED = {
    "multipart_uploads_enabled": True,
    "multipart_downloads_enabled": False,
    "artifacts_presigned_only": False,
    "artifact_serving_enabled": True,
    "workspaces_enabled": False,
    "store_type": "SqlStore",
    "presigned_upload_run_id_supported": False,
    "presigned_upload_model_id_supported": False,
    "model_artifact_presigned_downloads_supported": False,
    "trace_archival_enabled": False,
    "features_enabled": {},
    "tracking_auth": "",
}


@require_safe
@never_cache
@login_not_required
def health(request: HttpRequest) -> HttpResponse:
    """Say that somebody is there."""
    return HttpResponse("OK", content_type="text/plain")


@require_safe
@login_not_required
def version(request: HttpRequest) -> HttpResponse:
    """The version of MLflow whose contract is answered."""
    return HttpResponse(SPOKEN, content_type="text/plain")


@require_safe
@login_not_required
def server_info(request: HttpRequest) -> HttpResponse:
    """What is offered, to anybody: nothing of a project is in it."""
    return wire.answer(OFFERED)


@csrf_exempt
@login_not_required
def unknown(request: HttpRequest, rest: str = "") -> HttpResponseBase:
    """An address of MLflow's that is not answered here, told in JSON, as clients fall back on seeing that."""
    problem = MlflowError("ENDPOINT_NOT_FOUND", f"{request.path} is not answered here.")
    return bodies.after_refusal(request, problem, errors.answer(problem.code, str(problem)))


ADDRESSES = [
    path("health", health, name="health"),
    path("version", version, name="version"),
    path("api/3.0/mlflow/server-info", server_info, name="server-info"),
]
UNKNOWN = [
    path("api/2.0/<path:rest>", unknown, name="unknown"),
    path("api/3.0/<path:rest>", unknown, name="unknown-3"),
]
