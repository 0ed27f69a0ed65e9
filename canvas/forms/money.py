"""The forms of money: costs, benefits, error costs, stated zeros, and the terms of an estimate."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from canvas.blocks import BLOCKS
from canvas.currencies import currency_code
from canvas.forms.text import PlainText
from canvas.models import BenefitLine, CostItem, ErrorCost, Kpi, Project
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

DAY = forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})
LARGEST_SEED = 2**63 - 1
MOST_DRAWS = 200_000


class PercentField(forms.FloatField):
    """A share that people write in per cent: 5 is stored as 0.05."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.NumberInput(attrs={"step": "any"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:  # Any: what was typed, or a share
        """A share as per cent, without the digits that binary fractions add."""
        return f"{value * 100:.10g}" if isinstance(value, float | int) else value

    def clean(self, value: Any) -> float | None:  # Any: what was typed
        """Per cent as a share."""
        cleaned = super().clean(value)
        return None if cleaned is None else float(f"{cleaned / 100:.12g}")

    def has_changed(self, initial: Any, data: Any) -> bool:  # Any: a share, and what was typed
        """Whether another figure was typed."""
        return super().has_changed(self.prepare_value(initial), data)


class LineForm(PlainText, forms.ModelForm):
    """What the forms of all lines have in common: a currency that exists, and rules over several fields."""

    based_on = forms.IntegerField(widget=forms.HiddenInput, initial=0, required=False)
    currency = forms.CharField(max_length=20, label="Currency", help_text="A code of three letters, such as EUR.")

    @staticmethod
    def rules(values: Values) -> Problems:
        """What to correct, by column; each kind of line has its own."""
        raise NotImplementedError

    def __init__(self, *args: Any, project: Project, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        for key, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[key] = f"{value.normalize():f}"
            elif isinstance(value, float) and not isinstance(self.fields.get(key), PercentField):
                self.initial[key] = f"{value:.15g}"
        for field in self.fields.values():
            if isinstance(field, forms.TypedChoiceField) and field.required:
                offered: Any = field.choices  # pairs, made from the model
                field.choices = [("", "Choose one"), *(pair for pair in offered if pair[0] != "")]

    def clean(self) -> dict[str, Any]:
        """What the columns have to obey together."""
        cleaned = super().clean()
        for key, sentence in self.rules(cleaned).items():
            if key in self.fields and key not in self.errors:
                self.add_error(key, sentence)
        if "currency" not in self.errors and cleaned.get("currency"):
            cleaned["currency"] = currency_code(cleaned["currency"])
        return cleaned

    @property
    def columns(self) -> dict[str, Any]:
        """What the service takes."""
        return {key: value for key, value in self.cleaned_data.items() if key != "based_on"}


class CostForm(LineForm):
    """A cost item."""

    rules = staticmethod(cost_problems)
    block = forms.TypedChoiceField(
        coerce=int, label="Block that causes it", choices=[(b.number, f"{b.number} {b.title}") for b in BLOCKS]
    )

    class Meta:
        model = CostItem
        fields = (
            "label", "block", "kind", "period", "amount_low", "amount_likely", "amount_high", "currency", "basis",
            "is_hidden", "starts_on", "ends_on", "note",
        )  # fmt: skip
        labels: ClassVar = {
            "label": "What is paid for",
            "kind": "Paid",
            "period": "The amount is for",
            "amount_low": "At the least",
            "amount_likely": "Most likely",
            "amount_high": "At the most",
            "basis": "How it is known",
            "is_hidden": "Hidden: it would not show up in the project's own budget",
            "starts_on": "From",
            "ends_on": "Until",
        }
        help_texts: ClassVar = {
            "period": "Only for what is paid again and again.",
            "is_hidden": "Such as the hours of experts, support, or a platform that another department pays.",
            "starts_on": "Left open: from the beginning of the estimate.",
            "ends_on": "Left open: to the end of the estimate.",
        }
        widgets: ClassVar = {"starts_on": DAY, "ends_on": DAY}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        period = self.fields["period"]
        assert isinstance(period, forms.ChoiceField)  # noqa: S101  made from the model
        period.choices = [("", "Paid once"), *CostItem.Period.choices]


class BenefitForm(LineForm):
    """A benefit line."""

    rules = staticmethod(benefit_problems)
    uplift_low = PercentField(label="Uplift at the least, %")
    uplift_likely = PercentField(label="Most likely, %")
    uplift_high = PercentField(label="At the most, %")

    class Meta:
        model = BenefitLine
        fields = (
            "label", "unit", "unit_value", "currency", "volume", "uplift_low", "uplift_likely", "uplift_high",
            "start_month", "confidence", "kpi", "note",
        )  # fmt: skip
        labels: ClassVar = {
            "label": "What gets better",
            "unit": "Counted in",
            "unit_value": "Worth of one",
            "volume": "Volume a year, without the model",
            "start_month": "Begins in month",
            "kpi": "Measured by the KPI",
        }
        help_texts: ClassVar = {
            "unit": "A loan, a visit, an hour.",
            "start_month": "Counted from 1, the first month of the estimate.",
            "confidence": "How far the team trusts the uplift.",
            "kpi": "After launch, the change of its readings from its baseline takes the place of the likely uplift.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kpi = self.fields["kpi"]
        assert isinstance(kpi, forms.ModelChoiceField)  # noqa: S101  made from the model
        held = Q(retired_at__isnull=True) | Q(pk=self.instance.kpi_id)
        kpi.queryset = Kpi.objects.filter(held, project=self.project)
        kpi.empty_label = "None"


class ErrorCostForm(LineForm):
    """An error cost."""

    rules = staticmethod(error_problems)
    rate_low = PercentField(label="Share of predictions at best, %")
    rate_likely = PercentField(label="Most likely, %")
    rate_high = PercentField(label="At worst, %")

    class Meta:
        model = ErrorCost
        fields = (
            "label", "kind", "volume", "rate_low", "rate_likely", "rate_high", "unit_cost", "currency", "bearer", "note",
        )  # fmt: skip
        labels: ClassVar = {
            "label": "What happens",
            "kind": "Error",
            "volume": "Predictions a year",
            "unit_cost": "Cost of one such error",
            "bearer": "Borne by",
        }


class WaiverForm(PlainText, forms.Form):
    """A stated zero."""

    reason = forms.CharField(
        max_length=300,
        label="Why it costs nothing",
        help_text="Somebody will ask. Name what was looked at, such as hours, licences, machines and people outside the team.",
    )


class TermsForm(PlainText, forms.Form):
    """The terms of an estimate; it asks a rate for each currency that the lines are in."""

    currency = forms.CharField(max_length=20, label="Currency of the estimate", initial="EUR")
    starts_on = forms.DateField(label="First day of month 1", widget=DAY)
    horizon_months = forms.IntegerField(min_value=1, max_value=MOST_MONTHS, initial=36, label="Horizon, months")
    discount_rate = PercentField(label="Discount rate a year, %", initial=0.08)
    hurdle_rate = PercentField(label="Hurdle, %", initial=0.2, help_text="The return on investment that a go asks for.")
    adoption_low = PercentField(label="Adoption at the least, %", initial=0.4)
    adoption_likely = PercentField(label="Most likely, %", initial=0.6)
    adoption_high = PercentField(label="At the most, %", initial=0.8)
    predictions_per_year = forms.FloatField(
        min_value=0,
        max_value=LARGEST_AMOUNT,
        initial=0,
        label="Predictions a year",
        help_text="For costs per 1,000 predictions.",
    )
    seed = forms.IntegerField(
        min_value=0, max_value=LARGEST_SEED, initial=1, label="Seed", help_text="The same seed gives the same draws."
    )
    draws = forms.IntegerField(min_value=1000, max_value=MOST_DRAWS, initial=20_000, label="Draws")
    rates_source = forms.CharField(
        max_length=180,
        required=False,
        label="Rates are from",
        help_text="Such as: reference rates of the central bank.",
    )
    rates_on = forms.DateField(required=False, label="Rates of the day", widget=DAY)
    note = forms.CharField(max_length=300, required=False, label="Note", help_text="What is new in this version.")

    def __init__(self, *args: Any, currencies: Sequence[str], **kwargs: Any) -> None:
        initial = {"starts_on": timezone.localdate().replace(day=1)} | kwargs.pop("initial", {})
        initial |= {f"rate_{code}": rate for code, rate in initial.pop("exchange_rates", {}).items()}
        kwargs["initial"] = initial
        super().__init__(*args, **kwargs)
        chosen = str((self.data.get("currency") if self.is_bound else initial.get("currency")) or "EUR").strip().upper()
        self.foreign = [code for code in currencies if code != chosen]
        for code in self.foreign:
            self.fields[f"rate_{code}"] = forms.FloatField(
                required=False, label=f"1 {code} is worth, in {chosen}", widget=forms.NumberInput(attrs={"step": "any"})
            )
        if not self.foreign:
            for key in ("rates_source", "rates_on"):
                del self.fields[key]

    @property
    def rate_fields(self) -> list[forms.BoundField]:
        """The fields of exchange rates, for the page."""
        return [self[f"rate_{code}"] for code in self.foreign]

    def clean(self) -> dict[str, Any]:
        """Shares in order, a currency that exists, and rates above zero with their source and day."""
        cleaned = super().clean()
        for key, sentence in share_problems(cleaned, "adoption_low", "adoption_likely", "adoption_high").items():
            self.add_error(key, sentence)
        for key in ("discount_rate", "hurdle_rate"):
            if (rate := cleaned.get(key)) is not None and not 0 <= rate <= 10:
                self.add_error(key, "Write a rate between 0 % and 1,000 %.")
        self._clean_currency(cleaned)
        self._clean_rates(cleaned)
        return cleaned

    def _clean_currency(self, cleaned: dict[str, Any]) -> None:
        if "currency" in cleaned:
            try:
                cleaned["currency"] = currency_code(cleaned["currency"])
            except ValueError as reason:
                self.add_error("currency", str(reason))

    def _clean_rates(self, cleaned: dict[str, Any]) -> None:
        given = {code: cleaned.get(f"rate_{code}") for code in self.foreign}
        for code, rate in given.items():
            if rate is not None and not 0 < rate <= LARGEST_RATE:
                self.add_error(f"rate_{code}", RATE_LIMITS)
        if not any(given.values()):
            return
        if not cleaned.get("rates_source"):
            self.add_error("rates_source", "Say where the exchange rates are from.")
        if not cleaned.get("rates_on"):
            self.add_error("rates_on", "Say of which day the exchange rates are.")

    @property
    def terms(self) -> dict[str, Any]:
        """What the service takes."""
        cleaned = self.cleaned_data
        rates = {code: rate for code in self.foreign if (rate := cleaned.get(f"rate_{code}")) is not None}
        kept = {key: value for key, value in cleaned.items() if key != "rates_on" and not key.startswith("rate_")}
        source = rates_words(cleaned.get("rates_source") or "", cleaned.get("rates_on")) if rates else ""
        return kept | {"exchange_rates": rates, "rates_source": source}


def rates_words(source: str, day: date | None) -> str:
    """Where rates are from, and of which day, as it is kept."""
    return f"{source}, {day}" if day else source


def rates_parts(words: str) -> dict[str, Any]:
    """The two parts of what was kept, for another estimate."""
    source, _, day = words.rpartition(", ")
    try:
        return {"rates_source": source, "rates_on": date.fromisoformat(day)}
    except ValueError:
        return {"rates_source": words}
