import factory

from canvas.models import BlockRevision, Kpi, Membership, Project
from canvas.roles import Role
from tests.factories.accounts import UserFactory


class ProjectFactory(factory.django.DjangoModelFactory[Project]):
    """A project that its creator owns."""

    class Meta:
        model = Project
        skip_postgeneration_save = True

    slug = factory.Sequence(lambda n: f"project-{n}")
    name = factory.LazyAttribute(lambda project: project.slug.replace("-", " ").title())
    purpose = "Find the cases that need a second look."
    task = Project.Task.BINARY
    created_by = factory.SubFactory(UserFactory)
    ownership = factory.RelatedFactory(
        "tests.factories.canvas.MembershipFactory",
        factory_related_name="project",
        user=factory.SelfAttribute("..created_by"),
        role=Role.OWNER,
    )


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    """Somebody's role in a project."""

    class Meta:
        model = Membership

    project = factory.SubFactory(ProjectFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.VIEWER


class BlockRevisionFactory(factory.django.DjangoModelFactory[BlockRevision]):
    """A revision of a block."""

    class Meta:
        model = BlockRevision
        django_get_or_create = ("project", "block", "number")

    project = factory.SubFactory(ProjectFactory)
    block = 1
    number = factory.Sequence(lambda n: n + 1)
    answers = factory.LazyFunction(lambda: {"problem_statement": "Too many cases wait for a reading."})
    author = factory.SelfAttribute("project.created_by")


class KpiFactory(factory.django.DjangoModelFactory[Kpi]):
    """A model KPI with a threshold that a release must meet."""

    class Meta:
        model = Kpi

    project = factory.SubFactory(ProjectFactory)
    name = factory.Sequence(lambda n: f"KPI {n}")
    kind = Kpi.Kind.MODEL
    definition = "Share of diseased cases that are flagged."
    metric = "recall"
    direction = Kpi.Direction.UP
    target_value = 0.95
    threshold = 0.85
    created_by = factory.SelfAttribute("project.created_by")
