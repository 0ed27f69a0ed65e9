"""The Dockerfile that serves a version: what stands in it, and that its script fetches and checks the model."""

import ast
import hashlib
import json
import os
import re
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from accounts import services as accounts
from accounts.models import User
from canvas.models import Project
from registry import environment_files
from registry.environment_files import EnvironmentFacts
from registry.models import ModelVersion
from tests.conftest import ApiAs, ClientAs
from tests.factories.registry import EnvironmentFactory, ModelVersionFactory, RegisteredModelFactory, stored, the_stages

pytestmark = pytest.mark.django_db
ODD = "ünï % ?#1 '\"$(id) END_OF_PLAN"
INSTRUCTIONS = {"ARG", "FROM", "ENV", "RUN", "COPY", "USER", "WORKDIR", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT"}
HEREDOC = re.compile(r"<<'([A-Z_]+)' (\S+)$")


def parsed(text: str) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """A Dockerfile's instructions in order, and the files that stand in it."""
    instructions, files = [], {}
    lines = iter(text.splitlines())
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        word, _, rest = line.partition(" ")
        assert word in INSTRUCTIONS, line
        instructions.append((word, rest))
        if found := HEREDOC.search(rest):
            body = []
            for inner in lines:
                if inner == found[1]:
                    break
                body.append(inner)
            else:
                pytest.fail(f"{found[1]} never ends")
            files[found[2]] = "\n".join(body) + "\n"
    return instructions, files


@pytest.fixture
def served(project: Project) -> ModelVersion:
    the_stages()
    contents = {"MLmodel": b"flavors: {}\n", "model.skops": b"weights", "data/x y.json": b"{}"}
    files = [{"path": p, "sha256": stored(c).sha256, "size": len(c)} for p, c in sorted(contents.items())]
    return ModelVersionFactory(
        model=RegisteredModelFactory(project=project, name=ODD), files=files, artifact_name="model.skops",
        artifact_sha256=hashlib.sha256(b"weights").hexdigest(), environment=EnvironmentFactory(project=project),
    )  # fmt: skip


def dockerfile(version: ModelVersion, client: Any, *, api: bool = False) -> str:
    args = [version.model.project.slug, version.model.name, version.number]
    answer = client.get(reverse(f"registry{'-api' if api else ''}:version-dockerfile", args=args))
    assert answer.status_code == 200
    assert answer["Content-Disposition"] == 'attachment; filename="Dockerfile"'
    return answer.content.decode()


def test_its_instructions_are_the_expected_ones_and_run_as_nobody(
    served: ModelVersion, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    text = dockerfile(served, client_as(viewer))
    assert text == dockerfile(served, api_as(viewer), api=True)
    instructions, files = parsed(text)
    words = [word for word, _ in instructions]
    assert words[:2] == ["ARG", "FROM"]
    assert instructions[0][1] == "BASE_IMAGE=python:3.11.7-slim"
    assert words.index("USER") < words.index("ENTRYPOINT") == len(words) - 1
    assert dict(instructions)["USER"] == "10001:10001"
    assert "ADD" not in words
    assert set(files) == {"/app/requirements.txt", "/app/plan.json", "/app/serve.py"}
    assert environment_files.read_requirements(files["/app/requirements.txt"]) == served.environment.packages  # type: ignore[union-attr]
    ast.parse(files["/app/serve.py"])
    plan = json.loads(files["/app/plan.json"])
    assert plan["name"] == ODD
    assert [(one["path"], one["sha256"]) for one in plan["files"]] == [(f["path"], f["sha256"]) for f in served.files]
    assert plan["format"] == "mlflow"


def test_no_text_of_a_person_becomes_an_instruction(project: Project, viewer: User, client_as: ClientAs) -> None:
    the_stages()
    facts = EnvironmentFacts(
        python_version="3.11.7\nRUN evil",
        packages=[
            {"name": "numpy", "version": "1.0\nEND_OF_REQUIREMENTS\nRUN evil"},
            {"name": "tool", "version": "", "source": "git+https://x/y\nRUN evil"},
        ],
        container_image="x\nRUN evil",
    )
    version = ModelVersionFactory(
        model=RegisteredModelFactory(project=project, name=ODD),
        environment=EnvironmentFactory(project=project, facts=facts),
    )
    instructions, _ = parsed(dockerfile(version, client_as(viewer)))
    assert [rest for word, rest in instructions if word == "RUN" and "evil" in rest] == []


def test_no_registry_is_named(served: ModelVersion, viewer: User, client_as: ClientAs) -> None:
    text = dockerfile(served, client_as(viewer)).lower()
    # Whoever builds it has an index and an image store of their own choosing.
    for word in (".org", ".io/", "index-url", "--channel", "conda install"):
        assert word not in text


def test_what_a_version_is_served_in_goes_before_what_it_was_trained_in(
    served: ModelVersion, project: Project, viewer: User, client_as: ClientAs
) -> None:
    facts = EnvironmentFacts(python_version="3.13.0", packages=[{"name": "numpy", "version": "2.4.0"}])
    environment = EnvironmentFactory(project=project, facts=facts)
    served.serving_statements.create(environment=environment, place="ward", stated_by=viewer)
    text = dockerfile(served, client_as(viewer))
    assert "python:3.13.0-slim" in text
    assert "numpy==2.4.0" in text


def test_without_an_environment_it_says_what_to_record(
    project: Project, viewer: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    the_stages()
    version = ModelVersionFactory(model__project=project)
    args = [project.slug, version.model.name, version.number]
    page = client_as(viewer).get(reverse("registry:version-dockerfile", args=args), follow=True)
    assert "No environment is recorded" in page.content.decode()
    answer = api_as(viewer).get(reverse("registry-api:version-dockerfile", args=args))
    assert answer.status_code == 409


@pytest.mark.django_db(transaction=True)
@pytest.mark.any_database
@pytest.mark.parametrize("damage", [False, True])
def test_its_script_fetches_the_model_and_refuses_what_was_changed(
    damage: bool, served: ModelVersion, owner: User, client_as: ClientAs, live_server: Any, tmp_path: Path
) -> None:
    _, files = parsed(dockerfile(served, client_as(owner)))
    plan = json.loads(files["/app/plan.json"])
    if damage:
        plan["files"][1]["sha256"] = "0" * 64
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    (tmp_path / "serve.py").write_text(files["/app/serve.py"])
    project = served.model.project
    _, secret = accounts.create_token(owner, project_id=project.pk, name="serve", lifetime=timedelta(days=1))
    environment = {
        "TENET_URL": live_server.url, "TENET_TOKEN": secret, "MODEL_DIR": str(tmp_path / "model"),
        "PATH": os.environ["PATH"],
    }  # fmt: skip

    def run(**other: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(tmp_path / "serve.py"), "fetch"]
        return subprocess.run(command, env=environment | other, capture_output=True, text=True, timeout=60, check=False)

    done = run()
    if damage:
        assert done.returncode == 1
        assert "is not the file that was registered" in done.stderr
        assert not (tmp_path / "model" / plan["files"][1]["path"]).exists()
        return
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "model" / "model.skops").read_bytes() == b"weights"
    assert (tmp_path / "model" / "data" / "x y.json").read_bytes() == b"{}"
    assert "Set TENET_TOKEN" in run(TENET_TOKEN="").stderr
