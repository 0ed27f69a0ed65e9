from typing import Any, ClassVar

from rest_framework import serializers

from canvas.forms.opportunities import returns_problem
from canvas.models import Opportunity, Process, RankingWeights
from canvas.ranking import HIGHEST, KEYS
from canvas.serializers.text import PlainText


class ProcessSerializer(PlainText, serializers.ModelSerializer[Process]):
    """A process that was taken apart into tasks."""

    texts_with_lines = frozenset({"description"})

    class Meta:
        model = Process
        fields: ClassVar = ["id", "name", "description", "owner", "fingerprint", "created_at"]
        read_only_fields = ("id", "fingerprint", "created_at")
        extra_kwargs: ClassVar[dict[str, Any]] = {"name": {"validators": []}}


class ProcessChangeSerializer(ProcessSerializer):
    """A changed process, with the fingerprint it rests on."""

    based_on = serializers.CharField(max_length=64, write_only=True)

    class Meta(ProcessSerializer.Meta):
        fields: ClassVar = [*ProcessSerializer.Meta.fields, "based_on"]


class OpportunitySerializer(PlainText, serializers.ModelSerializer[Opportunity]):
    """An idea with its scores; returns are shares, so 0.5 is 50 %."""

    texts_with_lines = frozenset({"idea"})

    process_name = serializers.CharField(source="process.name", read_only=True)
    score = serializers.SerializerMethodField(help_text="By the weights that hold now.")
    rank = serializers.SerializerMethodField(help_text="Among all open ideas; null for others.")
    project = serializers.SerializerMethodField(help_text="The project it became, for those who may see it.")

    class Meta:
        model = Opportunity
        fields: ClassVar = [
            "id", "process", "process_name", "task", "idea", "value", "feasibility", "data_readiness", "risk", "effort",
            "is_prohibited", "roi_low", "roi_likely", "roi_high", "status", "decided_reason", "project", "score", "rank",
            "revision", "created_at", "changed_at",
        ]  # fmt: skip
        read_only_fields = ("id", "status", "decided_reason", "revision", "created_at", "changed_at")
        validators: ClassVar[list[Any]] = []  # whether the task is taken is the service's to say, as 409
        extra_kwargs: ClassVar = {
            key: {"min_value": 0, "max_value": HIGHEST}
            for key in ("value", "feasibility", "data_readiness", "risk", "effort")
        }

    def get_score(self, opportunity: Opportunity) -> float | None:
        """The score, as the ranking has it."""
        return self.context["scores"].get(opportunity.pk)

    def get_rank(self, opportunity: Opportunity) -> int | None:
        """The place, from 1."""
        return self.context["ranks"].get(opportunity.pk)

    def get_project(self, opportunity: Opportunity) -> str | None:
        """The project's slug."""
        return self.context["slugs"].get(opportunity.project_id)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """The three returns are in order."""
        if problem := returns_problem(attrs):
            raise serializers.ValidationError({problem[0]: [problem[1]]})
        return attrs


class OpportunityChangeSerializer(OpportunitySerializer):
    """A changed idea, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(OpportunitySerializer.Meta):
        fields: ClassVar = [*OpportunitySerializer.Meta.fields, "based_on"]


class ReasonSerializer(PlainText, serializers.Serializer[Any]):
    """Why an idea is put aside, or brought back."""

    texts_with_lines = frozenset({"reason"})

    reason = serializers.CharField(max_length=2000)
    based_on = serializers.IntegerField(min_value=1)


class WeightsSerializer(PlainText, serializers.ModelSerializer[RankingWeights]):
    """How much each score counts; risk and effort are subtracted."""

    based_on = serializers.IntegerField(min_value=0, write_only=True, help_text="The id you saw; 0 for the defaults.")
    set_by = serializers.CharField(source="set_by.username", read_only=True)

    class Meta:
        model = RankingWeights
        fields: ClassVar = ["id", *KEYS, "reason", "set_by", "set_at", "based_on"]
        read_only_fields = ("id", "set_by", "set_at")
        extra_kwargs: ClassVar = {
            "reason": {"required": True, "allow_blank": False},
            **{key: {"min_value": 0, "max_value": 1, "required": True} for key in KEYS},
        }


class StartedSerializer(serializers.Serializer[Any]):
    """The project that an idea became."""

    slug = serializers.CharField()
    name = serializers.CharField()


class SimilarSerializer(serializers.Serializer[Any]):
    """A project or an opportunity that resembles a text."""

    kind = serializers.CharField(help_text="project or opportunity")
    title = serializers.CharField()
    about = serializers.CharField()
    url = serializers.CharField()
    state = serializers.CharField()
    likeness = serializers.FloatField(help_text="0 to 1")
    shared = serializers.ListField(child=serializers.CharField(), help_text="The words that both have.")
