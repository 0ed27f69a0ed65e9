"""The plain records that scores, levels and promises are worked out from; gathered by standing.facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

LIVE = "production"


@dataclass(frozen=True)
class Culprit:
    """A record that lowers a score or breaks a promise, and why."""

    label: str
    url: str
    why: str


@dataclass(frozen=True)
class Run:
    """One training run of the window."""

    pk: int
    label: str
    url: str
    ended_at: datetime
    is_finished: bool


@dataclass(frozen=True)
class Version:
    """One registered version and what is known about how it came to be."""

    pk: int
    model: int
    label: str
    url: str
    created_at: datetime
    run: int | None
    run_ended_at: datetime | None
    has_environment: bool
    commit: str
    # Digests of the snapshots it learned from; "" for one whose rows nobody has read.
    training: tuple[str, ...]
    # Whether every one of those snapshots was held against a schema.
    is_checked: bool
    # What the last look at the stored file found: passed, failed, or "" when nobody looked.
    artifact: str


@dataclass(frozen=True)
class Evaluation:
    """One finished evaluation."""

    label: str
    url: str
    version: int
    finished_at: datetime
    is_held_out: bool
    has_baseline: bool
    has_slices: bool
    verdicts: tuple[str, ...]
    # What was asked: two evaluations with the same key are reruns of each other.
    asked: str
    results: str

    @property
    def is_accepted(self) -> bool:
        """Whether it ran on held-out rows and met every threshold it was held to."""
        return self.is_held_out and bool(self.verdicts) and set(self.verdicts) == {"pass"}


@dataclass(frozen=True)
class Promotion:
    """One promotion request."""

    label: str
    url: str
    version: int
    stage: str
    status: str
    requested_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True)
class Assignment:
    """A stage that a version held or holds."""

    version: int
    stage: str
    from_at: datetime
    until_at: datetime | None
    is_promoted: bool

    @property
    def is_live(self) -> bool:
        """Whether the version is in production now."""
        return self.stage == LIVE and self.until_at is None


@dataclass(frozen=True)
class Snapshot:
    """One dataset version, with what the last checks of its quality found; None when there was none."""

    label: str
    url: str
    created_at: datetime
    passed: bool | None
    why: str


@dataclass(frozen=True)
class SchemaChange:
    """A schema's later version, and the reason that was recorded with it."""

    label: str
    url: str
    created_at: datetime
    note: str


@dataclass(frozen=True)
class Reading:
    """A KPI's reading that holds."""

    measured_on: date
    value: float


@dataclass(frozen=True)
class Kpi:
    """A KPI that is in force."""

    pk: int
    name: str
    kind: str
    url: str
    direction: str
    unit: str
    target: float
    due_on: date | None
    closed_on: date | None
    cadence: str
    created_on: date
    threshold: float | None
    readings: tuple[Reading, ...]
    # The verdict of the evaluation that counts for the version that counts: verdict, reason, label and address.
    verdict: tuple[str, str, str, str] | None = None


@dataclass(frozen=True)
class Dated:
    """Something that is due on a day: a review, a condition, a decision to look at again."""

    label: str
    url: str
    due_on: date
    done_on: date | None
    detail: str = ""


@dataclass(frozen=True)
class Source:
    """A data source with the freshness it is held to."""

    label: str
    url: str
    freshness_days: int
    refreshed_on: date | None


@dataclass(frozen=True)
class Agreement:
    """The newest measured agreement of labelers."""

    label: str
    url: str
    results: Mapping[str, Any]


@dataclass(frozen=True)
class Word:
    """Somebody's word on a criterion that no record shows: the newest one."""

    criterion: str
    holds: bool
    reason: str
    expires_on: date | None
    stated_by: str
    stated_at: datetime

    def is_expired(self, today: date) -> bool:
        """Whether the word's time is over."""
        return self.expires_on is not None and self.expires_on < today


@dataclass
class Facts:
    """Everything the records say about one project."""

    slug: str
    started_at: datetime
    has_runs: bool = False
    runs: list[Run] = field(default_factory=list)
    versions: list[Version] = field(default_factory=list)
    evaluations: list[Evaluation] = field(default_factory=list)
    promotions: list[Promotion] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    schema_changes: list[SchemaChange] = field(default_factory=list)
    kpis: list[Kpi] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    agreement: Agreement | None = None
    risk_reviews: list[Dated] = field(default_factory=list)
    revisits: list[Dated] = field(default_factory=list)
    conditions: list[Dated] = field(default_factory=list)
    # When each block was accepted, and when an edit undid that, as (block, moment, moment or None), oldest first.
    acceptances: list[tuple[int, datetime, datetime | None]] = field(default_factory=list)
    decided_at: list[datetime] = field(default_factory=list)
    decision_url: str = ""
    words: dict[str, Word] = field(default_factory=dict)
    # Fields of the plan with a linked record, as (block, field).
    linked: set[tuple[int, str]] = field(default_factory=set)
    answers: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    block_urls: dict[int, str] = field(default_factory=dict)

    def version(self, pk: int) -> Version | None:
        """The version with this id."""
        return next((version for version in self.versions if version.pk == pk), None)

    @property
    def live(self) -> list[tuple[Version, Assignment]]:
        """The versions in production now, each with how it got there."""
        held = {one.version: one for one in self.assignments if one.is_live}
        return [(version, held[version.pk]) for version in self.versions if version.pk in held]

    def way_back(self, version: Version) -> Version | None:
        """The version of the same model that held production before, which one can return to."""
        earlier = {one.version for one in self.assignments if one.stage == LIVE and one.until_at is not None}
        found = [one for one in self.versions if one.pk in earlier and one.model == version.model and one != version]
        return max(found, key=lambda one: one.created_at, default=None)
