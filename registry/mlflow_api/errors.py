"""Refusals in MLflow's words: one table from what our services raise to the code and status that clients branch on."""

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404, HttpResponse, UnreadablePostError

from data.parts import NotThere
from data.services import quotas, references
from data.storage import Missing, TooLarge
from outside.client import NotFound, Refused
from registry.archives import ArchiveBomb
from registry.artifact_paths import UnusablePath
from registry.formats import FormatMismatch
from registry.json_values import NotStorable
from registry.mlflow_api import bodies, wire
from registry.services import (
    aliases,
    artifacts,
    batches,
    dependants,
    experiments,
    folders,
    inputs,
    logged_models,
    model_tags,
    models,
    multipart,
    open_runs,
    protection,
    runs,
    sources,
    stages,
    tags,
    versions,
    webhooks,
)

STATUS = {
    "INVALID_PARAMETER_VALUE": 400,
    "BAD_REQUEST": 400,
    # MLflow's own server says 500, which its client sends again for minutes; the client goes by the code.
    "INVALID_STATE": 400,
    "RESOURCE_ALREADY_EXISTS": 400,
    "UNAUTHENTICATED": 401,
    "CUSTOMER_UNAUTHORIZED": 401,
    "PERMISSION_DENIED": 403,
    "RESOURCE_DOES_NOT_EXIST": 404,
    "NOT_FOUND": 404,
    "ENDPOINT_NOT_FOUND": 404,
    "RESOURCE_CONFLICT": 409,
    "ABORTED": 409,
    "REQUEST_LIMIT_EXCEEDED": 429,
    "INTERNAL_ERROR": 500,
    "NOT_IMPLEMENTED": 501,
    "TEMPORARILY_UNAVAILABLE": 503,
}

INVALID = "INVALID_PARAMETER_VALUE"
ABSENT = "RESOURCE_DOES_NOT_EXIST"


class MlflowError(Exception):
    """A refusal with MLflow's own code, raised where no service has an exception for it."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


# A 5xx is sent again by clients for minutes: only what may pass by itself gets one.
CODES: dict[type[Exception], str] = {
    wire.Malformed: INVALID,
    NotStorable: INVALID,
    references.BadInput: INVALID,
    TooLarge: INVALID,
    RequestDataTooBig: INVALID,
    UnreadablePostError: INVALID,
    Missing: ABSENT,
    Http404: ABSENT,
    PermissionDenied: "PERMISSION_DENIED",
    experiments.NoSuchExperiment: ABSENT,
    experiments.NoSuchTag: ABSENT,
    experiments.ExperimentNameTaken: "RESOURCE_ALREADY_EXISTS",
    experiments.ExperimentDeleted: INVALID,
    experiments.CannotRename: "INVALID_STATE",
    open_runs.NoSuchRun: ABSENT,
    open_runs.RunDeleted: INVALID,
    runs.InvalidRun: INVALID,
    tags.NoSuchTag: ABSENT,
    batches.ParamChanged: INVALID,
    batches.ParamTwice: INVALID,
    inputs.InvalidInput: INVALID,
    logged_models.NoSuchLoggedModel: ABSENT,
    logged_models.NoSuchTag: ABSENT,
    logged_models.ParamChanged: INVALID,
    logged_models.StaysReady: "INVALID_STATE",
    dependants.InUse: "RESOURCE_CONFLICT",
    models.ModelNameTaken: "RESOURCE_ALREADY_EXISTS",
    models.UnusableModelName: INVALID,
    models.NoSuchModel: ABSENT,
    models.InUse: "RESOURCE_CONFLICT",
    versions.NoSuchVersion: ABSENT,
    versions.NumberTaken: "RESOURCE_ALREADY_EXISTS",
    models.InvalidTag: INVALID,
    model_tags.NoSuchTag: ABSENT,
    sources.InvalidSource: INVALID,
    folders.ChangedMeanwhile: "RESOURCE_CONFLICT",
    stages.NoSuchStage: INVALID,
    FormatMismatch: INVALID,
    ArchiveBomb: INVALID,
    aliases.InvalidAlias: INVALID,
    protection.Protected: "PERMISSION_DENIED",
    aliases.NoSuchAlias: INVALID,
    Refused: INVALID,
    NotFound: INVALID,
    webhooks.UnknownEvent: INVALID,
    webhooks.UnusableSecret: INVALID,
    webhooks.TooMany: INVALID,
    UnusablePath: INVALID,
    bodies.CutShort: INVALID,
    NotThere: INVALID,
    multipart.InvalidUpload: INVALID,
    # Not “resource exhausted”, which clients try again for minutes.
    quotas.OverQuota: INVALID,
    artifacts.NoSuchArtifact: ABSENT,
    artifacts.InTheWay: INVALID,
    artifacts.Frozen: "PERMISSION_DENIED",
}


def code_of(problem: Exception) -> str | None:
    """MLflow's code for a refusal; None for what nobody foresaw."""
    if isinstance(problem, MlflowError):
        return problem.code
    return next((CODES[kind] for kind in type(problem).__mro__ if kind in CODES), None)


def answer(code: str, message: str) -> HttpResponse:
    """A refusal as clients read it."""
    return wire.answer({"error_code": code, "message": message}, status=STATUS[code])
