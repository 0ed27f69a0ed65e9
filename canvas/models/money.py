from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from canvas.models.kpis import Kpi
from canvas.models.projects import Project


class MoneyLine(models.Model):
    """What cost items, benefit lines and error costs have in common: a project, a currency and a history."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="%(class)ss")
    label = models.CharField(max_length=200)
    currency = models.CharField(max_length=3, help_text="ISO 4217, such as EUR")
    note = models.CharField(max_length=300, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="Counts every change; the journal keeps each one.")
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label


class CostItem(MoneyLine):
    """Something the project costs, as a three-point estimate, tied to the block that causes it."""

    class Kind(models.TextChoices):
        """How often it is paid."""

        ONE_OFF = "one-off", "Once"
        RECURRING = "recurring", "Again and again"

    class Period(models.TextChoices):
        """What a recurring amount is for."""

        MONTH = "month", "A month"
        YEAR = "year", "A year"
        PREDICTIONS = "1000-predictions", "1,000 predictions"

    class Basis(models.TextChoices):
        """How well the amount is known."""

        QUOTE = "quote", "Quote"
        MEASURED = "measured", "Measured"
        ESTIMATE = "estimate", "Estimate"

    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    kind = models.CharField(max_length=20, choices=Kind)
    period = models.CharField(max_length=20, choices=Period, blank=True)
    amount_low = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    amount_likely = models.DecimalField(max_digits=16, decimal_places=2)
    amount_high = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    is_hidden = models.BooleanField(default=False, help_text="Whether it would not show up in a project's own budget.")
    basis = models.CharField(max_length=20, choices=Basis)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering: ClassVar = ["project", "block", "label"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(block__gte=1, block__lte=10), name="cost_block_is_one_of_ten"),
            models.CheckConstraint(condition=Q(kind="one-off") | ~Q(period=""), name="recurring_cost_has_a_period"),
        ]


class BenefitLine(MoneyLine):
    """What the result is worth: a unit value, a yearly volume and the uplift expected of it."""

    class Confidence(models.TextChoices):
        """How far the team trusts the uplift."""

        LOW = "low", "Low"
        MEDIUM = "medium", "Medium"
        HIGH = "high", "High"

    kpi = models.ForeignKey(Kpi, on_delete=models.PROTECT, null=True, blank=True, related_name="benefit_lines")
    unit = models.CharField(max_length=60, help_text="What is counted: a loan, a visit, an hour.")
    unit_value = models.DecimalField(max_digits=16, decimal_places=4, help_text="Money for one unit.")
    volume = models.FloatField(help_text="Units a year, without the model.")
    uplift_low = models.FloatField(help_text="Share of the volume that is gained, at worst: 0.05 is 5 %.")
    uplift_likely = models.FloatField()
    uplift_high = models.FloatField()
    start_month = models.PositiveSmallIntegerField(
        default=1, help_text="The month of the estimate it begins in, from 1."
    )
    confidence = models.CharField(max_length=10, choices=Confidence)

    class Meta:
        ordering: ClassVar = ["project", "label"]


class ErrorCost(MoneyLine):
    """What one kind of wrong prediction costs."""

    class Kind(models.TextChoices):
        """Which error it is."""

        FALSE_POSITIVE = "false-positive", "False positive"
        FALSE_NEGATIVE = "false-negative", "False negative"
        LARGE_ERROR = "large-error", "Large error"
        OTHER = "other", "Other"

    kind = models.CharField(max_length=20, choices=Kind)
    volume = models.FloatField(help_text="Predictions a year.")
    rate_low = models.FloatField(help_text="Share of predictions that are wrong in this way, at best: 0.02 is 2 %.")
    rate_likely = models.FloatField()
    rate_high = models.FloatField()
    unit_cost = models.DecimalField(max_digits=16, decimal_places=4, help_text="Money for one such error.")
    bearer = models.CharField(max_length=120, blank=True, help_text="Who bears it.")

    class Meta:
        ordering: ClassVar = ["project", "kind", "label"]


class CostWaiver(models.Model):
    """A stated zero: somebody says, with a reason, that a block costs nothing."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="cost_waivers")
    block = models.PositiveSmallIntegerField(help_text="1 to 10")
    reason = models.CharField(max_length=300)
    stated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "block"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "block"], name="cost_waived_once")]

    def __str__(self) -> str:
        return f"block {self.block} costs nothing"


class RoiEstimate(models.Model):
    """One frozen estimate: its assumptions, the lines it was computed from, and what came out."""

    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="roi_estimates")
    number = models.PositiveIntegerField(help_text="Counts per project, from 1.")
    currency = models.CharField(max_length=3)
    exchange_rates = models.JSONField(default=dict, blank=True, help_text="Currency to the worth of one unit of it.")
    rates_source = models.CharField(max_length=200, blank=True, help_text="Where the rates are from, and of which day.")
    starts_on = models.DateField(default=timezone.localdate, help_text="The first day of month 1.")
    horizon_months = models.PositiveSmallIntegerField()
    discount_rate = models.FloatField(help_text="A year: 0.08 is 8 %.")
    hurdle_rate = models.FloatField(default=0, help_text="The return that a go asks for: 0.2 is 20 %.")
    adoption_low = models.FloatField(help_text="Share of cases where the result is used.")
    adoption_likely = models.FloatField()
    adoption_high = models.FloatField()
    predictions_per_year = models.FloatField(default=0, help_text="For costs per 1,000 predictions.")
    seed = models.PositiveBigIntegerField(default=0)
    draws = models.PositiveIntegerField(default=20_000)
    lines = models.JSONField(default=dict, help_text="Costs, benefits and error costs as they were.")
    results = models.JSONField(
        default=dict, help_text="Scenarios, NPV distribution, payback, break-even, tornado; canvas.roi names the keys."
    )
    note = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["project", "-number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["project", "number"], name="roi_estimate_once")]

    def __str__(self) -> str:
        return f"ROI estimate {self.number}"
