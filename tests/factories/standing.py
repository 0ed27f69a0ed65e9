import factory

from standing.models import Practice, Targets
from tests.factories.accounts import UserFactory
from tests.factories.canvas import ProjectFactory


class PracticeFactory(factory.django.DjangoModelFactory[Practice]):
    """Somebody's word that a criterion holds."""

    class Meta:
        model = Practice

    project = factory.SubFactory(ProjectFactory)
    criterion = "pipeline_runs"
    holds = True
    reason = "The nightly pipeline trains every model; see the runbook."
    stated_by = factory.SelfAttribute("project.created_by")


class TargetsFactory(factory.django.DjangoModelFactory[Targets]):
    """Targets that somebody set."""

    class Meta:
        model = Targets

    values = factory.LazyFunction(dict)
    reason = "Ours are stricter."
    set_by = factory.SubFactory(UserFactory)
