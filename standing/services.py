"""Work out where projects stand, and every write of this room: words, targets and the kept standings."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.models import ChainHead
from audit.services import record
from canvas import evidence
from canvas.models import Project
from canvas.services.blocks import completeness_of_many
from registry.models import StageAssignment
from registry.policy import REPLACED_STAGE
from standing import targets as table
from standing.facts import gather
from standing.maturity import BY_KEY, Maturity, maturity
from standing.models import Practice, Standing, Targets
from standing.promises import BROKEN, KEPT, OPEN, Promise, from_contradictions, ordered, promises
from standing.records import Facts
from standing.scores import Score
from standing.validation import validation
from standing.velocity import velocity
from standing.versioning import versioning

BATCH = 25


class NotAttestable(Exception):
    """The criterion is unknown, or only records decide about it."""


class InvalidWord(Exception):
    """The statement has no end, or one that has passed."""


class InvalidTargets(Exception):
    """Some targets cannot be used; `problems` says which and why, by key."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(problems.values()))
        self.problems = dict(problems)


class StaleTargets(Exception):
    """Somebody set other targets in the meantime."""


class NotAllowed(Exception):
    """Only administrators set targets."""


@dataclass(frozen=True)
class Stand:
    """Where one project stands."""

    scores: tuple[Score, ...]
    maturity: Maturity
    targets: Mapping[str, float]
    facts: Facts
    at: datetime


# ---------- read ----------


def targets_in_force() -> tuple[dict[str, float], Targets | None]:
    """Every target's number, and the version that set it; the defaults while nobody set any."""
    held = Targets.objects.select_related("set_by").first()
    return table.completed(held.values if held else {}), held


def stand_of(project: Project) -> Stand:
    """Where a project stands now, worked out from its records."""
    numbers, _ = targets_in_force()
    now = timezone.now()
    return _stand(gather([project], targets=numbers, now=now)[project.pk], numbers, now)


def promises_of(project: Project) -> list[Promise]:
    """What a project promised, beside what the records say; the broken ones first."""
    numbers, _ = targets_in_force()
    now = timezone.now()
    return _promises(project, gather([project], targets=numbers, now=now)[project.pk], numbers, now)


def outdated(projects: QuerySet[Project]) -> list[Project]:
    """The projects whose standing was never worked out, or not since their journal, the targets or the day changed."""
    _, held = targets_in_force()
    heads = dict(ChainHead.objects.filter(chain__startswith="project:").values_list("chain", "seq"))
    today = timezone.localdate()
    return [
        project
        for project in projects.select_related("standing")
        if (kept := getattr(project, "standing", None)) is None
        or kept.journal_seq != heads.get(project.chain, 0)
        or kept.targets_id != (held.pk if held else None)
        or timezone.localdate(kept.computed_at) != today
    ]


# ---------- write ----------


@transaction.atomic
def state_practice(
    project: Project, *, criterion: str, holds: bool, reason: str, expires_on: date | None, by: User
) -> Practice:
    """Put down somebody's word on a criterion that no record shows; a word that it holds has an end."""
    known = BY_KEY.get(criterion)
    if known is None or not known.is_attestable:
        raise NotAttestable("Only records decide about this criterion.")
    if holds and expires_on is None:
        raise InvalidWord("Say until when this holds; then somebody looks again.")
    if expires_on is not None and expires_on <= timezone.localdate():
        raise InvalidWord("The end lies in the past. Choose a later day.")
    stated = Practice.objects.create(
        project=project, criterion=criterion, holds=holds, reason=reason, expires_on=expires_on, stated_by=by
    )
    record(
        Action.PRACTICE_STATED, by=by, on=stated, chain=project.chain,
        label=f"“{known.label}” {'holds' if holds else 'does not hold'}", comment=reason,
        after={"criterion": criterion, "holds": holds, "expires_on": str(expires_on or "")},
    )  # fmt: skip
    return stated


@transaction.atomic
def set_targets(values: Mapping[str, float], *, by: User, based_on: int, reason: str) -> Targets:
    """Store the next version of the targets; `based_on` is the id of the version seen, 0 for the defaults."""
    if not by.is_administrator:
        raise NotAllowed("Only an administrator sets targets.")
    found = {
        target.key: said
        for target in table.TARGETS
        if (said := table.problem(target, float(values.get(target.key, target.default))))
    }
    if found:
        raise InvalidTargets(found)
    before, held = targets_in_force()
    if (held.pk if held else 0) != based_on:
        raise StaleTargets("Somebody else set targets in the meantime. Look at theirs, then save again.")
    stored = Targets.objects.create(values=table.completed(values), reason=reason, set_by=by)
    changed = {key: value for key, value in stored.values.items() if value != before[key]}
    record(
        Action.TARGETS_SET, by=by, on=stored, label="the targets of the installation", comment=reason,
        before={key: before[key] for key in changed}, after=changed,
    )  # fmt: skip
    return stored


def refresh(projects: Sequence[Project]) -> int:
    """Work out where projects stand and keep it for the portfolio; says how many there were.

    What is kept follows from the records, so the journal has no line of its own for it.
    """
    for start in range(0, len(projects), BATCH):
        _refresh(projects[start : start + BATCH])
    return len(projects)


@transaction.atomic
def _refresh(projects: Sequence[Project]) -> None:
    numbers, held = targets_in_force()
    now = timezone.now()
    # Read before the records: a line that arrives meanwhile makes this standing old again, and is not missed.
    heads = dict(ChainHead.objects.filter(chain__in=[one.chain for one in projects]).values_list("chain", "seq"))
    facts, stages = gather(projects, targets=numbers, now=now), _stages(projects)
    plans = {project.pk: plan.percent for project, plan in completeness_of_many(projects)}
    rows = []
    for project in projects:
        stand = _stand(facts[project.pk], numbers, now)
        states = [one.state for one in _promises(project, facts[project.pk], numbers, now)]
        stage, position = stages.get(project.pk, ("", 0))
        velocity_, validation_, versioning_ = (score.value for score in stand.scores)
        rows.append(
            Standing(
                project=project, level=stand.maturity.level, attested=stand.maturity.attested, velocity=velocity_,
                validation=validation_, versioning=versioning_, completeness=plans[project.pk], stage=stage,
                stage_position=position, kept=states.count(KEPT), broken=states.count(BROKEN),
                unknown=states.count(OPEN), journal_seq=heads.get(project.chain, 0), targets=held, computed_at=now,
            )
        )  # fmt: skip
    columns = [field.name for field in Standing._meta.concrete_fields if field.name not in ("id", "project")]
    Standing.objects.bulk_create(rows, update_conflicts=True, unique_fields=["project"], update_fields=columns)


def _stand(facts: Facts, numbers: Mapping[str, float], now: datetime) -> Stand:
    scores = tuple(work_out(facts, numbers, now) for work_out in (velocity, validation, versioning))
    return Stand(scores, maturity(facts, numbers, now), numbers, facts, now)


def _promises(project: Project, facts: Facts, numbers: Mapping[str, float], now: datetime) -> list[Promise]:
    own = promises(facts, numbers, now)
    differing = evidence.contradictions(project, facts.answers)
    return ordered([*own, *from_contradictions(differing, facts, own)])


def _stages(projects: Iterable[Project]) -> dict[int, tuple[str, int]]:
    """By project, the furthest stage that one of its versions holds."""
    held: Any = StageAssignment.objects.filter(version__model__project__in=projects, until_at__isnull=True)
    rows = held.exclude(stage__key=REPLACED_STAGE).order_by("stage__position")
    return {
        project: (name, position)
        for project, name, position in rows.values_list("version__model__project_id", "stage__name", "stage__position")
    }
