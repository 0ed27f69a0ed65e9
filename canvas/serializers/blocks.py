from typing import Any, ClassVar

from rest_framework import serializers

from canvas.answers import completeness
from canvas.blocks import get_block
from canvas.models import BlockRevision


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
