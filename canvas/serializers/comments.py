from typing import Any

from rest_framework import serializers

from canvas.models import Comment
from canvas.serializers.text import PlainText


class RemarkSerializer(PlainText, serializers.Serializer[Any]):
    """What somebody says in a thread: Markdown, with @usernames of members."""

    texts_with_lines = frozenset({"text"})

    text = serializers.CharField(max_length=4000)


class NewCommentSerializer(RemarkSerializer):
    """A new thread."""

    field = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")


class ReplySerializer(serializers.ModelSerializer[Comment]):
    """An answer in a thread."""

    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = Comment
        fields = ("id", "text", "author", "created_at")


class CommentSerializer(ReplySerializer):
    """A thread: its opening remark, its answers, and whether it is settled."""

    replies = ReplySerializer(many=True, read_only=True)
    resolved_by = serializers.CharField(source="resolved_by.username", read_only=True, default=None)

    class Meta(ReplySerializer.Meta):
        fields = (  # type: ignore[assignment]  # longer than its parent's
            "id",
            "block",
            "field",
            "text",
            "author",
            "created_at",
            "resolved_by",
            "resolved_at",
            "replies",
        )
