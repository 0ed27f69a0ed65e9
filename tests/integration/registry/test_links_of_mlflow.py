"""What MLflow's client prints after a run leads to the page that shows it."""

import pytest
from django.urls import reverse

from accounts.models import User
from canvas.models import Project
from tests.conftest import ClientAs
from tests.factories.registry import ExperimentFactory, ModelVersionFactory, RunFactory, the_stages

pytestmark = pytest.mark.django_db


def test_a_printed_address_leads_to_its_page(project: Project, viewer: User, client_as: ClientAs) -> None:
    the_stages()
    experiment = ExperimentFactory(project=project)
    run = RunFactory(experiment=experiment)
    version = ModelVersionFactory(model__project=project, model__name="triage", run=run)
    pages = {
        f"experiments/{experiment.pk}/runs/{run.run_id}": reverse("registry:run-detail", args=["triage", run.run_id]),
        f"experiments/{experiment.pk}": reverse("registry:run-list", args=["triage"]) + f"?experiment={experiment.pk}",
        f"models/triage/versions/{version.number}": version.get_absolute_url(),
        "models/triage": version.model.get_absolute_url(),
    }
    client = client_as(viewer)
    for printed, page in pages.items():
        answer = client.get(f"/mlflow/{printed}")
        assert (answer.status_code, answer["Location"]) == (302, page), printed


@pytest.mark.parametrize(
    "printed", ["experiments/99", "models/none", "experiments/1/runs/../../x", "elsewhere", "models/a/b"]
)
def test_an_address_that_names_nothing_is_not_found(
    printed: str, project: Project, viewer: User, client_as: ClientAs
) -> None:
    assert client_as(viewer).get(f"/mlflow/{printed}").status_code == 404


def test_an_outsider_learns_nothing(project: Project, outsider: User, client_as: ClientAs) -> None:
    run = RunFactory(experiment__project=project)
    assert client_as(outsider).get(f"/mlflow/experiments/1/runs/{run.run_id}").status_code == 404
