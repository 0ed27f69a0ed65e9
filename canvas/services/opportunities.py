"""Every write to a process, an opportunity and the weights of their ranking."""

from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from accounts.models import User
from audit.actions import Action
from audit.services import record
from canvas.blocks import get_block
from canvas.models import Opportunity, Process, Project, RankingWeights
from canvas.ranking import DEFAULT, KEYS, Weights
from canvas.services import blocks, projects

SCORES = ("value", "feasibility", "data_readiness", "risk", "effort")
FIELDS = ("process", "task", "idea", *SCORES, "is_prohibited", "roi_low", "roi_likely", "roi_high")
NAME_LENGTH, PURPOSE_LENGTH, ANSWER_LENGTH = 120, 400, 300
MOST_NAMESAKES = 100
Status = Opportunity.Status


class NotYours(Exception):
    """The person may not change this idea."""


class ProcessNameTaken(Exception):
    """Another process has this name."""


class TaskTaken(Exception):
    """The process has an idea for this task already."""


class StaleOpportunity(Exception):
    """Somebody changed the record in the meantime."""


class NotOpen(Exception):
    """The idea was declined, or became a project, so this cannot be done with it."""


class InvalidWeights(Exception):
    """The weights would rank nothing."""


# ---------- who may ----------


def may_add(user: User) -> bool:
    """Whether somebody may bring in ideas: everybody with an account, but auditors, who only read."""
    return user.is_active and not user.is_auditor


def may_change(user: User, record_of: Opportunity | Process) -> bool:
    """Whether somebody may change a record: whoever brought it in, and administrators."""
    return may_add(user) and (user.is_administrator or record_of.created_by_id == user.pk)


# ---------- processes ----------


@transaction.atomic
def add_process(*, by: User, name: str, description: str = "", owner: str = "") -> Process:
    """Add a process that will be taken apart into tasks."""
    _ensure_may_add(by)
    process = Process(name=name, description=description, owner=owner, created_by=by)
    _save_process(process)
    record(Action.PROCESS_ADDED, by=by, on=process, after=_of_process(process))
    return process


@transaction.atomic
def change_process(
    process: Process, *, by: User, based_on: str, name: str, description: str = "", owner: str = ""
) -> Process:
    """Change a process; `based_on` is the fingerprint that the writer saw. Raises StaleOpportunity for another one."""
    process = Process.objects.select_for_update().get(pk=process.pk)
    _ensure_may_change(by, process)
    if process.fingerprint != based_on:
        raise StaleOpportunity(
            "Somebody else changed this process while you were writing. Compare it with what you typed, then save again."
        )
    before = _of_process(process)
    process.name, process.description, process.owner = name, description, owner
    if _of_process(process) == before:
        return process
    _save_process(process)
    record(Action.PROCESS_CHANGED, by=by, on=process, before=before, after=_of_process(process))
    return process


# ---------- opportunities ----------


@transaction.atomic
def add(*, by: User, **fields: Any) -> Opportunity:  # Any: the columns named in FIELDS
    """Add an idea: a task of a process, and the prediction that could do it."""
    _ensure_may_add(by)
    opportunity = Opportunity(created_by=by, **fields)
    _save(opportunity)
    record(Action.OPPORTUNITY_ADDED, by=by, on=opportunity, after=_values(opportunity))
    return opportunity


@transaction.atomic
def change(opportunity: Opportunity, *, by: User, based_on: int, **fields: Any) -> Opportunity:  # Any: as above
    """Change an idea that is open; the journal keeps what it was."""
    opportunity = _current(opportunity, based_on=based_on, by=by)
    _ensure(opportunity, Status.OPEN, "Only an open idea can be changed. Open this one again first.")
    before = _values(opportunity)
    for key, value in fields.items():
        setattr(opportunity, key, value)
    if _values(opportunity) == before:
        return opportunity
    _save(opportunity, counted=True)
    record(Action.OPPORTUNITY_CHANGED, by=by, on=opportunity, before=before, after=_values(opportunity))
    return opportunity


@transaction.atomic
def decline(opportunity: Opportunity, *, by: User, based_on: int, reason: str) -> Opportunity:
    """Put an idea aside with the reason; it stays findable."""
    opportunity = _current(opportunity, based_on=based_on, by=by)
    _ensure(opportunity, Status.OPEN, "Only an open idea can be declined.")
    return _decide(opportunity, Status.DECLINED, Action.OPPORTUNITY_DECLINED, by=by, reason=reason)


@transaction.atomic
def reopen(opportunity: Opportunity, *, by: User, based_on: int, reason: str) -> Opportunity:
    """Bring a declined idea back, saying what is different now."""
    opportunity = _current(opportunity, based_on=based_on, by=by)
    _ensure(opportunity, Status.DECLINED, "Only a declined idea can be opened again.")
    return _decide(opportunity, Status.OPEN, Action.OPPORTUNITY_REOPENED, by=by, reason=reason)


@transaction.atomic
def start(opportunity: Opportunity, *, by: User) -> Project:
    """Make a project of an open idea, owned by whoever starts it, with what is known written into block 1."""
    _ensure_may_add(by)
    opportunity = Opportunity.objects.select_for_update(of=("self",)).select_related("process").get(pk=opportunity.pk)
    _ensure(opportunity, Status.OPEN, "Only an open idea can become a project.")
    if opportunity.is_prohibited:
        raise NotOpen(
            "This would be a prohibited practice, so no project is made of it. Correct the idea if it is not."
        )
    project = _create_project(opportunity, by=by)
    block = get_block(1)
    blocks.revise(project, block, answers=_known_answers(opportunity), based_on=0, by=by)
    opportunity.status, opportunity.project = Status.STARTED, project
    opportunity.decided_by, opportunity.decided_at, opportunity.decided_reason = by, timezone.now(), ""
    opportunity.revision += 1
    opportunity.save()
    record(Action.OPPORTUNITY_STARTED, by=by, on=opportunity, after={"status": Status.STARTED, "project": project.slug})
    return project


# ---------- weights ----------


def weights_in_force() -> tuple[Weights, RankingWeights | None]:
    """The weights that rank now, and the version they come from; the defaults while nobody set any."""
    held = RankingWeights.objects.select_related("set_by").first()
    return (Weights(**{key: getattr(held, key) for key in KEYS}) if held else DEFAULT), held


@transaction.atomic
def set_weights(weights: Weights, *, by: User, based_on: int, reason: str) -> RankingWeights:
    """Store the next version of the weights; `based_on` is the id of the version seen, 0 for the defaults."""
    if not by.is_administrator:
        raise NotYours("Only an administrator changes the weights.")
    values = {key: getattr(weights, key) for key in KEYS}
    if not all(0 <= value <= 1 for value in values.values()):
        raise InvalidWeights("Each weight lies between 0 and 1.")
    if not any(values.values()):
        raise InvalidWeights("With all weights at 0, every idea would rank alike. Give at least one of them a weight.")
    before, held = weights_in_force()
    if (held.pk if held else 0) != based_on:
        raise StaleOpportunity("Somebody else changed the weights in the meantime. Look at theirs, then save again.")
    stored = RankingWeights.objects.create(**values, reason=reason, set_by=by)
    record(
        Action.RANKING_WEIGHTS_SET, by=by, on=stored, label="the weights of the ranking", comment=reason,
        before={key: getattr(before, key) for key in KEYS}, after=values,
    )  # fmt: skip
    return stored


# ---------- shared ----------


def _ensure_may_add(user: User) -> None:
    if not may_add(user):
        raise NotYours("Auditors read ideas, and change none.")


def _ensure_may_change(user: User, held: Opportunity | Process) -> None:
    _ensure_may_add(user)
    if not may_change(user, held):
        raise NotYours(f"Only {held.created_by} and administrators change this.")


def _ensure(opportunity: Opportunity, status: str, otherwise: str) -> None:
    if opportunity.status != status:
        raise NotOpen(f"{otherwise} It is now: {opportunity.get_status_display().lower()}.")


def _current(opportunity: Opportunity, *, based_on: int, by: User) -> Opportunity:
    """The row, locked, for somebody who may change it and saw its latest revision."""
    named = Opportunity.objects.select_for_update(of=("self",)).select_related("process", "created_by")
    held = named.get(pk=opportunity.pk)
    _ensure_may_change(by, held)
    if held.revision != based_on:
        raise StaleOpportunity(
            "Somebody else changed this idea while you were writing. Nothing of yours is lost: "
            "compare it with the idea as it is now, then save again."
        )
    return held


def _decide(opportunity: Opportunity, status: str, action: Action, *, by: User, reason: str) -> Opportunity:
    before = {"status": opportunity.status, "reason": opportunity.decided_reason}
    opportunity.status = status
    opportunity.decided_reason, opportunity.decided_by, opportunity.decided_at = reason, by, timezone.now()
    opportunity.revision += 1
    opportunity.save()
    record(action, by=by, on=opportunity, before=before, after={"status": status}, comment=reason)
    return opportunity


def _save(opportunity: Opportunity, *, counted: bool = False) -> None:
    if counted:
        opportunity.revision += 1
        opportunity.changed_at = timezone.now()
    message = f"“{opportunity.process}” has an idea for the task “{opportunity.task}” already. Change that one instead."
    _save_once(opportunity, TaskTaken(message))


def _save_process(process: Process) -> None:
    if Process.objects.filter(name__iexact=process.name).exclude(pk=process.pk).exists():
        raise ProcessNameTaken(f"A process called {process.name} exists. Choose it, or another name.")
    _save_once(process, ProcessNameTaken(f"A process called {process.name} exists. Choose it, or another name."))


def _save_once(row: models.Model, taken: Exception) -> None:
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise taken from error


def _create_project(opportunity: Opportunity, *, by: User) -> Project:
    """A project named after the task; where the name is taken, a number after it makes it free."""
    purpose = _clipped(" ".join(opportunity.idea.split()), PURPOSE_LENGTH)
    for name in _names(opportunity.task):
        try:
            return projects.create_project(name, by=by, purpose=purpose)
        except projects.NameTaken:
            continue
    raise projects.NameTaken(f"There are {MOST_NAMESAKES} projects called {opportunity.task}. Rename the task first.")


def _names(task: str) -> list[str]:
    first = _clipped(task, NAME_LENGTH)
    return [first, *(f"{_clipped(task, NAME_LENGTH - 4)} {n}" for n in range(2, MOST_NAMESAKES + 1))]


def _known_answers(opportunity: Opportunity) -> dict[str, Any]:
    process = opportunity.process
    answers = {
        "problem_statement": f"The task “{opportunity.task}” of the process “{process}” is done without a prediction.",
        "intended_purpose": opportunity.idea,
        "current_process": "\n\n".join(filter(None, [opportunity.task, process.description])),
    }
    if process.owner:
        answers["sponsor"] = process.owner
    return answers


def _clipped(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _of_process(process: Process) -> dict[str, Any]:
    return {"name": process.name, "description": process.description, "owner": process.owner}


def _values(opportunity: Opportunity) -> dict[str, Any]:
    values = {key: getattr(opportunity, key) for key in FIELDS if key != "process"}
    return values | {"process": opportunity.process_id, "revision": opportunity.revision}
