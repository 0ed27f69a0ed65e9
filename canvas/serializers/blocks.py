from typing import Any, ClassVar

from rest_framework import serializers

from canvas.answers import completeness
from canvas.blocks import get_block
from canvas.models import BlockRevision
from canvas.serializers.text import PlainText


class BlockSerializer(serializers.ModelSerializer[BlockRevision]):
    """A block as its latest revision has it."""

    title = serializers.SerializerMethodField()
    author = serializers.CharField(source="author.username", read_only=True)
    status = serializers.CharField(read_only=True, help_text="draft, in-review or accepted.")
    is_complete = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField(help_text="Keys of required fields without an answer.")

    class Meta:
        model = BlockRevision
        fields: ClassVar = [
            "block", "title", "number", "answers", "summary", "restores", "author", "created_at", "sha256", "status",
            "is_complete", "missing",
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


class RestoreSerializer(serializers.Serializer[Any]):
    """A wish to bring an earlier revision back."""

    based_on = serializers.IntegerField(min_value=1, help_text="The number of the latest revision.")


class ReviewSerializer(PlainText, serializers.Serializer[Any]):
    """A step of a review."""

    texts_with_lines = frozenset({"comment"})

    number = serializers.IntegerField(min_value=1, help_text="The revision that was read; it has to be the latest.")
    comment = serializers.CharField(max_length=4000, required=False, allow_blank=True, default="")


class ReviewStateSerializer(serializers.Serializer[Any]):
    """How far the latest revision of a block is agreed on."""

    number = serializers.IntegerField()
    status = serializers.CharField(help_text="draft, in-review or accepted.")
    requested_by = serializers.CharField(source="review.requested_by.username", default=None)
    requested_at = serializers.DateTimeField(source="review.requested_at", default=None)
    accepted_by = serializers.CharField(source="review.accepted_by.username", default=None)
    accepted_at = serializers.DateTimeField(source="review.accepted_at", default=None)
    comment = serializers.CharField(source="review.comment", default="")


class SegmentSerializer(serializers.Serializer[Any]):
    """A run of text that stayed, came or went."""

    mark = serializers.CharField()
    text = serializers.CharField()


class CellChangeSerializer(serializers.Serializer[Any]):
    """A cell that differs."""

    column = serializers.CharField(source="column.key")
    segments = SegmentSerializer(many=True)


class RowChangeSerializer(serializers.Serializer[Any]):
    """A row that came, went or differs."""

    mark = serializers.CharField()
    name = serializers.CharField()
    cells = CellChangeSerializer(many=True)


class FieldChangeSerializer(serializers.Serializer[Any]):
    """A field that differs: both versions as text, and what changed between them."""

    field = serializers.CharField(source="field.key")
    label = serializers.CharField(source="field.label")  # type: ignore[assignment]  # Field.label is another thing
    mark = serializers.CharField()
    before = serializers.CharField()
    after = serializers.CharField()
    sentence = serializers.CharField()
    segments = SegmentSerializer(many=True)
    items = SegmentSerializer(many=True)
    rows = RowChangeSerializer(many=True)


class DiffSerializer(serializers.Serializer[Any]):
    """What changed between two revisions of a block."""

    summary = serializers.CharField()
    changes = FieldChangeSerializer(many=True)
