"""How the answer to “who held this stage then” is written as JSON."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.reverse import reverse

from registry.models import StageAssignment
from registry.serializers import VoteSerializer
from registry.tenures import Gap, Tenure


class StageChangeSerializer(serializers.ModelSerializer[StageAssignment]):
    """A version that held the stage at another time."""

    version = serializers.IntegerField(source="version.number")

    class Meta:
        model = StageAssignment
        fields = ("version", "from_at", "until_at")


class HolderSerializer(serializers.Serializer[Any]):
    """A version that held the stage, who approved that, and on what evidence."""

    model = serializers.CharField(source="assignment.version.model.known_as", help_text="The name that it had.")
    version = serializers.IntegerField(source="assignment.version.number")
    removed_at = serializers.DateTimeField(
        source="assignment.version.removed_at", allow_null=True, help_text="Null: the version is still there."
    )
    artifact_sha256 = serializers.CharField(source="assignment.version.artifact_sha256")
    from_at = serializers.DateTimeField(source="assignment.from_at")
    until_at = serializers.DateTimeField(source="assignment.until_at", allow_null=True, help_text="Null: still.")
    assigned_by = serializers.CharField(source="assignment.assigned_by.username")
    promotion = serializers.IntegerField(
        source="assignment.promotion.number", allow_null=True, default=None, help_text="Null: set without a promotion."
    )
    reason = serializers.CharField(source="assignment.promotion.reason", allow_null=True, default=None)
    votes = VoteSerializer(many=True, help_text="Whoever decided this version's own promotion, with their comments.")
    evidence_sha256 = serializers.CharField(
        source="assignment.promotion.evidence_sha256", allow_null=True, default=None
    )
    evidence_url = serializers.SerializerMethodField()
    policy_sha256 = serializers.CharField(help_text="The policy that it was decided under; empty without a decision.")
    sentence = serializers.CharField()

    def get_evidence_url(self, tenure: Tenure) -> str | None:
        """Where the frozen evidence is read; null without a promotion."""
        promotion = tenure.assignment.promotion
        if promotion is None:
            return None
        args = [promotion.project.slug, promotion.number]
        return reverse("registry-api:promotion-evidence", args=args, request=self.context.get("request"))


class GapSerializer(serializers.Serializer[Any]):
    """A model of which no version held the stage then."""

    model = serializers.CharField(source="model.known_as", help_text="The name that it had.")
    removed_at = serializers.DateTimeField(
        source="model.removed_at", allow_null=True, help_text="Null: the model is still there."
    )
    before = serializers.SerializerMethodField(help_text="The last version to hold it before; null for none.")
    after = serializers.SerializerMethodField(help_text="The first to hold it since; null for none.")

    @extend_schema_field(StageChangeSerializer(allow_null=True))
    def get_before(self, gap: Gap) -> Any:  # Any: plain JSON
        """The last one before."""
        return StageChangeSerializer(gap.before).data if gap.before else None

    @extend_schema_field(StageChangeSerializer(allow_null=True))
    def get_after(self, gap: Gap) -> Any:  # Any: plain JSON
        """The first one since."""
        return StageChangeSerializer(gap.after).data if gap.after else None


class AnswerSerializer(serializers.Serializer[Any]):
    """Who held a stage at a moment, or on a day."""

    stage = serializers.CharField(source="stage.key")
    start = serializers.DateTimeField(source="period.start")
    end = serializers.DateTimeField(source="period.end", help_text="The same as the start where a moment was asked.")
    model = serializers.CharField(source="model.known_as", allow_null=True, default=None)
    sentence = serializers.CharField()
    holders = HolderSerializer(source="tenures", many=True)
    gaps = GapSerializer(many=True, help_text="Models that had a version in the stage at other times, but not then.")
    left_off = serializers.IntegerField(help_text="How many more held it than are listed.")
