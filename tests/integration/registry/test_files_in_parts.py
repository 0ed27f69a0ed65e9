"""Large files arrive in parts, each at an address that was signed for it."""

import hashlib
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponse
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from canvas.models import Project
from data import parts, places, storage
from registry.models import Run
from tests.conftest import ApiAs
from tests.factories.registry import RunFactory

pytestmark = pytest.mark.django_db

PROXY = "/api/2.0/mlflow-artifacts"
# Clients name a file as it lies on their own machine, where it may well be above the folder of the script: the last
# name is what counts, and these have none that a file could bear.
NAMELESS = (
    "/tmp/..",
    "/tmp/",
    "..",
    "..\\..",
    "a\0b",
    "/tmp\0/b",
    "..%2fb",
    "%2e%2e",
    "%252e%252e%252fb",
    "..%5cb",
    "C:",
)


@pytest.fixture
def run(project: Project, contributor: User) -> Run:
    return RunFactory(experiment__project=project, created_by=contributor, status=Run.Status.RUNNING)


@pytest.fixture
def root(run: Run) -> str:
    return f"{run.experiment.mlflow_id}/{run.run_id}/artifacts"


@pytest.fixture
def program(api_as: ApiAs, contributor: User) -> APIClient:
    return api_as(contributor)


def ask(program: APIClient, verb: str, root: str, **fields: Any) -> HttpResponse:
    return program.post(f"{PROXY}/mpu/{verb}/{root}", {"path": "/home/me/model.bin"} | fields)


def send(credential: dict[str, Any], content: bytes) -> HttpResponse:
    """Send a part as clients do: to its address, and without a token."""
    return Client().generic("PUT", urlsplit(credential["url"]).path, content)


def test_parts_become_one_file_and_nothing_is_left(program: APIClient, root: str, run: Run) -> None:
    others = set(places.folders_in(parts.FOLDER))
    begun = ask(program, "create", f"{root}/models", num_parts=3).json()
    pieces = [b"one ", b"two ", b"three"]
    announced = []
    # In whatever order they arrive, and one of them twice.
    for index in (2, 0, 1, 0):
        answer = send(begun["credentials"][index], pieces[index])
        assert answer.status_code == 200
        announced.append({"part_number": index + 1, "etag": answer["ETag"], "url": "x"})
    # A file that lacks its end would look like a file.
    short = ask(program, "complete", f"{root}/models", upload_id=begun["upload_id"], parts=announced[1:3])
    assert (short.status_code, run.artifacts.count()) == (400, 0)
    response = ask(program, "complete", f"{root}/models", upload_id=begun["upload_id"], parts=announced[:3])
    assert (response.status_code, response.json()) == (200, {})
    artifact = run.artifacts.get()
    assert (artifact.path, artifact.size) == ("models/model.bin", 13)
    assert artifact.sha256 == hashlib.sha256(b"one two three").hexdigest()
    assert storage.matches(artifact.sha256)
    assert set(places.folders_in(parts.FOLDER)) == others


def test_a_part_that_changed_is_kept_as_it_came_last(program: APIClient, root: str, run: Run) -> None:
    begun = ask(program, "create", root, num_parts=1).json()
    send(begun["credentials"][0], b"first")
    tag = send(begun["credentials"][0], b"second")["ETag"]
    parts_sent = [{"part_number": 1, "etag": tag}]
    assert ask(program, "complete", root, upload_id=begun["upload_id"], parts=parts_sent).status_code == 200
    assert storage.matches(run.artifacts.get().sha256)
    assert run.artifacts.get().size == 6


@pytest.mark.parametrize(
    "announced",
    [
        [],
        [{"part_number": 2, "etag": "0" * 64}],
        [{"part_number": 1, "etag": "0" * 64}],
        [{"part_number": 1}, {"part_number": 1}],
        [{"part_number": -1, "etag": "x"}],
        [{"part_number": "one"}],
        ["nonsense"],
    ],
)
def test_parts_that_are_not_there_make_no_file(program: APIClient, root: str, run: Run, announced: list[Any]) -> None:
    begun = ask(program, "create", root, num_parts=2).json()
    send(begun["credentials"][0], b"first")
    response = ask(program, "complete", root, upload_id=begun["upload_id"], parts=announced)
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert not run.artifacts.exists()


def test_an_upload_given_up_leaves_nothing(program: APIClient, root: str, run: Run) -> None:
    others = set(places.folders_in(parts.FOLDER))
    begun = ask(program, "create", root, num_parts=2).json()
    send(begun["credentials"][0], b"first")
    assert set(places.folders_in(parts.FOLDER)) > others
    assert ask(program, "abort", root, upload_id=begun["upload_id"]).json() == {}
    assert ask(program, "abort", root, upload_id=begun["upload_id"]).status_code == 200
    assert set(places.folders_in(parts.FOLDER)) == others


def test_parts_together_stay_below_the_limit_of_one_file(program: APIClient, root: str, settings: Any) -> None:
    settings.MAX_ARTIFACT_BYTES = 10
    begun = ask(program, "create", root, num_parts=2).json()
    assert send(begun["credentials"][0], b"123456").status_code == 200
    response = send(begun["credentials"][1], b"123456")
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_an_address_serves_its_own_part_only(program: APIClient, root: str, project: Project) -> None:
    begun = ask(program, "create", root, num_parts=1).json()
    signed = urlsplit(begun["credentials"][0]["url"]).path.rpartition("/")[2]
    for forged in (signed[:-2] + "xx", "nonsense", begun["upload_id"]):
        assert Client().put(f"{PROXY}/mpu/parts/{forged}", b"x").status_code == 400
    other = RunFactory(experiment__project=project, experiment__name="another")
    elsewhere = f"{other.experiment.mlflow_id}/{other.run_id}/artifacts"
    for verb in ("complete", "abort"):
        response = ask(program, verb, elsewhere, upload_id=begun["upload_id"], parts=[])
        assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_an_address_is_as_good_as_the_membership_of_who_asked(
    program: APIClient, root: str, project: Project, contributor: User
) -> None:
    begun = ask(program, "create", root, num_parts=1).json()
    assert send(begun["credentials"][0], b"x").status_code == 200
    project.memberships.filter(user=contributor).delete()
    assert send(begun["credentials"][0], b"x").status_code == 400


@pytest.mark.parametrize(
    "fields",
    [
        {"num_parts": 0},
        {"num_parts": 10_001},
        {"num_parts": "many"},
        *({"path": path} for path in NAMELESS),
    ],
)
def test_a_beginning_that_makes_no_sense_is_refused(program: APIClient, root: str, fields: dict[str, Any]) -> None:
    response = ask(program, "create", root, **fields)
    assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


@pytest.mark.parametrize("path", NAMELESS)
def test_an_upload_ends_under_no_other_name_than_it_began(program: APIClient, root: str, run: Run, path: str) -> None:
    begun = ask(program, "create", root, num_parts=1).json()
    tag = send(begun["credentials"][0], b"x")["ETag"]
    for verb in ("complete", "abort"):
        for other in (path, "/home/me/other.bin"):
            sent = {"path": other, "parts": [{"part_number": 1, "etag": tag}]}
            response = ask(program, verb, root, upload_id=begun["upload_id"], **sent)
            assert (response.status_code, response.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert not run.artifacts.exists()


def test_a_path_of_windows_is_read_as_its_last_name(program: APIClient, root: str, run: Run) -> None:
    begun = ask(program, "create", root, num_parts=1, path="C:\\Users\\me\\model.bin").json()
    tag = send(begun["credentials"][0], b"x")["ETag"]
    sent = {"path": "C:\\Users\\me\\model.bin", "parts": [{"part_number": 1, "etag": tag}]}
    assert ask(program, "complete", root, upload_id=begun["upload_id"], **sent).status_code == 200
    assert run.artifacts.get().path == "model.bin"
