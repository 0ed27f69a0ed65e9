"""Environments as people meet them: recording, reading, comparing, taking them along, and saying where they serve."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry import environment_files
from registry.environment_files import EnvironmentFacts
from registry.environments import reading
from registry.models import ModelVersion, Run, ServingStatement, TrainingEnvironment
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import ProjectFactory
from tests.factories.registry import EnvironmentFactory, ExperimentFactory, ModelVersionFactory, the_stages

pytestmark = pytest.mark.django_db
EVIL = "<script>alert(1)</script>"
SERVING = EnvironmentFacts(
    python_version="3.12.1",
    packages=[{"name": "numpy", "version": "2.4.0"}, {"name": "scikit-learn", "version": "1.7.2"}],
    container_image="serving@sha256:" + "0" * 64,
)


@pytest.fixture
def version(project: Project) -> ModelVersion:
    the_stages()
    return ModelVersionFactory(
        model__project=project, model__name="breast-mass", environment=EnvironmentFactory(project=project)
    )


@pytest.fixture
def serving(project: Project) -> TrainingEnvironment:
    return EnvironmentFactory(project=project, facts=SERVING)


def address(name: str, *args: Any, api: bool = False) -> str:
    return reverse(f"registry{'-api' if api else ''}:{name}", args=args)


def test_the_form_takes_everything_that_a_file_leaves_open(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    sent = {
        "file": SimpleUploadedFile("requirements.txt", b"numpy==2.3.4\n"), "python_version": "3.11.7", "gpu": "A100",
        "os": EVIL,
        "container_image": "registry.example.org:5000/train/tabular:1.2@sha256:" + "0" * 64,
        "memory": "16", "cpu_count": "8", "seeds": "random_state = 7",
        "random_sources": "numpy\nGPU kernels, dropout",
    }  # fmt: skip
    answer = client_as(contributor).post(address("environment-create", project.slug), sent)
    recorded = TrainingEnvironment.objects.get()
    assert answer.status_code == 302
    assert (recorded.gpu, recorded.memory_bytes) == ("A100", 16 * 2**30)
    assert recorded.random_sources == ["GPU kernels", "dropout", "numpy"]
    page = client_as(contributor).get(answer["Location"]).content.decode()
    assert EVIL not in page
    assert "16.0" in page
    assert "GPU kernels, dropout, numpy" in page


def test_condas_file_is_taken_by_page_and_rest(
    project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    def conda() -> SimpleUploadedFile:
        return SimpleUploadedFile("environment.yaml", b"dependencies:\n- python=3.11.7\n- pip:\n  - numpy==2.3.4\n")

    client_as(contributor).post(address("environment-create", project.slug), {"file": conda()})
    url = address("environment-list", project.slug, api=True)
    answer = api_as(contributor).post(url, {"file": conda()}, format="multipart")
    assert answer.status_code == 201
    recorded = TrainingEnvironment.objects.get()
    assert (recorded.python_version, recorded.packages) == ("3.11.7", [{"name": "numpy", "version": "2.3.4"}])


@pytest.mark.parametrize(("line", "shown"), [(b"numpy", "any version"), (b"numpy>=2", "&gt;=2")])
def test_a_package_without_an_exact_version_shows_what_was_asked_for(
    line: bytes, shown: str, project: Project, contributor: User, client_as: ClientAs
) -> None:
    sent = {"file": SimpleUploadedFile("requirements.txt", line), "python_version": "3.11.7"}
    answer = client_as(contributor).post(address("environment-create", project.slug), sent)
    page = client_as(contributor).get(answer["Location"]).content.decode()
    assert shown in page
    assert "not pinned" in page


def test_rest_takes_and_tells_every_field(project: Project, contributor: User, api_as: ApiAs) -> None:
    said = {
        "python_version": "3.11.7", "packages": {"numpy": "2.3.4"}, "gpu": "A100", "container_image": "train@sha256:0",
        "random_sources": ["numpy"], "seeds": {"random_state": 7}, "memory_bytes": 1024, "cpu_count": 2, "cpu": "x86",
        "os": "Debian 12",
    }  # fmt: skip
    client = api_as(contributor)
    first = client.post(address("environment-list", project.slug, api=True), said, format="json").json()
    again = client.post(address("environment-list", project.slug, api=True), said, format="json").json()
    assert first["id"] == again["id"]
    read = client.get(address("environment-detail", project.slug, first["id"], api=True)).json()
    assert {key: read[key] for key in said if key != "packages"} == {k: v for k, v in said.items() if k != "packages"}
    assert read["vulnerabilities"]["file"] == ""


ODD_TEXTS = [
    ("python_version", "3.11.7 (main, Dec 4 2023)"),
    ("python_version", "latest"),
    ("os", "Debian\n12"),
    ("cpu", "x86\u202e_64"),
    ("gpu", "A100\x07"),
    ("container_image", "train:1.2 --privileged"),
    ("container_image", "train\nRUN evil"),
    ("container_image", "<script>"),
]


@pytest.mark.parametrize(("field", "text"), ODD_TEXTS)
def test_texts_that_do_not_say_what_they_should_are_refused_by_page_and_rest_beside_their_field(
    field: str, text: str, project: Project, contributor: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    url, page = address("environment-list", project.slug, api=True), address("environment-create", project.slug)
    told = api_as(contributor).post(url, {"packages": {"numpy": "2.3.4"}, field: text}, format="json")
    assert (told.status_code, list(told.json())) == (400, [field])
    sent = {"file": SimpleUploadedFile("requirements.txt", b"numpy==2.3.4\n"), field: text}
    shown = client_as(contributor).post(page, sent)
    assert (shown.status_code, list(shown.context["form"].errors)) == (422, [field])
    within = SimpleUploadedFile("e.json", json.dumps({"packages": {"numpy": "2.3.4"}, field: text}).encode())
    assert client_as(contributor).post(page, {"file": within}).status_code == 422
    assert not TrainingEnvironment.objects.exists()


def test_a_package_named_twice_in_two_spellings_is_refused(project: Project, contributor: User, api_as: ApiAs) -> None:
    url, client = address("environment-list", project.slug, api=True), api_as(contributor)
    twice = [{"name": "scikit-learn", "version": "1.7.2"}, {"name": "Scikit_Learn", "version": "1.6.0"}]
    refused = client.post(url, {"packages": twice}, format="json")
    assert (refused.status_code, "scikit-learn twice" in refused.json()["detail"]) == (400, True)
    same = [twice[0], twice[0] | {"name": "Scikit.Learn"}]
    assert client.post(url, {"packages": same}, format="json").json()["packages"] == twice[:1]


def test_what_rest_tells_of_an_environment_can_be_sent_to_it_again(
    project: Project, contributor: User, api_as: ApiAs
) -> None:
    url, client = address("environment-list", project.slug, api=True), api_as(contributor)
    lines = ["jpeg===9e", "numpy>=2,<3", "tool @ git+https://example.org/tool.git@0123456789", "own @ file:///own"]
    first = client.post(url, {"packages": lines}, format="json").json()
    again = client.post(url, {"packages": first["packages"]}, format="json").json()
    assert (again["id"], len(first["packages"])) == (first["id"], 4)


@pytest.mark.parametrize("sources", [[1], "numpy", [""], ["x" * 101], [[]], {"a": 1}])
def test_sources_of_chance_that_are_no_list_of_words_are_refused(
    sources: object, project: Project, contributor: User, api_as: ApiAs
) -> None:
    said = {"python_version": "3.11.7", "random_sources": sources}
    answer = api_as(contributor).post(address("environment-list", project.slug, api=True), said, format="json")
    assert answer.status_code == 400
    assert not TrainingEnvironment.objects.exists()


def test_a_page_names_who_used_it(
    version: ModelVersion, project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    environment = version.environment
    assert environment is not None
    run = Run.objects.create(
        experiment=ExperimentFactory(project=project), name=EVIL, environment=environment, created_by=viewer
    )
    ServingStatement.objects.create(version=version, environment=environment, place="ward 3", stated_by=viewer)
    page = client_as(viewer).get(address("environment-detail", project.slug, environment.pk)).content.decode()
    for seen in (version.get_absolute_url(), run.run_id, "ward 3"):
        assert seen in page
    assert EVIL not in page
    told = api_as(viewer).get(address("environment-detail", project.slug, environment.pk, api=True)).json()
    assert (told["versions"], told["served"], told["runs"]) == (["breast-mass/1"], ["breast-mass/1"], [run.run_id])


def test_two_environments_are_compared_by_page_and_rest(
    version: ModelVersion,
    serving: TrainingEnvironment,
    project: Project,
    viewer: User,
    client_as: ClientAs,
    api_as: ApiAs,
) -> None:
    query = {"e": [version.environment_id, serving.pk]}
    page = client_as(viewer).get(address("environment-compare", project.slug), query).content.decode()
    told = api_as(viewer).get(address("environment-compare", project.slug, api=True), query).json()
    assert told["packages"] == [{"name": "numpy", "before": "2.3.4", "after": "2.4.0", "step": "minor"}]
    assert told["shared"] == 1
    assert told["sentence"] in page


@pytest.mark.parametrize("query", ["", "e=1", "e=x&e=y", "e=1&e=1", f"e={'9' * 400}&e=-1"])
def test_a_comparison_of_fewer_than_two_asks_for_them(
    query: str, serving: TrainingEnvironment, project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    if query == "e=1":
        query = f"e={serving.pk}"
    if query == "e=1&e=1":
        query = f"e={serving.pk}&e={serving.pk}"
    assert client_as(viewer).get(f"{address('environment-compare', project.slug)}?{query}").status_code == 200
    assert api_as(viewer).get(f"{address('environment-compare', project.slug, api=True)}?{query}").status_code == 400


def test_another_projects_environment_cannot_be_compared(
    serving: TrainingEnvironment, project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    other = EnvironmentFactory(project=ProjectFactory(slug="other"))
    query = {"e": [serving.pk, other.pk]}
    assert client_as(viewer).get(address("environment-compare", project.slug), query).status_code == 404
    assert api_as(viewer).get(address("environment-compare", project.slug, api=True), query).status_code == 404


@pytest.mark.parametrize("api", [False, True])
def test_downloads_read_back_to_the_same_packages(
    api: bool, serving: TrainingEnvironment, project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    client = api_as(viewer) if api else client_as(viewer)
    requirements = client.get(address("environment-requirements", project.slug, serving.pk, api=api))
    conda = client.get(address("environment-conda", project.slug, serving.pk, api=api))
    assert environment_files.read(requirements.content, name="r").packages == serving.packages
    again = reading.read(conda.content, name="e")
    assert (again.packages, again.python_version) == (serving.packages, "3.12.1")
    assert requirements["Content-Disposition"] == 'attachment; filename="requirements.txt"'


def test_what_the_operators_file_says_stands_on_the_page(
    version: ModelVersion,
    project: Project,
    viewer: User,
    client_as: ClientAs,
    settings: Settings,
    tmp_path: Path,
) -> None:
    url = address("environment-detail", project.slug, version.environment_id)
    assert "No file of known vulnerabilities was supplied" in client_as(viewer).get(url).content.decode()
    file = tmp_path / "known.json"
    file.write_text(json.dumps([{"name": "numpy", "affected": "<2.4", "id": "CVE-1", "summary": EVIL}]))
    settings.VULNERABILITIES = str(file)
    page = client_as(viewer).get(url).content.decode()
    assert "1 known vulnerability according to known.json" in page
    assert "CVE-1" in page
    assert EVIL not in page


def test_serving_is_stated_by_rest_once_per_change(
    version: ModelVersion, serving: TrainingEnvironment, project: Project, contributor: User, api_as: ApiAs
) -> None:
    url = address("version-serving", project.slug, "breast-mass", 1, api=True)
    client = api_as(contributor)
    said = {"place": "ward 3", "environment": serving.pk}
    assert client.post(url, said, format="json").status_code == 201
    assert client.post(url, said, format="json").status_code == 201
    told = client.get(url).json()
    assert [(one["place"], one["environment"], one["stated_by"]) for one in told] == [
        ("ward 3", serving.pk, contributor.username)
    ]
    assert told[0]["difference"]["packages"][0]["step"] == "minor"
    line = AuditEntry.objects.get(action="serving.stated")
    assert line.object_label == "breast-mass v1 at ward 3"


@pytest.mark.parametrize("place", ["", "   ", "x" * 121])
def test_serving_needs_a_place(
    place: str, version: ModelVersion, serving: TrainingEnvironment, project: Project, contributor: User, api_as: ApiAs
) -> None:
    url = address("version-serving", project.slug, "breast-mass", 1, api=True)
    answer = api_as(contributor).post(url, {"place": place, "environment": serving.pk}, format="json")
    assert answer.status_code == 400
    assert not ServingStatement.objects.exists()


def test_serving_in_another_projects_environment_is_refused(
    version: ModelVersion, project: Project, contributor: User, api_as: ApiAs
) -> None:
    other = EnvironmentFactory(project=ProjectFactory(slug="other"))
    url = address("version-serving", project.slug, "breast-mass", 1, api=True)
    answer = api_as(contributor).post(url, {"place": "ward 3", "environment": other.pk}, format="json")
    assert answer.status_code == 400
    assert not ServingStatement.objects.exists()


def test_a_page_with_many_uses_stays_under_its_ceiling(
    version: ModelVersion,
    project: Project,
    viewer: User,
    client_as: ClientAs,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    environment = version.environment
    for number in range(2, 30):
        ModelVersionFactory(model=version.model, number=number, environment=environment)
        EnvironmentFactory(project=project, facts=EnvironmentFacts(python_version=f"3.11.{number}"))
        ServingStatement.objects.create(
            version=version, environment=environment, place=f"place {number}", stated_by=viewer
        )
    client = client_as(viewer)
    with django_assert_max_num_queries(16):
        client.get(address("environment-detail", project.slug, version.environment_id))


@pytest.mark.parametrize("by_rest", [False, True])
def test_a_version_is_no_longer_served_where_it_was_and_the_history_says_who_when_and_why(
    by_rest: bool,
    version: ModelVersion,
    serving: TrainingEnvironment,
    project: Project,
    contributor: User,
    client_as: ClientAs,
    api_as: ApiAs,
) -> None:
    api, browser = api_as(contributor), client_as(contributor)
    url = address("version-serving", project.slug, "breast-mass", 1, api=True)
    place = {"place": "ward 3"}
    api.post(url, place | {"environment": version.environment_id}, format="json")
    held = api.post(url, place | {"environment": serving.pk}, format="json").json()
    ended = [project.slug, "breast-mass", 1, held["id"]]

    def end(reason: str) -> int:
        if by_rest:
            end = address("version-serving-end", *ended, api=True)
            return api.post(end, {"reason": reason}, format="json").status_code
        return browser.post(address("version-serving-end", *ended), {"reason": reason}).status_code

    assert end(" ") == (400 if by_rest else 422)
    assert len(api.get(url).json()) == 1
    assert end(f"Replaced by v2 {EVIL}.") == (200 if by_rest else 302)
    assert api.get(url).json() == []
    last, first = api.get(url, {"past": "true"}).json()
    assert (last["environment"], last["ended_by"], last["end_reason"]) == (
        serving.pk, contributor.username, f"Replaced by v2 {EVIL}.",
    )  # fmt: skip
    assert (first["environment"], first["ended_by"], first["until"]) == (
        version.environment_id,
        None,
        last["stated_at"],
    )
    line = AuditEntry.objects.get(action="serving.ended")
    assert (line.object_label, json.loads(line.body)["comment"]) == (
        "breast-mass v1 at ward 3",
        f"Replaced by v2 {EVIL}.",
    )
    page = browser.get(version.get_absolute_url()).content.decode()
    assert "no longer served anywhere" in page
    assert "when another environment was stated" in page
    assert "Replaced by v2" in page
    assert EVIL not in page
    told = api.get(address("environment-detail", project.slug, serving.pk, api=True)).json()
    assert told["served"] == []
    assert "; until" in browser.get(address("environment-detail", project.slug, serving.pk)).content.decode()
    # Twice is once, and the version may be served there again.
    assert end("Again.") == (409 if by_rest else 302)
    assert AuditEntry.objects.filter(action="serving.ended").count() == 1
    assert api.post(url, place | {"environment": serving.pk}, format="json").json()["until"] is None
    assert len(api.get(url).json()) == 1


def test_a_statement_of_another_version_cannot_be_ended(
    version: ModelVersion, serving: TrainingEnvironment, project: Project, contributor: User, api_as: ApiAs
) -> None:
    other = ModelVersionFactory(model=version.model, number=2)
    statement = other.serving_statements.create(environment=serving, place="ward 3", stated_by=contributor)
    url = address("version-serving-end", project.slug, "breast-mass", 1, statement.pk, api=True)
    assert api_as(contributor).post(url, {"reason": "Gone."}, format="json").status_code == 409
    statement.refresh_from_db()
    assert statement.ended_at is None
