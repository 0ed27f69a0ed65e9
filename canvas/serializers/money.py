from typing import Any, ClassVar

from django.db.models import Q
from rest_framework import serializers

from canvas.currencies import currency_code
from canvas.models import BenefitLine, CostItem, CostWaiver, ErrorCost, Kpi, RoiEstimate
from canvas.money_rules import (
    LARGEST_AMOUNT,
    LARGEST_RATE,
    MOST_MONTHS,
    RATE_LIMITS,
    Problems,
    Values,
    benefit_problems,
    cost_problems,
    error_problems,
    share_problems,
)
from canvas.serializers.text import PlainText

LARGEST_SEED = 2**63 - 1


class LineSerializer(PlainText, serializers.ModelSerializer[Any]):
    """What cost items, benefit lines and error costs have in common."""

    currency = serializers.CharField(max_length=3, help_text="ISO 4217, such as EUR")
    based_on = serializers.IntegerField(
        min_value=1, required=False, write_only=True, help_text="The revision a change rests on; asked of changes only."
    )

    @staticmethod
    def rules(values: Values) -> Problems:
        """What to correct, by column; each kind of line has its own."""
        raise NotImplementedError

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """What the columns have to obey together, with those of the line that are not sent."""
        names = [name for name in self.fields.keys() if name != "based_on"]  # noqa: SIM118  not a plain mapping
        held = {name: getattr(self.instance, name) for name in names} if self.instance else {}
        if problems := self.rules(held | attrs):
            raise serializers.ValidationError({key: [sentence] for key, sentence in problems.items()})
        if "currency" in attrs:
            attrs["currency"] = currency_code(attrs["currency"])
        if self.instance is not None and "based_on" not in attrs:
            raise serializers.ValidationError({"based_on": ["Name the revision that your change rests on."]})
        return attrs


class CostSerializer(LineSerializer):
    """A cost item, as a three-point estimate."""

    rules = staticmethod(cost_problems)
    block = serializers.IntegerField(min_value=1, max_value=10)

    class Meta:
        model = CostItem
        fields: ClassVar = [
            "id", "block", "label", "kind", "period", "amount_low", "amount_likely", "amount_high", "currency", "is_hidden",
            "basis", "starts_on", "ends_on", "note", "revision", "based_on",
        ]  # fmt: skip
        read_only_fields = ("id", "revision")


class BenefitSerializer(LineSerializer):
    """A benefit line: volume x uplift x unit value a year."""

    rules = staticmethod(benefit_problems)
    kpi = serializers.PrimaryKeyRelatedField(queryset=Kpi.objects.none(), required=False, allow_null=True)

    class Meta:
        model = BenefitLine
        fields: ClassVar = [
            "id", "label", "unit", "unit_value", "currency", "volume", "uplift_low", "uplift_likely", "uplift_high",
            "start_month", "confidence", "kpi", "note", "revision", "based_on",
        ]  # fmt: skip
        read_only_fields = ("id", "revision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if project := self.context.get("project"):
            held = Q(retired_at__isnull=True) | Q(pk=getattr(self.instance, "kpi_id", None))
            self.fields["kpi"].queryset = project.kpis.filter(held)  # type: ignore[attr-defined]


class ErrorCostSerializer(LineSerializer):
    """An error cost: volume x rate x unit cost a year."""

    rules = staticmethod(error_problems)

    class Meta:
        model = ErrorCost
        fields: ClassVar = [
            "id", "label", "kind", "volume", "rate_low", "rate_likely", "rate_high", "unit_cost", "currency", "bearer",
            "note", "revision", "based_on",
        ]  # fmt: skip
        read_only_fields = ("id", "revision")


class WaiverSerializer(PlainText, serializers.ModelSerializer[CostWaiver]):
    """A stated zero."""

    stated_by = serializers.CharField(source="stated_by.username", read_only=True)

    class Meta:
        model = CostWaiver
        fields = ("block", "reason", "stated_by", "stated_at")
        read_only_fields = ("block", "stated_at")


class TermsSerializer(PlainText, serializers.ModelSerializer[RoiEstimate]):
    """The terms of an estimate; shares are between 0 and 1."""

    currency = serializers.CharField(max_length=3)
    exchange_rates = serializers.DictField(
        child=serializers.FloatField(),
        required=False,
        default=dict,
        help_text="Currency to the worth of one unit of it.",
    )
    rates_source = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    horizon_months = serializers.IntegerField(min_value=1, max_value=MOST_MONTHS)
    discount_rate = serializers.FloatField(min_value=0, max_value=10)
    hurdle_rate = serializers.FloatField(min_value=0, max_value=10, default=0.0)
    predictions_per_year = serializers.FloatField(min_value=0, max_value=LARGEST_AMOUNT, default=0.0)
    seed = serializers.IntegerField(min_value=0, max_value=LARGEST_SEED, default=0)
    draws = serializers.IntegerField(min_value=1000, max_value=200_000, default=20_000)
    note = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)
    starts_on = serializers.DateField()

    class Meta:
        model = RoiEstimate
        fields: ClassVar = [
            "currency", "exchange_rates", "rates_source", "starts_on", "horizon_months", "discount_rate", "hurdle_rate",
            "adoption_low", "adoption_likely", "adoption_high", "predictions_per_year", "seed", "draws", "note",
        ]  # fmt: skip

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Adoption in order, currencies that exist, and rates above zero with their source."""
        problems = share_problems(attrs, "adoption_low", "adoption_likely", "adoption_high")
        rates: dict[str, float] = {}
        try:
            attrs["currency"] = currency_code(attrs["currency"])
        except ValueError as reason:
            problems["currency"] = str(reason)
        try:
            rates = {currency_code(code): rate for code, rate in attrs["exchange_rates"].items()}
        except ValueError as reason:
            problems["exchange_rates"] = str(reason)
        if any(not 0 < rate <= LARGEST_RATE for rate in rates.values()):
            problems["exchange_rates"] = RATE_LIMITS
        if rates and not attrs["rates_source"]:
            problems["rates_source"] = "Say where the exchange rates are from, and of which day."
        if problems:
            raise serializers.ValidationError({key: [sentence] for key, sentence in problems.items()})
        return attrs | {"exchange_rates": rates}


class EstimateSerializer(serializers.ModelSerializer[RoiEstimate]):
    """A frozen estimate in short."""

    created_by = serializers.CharField(source="created_by.username", read_only=True)
    roi_likely = serializers.FloatField(source="results.roi_likely", allow_null=True)
    npv_likely = serializers.FloatField(source="results.likely.npv")

    class Meta:
        model = RoiEstimate
        fields: ClassVar = [
            "number", "currency", "horizon_months", "hurdle_rate", "roi_likely", "npv_likely", "note", "created_by",
            "created_at",
        ]  # fmt: skip


class EstimateDetailSerializer(EstimateSerializer):
    """A frozen estimate with its terms, its lines and its results."""

    class Meta(EstimateSerializer.Meta):
        fields: ClassVar = [
            "number", *TermsSerializer.Meta.fields, "roi_likely", "npv_likely", "lines", "results", "created_by", "created_at",
        ]  # fmt: skip
