"""Every write to a poster."""

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.models import Project
from data.storage import StoredFile
from docsgen.models import Poster
from docsgen.poster.facts import gather
from docsgen.poster.printing import digest_of
from jobs import services as jobs

JOB_KIND = "poster"
LARGEST = 64 * 2**20


@transaction.atomic
def request_poster(project: Project, *, by: User) -> Poster:
    """Ask for the poster of the plan as it is now; a plan that was printed before is not printed again."""
    project = Project.objects.select_for_update().get(pk=project.pk)
    facts = gather(project)
    sha256 = digest_of(facts)
    earlier = Poster.objects.filter(project=project, facts_sha256=sha256).exclude(status=Poster.Status.FAILED).first()
    if earlier:
        return earlier
    job = jobs.enqueue(JOB_KIND, project=project, label=f"Poster of {project.name}"[:200], by=by)
    poster = Poster.objects.create(project=project, job=job, facts=facts, facts_sha256=sha256, requested_by=by)
    record(
        Action.DOCUMENT_REQUESTED, by=by, on=poster, chain=project.chain, label="the canvas poster",
        after={"facts_sha256": sha256},
    )  # fmt: skip
    return poster


def current(project: Project) -> Poster | None:
    """The poster of the plan as it is now, if somebody asked for it."""
    held = Poster.objects.filter(project=project, facts_sha256=digest_of(gather(project)))
    return held.select_related("job__project", "job__requested_by", "requested_by").first()


def issue(poster: Poster, pdf: StoredFile) -> None:
    """Tie the stored file to the poster; runs in the transaction that ends the job."""
    poster.status, poster.pdf_sha256, poster.pdf_size = Poster.Status.ISSUED, pdf.sha256, pdf.size
    poster.issued_at = timezone.now()
    poster.save()
    record(
        Action.DOCUMENT_ISSUED, by=poster.requested_by, on=poster, chain=poster.project.chain,
        label="the canvas poster", after={"pdf_sha256": pdf.sha256, "facts_sha256": poster.facts_sha256},
    )  # fmt: skip


def fail(poster: Poster, reason: str) -> None:
    """Write down that the poster could not be printed; runs in the transaction that ends the job."""
    poster.status = Poster.Status.FAILED
    poster.save(update_fields=["status"])
    record(
        Action.DOCUMENT_FAILED, by=poster.requested_by, on=poster, chain=poster.project.chain,
        label="the canvas poster", comment=reason,
    )  # fmt: skip
