import factory

from data.models import FeatureDefinition
from tests.factories.canvas import ProjectFactory


class FeatureFactory(factory.django.DjangoModelFactory[FeatureDefinition]):
    """Version 1 of a feature that was checked and may be used."""

    class Meta:
        model = FeatureDefinition

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"feature_{n}")
    number = 1
    description = "How long the pump has run since it was opened."
    entity = "pump"
    entity_key = "pump_id"
    source_fields = ("opened_at", "read_at")
    transformation = "Difference in hours."
    data_type = "number"
    order = "ratio"
    availability = FeatureDefinition.Availability.AVAILABLE
    leakage = FeatureDefinition.Finding.CLEAR
    leakage_note = "Both moments lie before the prediction."
    proxy = FeatureDefinition.Finding.CLEAR
    proxy_note = "Pumps have no protected traits."
    owner = "Plant engineering"
    created_by = factory.SelfAttribute("project.created_by")
