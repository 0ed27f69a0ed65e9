from typing import Any

from canvas.models import Project
from registry.services import experiments
from tests.factories.registry import ExperimentFactory, RunFactory
from tests.integration.permissions.shape import Row, everyone_inside, inside

WRITERS = ("owner", "contributor")
WRITE = inside(*WRITERS)
# Nothing is asked for, which is told only to those who may read.
READ = everyone_inside(ok=400)
RUN = "5" * 32
HERE = {"run_id": RUN}
MODEL = '{"artifact_path": "model", "flavors": {}, "utc_time_created": "now", "run_id": "5"}'
PASSING = 4_242_424


def a_run(project: Project) -> dict[str, Any]:
    experiment = ExperimentFactory(project=project, name="Default", is_default=True)
    RunFactory(experiment=experiment, run_id=RUN, status="RUNNING").tags.create(key="team", value="north")
    return {}


def an_experiment(project: Project) -> dict[str, Any]:
    ExperimentFactory(pk=PASSING, project=project, name="passing")
    return {}


def a_tag(project: Project) -> dict[str, Any]:
    experiments.default_of(project).tags.create(key="team", value="north")
    return {}


TABLE = {
    "mlflow:experiment-create": Row(post=WRITE, post_data={"name": "candidates"}, api=True),
    "mlflow:experiment-get": Row(get=READ, api=True),
    "mlflow:experiment-get-by-name": Row(get=READ, api=True),
    "mlflow:experiment-update": Row(post=WRITE, post_data={"experiment_id": "0", "new_name": "first"}, api=True),
    # Experiment 0 stays, whoever asks.
    "mlflow:experiment-delete": Row(
        prepare=an_experiment, post=WRITE, post_data={"experiment_id": str(PASSING)}, api=True
    ),
    "mlflow:experiment-restore": Row(post=WRITE, post_data={"experiment_id": "0"}, api=True),
    "mlflow:experiment-set-tag": Row(
        post=WRITE, post_data={"experiment_id": "0", "key": "team", "value": "south"}, api=True
    ),
    "mlflow:experiment-delete-tag": Row(
        prepare=a_tag, post=WRITE, post_data={"experiment_id": "0", "key": "team"}, api=True
    ),
    "mlflow:run-create": Row(post=WRITE, post_data={"experiment_id": "0"}, api=True),
    "mlflow:run-get": Row(get=READ, api=True),
    "mlflow:run-update": Row(prepare=a_run, post=WRITE, post_data=HERE | {"status": "FINISHED"}, api=True),
    "mlflow:run-delete": Row(prepare=a_run, post=WRITE, post_data=HERE, api=True),
    "mlflow:run-restore": Row(prepare=a_run, post=WRITE, post_data=HERE, api=True),
    "mlflow:run-set-tag": Row(prepare=a_run, post=WRITE, post_data=HERE | {"key": "a", "value": "b"}, api=True),
    "mlflow:run-delete-tag": Row(prepare=a_run, post=WRITE, post_data=HERE | {"key": "team"}, api=True),
    "mlflow:run-log-param": Row(prepare=a_run, post=WRITE, post_data=HERE | {"key": "depth", "value": "3"}, api=True),
    "mlflow:run-log-metric": Row(
        prepare=a_run, post=WRITE, post_data=HERE | {"key": "f1", "value": 0.9, "timestamp": 1}, api=True
    ),
    "mlflow:run-log-batch": Row(prepare=a_run, post=WRITE, post_data=HERE, api=True),
    "mlflow:run-log-inputs": Row(
        prepare=a_run,
        post=WRITE,
        post_data=HERE | {"datasets": [{"dataset": {"name": "train", "digest": "abc"}}]},
        api=True,
    ),
    "mlflow:run-log-outputs": Row(prepare=a_run, post=WRITE, post_data=HERE, api=True),
    "mlflow:run-log-model": Row(prepare=a_run, post=WRITE, post_data=HERE | {"model_json": MODEL}, api=True),
    "mlflow:metric-history": Row(get=READ, api=True),
    "mlflow:metric-history-bulk-interval": Row(get=READ, api=True),
}
