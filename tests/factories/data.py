import io
from typing import Any

import factory

from data import storage
from data.models import DataSchema, Dataset, DataSource, LabelingMethod, SchemaField
from tests.factories.canvas import ProjectFactory

ROWS = b"id,age,grade,target\n" + b"".join(
    b"%d,%d,%s,%d\n" % (n, 20 + n % 50, [b"low", b"medium", b"high"][n % 3], n % 2) for n in range(1, 61)
)


class DataSourceFactory(factory.django.DjangoModelFactory[DataSource]):
    """A source that may be used."""

    class Meta:
        model = DataSource

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Source {n}")
    kind = DataSource.Kind.OPEN
    owner = "Data office"
    origin = "Read from the hospital's records."
    collection_period = "2020 to 2024"
    refresh = "Never"
    licence = "CC BY 4.0"
    personal_data = DataSource.PersonalData.NONE
    access_status = DataSource.AccessStatus.GRANTED
    created_by = factory.SelfAttribute("project.created_by")


class DataSchemaFactory(factory.django.DjangoModelFactory[DataSchema]):
    """A reviewed schema of the rows above."""

    class Meta:
        model = DataSchema
        skip_postgeneration_save = True

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Schema {n}")
    number = 1
    created_by = factory.SelfAttribute("project.created_by")

    @factory.post_generation
    def columns(self, create: bool, extracted: Any, **kwargs: Any) -> None:
        kinds = {"id": "integer", "age": "integer", "grade": "string", "target": "integer"}
        for position, (key, kind) in enumerate((extracted or kinds).items()):
            SchemaField.objects.create(schema=self, position=position, key=key, data_type=kind, order="nominal")


class LabelingMethodFactory(factory.django.DjangoModelFactory[LabelingMethod]):
    """Version 1 of a labeling method."""

    class Meta:
        model = LabelingMethod

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Reading {n}")
    number = 1
    approach = LabelingMethod.Approach.MANUAL
    label_meaning = "1: malignant, 0: benign."
    guideline = "Histology decides."
    labelers = "Two pathologists"
    created_by = factory.SelfAttribute("project.created_by")


class DatasetFactory(factory.django.DjangoModelFactory[Dataset]):
    """A snapshot whose file is really stored; give `content` to store other rows."""

    class Meta:
        model = Dataset
        exclude = ("content", "stored")

    content = ROWS
    stored = factory.LazyAttribute(lambda dataset: storage.store(io.BytesIO(dataset.content), limit=2**30))
    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"Rows {n}")
    number = 1
    file_name = "rows.csv"
    file_format = Dataset.Format.CSV
    sha256 = factory.LazyAttribute(lambda dataset: dataset.stored.sha256)
    size = factory.LazyAttribute(lambda dataset: dataset.stored.size)
    rows = 60
    columns = 4
    split_role = Dataset.SplitRole.TRAIN
    label_column = "target"
    uploaded_by = factory.SelfAttribute("project.created_by")
