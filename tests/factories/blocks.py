import factory

from canvas.evidence import kind
from canvas.models import BlockAcceptance, BlockDraft, BlockRevision, Comment, EvidenceLink, Kpi, Project
from tests.factories.canvas import BlockRevisionFactory, KpiFactory, ProjectFactory

PERSONA = {
    "name": "Night planner",
    "goals": "A calm morning",
    "pains": "Lists with false alarms",
    "skills": "Reads tables well",
}
# Everything that block 7 requires.
COLLECTING = {
    "collection_process": "Each parcel is photographed on the belt.",
    "label_source": "The damage code booked at the counter.",
    "labelling_method": "manual",
    "labeller_role": "Counter clerks",
    "feedback_loop_risk": "Flagged parcels are handled with care.",
    "owner": "Depot north",
}


class BlockDraftFactory(factory.django.DjangoModelFactory[BlockDraft]):
    """What somebody typed into an empty block and did not save."""

    class Meta:
        model = BlockDraft

    project = factory.SubFactory(ProjectFactory)
    block = 2
    author = factory.SelfAttribute("project.created_by")
    based_on = 0
    typed = factory.LazyFunction(lambda: {"owner": "Data office"})


class CommentFactory(factory.django.DjangoModelFactory[Comment]):
    """An open thread on the second block."""

    class Meta:
        model = Comment

    project = factory.SubFactory(ProjectFactory)
    block = 2
    text = "Who owns the second source?"
    author = factory.SelfAttribute("project.created_by")


class AcceptanceFactory(factory.django.DjangoModelFactory[BlockAcceptance]):
    """A review that somebody asked for."""

    class Meta:
        model = BlockAcceptance

    revision = factory.SubFactory(BlockRevisionFactory)
    requested_by = factory.SelfAttribute("revision.author")
    requested_at = factory.SelfAttribute("revision.created_at")


def linked(project: Project, key: str, object_id: str, *, block: int = 5, field: str = "") -> EvidenceLink:
    """A link to a record as it stands now."""
    proof = kind(key).find(project, [object_id])[object_id]
    return EvidenceLink.objects.create(
        project=project,
        block=block,
        field=field,
        kind=key,
        object_id=object_id,
        label=proof.label,
        fingerprint=proof.fingerprint,
        linked_by=project.created_by,
    )


def linked_kpi(project: Project, *, block: int = 5, field: str = "thresholds") -> tuple[Kpi, EvidenceLink]:
    """A KPI with a link from block 5."""
    kpi: Kpi = KpiFactory(project=project)
    return kpi, linked(project, "kpi", str(kpi.pk), block=block, field=field)


def in_review(project: Project, *, block: int = 7, **kwargs: object) -> BlockRevision:
    """A complete block that waits for somebody to accept it."""
    revision: BlockRevision = BlockRevisionFactory(
        project=project, block=block, number=1, answers=dict(COLLECTING), **kwargs
    )
    AcceptanceFactory(revision=revision)
    return revision
