"""Checks of snapshots against schemas, and schemas with every kind of rule."""

from typing import Any

import factory

from data.inference import FieldDraft
from data.models import DataSchema, SchemaCheck, SchemaField
from tests.factories.data import DataSchemaFactory

# One column for everything that a schema can say.
EVERYTHING = [
    FieldDraft("id", "integer", "nominal", part="identifier", is_key=True, is_nullable=False),
    FieldDraft("site", "string", "nominal", part="identifier", is_key=True, is_nullable=False, pattern="[A-Z]{2}|XX-[0-9]"),
    FieldDraft("age", "integer", "ratio", unit="years", minimum=0, maximum=120, is_sensitive=True,
               classification="confidential", description="Age at the visit"),
    FieldDraft("weight", "number", "ratio", unit="kg", minimum=0.5),
    FieldDraft("grade", "string", "ordinal", part="label", allowed_values=["low", "mid, or so", "high"]),
    FieldDraft("room", "integer", "nominal", part="other", allowed_values=["1", "2"]),
    FieldDraft("smoker", "boolean", "nominal"),
    FieldDraft("seen_on", "date", "interval"),
    FieldDraft("seen_at", "datetime", "interval"),
]  # fmt: skip
EVERYTHING_ROWS = (
    b"id,site,age,weight,grade,room,smoker,seen_on,seen_at\n"
    b"1,AB,41,70.5,low,1,true,2026-01-02,2026-01-02 10:00\n"
    b'2,AB,,NA,"mid, or so",2,False,,2026-01-03T11:30:00Z\n'
    b"2,XX-1,33,81,high,,,2026-01-04,\n"
)


class SchemaCheckFactory(factory.django.DjangoModelFactory[SchemaCheck]):
    """A finished check without failures of a snapshot against its own schema."""

    class Meta:
        model = SchemaCheck

    schema = factory.SelfAttribute("dataset.schema")
    passed = True
    rows_checked = 60
    checked_by = factory.SelfAttribute("dataset.uploaded_by")


def schema_of(fields: list[FieldDraft], **columns: Any) -> DataSchema:
    """A schema with the given columns."""
    schema: DataSchema = DataSchemaFactory(columns={"x": "string"}, **columns)
    schema.fields.all().delete()
    SchemaField.objects.bulk_create(
        SchemaField(schema=schema, position=position, **vars(field)) for position, field in enumerate(fields)
    )
    return schema
