"""Record snapshots whose description came along with something else, and whose rows did not."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Max

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.models import Dataset

DESCRIBED = (
    "name", "description", "rows", "columns", "split_role", "label_column", "preparation", "file_name", "file_format",
)  # fmt: skip


def declare(project: Project, *, said: Mapping[str, Any], digest: str, schema: list[Any], by: User) -> Dataset:
    """The project's snapshot with this digest, or a new one that is declared only; inside the caller's transaction.

    Rows that are stored here under the same SHA-256 are the same rows, whatever their snapshot is called.
    """
    Project.objects.select_for_update().get(pk=project.pk)
    mine = Dataset.objects.filter(project=project)
    algorithm, _, value = digest.partition(":")
    if algorithm == "sha256" and (known := mine.filter(sha256=value).order_by("pk").first()):
        return known
    if digest and (known := mine.filter(declared_digest=digest, name=said["name"]).order_by("pk").first()):
        return known
    number = (mine.filter(name=said["name"]).aggregate(last=Max("number"))["last"] or 0) + 1
    dataset = Dataset.objects.create(
        project=project, number=number, origin=Dataset.Origin.REFERENCE, holding=Dataset.Holding.DECLARED,
        declared_digest=digest, declared={"schema": schema}, uploaded_by=by,
        **{key: said[key] for key in DESCRIBED},
    )  # fmt: skip
    record(
        Action.DATASET_IMPORTED, by=by, on=dataset, chain=project.chain,
        after={"digest": digest, "rows": dataset.rows, "holding": dataset.holding},
    )  # fmt: skip
    return dataset
