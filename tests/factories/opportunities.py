import factory

from canvas.models import Opportunity, Process
from tests.factories.accounts import UserFactory


class ProcessFactory(factory.django.DjangoModelFactory[Process]):
    """A process that can be taken apart."""

    class Meta:
        model = Process

    name = factory.Sequence(lambda n: f"Process {n}")
    description = "Parcels come back, are opened, judged and stored."
    owner = "Head of returns"
    created_by = factory.SubFactory(UserFactory)


class OpportunityFactory(factory.django.DjangoModelFactory[Opportunity]):
    """An open idea with middling scores."""

    class Meta:
        model = Opportunity

    process = factory.SubFactory(ProcessFactory)
    task = factory.Sequence(lambda n: f"Sort parcel {n}")
    idea = (
        "Predict from the weight and the sender whether a parcel holds damaged goods, so that a clerk opens it first."
    )
    value = 3
    feasibility = 3
    data_readiness = 3
    risk = 2
    effort = 2
    roi_likely = 0.5
    created_by = factory.SelfAttribute("process.created_by")
