"""Snapshots with profiles, worked on by a worker in the test's own thread."""

import io
from typing import Any

import factory

from accounts.models import User
from canvas.models import Project
from data.models import Dataset, DatasetProfile, QualityCheck, RowOverlap
from data.services import datasets, profiles
from tests.factories.data import DatasetFactory, DataSourceFactory
from tests.factories.jobs import JobFactory, work


def uploaded(project: Project, content: bytes, *, by: User, file_name: str = "rows.csv", **fields: Any) -> Dataset:
    """A snapshot uploaded through the service; its profile waits for a worker."""
    fields = {"name": "Rows", "split_role": "train"} | fields
    return datasets.upload_dataset(project, file=io.BytesIO(content), file_name=file_name, by=by, **fields)


def profiled(project: Project, content: bytes, *, by: User, **fields: Any) -> DatasetProfile:
    """The finished profile of an uploaded snapshot."""
    dataset = uploaded(project, content, by=by, **fields)
    work()
    found = profiles.newest(dataset)
    assert found is not None, [job.error for job in project.jobs.all()]
    return found


class DatasetProfileFactory(factory.django.DjangoModelFactory[DatasetProfile]):
    """A profile that waits for a worker."""

    class Meta:
        model = DatasetProfile

    dataset = factory.SubFactory(DatasetFactory)
    job = factory.SubFactory(
        JobFactory, project=factory.SelfAttribute("..dataset.project"), kind="profile", label="Profile rows"
    )
    requested_by = factory.SelfAttribute("dataset.uploaded_by")


class RowOverlapFactory(factory.django.DjangoModelFactory[RowOverlap]):
    """Two snapshots without a row in common."""

    class Meta:
        model = RowOverlap

    first = factory.SubFactory(DatasetFactory)
    second = factory.SubFactory(DatasetFactory, project=factory.SelfAttribute("..first.project"), split_role="test")
    shared = 0
    first_rows = 60
    second_rows = 60
    compared = "Whole rows of all 4 columns."


class QualityCheckFactory(factory.django.DjangoModelFactory[QualityCheck]):
    """A check that its source passed."""

    class Meta:
        model = QualityCheck

    source = factory.SubFactory(DataSourceFactory)
    dimension = QualityCheck.Dimension.COMPLETENESS
    name = "Share of rows with a birth year"
    measured = 98.5
    unit = "%"
    limit = 95.0
    passed = True
    checked_on = factory.Faker("date_object")
    recorded_by = factory.SelfAttribute("source.created_by")
