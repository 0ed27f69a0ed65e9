import math
from typing import Any, ClassVar

from rest_framework import serializers

from audit.models import AuditEntry
from canvas.answers import completeness
from canvas.blocks import get_block
from canvas.cleaning import clean_text
from canvas.models import BlockRevision, Kpi, Membership, Project
from canvas.roles import Role

LONGEST_TEXT = 4000


class PlainText:
    """A serializer whose texts obey the canvas's own rules: no invisible characters, line breaks only where they fit."""

    texts_with_lines: ClassVar[frozenset[str]] = frozenset()

    def to_internal_value(self, sent: Any) -> dict[str, Any]:  # Any: JSON from outside
        """Tidy every text, or say beside its field what to remove; numbers are finite."""
        values: dict[str, Any] = super().to_internal_value(sent)  # type: ignore[misc]  # the serializer beside it
        problems: dict[str, list[str]] = {}
        for key, value in values.items():
            try:
                values[key] = self._tidy(key, value)
            except ValueError as reason:
                problems[key] = [str(reason)]
        if problems:
            raise serializers.ValidationError(problems)
        return values

    def _tidy(self, key: str, value: Any) -> Any:  # Any: a value of the field's own type
        if isinstance(value, str):
            return clean_text(value, max_length=LONGEST_TEXT, lines=key in self.texts_with_lines)
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError("Send a finite number.")
        return value


class ProjectSerializer(PlainText, serializers.ModelSerializer[Project]):
    """A project's settings."""

    texts_with_lines = frozenset({"purpose"})

    class Meta:
        model = Project
        fields = ("slug", "name", "purpose", "task", "risk_tier", "allow_code_formats", "created_at")
        read_only_fields = ("slug", "created_at")


class MemberSerializer(serializers.ModelSerializer[Membership]):
    """Somebody's role in a project."""

    username = serializers.CharField(source="user.username", max_length=150)
    name = serializers.CharField(source="user.get_full_name", read_only=True)
    role = serializers.ChoiceField(choices=Role.choices)

    class Meta:
        model = Membership
        fields = ("username", "name", "role", "added_at")
        read_only_fields = ("added_at",)


class BlockSerializer(serializers.ModelSerializer[BlockRevision]):
    """A block as its latest revision has it."""

    title = serializers.SerializerMethodField()
    author = serializers.CharField(source="author.username", read_only=True)
    is_complete = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField(help_text="Keys of required fields without an answer.")

    class Meta:
        model = BlockRevision
        fields: ClassVar = [
            "block", "title", "number", "answers", "summary", "author", "created_at", "sha256", "is_complete", "missing",
        ]  # fmt: skip

    def get_title(self, revision: BlockRevision) -> str:
        """The block's name."""
        return get_block(revision.block).title

    def get_is_complete(self, revision: BlockRevision) -> bool:
        """Whether every required field is answered."""
        return completeness(get_block(revision.block), revision.answers).is_complete

    def get_missing(self, revision: BlockRevision) -> list[str]:
        """The required fields that are open."""
        return [field.key for field in completeness(get_block(revision.block), revision.answers).missing]


class RevisionSerializer(serializers.Serializer[Any]):
    """A new revision of a block."""

    based_on = serializers.IntegerField(min_value=0, help_text="The number of the revision this rests on; 0 for none.")
    answers = serializers.DictField(help_text="Field key to answer.")


class KpiSerializer(PlainText, serializers.ModelSerializer[Kpi]):
    """A KPI."""

    texts_with_lines = frozenset({"definition"})

    parent = serializers.PrimaryKeyRelatedField(queryset=Kpi.objects.none(), required=False, allow_null=True)  # type: ignore[assignment]  # Serializer.parent is another thing

    class Meta:
        model = Kpi
        fields: ClassVar = [
            "id", "name", "kind", "definition", "metric", "unit", "direction", "baseline_value", "target_value",
            "threshold", "threshold_upper", "due_on", "owner", "data_origin", "cadence", "parent", "revision",
        ]  # fmt: skip
        read_only_fields = ("id", "revision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        project = self.context.get("project")
        if project is not None:
            self.fields["parent"].queryset = project.kpis.filter(retired_at__isnull=True)  # type: ignore[attr-defined]

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """A band needs two ends in order, and nothing else has an upper end."""
        low, high = attrs.get("threshold"), attrs.get("threshold_upper")
        if attrs.get("direction") == Kpi.Direction.BAND:
            if low is not None and (high is None or low >= high):
                raise serializers.ValidationError(
                    {"threshold_upper": "A band has two ends, the upper above the lower."}
                )
        elif high is not None:
            raise serializers.ValidationError({"threshold_upper": "Only a band has an upper end."})
        return attrs


class KpiChangeSerializer(KpiSerializer):
    """A changed KPI, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(KpiSerializer.Meta):
        fields: ClassVar = [*KpiSerializer.Meta.fields, "based_on"]


class JournalLineSerializer(serializers.ModelSerializer[AuditEntry]):
    """A line of the journal: `body` is the exact text that `hash` covers."""

    class Meta:
        model = AuditEntry
        fields = (
            "seq",
            "at",
            "actor_label",
            "action",
            "object_type",
            "object_id",
            "object_label",
            "body",
            "prev_hash",
            "hash",
        )
