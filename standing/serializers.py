from typing import Any, ClassVar

from rest_framework import serializers

from canvas.models import Project
from canvas.serializers.text import PlainText
from standing.maturity import BY_KEY
from standing.models import Practice
from standing.targets import TARGETS


class CulpritSerializer(serializers.Serializer[Any]):
    """A record, its page, and what is wrong with it."""

    name = serializers.CharField(source="label")
    url = serializers.CharField()
    why = serializers.CharField()


class InputSerializer(serializers.Serializer[Any]):
    """One input of a score."""

    key = serializers.CharField()
    name = serializers.CharField(source="label")
    value = serializers.FloatField(allow_null=True, help_text="A share, or a figure in the unit; null without data.")
    unit = serializers.CharField()
    target = serializers.FloatField(allow_null=True)
    points = serializers.FloatField(allow_null=True, help_text="0 to 100; null without data.")
    n = serializers.IntegerField()
    note = serializers.CharField()
    lowered_by = CulpritSerializer(many=True)


class ScoreSerializer(serializers.Serializer[Any]):
    """A score: the mean of the inputs that have data."""

    key = serializers.CharField()
    value = serializers.FloatField(allow_null=True, help_text="0 to 100; null without data.")
    inputs = InputSerializer(many=True)


class CriterionSerializer(serializers.Serializer[Any]):
    """A criterion of an MLOps level."""

    key = serializers.CharField(source="criterion.key")
    level = serializers.IntegerField(source="criterion.level")
    name = serializers.CharField(source="criterion.label")
    state = serializers.CharField(help_text="met, failed, attested or unknown")
    sentence = serializers.CharField()
    records = CulpritSerializer(many=True)
    stated_by = serializers.CharField(source="word.stated_by", default=None)
    expires_on = serializers.DateField(source="word.expires_on", default=None)


class StandSerializer(serializers.Serializer[Any]):
    """Where a project stands."""

    computed_at = serializers.DateTimeField(source="at")
    level = serializers.IntegerField(source="maturity.level")
    attested = serializers.IntegerField(source="maturity.attested", help_text="Criteria resting on a word alone.")
    criteria = CriterionSerializer(source="maturity.judged", many=True)
    scores = ScoreSerializer(many=True)
    targets = serializers.DictField(child=serializers.FloatField())


class PromiseSerializer(serializers.Serializer[Any]):
    """Something that was promised, beside what the records say."""

    kind = serializers.CharField()
    promised = serializers.CharField()
    reality = serializers.CharField()
    state = serializers.CharField(help_text="broken, open or kept")
    made_in = CulpritSerializer()
    records = CulpritSerializer(many=True)


class PracticeSerializer(PlainText, serializers.ModelSerializer[Practice]):
    """Somebody's word on a criterion that no record shows."""

    texts_with_lines = frozenset({"reason"})

    criterion = serializers.ChoiceField(choices=[key for key, one in BY_KEY.items() if one.is_attestable])
    stated_by = serializers.CharField(source="stated_by.username", read_only=True)

    class Meta:
        model = Practice
        fields: ClassVar = ["id", "criterion", "holds", "reason", "expires_on", "stated_by", "stated_at"]
        read_only_fields = ("id", "stated_by", "stated_at")


class PortfolioRowSerializer(serializers.ModelSerializer[Project]):
    """A project with where it stood when that was last worked out; null while it was not."""

    level = serializers.IntegerField(source="standing.level", default=None)
    attested = serializers.IntegerField(source="standing.attested", default=None)
    velocity = serializers.FloatField(source="standing.velocity", default=None)
    validation = serializers.FloatField(source="standing.validation", default=None)
    versioning = serializers.FloatField(source="standing.versioning", default=None)
    completeness = serializers.IntegerField(source="standing.completeness", default=None)
    stage = serializers.CharField(source="standing.stage", default=None)
    broken = serializers.IntegerField(source="standing.broken", default=None)
    kept = serializers.IntegerField(source="standing.kept", default=None)
    unknown = serializers.IntegerField(source="standing.unknown", default=None)
    computed_at = serializers.DateTimeField(source="standing.computed_at", default=None)

    class Meta:
        model = Project
        fields: ClassVar = [
            "slug", "name", "risk_tier", "level", "attested", "velocity", "validation", "versioning", "completeness",
            "stage", "broken", "kept", "unknown", "computed_at",
        ]  # fmt: skip


class TargetsSerializer(PlainText, serializers.Serializer[Any]):
    """What the installation measures itself against; a target that is left out gets its default."""

    id = serializers.IntegerField(read_only=True)
    values = serializers.DictField(child=serializers.FloatField())
    reason = serializers.CharField(max_length=300)
    based_on = serializers.IntegerField(min_value=0, write_only=True, help_text="The id you saw; 0 for the defaults.")

    def validate_values(self, values: dict[str, float]) -> dict[str, float]:
        """Only targets that exist."""
        known = {target.key for target in TARGETS}
        if unknown := sorted(set(values) - known):
            raise serializers.ValidationError(f"No such target: {', '.join(unknown)[:200]}.")
        return values
