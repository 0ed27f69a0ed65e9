from typing import ClassVar

from django.db import models

GENESIS = "0" * 64


class ChainHead(models.Model):
    """The last link of one chain: the row that appenders lock, and what verification starts from."""

    chain = models.CharField(max_length=64, primary_key=True)
    seq = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default=GENESIS)

    def __str__(self) -> str:
        return f"{self.chain} at {self.seq}"


class AuditEntry(models.Model):
    """One line of the journal: the canonical bytes that were hashed, and columns derived from them for filters."""

    chain = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    body = models.TextField(help_text="Canonical JSON (RFC 8785): exactly the bytes that the hash covers.")
    prev_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    # Copies of values in `body`, for filters and pages; verification compares them with it.
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_label = models.CharField(max_length=200)
    action = models.CharField(max_length=80)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=80)
    object_label = models.CharField(max_length=300)

    class Meta:
        ordering: ClassVar = ["chain", "seq"]
        verbose_name_plural = "audit entries"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["chain", "seq"], name="audit_entry_once_per_place"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["chain", "-seq"]),
            models.Index(fields=["chain", "action"]),
            models.Index(fields=["-at"]),
            models.Index(fields=["object_type", "object_id"], name="audit_entry_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class Checkpoint(models.Model):
    """A signed statement of how far a chain had come: a copy kept elsewhere makes cutting history off detectable."""

    chain = models.CharField(max_length=64)
    seq = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)
    at = models.DateTimeField()
    text = models.TextField(help_text="The exact text that was signed.")
    signature = models.CharField(max_length=128, help_text="Ed25519, base64.")
    public_key = models.CharField(max_length=64, help_text="Ed25519, base64.")

    class Meta:
        ordering: ClassVar = ["chain", "seq"]

    def __str__(self) -> str:
        return f"{self.chain} signed at {self.seq}"
