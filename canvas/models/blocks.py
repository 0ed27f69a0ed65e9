import hashlib
from typing import TYPE_CHECKING, ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from audit.services import canonical
from canvas.models.projects import Project

if TYPE_CHECKING:
    pass


class BlockRevisionQuerySet(models.QuerySet["BlockRevision"]):
    """Reads of block revisions that several places share."""

    def latest_of(self, *projects: Project) -> Self:
        """The revisions that hold now, one per block, of these projects."""
        newer = BlockRevision.objects.filter(
            project=models.OuterRef("project"), block=models.OuterRef("block"), number__gt=models.OuterRef("number")
        )
        return self.filter(~models.Exists(newer), project__in=projects)

    def reviewed(self) -> Self:
        """With each revision's review and the people in it."""
        return self.select_related("acceptance__requested_by", "acceptance__accepted_by")


class BlockRevision(models.Model):
    """One immutable state of one of a project's ten blocks."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="block_revisions")
    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    number = models.PositiveIntegerField(help_text="Counts per project and block, from 1.")
    answers = models.JSONField(default=dict, help_text="Field key to answer, as canvas.answers cleans it.")
    summary = models.CharField(max_length=300, blank=True, help_text="What changed, in a sentence made from the diff.")
    restores = models.PositiveIntegerField(null=True, blank=True, help_text="The revision it brought back.")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    objects = BlockRevisionQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["project", "block", "-number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "block", "number"], name="block_revision_once"),
            models.CheckConstraint(condition=Q(block__gte=1, block__lte=10), name="block_is_one_of_ten"),
        ]

    def __str__(self) -> str:
        return f"block {self.block}, revision {self.number}"

    @property
    def review(self) -> "BlockAcceptance | None":
        """The review of exactly this revision, once somebody asked for it."""
        return getattr(self, "acceptance", None)

    @property
    def status(self) -> "BlockAcceptance.Status":
        """Whether this text is a draft, waits for a reviewer, or was accepted."""
        if self.review is None:
            return BlockAcceptance.Status.DRAFT
        return BlockAcceptance.Status.ACCEPTED if self.review.accepted_at else BlockAcceptance.Status.IN_REVIEW

    @property
    def sha256(self) -> str:
        """The digest of the answers, over their RFC 8785 text, in hex."""
        return hashlib.sha256(canonical(self.answers).encode()).hexdigest()


class BlockDraft(models.Model):
    """What somebody typed into a block and did not save yet: kept for them alone, on every device they use."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="block_drafts")
    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    based_on = models.PositiveIntegerField(help_text="The revision the author had before them, 0 for none.")
    typed = models.JSONField(default=dict, help_text="Field key to what was typed, not cleaned yet.")
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-saved_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "block", "author"], name="block_draft_once"),
        ]

    def __str__(self) -> str:
        return f"draft of block {self.block}"


class BlockAcceptance(models.Model):
    """The review of one revision of a block; a later revision starts as a draft again."""

    class Status(models.TextChoices):
        """How far a block's text is agreed on."""

        DRAFT = "draft", "Draft"
        IN_REVIEW = "in-review", "In review"
        ACCEPTED = "accepted", "Accepted"

    revision = models.OneToOneField(BlockRevision, on_delete=models.PROTECT, related_name="acceptance")
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    requested_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    comment = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"acceptance of {self.revision}"


class EvidenceLink(models.Model):
    """A record that proves what a field of the canvas says, as it was when it was linked."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="evidence_links")
    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    field = models.CharField(max_length=60, help_text="The field's key; empty for the whole block.", blank=True)
    kind = models.CharField(max_length=40, help_text="One of the kinds on offer in canvas.evidence.")
    object_id = models.CharField(max_length=64)
    label = models.CharField(max_length=300, help_text="How the record was called when it was linked.")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="What the record held when it was linked.")
    note = models.CharField(max_length=300, blank=True)
    linked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    linked_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "block", "field", "pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["project", "block", "field", "kind", "object_id"], name="evidence_linked_once"
            ),
        ]

    def __str__(self) -> str:
        return self.label
