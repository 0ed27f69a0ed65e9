"""Large files in parts: MLflow's multipart upload, with addresses of our own to send the parts to."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import path, reverse
from django.views.decorators.csrf import csrf_exempt

from canvas.roles import Permission
from registry import artifact_paths
from registry.mlflow_api import bodies
from registry.mlflow_api.door import Answer, Call, address, refusal
from registry.mlflow_api.endpoints.artifacts import PROXY
from registry.mlflow_api.errors import MlflowError
from registry.services import artifacts, multipart
from registry.services.artifacts import Owner


def create(call: Call, *, at: str) -> Answer:
    """Begin an upload: where to send each part."""
    owner, inside = _wanted(call, at)
    count = call.sent.whole("num_parts", default=1)
    upload_id, signed = multipart.begin(call.project, owner, inside, count=count, by=call.user)
    urls = [call.request.build_absolute_uri(reverse("mlflow:artifact-part", args=[part])) for part in signed]
    return {
        "upload_id": upload_id,
        "credentials": [{"url": url, "part_number": number, "headers": {}} for number, url in enumerate(urls, 1)],
    }


def complete(call: Call, *, at: str) -> Answer:
    """Join the parts that arrived to the file."""
    owner, inside = _wanted(call, at)
    announced = [(part.whole("part_number"), part.text("etag").strip('"')) for part in call.sent.messages("parts")]
    signed = call.sent.required("upload_id")
    multipart.complete(call.project, owner, inside, signed=signed, announced=announced, by=call.user)
    return {}


def abort(call: Call, *, at: str) -> Answer:
    """Throw away the parts that arrived."""
    owner, inside = _wanted(call, at)
    multipart.abort(call.project, owner, inside, signed=call.sent.required("upload_id"), by=call.user)
    return {}


@csrf_exempt
@login_not_required
def part(request: HttpRequest, *, signed: str) -> HttpResponseBase:
    """Keep one part; its signed address is all that a client shows."""
    try:
        if request.method != "PUT":
            raise MlflowError("ENDPOINT_NOT_FOUND", "A part is sent with PUT.")
        kept = multipart.take_in(signed, bodies.chunks(request))
    except Exception as problem:  # every refusal is told in one place
        return bodies.after_refusal(request, problem, refusal(problem))
    return HttpResponse(headers={"ETag": f'"{kept.sha256}"'})


def _wanted(call: Call, at: str) -> tuple[Owner, str]:
    place = artifact_paths.place(at.removesuffix("/"))
    owner = artifacts.owner_of(call.project, place)
    name = multipart.bare_name(call.sent.required("path"))
    return owner, f"{place.path}/{name}" if place and place.path else name


WRITE = Permission.REGISTER_MODELS

ADDRESSES = [
    path(f"{PROXY}/mpu/create/<any:at>", address(post=(WRITE, create)), name="artifact-parts-create"),
    path(f"{PROXY}/mpu/complete/<any:at>", address(post=(WRITE, complete)), name="artifact-parts-complete"),
    path(f"{PROXY}/mpu/abort/<any:at>", address(post=(WRITE, abort)), name="artifact-parts-abort"),
    path(f"{PROXY}/mpu/parts/<str:signed>", part, name="artifact-part"),
]
