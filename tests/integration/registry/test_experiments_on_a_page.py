"""Experiments on their page: made, renamed, set aside with their runs, and taken back."""

import pytest
from django.urls import reverse

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import Experiment, Run
from tests.conftest import ClientAs
from tests.factories.registry import ModelVersionFactory, RunFactory

pytestmark = pytest.mark.django_db
NASTY = "<b>bold</b>"


def at(project: Project, name: str, *args: int) -> str:
    return reverse(f"registry:experiment-{name}", args=[project.slug, *args])


def test_an_experiment_goes_and_comes_back_with_its_runs(
    project: Project, contributor: User, viewer: User, client_as: ClientAs
) -> None:
    run = RunFactory(experiment__project=project, experiment__name="sweep")
    group, browser = run.experiment, client_as(contributor)
    assert "is made" in browser.post(at(project, "list"), {"name": NASTY}, follow=True).content.decode()
    page = client_as(viewer).get(at(project, "list")).content.decode()
    assert NASTY not in page
    assert "New experiment" not in page
    again = browser.post(at(project, "list"), {"name": "sweep"})
    assert (again.status_code, "already exists" in again.content.decode()) == (422, True)
    browser.post(at(project, "rename", group.pk), {"name": "spring sweep"})
    assert (
        "already exists" in browser.post(at(project, "rename", group.pk), {"name": NASTY}, follow=True).content.decode()
    )
    browser.post(at(project, "delete", group.pk))
    assert Run.objects.active().count() == 0
    gone = browser.get(at(project, "list"), {"shown": "deleted"}).content.decode()
    assert "spring <wbr>sweep" in gone.replace("spring sweep", "spring <wbr>sweep")
    browser.post(at(project, "restore", group.pk))
    assert (Run.objects.active().count(), Experiment.objects.filter(deleted_at__isnull=True).count()) == (1, 2)
    actions = list(AuditEntry.objects.filter(object_type="registry.experiment").values_list("action", flat=True))
    assert actions == ["experiment.created", "experiment.changed", "experiment.deleted", "experiment.restored"]


def test_an_experiment_whose_run_became_a_version_stays(
    project: Project, contributor: User, client_as: ClientAs
) -> None:
    version = ModelVersionFactory(model__project=project, run=RunFactory(experiment__project=project))
    url = at(project, "delete", version.run.experiment_id)
    page = client_as(contributor).post(url, follow=True).content.decode()
    assert f"cannot be deleted, because {version} came out of it" in page
    assert not Experiment.objects.filter(deleted_at__isnull=False).exists()
