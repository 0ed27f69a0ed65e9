"""Models, versions with a stored file, and what has to hold before one of them may be promoted."""

import io
import zipfile
from pathlib import Path
from typing import Any

import factory
import yaml

from canvas.answers import clean
from canvas.blocks import BLOCKS
from canvas.models import BlockRevision, Project
from data import storage
from data.models import DataSchema, Dataset, DataSource, LabelingMethod, SchemaField
from registry.environment_files import JSON_KEYS, EnvironmentFacts
from registry.models import (
    Check,
    Experiment,
    LatestMetric,
    ModelVersion,
    PromotionRequest,
    RegisteredModel,
    Run,
    SelectionRecord,
    Stage,
    StageAssignment,
    TrainingEnvironment,
    VersionDataset,
)
from registry.services import checks, selections
from tests.factories.canvas import ProjectFactory

SAMPLE = Path(__file__).parents[2] / "samples" / "breast_mass" / "canvas.yaml"
LIMIT = 2**24
FACTS = EnvironmentFacts(
    python_version="3.11.7",
    packages=[{"name": "numpy", "version": "2.3.4"}, {"name": "scikit-learn", "version": "1.7.2"}],
    os="Debian 12",
    seeds={"random_state": 7},
)


def skops_file(content: bytes = b"weights") -> bytes:
    """A file with the shape of skops: a zip with a schema."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in (("schema.json", b"{}"), ("weights", content)):
            archive.writestr(zipfile.ZipInfo(name), data)  # without the time of day: same content, same bytes
    return target.getvalue()


def stored(content: bytes) -> storage.StoredFile:
    """Put bytes into the storage."""
    return storage.store(io.BytesIO(content), limit=LIMIT)


class StageFactory(factory.django.DjangoModelFactory[Stage]):
    """One of the stages that an installation starts with, or another one."""

    class Meta:
        model = Stage
        django_get_or_create = ("key",)

    key = "production"
    name = factory.LazyAttribute(lambda stage: stage.key.title())
    position = factory.LazyAttribute(lambda stage: STAGES.index(stage.key) + 1)
    is_exclusive = factory.LazyAttribute(lambda stage: stage.key == "production")
    alias = factory.LazyAttribute(lambda stage: "champion" if stage.key == "production" else "")


STAGES = ("development", "staging", "production", "retired")


def the_stages() -> dict[str, Stage]:
    """The four stages by key; a test with real transactions may have emptied their table."""
    return {key: StageFactory(key=key) for key in STAGES}


class EnvironmentFactory(factory.django.DjangoModelFactory[TrainingEnvironment]):
    """An environment from which the training could be repeated."""

    class Meta:
        model = TrainingEnvironment
        django_get_or_create = ("project", "sha256")

    class Params:
        facts = FACTS

    project = factory.SubFactory(ProjectFactory)
    sha256 = factory.LazyAttribute(lambda environment: environment.facts.sha256)
    captured_from = "requirements.txt"
    recorded_by = factory.SelfAttribute("project.created_by")

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        facts = kwargs.pop("facts", FACTS)
        return {key: getattr(facts, key) for key in JSON_KEYS} | kwargs


class ExperimentFactory(factory.django.DjangoModelFactory[Experiment]):
    """A group of runs."""

    class Meta:
        model = Experiment
        django_get_or_create = ("project", "name")

    project = factory.SubFactory(ProjectFactory)
    name = "candidates"


class RunFactory(factory.django.DjangoModelFactory[Run]):
    """A finished run."""

    class Meta:
        model = Run

    experiment = factory.SubFactory(ExperimentFactory)
    name = factory.Sequence(lambda n: f"run-{n}")
    algorithm = "logistic regression"
    created_by = factory.SelfAttribute("experiment.project.created_by")


class RegisteredModelFactory(factory.django.DjangoModelFactory[RegisteredModel]):
    """A model without versions."""

    class Meta:
        model = RegisteredModel
        django_get_or_create = ("project", "name")

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"model-{n}")
    task = "binary"
    created_by = factory.SelfAttribute("project.created_by")


class ModelVersionFactory(factory.django.DjangoModelFactory[ModelVersion]):
    """A version in Development whose file is stored."""

    class Meta:
        model = ModelVersion
        skip_postgeneration_save = True

    class Params:
        content = skops_file()

    model = factory.SubFactory(RegisteredModelFactory)
    number = factory.LazyAttribute(lambda version: version.model.versions.count() + 1)
    algorithm = "logistic regression"
    artifact_name = "model.skops"
    artifact_format = "skops"
    artifact_sha256 = factory.LazyAttribute(lambda version: stored(version.content).sha256)
    artifact_size = factory.LazyAttribute(lambda version: len(version.content))
    trained_by = factory.SelfAttribute("model.created_by")
    uploaded_by = factory.SelfAttribute("model.created_by")
    start = factory.RelatedFactory(
        "tests.factories.registry.StageAssignmentFactory",
        factory_related_name="version",
        assigned_by=factory.SelfAttribute("..uploaded_by"),
    )

    @classmethod
    def _adjust_kwargs(cls, **kwargs: Any) -> dict[str, Any]:
        return {key: value for key, value in kwargs.items() if key != "content"}


class StageAssignmentFactory(factory.django.DjangoModelFactory[StageAssignment]):
    """A stage that a version holds."""

    class Meta:
        model = StageAssignment

    version = factory.SubFactory(ModelVersionFactory, start=None)
    stage = factory.SubFactory(StageFactory, key="development")
    assigned_by = factory.SelfAttribute("version.uploaded_by")
    from_at = factory.SelfAttribute("version.created_at")


class PromotionFactory(factory.django.DjangoModelFactory[PromotionRequest]):
    """An open request for production."""

    class Meta:
        model = PromotionRequest

    version = factory.SubFactory(ModelVersionFactory)
    project = factory.SelfAttribute("version.model.project")
    number = factory.LazyAttribute(lambda promotion: promotion.project.promotions.count() + 1)
    stage = factory.SubFactory(StageFactory, key="production")
    reason = "It finds more of the malignant masses."
    requested_by = factory.SelfAttribute("version.uploaded_by")


def fill_in_the_plan(project: Project) -> None:
    """Answer all ten blocks as the worked sample does."""
    answers = yaml.safe_load(SAMPLE.read_text())
    for block in BLOCKS:
        BlockRevision.objects.create(
            project=project,
            block=block.number,
            number=1,
            answers=clean(block, answers[block.key]),
            author=project.created_by,
        )


def documented_snapshot(project: Project, *, name: str = "train") -> Dataset:
    """A snapshot about which everything is written down."""
    by = {"project": project, "created_by": project.created_by}
    source = DataSource.objects.create(name=f"clinic of {name}", kind="database", access_status="granted", **by)
    schema = DataSchema.objects.create(name=name, number=1, **by)
    SchemaField.objects.create(
        schema=schema, position=1, key="label", data_type="integer", order="nominal", part="label"
    )
    method = LabelingMethod.objects.create(name=name, number=1, approach="manual", **by)
    file = stored(b"label\n1\n0\n")
    dataset = Dataset.objects.create(
        project=project, name=name, number=1, file_name="train.csv", file_format="csv", sha256=file.sha256,
        size=file.size, rows=2, columns=1, split_role="train", label_column="label", preparation="Split by patient.",
        schema=schema, labeling_method=method, uploaded_by=project.created_by,
    )  # fmt: skip
    dataset.sources.add(source)
    return dataset


def ready_version(model: RegisteredModel, **kwargs: Any) -> ModelVersion:
    """A version for which all seven requirements of production hold."""
    project = model.project
    if not project.block_revisions.exists():
        fill_in_the_plan(project)
    dataset = project.datasets.filter(name="train").first() or documented_snapshot(project)
    version: ModelVersion = ModelVersionFactory(model=model, environment=EnvironmentFactory(project=project), **kwargs)
    VersionDataset.objects.create(version=version, dataset=dataset, use=VersionDataset.Use.TRAINING)
    for key in ("artifact_verified", "evaluated_held_out", "kpis_met", "beats_baseline"):
        checks.report(version, key, status=Check.Status.PASSED, reason="Measured on 114 rows.")
    return version


def a_selection(project: Project) -> SelectionRecord:
    """One run chosen between two, by their accuracy."""
    runs = [RunFactory(experiment__project=project) for _ in range(2)]
    for run, value in zip(runs, (0.9, 0.8), strict=True):
        LatestMetric.objects.create(run=run, key="accuracy", value=value)
    return selections.record_selection(
        project, chosen=runs[0].run_id, candidates=[run.run_id for run in runs], metric="accuracy",
        higher_is_better=True, reason="It is the simplest of the best.", by=project.created_by,
    )  # fmt: skip
