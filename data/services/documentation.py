"""What still has to be written down about a snapshot before a model that learned from it may be promoted."""

from data.models import Dataset
from data.services import checks


def documentation_gaps(dataset: Dataset) -> list[str]:
    """What is missing from a snapshot's description, one sentence each; empty when it is documented."""
    return [
        *_row_gaps(dataset),
        *_source_gaps(dataset),
        *_schema_gaps(dataset),
        *_label_gaps(dataset),
        *_split_gaps(dataset),
    ]


def _row_gaps(dataset: Dataset) -> list[str]:
    if dataset.is_declared:
        return ["The rows are declared only: nobody here has read them."]
    return [] if dataset.sha256 else ["The rows were not read yet."]


def _source_gaps(dataset: Dataset) -> list[str]:
    sources = list(dataset.sources.all())
    if not sources:
        return ["No data source is named."]
    denied = {"requested", "refused"}
    return [
        f"Access to the source {source.name} is {source.get_access_status_display().lower()}, not granted."
        for source in sources
        if source.access_status in denied
    ]


def _schema_gaps(dataset: Dataset) -> list[str]:
    if dataset.schema is None:
        return ["The columns are not described by a schema."]
    gaps = []
    if dataset.schema.inferred:
        gaps.append("The schema was read off the file, and nobody has reviewed it yet.")
    held = checks.standing(dataset)
    if held is not None and held.passed is False:
        gaps.append("Its rows break its schema: the check names the rules and the rows.")
    return gaps


def _label_gaps(dataset: Dataset) -> list[str]:
    if dataset.label_column and dataset.labeling_method is None:
        return [f"No labeling method says how the label “{dataset.label_column}” was obtained."]
    return []


def _split_gaps(dataset: Dataset) -> list[str]:
    if dataset.split_role == Dataset.SplitRole.WHOLE:
        return ["The rows have no place in the split: train, validation or test."]
    return []
