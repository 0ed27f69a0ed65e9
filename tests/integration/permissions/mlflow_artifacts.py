from typing import Any

from canvas.models import Project
from registry.models import Artifact, LoggedModel
from tests.factories.registry import ExperimentFactory, RunFactory, stored
from tests.integration.permissions.shape import CAST, Row, everyone_inside, inside

WRITERS = ("owner", "contributor")


def artifact(project: Project) -> Artifact:
    run = RunFactory(experiment__project=project, created_by=project.created_by)
    file = stored(b"coefficients")
    return Artifact.objects.create(
        run=run, path="weights.txt", sha256=file.sha256, size=file.size, stored_by=project.created_by
    )


def a_file(project: Project) -> dict[str, Any]:
    kept = artifact(project)
    return {"at": f"{kept.run.experiment.mlflow_id}/{kept.run.run_id}/artifacts/{kept.path}"}


def a_model(project: Project) -> dict[str, Any]:
    experiment = ExperimentFactory(project=project)
    model = LoggedModel.objects.create(experiment=experiment, name="forest", created_by=project.created_by)
    return {"model_id": model.model_id}


def anywhere(project: Project) -> dict[str, Any]:
    return {"at": "0/a/artifacts/b"}


def a_place(project: Project) -> dict[str, Any]:
    run = RunFactory(experiment__project=project, created_by=project.created_by)
    return {"at": f"{run.experiment.mlflow_id}/{run.run_id}/artifacts"}


def a_part(project: Project) -> dict[str, Any]:
    return {"signed": "made-up"}


TABLE = {
    "mlflow:artifact-list": Row(get=everyone_inside(), api=True),
    "mlflow:artifact": Row(
        prepare=a_file,
        get=everyone_inside(),
        put=inside(*WRITERS),
        delete=inside(*WRITERS),
        api=True,
    ),
    "mlflow:artifact-presigned": Row(prepare=anywhere, get=everyone_inside(501), api=True),
    "mlflow:artifact-presigned-upload": Row(post=inside(*WRITERS, ok=501), api=True),
    "mlflow:artifact-presigned-download": Row(post=everyone_inside(501), api=True),
    "mlflow:artifact-parts-create": Row(
        prepare=a_place, post=inside(*WRITERS), post_data={"path": "model.bin", "num_parts": 1}, api=True
    ),
    # Without the upload that these would end.
    "mlflow:artifact-parts-complete": Row(prepare=a_place, post=inside(*WRITERS, ok=400), api=True),
    "mlflow:artifact-parts-abort": Row(prepare=a_place, post=inside(*WRITERS, ok=400), api=True),
    # Who has a signed address needs no token; nobody else gets in.
    "mlflow:artifact-part": Row(prepare=a_part, put=dict.fromkeys(CAST, 400), api=True),
    # Without the run it asks for.
    "mlflow:run-artifact-list": Row(get=everyone_inside(400), api=True),
    "mlflow:version-artifact-file": Row(get=everyone_inside(400), api=True),
    "mlflow:run-artifact-file": Row(get=everyone_inside(400), api=True),
    "mlflow:logged-model-artifact-list": Row(prepare=a_model, get=everyone_inside(), api=True),
}
