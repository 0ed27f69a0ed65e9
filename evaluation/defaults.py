"""What an evaluation most likely is about, so that asking for one takes two clicks."""

from canvas.models import Project
from data.models import Dataset
from registry.models import ModelVersion


def version_and_snapshot(
    project: Project, version_id: str, dataset_id: str
) -> tuple[ModelVersion | None, Dataset | None]:
    """The version and the snapshot with these ids, or the newest version and the test snapshot that suits it."""
    versions = ModelVersion.objects.filter(model__project=project).select_related("model").order_by("-created_at")
    version = versions.filter(pk=version_id).first() if version_id.isdecimal() else None
    version = version or versions.first()
    datasets = Dataset.objects.filter(project=project).select_related("schema")
    dataset = datasets.filter(pk=dataset_id).first() if dataset_id.isdecimal() else None
    # A snapshot whose rows are not here has nothing to offer: the form names it, and says why it cannot be chosen.
    return version, dataset if dataset and dataset.has_rows else suited(version, project)


def suited(version: ModelVersion | None, project: Project) -> Dataset | None:
    """The newest test snapshot that the version did not learn from, from the same source columns where possible."""
    tests = Dataset.objects.filter(project=project, split_role=Dataset.SplitRole.TEST).select_related("schema")
    # What is declared only, or not read yet, can be measured by nobody here.
    tests = tests.exclude(sha256="").exclude(holding=Dataset.Holding.DECLARED)
    learned = list(version.datasets.all()) if version else []
    tests = tests.exclude(sha256__in=[dataset.sha256 for dataset in learned])
    labels = {dataset.label_column for dataset in learned}
    newest = list(tests.order_by("-created_at")[:50])
    return next((dataset for dataset in newest if dataset.label_column in labels), newest[0] if newest else None)
