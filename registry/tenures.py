"""Which version held a stage at a moment, who approved that, and on what evidence."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime

from canvas.models import Project
from registry.models import RegisteredModel, Stage, StageAssignment, Vote

MOST_HOLDERS = 500
MOST_GAPS = 200
FIRST_YEAR, LAST_YEAR = 1970, 2500
HINT = "Write a day such as 2026-11-20, or a moment such as 2026-11-20T10:00:00Z."


class InvalidMoment(ValueError):
    """The text names no day or moment that can be asked about; the message says what to write."""


@dataclass(frozen=True)
class Period:
    """What was asked about: one moment, or a whole day in the installation's zone."""

    start: datetime
    end: datetime
    """Not included, except where the period is a single moment."""
    day: date | None = None

    @property
    def is_moment(self) -> bool:
        """Whether it is one moment rather than a day."""
        return self.day is None


@dataclass(frozen=True)
class Tenure:
    """One version that held the stage, and how it came to that."""

    assignment: StageAssignment
    votes: list[Vote] = field(default_factory=list)

    @property
    def policy_sha256(self) -> str:
        """The fingerprint of the policy that the decision was made under; empty where there was no decision."""
        promotion = self.assignment.promotion
        frozen = (promotion.evidence or {}) if promotion else {}
        return str(frozen.get("subject", {}).get("policy", {}).get("sha256", ""))

    @property
    def sentence(self) -> str:
        """How the version came to hold the stage."""
        one = self.assignment
        if one.promotion is None:
            return f"{one.assigned_by} set this without a promotion, so nobody approved it and no evidence was frozen."
        approved = [str(vote.by) for vote in self.votes if vote.decision == Vote.Decision.APPROVE]
        if one.promotion.version_id != one.version_id:
            return (
                f"Promotion #{one.promotion.number} gave its place to another version; {one.assigned_by} decided that."
            )
        return f"Promotion #{one.promotion.number}, approved by {' and '.join(approved) or one.assigned_by}."


@dataclass(frozen=True)
class Gap:
    """A model that had no version in the stage then, though it had one before or has had one since."""

    model: RegisteredModel
    before: StageAssignment | None
    after: StageAssignment | None


@dataclass(frozen=True)
class Answer:
    """Who held a stage in a period."""

    stage: Stage
    period: Period
    model: RegisteredModel | None
    tenures: list[Tenure]
    gaps: list[Gap]
    left_off: int = 0
    """How many more versions held it than are listed."""

    @property
    def sentence(self) -> str:
        """The answer in a sentence."""
        then = "then" if self.period.is_moment else "on that day"
        if not self.tenures:
            of = f" of {self.model}" if self.model else ""
            return f"No version{of} held {self.stage.name} {then}."
        count = len(self.tenures) + self.left_off
        named = ", ".join(str(one.assignment.version) for one in self.tenures[:3])
        return f"{named}{f' and {count - 3} more' if count > 3 else ''} held {self.stage.name} {then}."


def period_of(text: str, *, now: datetime | None = None) -> Period:
    """The day or moment that a text says, or this moment for an empty one; raises InvalidMoment."""
    now = now or timezone.now()
    if not text.strip():
        return Period(now, now)
    # A plus sign in an address that was not escaped arrives as a space.
    written = text.strip()[:64].replace(" ", "+")
    try:
        day, moment = (parse_date(written), None) if len(written) <= 10 else (None, parse_datetime(written))
    except ValueError:
        raise InvalidMoment(HINT) from None
    if (day or moment) is None or not FIRST_YEAR <= (day or moment or now).year <= LAST_YEAR:
        raise InvalidMoment(HINT)
    if day:
        start = timezone.make_aware(datetime.combine(day, time.min))
        period = Period(start, timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)), day)
    else:
        at = moment if moment and timezone.is_aware(moment) else timezone.make_aware(moment or now)
        period = Period(at, at)
    if period.start > now:
        raise InvalidMoment("This has not come yet. Ask about today or a day before.")
    return period


def holders(project: Project, stage: Stage, period: Period, *, model: RegisteredModel | None = None) -> Answer:
    """Every version of the project, or of one model, that held the stage in the period, and what is known of why."""
    of = StageAssignment.objects.filter(version__model__project=project, stage=stage)
    if model is not None:
        of = of.filter(version__model=model)
    found = _named(_within(of, period)).prefetch_related("promotion__votes__by")
    held = list(found.order_by("version__model__name", "-from_at", "-pk")[: MOST_HOLDERS + 1])
    left_off = _within(of, period).count() - MOST_HOLDERS if len(held) > MOST_HOLDERS else 0
    tenures = [Tenure(one, _votes(one)) for one in held[:MOST_HOLDERS]]
    return Answer(stage, period, model, tenures, _gaps(of, period, held), left_off)


def _within(of: QuerySet[StageAssignment], period: Period) -> QuerySet[StageAssignment]:
    if period.is_moment:
        return of.filter(Q(until_at__isnull=True) | Q(until_at__gt=period.start), from_at__lte=period.start)
    return of.filter(Q(until_at__isnull=True) | Q(until_at__gt=period.start), from_at__lt=period.end)


def _named(of: QuerySet[StageAssignment]) -> QuerySet[StageAssignment]:
    return of.select_related("version__model__project", "stage", "assigned_by", "promotion__project")


def _votes(one: StageAssignment) -> list[Vote]:
    # The promotion of another version may have ended this stage or given this one its place: those votes say nothing
    # about it.
    if one.promotion is None or one.promotion.version_id != one.version_id:
        return []
    return sorted(one.promotion.votes.all(), key=lambda vote: vote.at)


def _gaps(of: QuerySet[StageAssignment], period: Period, held: Iterable[StageAssignment]) -> list[Gap]:
    mine = of.filter(version__model=OuterRef("pk"))
    before = mine.filter(until_at__lte=period.start).order_by("-until_at", "-pk").values("pk")[:1]
    after = mine.filter(from_at__gte=period.end).order_by("from_at", "pk").values("pk")[:1]
    models = (
        RegisteredModel.objects.filter(pk__in=of.values("version__model"))
        .exclude(pk__in={one.version.model_id for one in held})
        .select_related("project")
        .annotate(before=Subquery(before), after=Subquery(after))
        .order_by("name")[:MOST_GAPS]
    )
    rows = [(model, getattr(model, "before", None), getattr(model, "after", None)) for model in models]
    named = _named(StageAssignment.objects.all()).in_bulk([pk for _, *pks in rows for pk in pks if pk])
    return [Gap(model, named.get(first), named.get(last)) for model, first, last in rows]
