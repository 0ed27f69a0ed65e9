from decimal import Decimal

import factory

from canvas.models import BenefitLine, CostItem, CostWaiver, ErrorCost
from tests.factories.canvas import ProjectFactory


class CostItemFactory(factory.django.DjangoModelFactory[CostItem]):
    """A running cost with a range."""

    class Meta:
        model = CostItem

    project = factory.SubFactory(ProjectFactory)
    label = factory.Sequence(lambda n: f"Hours of experts {n}")
    block = 4
    kind = CostItem.Kind.RECURRING
    period = CostItem.Period.MONTH
    amount_low = Decimal("800.00")
    amount_likely = Decimal("1000.00")
    amount_high = Decimal("1500.00")
    currency = "EUR"
    basis = CostItem.Basis.ESTIMATE
    created_by = factory.SelfAttribute("project.created_by")


class BenefitLineFactory(factory.django.DjangoModelFactory[BenefitLine]):
    """A benefit of 24,000 a year at full adoption and likely uplift."""

    class Meta:
        model = BenefitLine

    project = factory.SubFactory(ProjectFactory)
    label = factory.Sequence(lambda n: f"Fewer empty appointments {n}")
    currency = "EUR"
    unit = "an appointment"
    unit_value = Decimal("40.0000")
    volume = 12_000.0
    uplift_low = 0.02
    uplift_likely = 0.05
    uplift_high = 0.08
    confidence = BenefitLine.Confidence.MEDIUM
    created_by = factory.SelfAttribute("project.created_by")


class ErrorCostFactory(factory.django.DjangoModelFactory[ErrorCost]):
    """What false alarms cost."""

    class Meta:
        model = ErrorCost

    project = factory.SubFactory(ProjectFactory)
    label = factory.Sequence(lambda n: f"A call in vain {n}")
    currency = "EUR"
    kind = ErrorCost.Kind.FALSE_POSITIVE
    volume = 12_000.0
    rate_low = 0.01
    rate_likely = 0.02
    rate_high = 0.04
    unit_cost = Decimal("3.0000")
    created_by = factory.SelfAttribute("project.created_by")


class CostWaiverFactory(factory.django.DjangoModelFactory[CostWaiver]):
    """A stated zero."""

    class Meta:
        model = CostWaiver

    project = factory.SubFactory(ProjectFactory)
    block = 3
    reason = "The task is written down by the team itself, in hours that are counted in block 1."
    stated_by = factory.SelfAttribute("project.created_by")
