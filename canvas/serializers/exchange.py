from typing import Any

from rest_framework import serializers

from canvas.exchange.document import counts
from canvas.models import ImportedPlan

KINDS = (
    ("tenet", "A plan exported from Tenet"),
    ("mlte", "A negotiation card"),
    ("dorard", "A canvas of ten boxes"),
)


class ImportSerializer(serializers.Serializer[Any]):
    """A plan to bring in: the document itself as JSON."""

    kind = serializers.ChoiceField(choices=KINDS, default="tenet")
    document = serializers.JSONField(help_text="The plan, the card, or an object of box names and texts.")
    title = serializers.CharField(max_length=200, default="Sent by a program", help_text="What it is called.")
    people = serializers.DictField(
        child=serializers.CharField(max_length=150), default=dict,
        help_text="Who of the file is who here: username in the file to username here.",
    )  # fmt: skip
    preview = serializers.BooleanField(default=False, help_text="Only say what would be created.")


class NewProjectSerializer(ImportSerializer):
    """A project to create from something: a document, a worked example, or another project."""

    kind = serializers.ChoiceField(
        choices=[*KINDS, ("example", "A worked example"), ("project", "Another project")], default="tenet"
    )
    document = serializers.JSONField(required=False, help_text="For a plan, a card or boxes.")
    origin = serializers.CharField(
        max_length=120, required=False, help_text="The example's key, or the other project's slug."
    )
    with_history = serializers.BooleanField(
        default=False, help_text="For another project: readings, reviews, decisions."
    )
    name = serializers.CharField(max_length=120, required=False, help_text="Left out, the plan's own.")


class ImportedPlanSerializer(serializers.ModelSerializer[ImportedPlan]):
    """A plan that was brought in, or would be."""

    project = serializers.SlugRelatedField(slug_field="slug", read_only=True)  # type: ignore[var-annotated]  # stubs
    counts = serializers.SerializerMethodField()
    notes = serializers.SerializerMethodField(help_text="What no field holds, kept as text.")

    class Meta:
        model = ImportedPlan
        fields = ("id", "project", "kind", "title", "sha256", "warnings", "people", "counts", "notes", "imported_at")
        read_only_fields = fields

    def get_counts(self, plan: ImportedPlan) -> dict[str, int]:
        """How many records of each kind it holds."""
        return counts(plan.document)

    def get_notes(self, plan: ImportedPlan) -> list[dict[str, str]]:
        """Texts with the place they came from."""
        return list(plan.document.get("notes", []))
