from typing import Any, ClassVar

from rest_framework import serializers

from canvas.go_no_go import OUTCOMES
from canvas.models import GoNoGoCondition, GoNoGoDecision, GoNoGoSignature
from canvas.serializers.risk import PasswordField, Signed
from canvas.serializers.text import PlainText
from canvas.services.decisions import Basis


class SuggestionSerializer(serializers.Serializer[Basis]):
    """What the records suggest, and what it rests on."""

    outcome = serializers.CharField(source="suggestion.outcome")
    reasons = serializers.ListField(source="suggestion.reasons", child=serializers.CharField())
    evidence = serializers.DictField(source="manifest")


class ConditionSerializer(serializers.ModelSerializer[GoNoGoCondition]):
    """A condition of a decision."""

    met_by = serializers.CharField(source="met_by.username", default=None)

    class Meta:
        model = GoNoGoCondition
        fields: ClassVar = ["id", "text", "owner", "due_on", "met_by", "met_at", "met_note"]


class SignatureSerializer(serializers.ModelSerializer[GoNoGoSignature]):
    """A signature under a decision."""

    user = serializers.CharField(source="user.username")

    class Meta:
        model = GoNoGoSignature
        fields: ClassVar = ["user", "capacity", "comment", "signed_at"]


class GoNoGoSerializer(serializers.ModelSerializer[GoNoGoDecision]):
    """A go/no-go decision with its signatures and conditions."""

    proposed_by = serializers.CharField(source="proposed_by.username")
    signatures = SignatureSerializer(many=True)
    conditions = ConditionSerializer(many=True)
    changed_since = serializers.ListField(child=serializers.CharField(), read_only=True, default=list)

    class Meta:
        model = GoNoGoDecision
        fields: ClassVar = [
            "number", "status", "outcome", "suggestion", "suggestion_reasons", "reasons", "difference_reason", "revisit_on",
            "conditions", "signatures", "evidence", "changed_since", "proposed_by", "proposed_at", "decided_at",
        ]  # fmt: skip


class ConditionInSerializer(serializers.Serializer[Any]):
    """A condition as it is proposed."""

    text = serializers.CharField(max_length=400)
    owner = serializers.CharField(max_length=120)
    due_on = serializers.DateField()


class ProposalSerializer(serializers.Serializer[Any]):
    """A proposal; the canvas's own cleaning judges its texts."""

    outcome = serializers.ChoiceField(choices=OUTCOMES)
    reasons = serializers.CharField(max_length=4_000)
    difference_reason = serializers.CharField(max_length=4_000, required=False, allow_blank=True)
    revisit_on = serializers.DateField(required=False, allow_null=True)
    conditions = ConditionInSerializer(many=True, required=False)


class SignSerializer(Signed, serializers.Serializer[Any]):
    """A signature under a proposal."""

    texts_with_lines = frozenset({"comment"})

    capacity = serializers.ChoiceField(choices=GoNoGoSignature.Capacity.choices)
    comment = serializers.CharField(max_length=1_000, required=False, allow_blank=True, default="")
    password = PasswordField()


class WithdrawSerializer(PlainText, serializers.Serializer[Any]):
    """Why a proposal is taken back."""

    texts_with_lines = frozenset({"comment"})

    comment = serializers.CharField(max_length=1_000, required=False, allow_blank=True, default="")


class ConditionMetSerializer(PlainText, serializers.Serializer[Any]):
    """How somebody knows that a condition is met."""

    note = serializers.CharField(max_length=400)
