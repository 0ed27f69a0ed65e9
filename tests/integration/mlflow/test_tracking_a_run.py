"""A training script that knows nothing of Tenet: its runs arrive as it logged them."""

import mlflow
import pytest
from mlflow.exceptions import MlflowException

from accounts.models import User
from audit.models import AuditEntry
from canvas.models import Project
from registry.models import Experiment, Run
from tests.factories.canvas import ProjectFactory
from tests.integration.mlflow.conftest import MlflowAs


def test_a_script_that_names_no_experiment_finds_the_default_one(
    mlflow_as: MlflowAs, contributor: User, project: Project
) -> None:
    client = mlflow_as(contributor)
    with mlflow.start_run() as run:
        pass

    found = client.get_run(run.info.run_id)
    assert (found.info.experiment_id, found.info.status) == ("0", "FINISHED")
    assert found.info.artifact_uri == f"mlflow-artifacts:/0/{run.info.run_id}/artifacts"
    assert client.get_experiment("0").name == "Default"
    kept = Run.objects.get(run_id=run.info.run_id)
    assert kept.experiment.is_default
    assert kept.name == found.info.run_name
    assert kept.ended_at is not None
    actions = AuditEntry.objects.filter(chain=project.chain).values_list("action", flat=True)
    assert list(actions)[-3:] == ["experiment.created", "run.started", "run.ended"]


def test_experiments_are_made_renamed_tagged_deleted_and_restored(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    made = client.create_experiment("häuser/50% + ü", tags={"team": "north"})
    assert client.get_experiment_by_name("häuser/50% + ü").experiment_id == made
    client.set_experiment_tag(made, "team", "south")
    client.rename_experiment(made, "houses")
    assert (client.get_experiment(made).name, client.get_experiment(made).tags) == ("houses", {"team": "south"})
    run = client.create_run(made)
    client.delete_experiment(made)
    assert (
        client.get_experiment(made).lifecycle_stage == client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    )
    for refused, code in (
        (lambda: client.create_experiment("houses"), "RESOURCE_ALREADY_EXISTS"),
        (lambda: client.rename_experiment(made, "homes"), "INVALID_STATE"),
        (lambda: client.create_run(made), "INVALID_PARAMETER_VALUE"),
        (lambda: client.get_experiment("999999"), "RESOURCE_DOES_NOT_EXIST"),
        (lambda: client.get_experiment("one"), "INVALID_PARAMETER_VALUE"),
    ):
        with pytest.raises(MlflowException) as problem:
            refused()
        assert problem.value.error_code == code
    client.restore_experiment(made)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"
    assert client.get_experiment_by_name("nowhere") is None


def test_what_belongs_to_another_project_is_not_there(mlflow_as: MlflowAs, contributor: User) -> None:
    client = mlflow_as(contributor)
    theirs = Experiment.objects.create(project=ProjectFactory(), name="theirs")
    with pytest.raises(MlflowException) as problem:
        client.get_experiment(str(theirs.pk))
    assert problem.value.error_code == "RESOURCE_DOES_NOT_EXIST"
