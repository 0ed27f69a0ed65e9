"""Who asks, and for which project: what every address of the MLflow API passes through."""

import base64
import binascii
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from accounts import services as accounts
from accounts.models import ApiToken, User
from canvas.access import get_token_project
from canvas.models import Project
from canvas.roles import Permission
from registry.mlflow_api import bodies, errors, wire
from registry.mlflow_api.errors import MlflowError
from registry.mlflow_api.wire import Message

logger = logging.getLogger(__name__)

SIGN_IN = (
    "Set MLFLOW_TRACKING_TOKEN to a token of the project, or MLFLOW_TRACKING_USERNAME to its owner's username and "
    "MLFLOW_TRACKING_PASSWORD to the token. Tokens are made in the project's settings."
)

Fields = Mapping[str, Any]
Answer = Fields | HttpResponseBase


@dataclass(frozen=True)
class Call:
    """One request to the MLflow API: who asks, the project their token opens, and what they sent."""

    request: HttpRequest
    project: Project
    user: User
    sent: Message


Endpoint = Callable[..., Answer]


def address(**by_method: tuple[Permission, Endpoint]) -> Callable[..., HttpResponseBase]:
    """The view of one address: for each HTTP method, what it needs and the function that answers.

    A function takes the call and the address's own parts; what it returns is sent as JSON, unless it is a response.
    Cookies are never looked at, so that no other site can have a browser act here.
    """

    @csrf_exempt
    @login_not_required
    def view(request: HttpRequest, **parts: Any) -> HttpResponseBase:
        try:
            needs, endpoint = _chosen(by_method, request)
            user, project = enter(request, needs)
            found = endpoint(Call(request, project, user, _message(request)), **parts)
        except Exception as problem:  # every refusal is told in one place
            return bodies.after_refusal(request, problem, refusal(problem))
        return found if isinstance(found, HttpResponseBase) else wire.answer(found)

    return view


def enter(request: HttpRequest, needs: Permission) -> tuple[User, Project]:
    """The person and the project that the request's token stands for; raises MlflowError, Http404, PermissionDenied."""
    token = _token(request)
    return token.user, get_token_project(token, needs=needs)


def refusal(problem: Exception) -> HttpResponse:
    """The answer to a refusal; what nobody foresaw rises."""
    if isinstance(problem, OperationalError):
        logger.warning("The database could not be reached.", exc_info=problem)
        return errors.answer("TEMPORARILY_UNAVAILABLE", "The database cannot be reached. Try again.")
    code = errors.code_of(problem)
    if code is None:
        raise problem
    response = errors.answer(code, str(problem) or "This is not there.")
    if code == "UNAUTHENTICATED":
        response.headers["WWW-Authenticate"] = 'Basic realm="Tenet"'
    return response


def _chosen(by_method: Mapping[str, tuple[Permission, Endpoint]], request: HttpRequest) -> tuple[Permission, Endpoint]:
    method = "get" if request.method == "HEAD" else str(request.method).lower()
    if method not in by_method:
        raise MlflowError("ENDPOINT_NOT_FOUND", f"{request.method} is not answered at {request.path}.")
    return by_method[method]


def _message(request: HttpRequest) -> Message:
    # What is streamed in is read by its own endpoint.
    return Message({}) if request.method == "PUT" else wire.read(request)


def _token(request: HttpRequest) -> ApiToken:
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    username, secret = "", given.strip()
    if scheme.lower() == "basic":
        username, secret = _basic(secret)
    elif scheme.lower() != "bearer":
        raise MlflowError("UNAUTHENTICATED", SIGN_IN)
    try:
        token = accounts.open_token(secret)
    except accounts.TokenRefused as reason:
        raise MlflowError("UNAUTHENTICATED", str(reason)) from reason
    if username and username != token.user.username:
        raise MlflowError("UNAUTHENTICATED", f"This token is not {username}'s. {SIGN_IN}")
    return token


def _basic(given: str) -> tuple[str, str]:
    try:
        username, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise MlflowError("UNAUTHENTICATED", "The Authorization header cannot be read.") from None
    return username, secret
