from typing import Any, ClassVar

from rest_framework import serializers

from canvas.forms.risk import LONGEST_PASSWORD, residual_problems
from canvas.models import Classification, ImpactAssessment, OversightPlan, Risk
from canvas.risk.shape import Ask
from canvas.serializers.text import PlainText
from canvas.services.classifications import Preview, obligations_of


class PasswordField(serializers.CharField):
    """The signer's password, taken as it is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_PASSWORD, trim_whitespace=False, write_only=True, **kwargs)


class Signed(PlainText):
    """A serializer whose password is taken as typed."""

    def _tidy(self, key: str, value: Any) -> Any:  # Any: a value of the field's own type
        return value if key == "password" else super()._tidy(key, value)


class AskSerializer(serializers.Serializer[Any]):  # Any: one canvas.risk.shape.Ask, or many
    """One question of the classification."""

    key = serializers.CharField()
    label = serializers.CharField(source="field.label")  # type: ignore[assignment]  # Serializer.label is another thing
    question = serializers.CharField(source="field.question")
    help = serializers.CharField(source="field.help")
    kind = serializers.CharField(source="field.kind")
    choices = serializers.SerializerMethodField()
    provision = serializers.CharField()
    means = serializers.ListField(child=serializers.CharField())
    asked_when = serializers.SerializerMethodField()

    def get_choices(self, ask: Ask) -> list[dict[str, str]]:
        """The values that can be picked, with their words."""
        return [{"value": choice.value, "label": choice.label} for choice in ask.field.choices]

    def get_asked_when(self, ask: Ask) -> list[list[dict[str, Any]]]:
        """Groups of which each has to hold; a group holds when one of its questions has one of the answers."""
        return [[{"question": key, "answers": list(values)} for key, values in group] for group in ask.when]


class ObligationSerializer(serializers.Serializer[Any]):  # Any: one Obligation, or many
    """One duty that applies."""

    id = serializers.CharField()
    framework = serializers.CharField(source="duty.framework")
    group = serializers.CharField(source="duty.group")
    title = serializers.CharField(source="duty.title")
    who = serializers.CharField(source="duty.who")
    applies_from = serializers.DateField()
    timing = serializers.CharField(source="timing_words")
    note = serializers.CharField(source="duty.note")


class TierReasonSerializer(serializers.Serializer[Any]):
    """One step of the way to a tier."""

    tier = serializers.CharField(allow_blank=True)
    sentence = serializers.CharField()
    provision = serializers.CharField()


class AnswersSerializer(serializers.Serializer[Any]):
    """Answers by question key."""

    answers = serializers.DictField()


class ClassificationInSerializer(Signed, AnswersSerializer):
    """Answers to be signed, with the version they rest on."""

    texts_with_lines = frozenset({"note"})

    based_on = serializers.IntegerField(min_value=0)
    note = serializers.CharField(max_length=1_000, required=False, allow_blank=True, default="")
    password = PasswordField()


class ClassificationSerializer(serializers.ModelSerializer[Classification]):
    """One signed version, without its duties."""

    signed_by = serializers.CharField(source="signed_by.username")

    class Meta:
        model = Classification
        fields: ClassVar = [
            "number", "legal_tier", "roles", "materiality", "reasons", "rules_version", "note", "sha256", "signed_by",
            "signed_at",
        ]  # fmt: skip


class ClassificationDetailSerializer(ClassificationSerializer):
    """One signed version with its answers and duties."""

    obligations = serializers.SerializerMethodField()

    class Meta(ClassificationSerializer.Meta):
        fields: ClassVar = [*ClassificationSerializer.Meta.fields, "answers", "obligations"]

    def get_obligations(self, classification: Classification) -> list[dict[str, Any]]:
        """The duties with their dates."""
        return list(ObligationSerializer(obligations_of(classification), many=True).data)


class PreviewSerializer(serializers.Serializer[Preview]):
    """What signing these answers would change."""

    legal_tier = serializers.CharField(source="judgement.tier")
    tiers = serializers.ListField(source="judgement.tiers", child=serializers.CharField())
    risk_tier = serializers.CharField(source="judgement.project_tier")
    legal_tier_before = serializers.CharField(source="before.legal_tier", default=None)
    based_on = serializers.IntegerField(source="before.number", default=0)
    roles = serializers.ListField(source="judgement.roles", child=serializers.CharField())
    materiality = serializers.IntegerField(source="judgement.materiality")
    reasons = TierReasonSerializer(source="judgement.reasons", many=True)
    open = serializers.SerializerMethodField()
    added = ObligationSerializer(many=True)
    removed = ObligationSerializer(many=True)
    kept = ObligationSerializer(many=True)

    def get_open(self, preview: Preview) -> list[str]:
        """The keys of the questions that have to be answered before anything can be signed."""
        return [ask.key for ask in preview.missing]


class RiskSerializer(PlainText, serializers.ModelSerializer[Risk]):
    """A line of the risk register."""

    texts_with_lines = frozenset({"description", "measures"})

    score = serializers.IntegerField(read_only=True)
    band = serializers.CharField(read_only=True)
    residual_score = serializers.IntegerField(read_only=True, allow_null=True)
    residual_band = serializers.CharField(read_only=True)
    is_overdue = serializers.BooleanField(read_only=True)
    accepted_by = serializers.CharField(source="accepted_by.username", read_only=True, default=None)

    class Meta:
        model = Risk
        fields: ClassVar = [
            "number", "title", "description", "category", "affected", "likelihood", "impact", "score", "band", "treatment",
            "measures", "residual_likelihood", "residual_impact", "residual_score", "residual_band", "owner", "review_on",
            "is_overdue", "status", "accepted_by", "accepted_at", "revision",
        ]  # fmt: skip
        read_only_fields = ("number", "accepted_at", "revision")
        extra_kwargs: ClassVar = {
            key: {"min_value": 1, "max_value": 5}
            for key in ("likelihood", "impact", "residual_likelihood", "residual_impact")
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What remains is judged in both ways or not at all, and is no more than what there was."""
        if problems := residual_problems(attrs):
            raise serializers.ValidationError(problems)
        return attrs


class RiskChangeSerializer(RiskSerializer):
    """A changed risk, with the revision it rests on."""

    based_on = serializers.IntegerField(min_value=1, write_only=True)

    class Meta(RiskSerializer.Meta):
        fields: ClassVar = [*RiskSerializer.Meta.fields, "based_on"]


class AcceptRiskSerializer(Signed, serializers.Serializer[Any]):
    """A signature under what remains of a risk."""

    texts_with_lines = frozenset({"comment"})

    based_on = serializers.IntegerField(min_value=1)
    comment = serializers.CharField(max_length=1_000)
    password = PasswordField()


class AssessmentInSerializer(AnswersSerializer):
    """Answers to be saved, with the version they rest on."""

    based_on = serializers.IntegerField(min_value=0)


class ImpactAssessmentSerializer(serializers.ModelSerializer[ImpactAssessment]):
    """One version of an impact assessment."""

    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = ImpactAssessment
        fields: ClassVar = ["number", "answers", "summary", "sha256", "created_by", "created_at"]


class OversightPlanSerializer(serializers.ModelSerializer[OversightPlan]):
    """One version of an oversight plan."""

    created_by = serializers.CharField(source="created_by.username")

    class Meta:
        model = OversightPlan
        fields: ClassVar = ["number", "answers", "summary", "sha256", "created_by", "created_at"]
