from typing import ClassVar

from django.db import models
from django.utils import timezone

from accounts.models import User
from canvas.models.projects import Project


class Comment(models.Model):
    """A remark on a block or one of its fields; a reply points to the remark that opened the thread."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="comments")
    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    field = models.CharField(max_length=60, blank=True, help_text="The field's key; empty for the whole block.")
    thread = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="replies")
    text = models.TextField(help_text="Markdown, with @usernames of members.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    resolved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["project", "block", "created_at", "pk"]
        indexes: ClassVar = [models.Index(fields=["project", "block", "resolved_at"])]

    def __str__(self) -> str:
        return f"comment {self.pk}"


class Mention(models.Model):
    """Somebody named in a comment, and whether they have seen it."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mentions")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["comment", "user"], name="mentioned_once")]
        indexes: ClassVar = [models.Index(fields=["user", "seen_at"])]

    def __str__(self) -> str:
        return f"@{self.user.get_username()}"
