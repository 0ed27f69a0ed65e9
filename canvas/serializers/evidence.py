from typing import Any

from rest_framework import serializers

from canvas.block_states import State
from canvas.models import EvidenceLink
from canvas.serializers.text import PlainText

STATES = [state.value for state in State]


class KindSerializer(serializers.Serializer[Any]):
    """A kind of record that a field may link."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # Field.label is another thing


class ProofSerializer(serializers.Serializer[Any]):
    """A record that may be linked, as it stands now."""

    id = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # as above
    url = serializers.CharField()
    fingerprint = serializers.CharField()
    recorded_at = serializers.DateTimeField()
    outdated = serializers.CharField(help_text="Why it no longer proves anything; empty while it does.")
    against = serializers.CharField(help_text="Why it speaks against the plan; empty when it does not.")


class NewLinkSerializer(PlainText, serializers.Serializer[Any]):
    """A record to be linked."""

    kind = serializers.CharField(max_length=40)
    record = serializers.CharField(max_length=64, help_text="The record's id among those of its kind.")
    field = serializers.CharField(max_length=60, required=False, allow_blank=True, default="")
    note = serializers.CharField(max_length=300, required=False, allow_blank=True, default="")


class LinkSerializer(serializers.ModelSerializer[EvidenceLink]):
    """A link as it was made."""

    record = serializers.CharField(source="object_id", read_only=True)
    linked_by = serializers.CharField(source="linked_by.username", read_only=True)

    class Meta:
        model = EvidenceLink
        fields = (
            "id",
            "block",
            "field",
            "kind",
            "record",
            "label",
            "fingerprint",
            "note",
            "linked_by",
            "linked_at",
        )


class LinkStateSerializer(serializers.Serializer[Any]):
    """A link and how its record stands today."""

    link = LinkSerializer()
    state = serializers.ChoiceField(choices=STATES)
    reason = serializers.CharField()
    url = serializers.CharField()


class StateReasonSerializer(serializers.Serializer[Any]):
    """Why a state is what it is, in a sentence."""

    state = serializers.ChoiceField(choices=STATES)
    field = serializers.CharField()
    sentence = serializers.CharField()


class StateSerializer(serializers.Serializer[Any]):
    """A block: how far it is agreed on, talked about and borne out by records."""

    block = serializers.IntegerField()
    title = serializers.CharField()
    revision = serializers.IntegerField(help_text="The number of the latest revision, 0 for none.")
    status = serializers.CharField(help_text="draft, in-review or accepted; empty while the block is.")
    is_complete = serializers.BooleanField()
    open_comments = serializers.IntegerField()
    state = serializers.ChoiceField(choices=STATES)
    reasons = StateReasonSerializer(many=True)
    links = LinkStateSerializer(many=True)
