from rest_framework import serializers

from audit.models import AuditEntry


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
