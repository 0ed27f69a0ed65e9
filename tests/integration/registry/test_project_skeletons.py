"""A skeleton is a folder that works: it compiles, pins, and its training script logs to the server."""

import io
import json
import os
import py_compile
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from pytest_django.live_server_helper import LiveServer

from accounts import services as accounts
from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from data.models import DataSchema, Dataset, SchemaField
from registry.models import Run
from tests.conftest import ApiAs, ClientAs
from tests.factories.canvas import BlockRevisionFactory, KpiFactory
from tests.factories.registry import EnvironmentFactory, stored

pytestmark = pytest.mark.any_database

ROWS = "id,size,colour,ill\n" + "".join(
    f"{n},{n % 7 + (3 if n % 2 else 0)},{'red' if n % 3 else 'blue'},{'yes' if n % 2 else 'no'}\n" for n in range(60)
)


def a_snapshot(project: Project, owner: User) -> Dataset:
    schema = DataSchema.objects.create(project=project, name="Cases", number=1, created_by=owner)
    for place, (key, kind, part) in enumerate(
        [
            ("id", "integer", "identifier"),
            ("size", "number", "feature"),
            ("colour", "string", "feature"),
            ("ill", "string", "label"),
        ]
    ):
        SchemaField.objects.create(
            schema=schema, position=place, key=key, data_type=kind, order="nominal", part=part, is_key=key == "id",
            is_nullable=False, allowed_values=["yes", "no"] if key == "ill" else [],
        )  # fmt: skip
    file = stored(ROWS.encode())
    return Dataset.objects.create(
        project=project, name="Cases", number=1, file_name="cases.csv", file_format="csv", sha256=file.sha256,
        size=file.size, rows=60, columns=4, split_role="train", label_column="ill", schema=schema, uploaded_by=owner,
    )  # fmt: skip


def unpacked(content: bytes, folder: Path) -> Path:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        archive.extractall(folder)
    return folder / "triage"


def files_of(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name.partition("/")[2]: archive.read(name).decode() for name in archive.namelist()}


def download(client: Any, project: Project, **chosen: Any) -> bytes:
    return bytes(client.get(reverse("registry:skeleton-file", args=[project.slug]), chosen).content)


@pytest.mark.django_db(transaction=True)
@pytest.mark.any_database
def test_the_training_script_logs_a_run_to_the_server(
    live_server: LiveServer, project: Project, owner: User, client_as: ClientAs, tmp_path: Path
) -> None:
    snapshot = a_snapshot(project, owner)
    folder = unpacked(download(client_as(owner), project, snapshot=snapshot.pk), tmp_path)
    _, secret = accounts.create_token(owner, project_id=project.pk, name="t", lifetime=timedelta(days=1))
    asked = os.environ | {"TENET_URL": live_server.url, "TENET_TOKEN": secret}

    done = subprocess.run(
        [sys.executable, "src/train.py", "--register", "cases"],
        cwd=folder,
        env=asked,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    run = Run.objects.get(experiment__project=project)
    assert run.last_metrics["cv_accuracy"] > 0.5
    assert run.environment is not None
    version = project.models.get(name="cases").versions.get()
    assert (version.run, version.environment) == (run, run.environment)
    checked = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:django", "--rootdir", ".", "tests"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "5 passed" in checked.stdout, checked.stdout


def test_every_script_compiles_and_every_folder_is_there(
    project: Project, owner: User, client_as: ClientAs, tmp_path: Path
) -> None:
    folder = unpacked(download(client_as(owner), project, snapshot=a_snapshot(project, owner).pk), tmp_path)
    for script in folder.rglob("*.py"):
        py_compile.compile(str(script), doraise=True)
    for name in ("data/raw", "data/interim", "data/processed", "models", "notebooks"):
        assert (folder / name / ".gitkeep").exists()
    config = json.loads((folder / "tenet.json").read_text())
    assert (config["project"], config["label"], config["features"]) == ("triage", "ill", ["size", "colour"])
    assert "token" not in (folder / "tenet.json").read_text().lower()


def test_packages_are_pinned_as_in_the_chosen_environment(project: Project, owner: User, client_as: ClientAs) -> None:
    packages = [
        {"name": "numpy", "version": "2.3.4"},
        {"name": "odd\nname", "version": "1"},
        {"name": "pandas", "version": "x y"},
    ]
    chosen = EnvironmentFactory(project=project, packages=packages, sha256="a" * 64)
    text = files_of(download(client_as(owner), project, environment=chosen.pk))["requirements.txt"]
    lines = text.splitlines()
    assert "numpy==2.3.4" in lines
    assert any(line.startswith("# not a package's name") for line in lines)
    assert any(line.startswith("pandas  # no version that can be pinned") for line in lines)
    assert "scikit-learn" in lines[lines.index("# Needed by the scripts, and not in that environment: not pinned.") :]


def test_without_an_environment_the_list_says_that_it_pins_nothing(
    project: Project, owner: User, client_as: ClientAs
) -> None:
    text = files_of(download(client_as(owner), project))["requirements.txt"]
    assert text.startswith("# No training environment was chosen: these packages are not pinned.")


def test_texts_of_people_are_escaped_in_the_readme(project: Project, owner: User, client_as: ClientAs) -> None:
    BlockRevisionFactory(
        project=project, block=1, number=1, answers={"problem_statement": "# Ha\n<script>x</script> | [a](b) ``` end"}
    )
    KpiFactory(project=project, name="A | B\n# C")
    text = files_of(download(client_as(owner), project))["README.md"]
    assert r"\<script\>" in text
    assert r"\[a\](b) \`\`\`" in text
    assert r"| A \| B \# C | Model |" in text


def test_the_same_choices_give_the_same_bytes_and_a_journal_line(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    snapshot = a_snapshot(project, owner)
    first = download(client_as(owner), project, snapshot=snapshot.pk)
    by_program = (
        api_as(owner).get(reverse("registry-api:skeleton", args=[project.slug]), {"snapshot": snapshot.pk}).content
    )
    assert first == by_program
    assert AuditEntry.objects.filter(chain=project.chain, action="skeleton.downloaded").count() == 2


def test_another_projects_snapshot_cannot_be_chosen(
    project: Project, owner: User, client_as: ClientAs, api_as: ApiAs
) -> None:
    chosen = {"snapshot": 999_999}
    page = client_as(owner).get(reverse("registry:skeleton-file", args=[project.slug]), chosen)
    refused = api_as(owner).get(reverse("registry-api:skeleton", args=[project.slug]), chosen)
    assert (page.status_code, refused.status_code) == (422, 400)
    assert not AuditEntry.objects.filter(action="skeleton.downloaded").exists()
