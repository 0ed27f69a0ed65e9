from datetime import date

import factory

from canvas.models import KpiReading
from tests.factories.canvas import KpiFactory


class KpiReadingFactory(factory.django.DjangoModelFactory[KpiReading]):
    """A reading entered by hand."""

    class Meta:
        model = KpiReading

    kpi = factory.SubFactory(KpiFactory)
    measured_on = factory.Sequence(lambda n: date.fromordinal(date(2026, 1, 1).toordinal() + n % 300))
    value = 0.9
    origin = KpiReading.Origin.MANUAL
    recorded_by = factory.SelfAttribute("kpi.project.created_by")
