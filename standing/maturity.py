"""The MLOps level: which criteria hold by the records, which by somebody's word, which fail, which nobody can tell."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from standing.records import Culprit, Facts, Version, Word
from standing.scores import days_between, in_days
from standing.targets import Numbers

MET, FAILED, ATTESTED, UNKNOWN = "met", "failed", "attested", "unknown"
ORDER = (FAILED, UNKNOWN, ATTESTED, MET)
LEVELS = {0: "Manual", 1: "Pipeline automation", 2: "CI/CD automation"}


@dataclass(frozen=True)
class Found:
    """What the records say about a criterion: it holds, it fails, or they cannot tell."""

    state: str
    sentence: str
    records: tuple[Culprit, ...] = ()


@dataclass(frozen=True)
class Criterion:
    """One line of a level."""

    key: str
    level: int
    label: str
    look: Callable[[Facts, Numbers, datetime], Found]
    # Whether somebody's word counts where the records cannot tell.
    is_attestable: bool = True


@dataclass(frozen=True)
class Judged:
    """A criterion with its state, why, and the word behind it, if there is one."""

    criterion: Criterion
    state: str
    sentence: str
    records: tuple[Culprit, ...] = ()
    word: Word | None = None

    @property
    def holds(self) -> bool:
        """Whether the level may be reached as far as this criterion goes."""
        return self.state in (MET, ATTESTED)


@dataclass(frozen=True)
class Maturity:
    """The level that is reached, and every criterion, the failed ones first."""

    level: int
    judged: tuple[Judged, ...]

    @property
    def label(self) -> str:
        """The level's name."""
        return LEVELS[self.level]

    @property
    def attested(self) -> int:
        """How many criteria of the levels reached rest on somebody's word alone."""
        return sum(one.state == ATTESTED and one.criterion.level <= self.level for one in self.judged)

    def of(self, level: int) -> list[Judged]:
        """The criteria of one level, the failed ones first."""
        return [one for one in self.judged if one.criterion.level == level]


def maturity(facts: Facts, targets: Numbers, now: datetime) -> Maturity:
    """Judge every criterion, and say which level all of them together give."""
    judged = [_judge(criterion, facts, targets, now) for criterion in CRITERIA]
    level = 0
    while level < 2 and all(one.holds for one in judged if one.criterion.level == level + 1):
        level += 1
    ordered = sorted(judged, key=lambda one: (one.criterion.level, ORDER.index(one.state)))
    return Maturity(level, tuple(ordered))


def _judge(criterion: Criterion, facts: Facts, targets: Numbers, now: datetime) -> Judged:
    found, word = criterion.look(facts, targets, now), facts.words.get(criterion.key)
    # What records show outweighs what somebody says.
    if found.state != UNKNOWN or word is None or not criterion.is_attestable:
        return Judged(criterion, found.state, found.sentence, found.records, word)
    if word.is_expired(now.date()):
        sentence = f"{word.stated_by}’s word ended on {word.expires_on:%Y-%m-%d}. {found.sentence}"
        return Judged(criterion, UNKNOWN, sentence, found.records, word)
    state = ATTESTED if word.holds else FAILED
    return Judged(criterion, state, word.reason, found.records, word)


# ---------- what the records say ----------


def _pipeline_runs(facts: Facts, targets: Numbers, now: datetime) -> Found:
    percent = f"{targets['pipeline_percent']:g} %"
    return Found(UNKNOWN, f"No record says whether at least {percent} of the runs came from a registered pipeline.")


def _retraining_trigger(facts: Facts, targets: Numbers, now: datetime) -> Found:
    plan = facts.answers.get(8, {})
    if not plan.get("triggers") and not plan.get("cadence"):
        where = Culprit("Block 8", facts.block_urls.get(8, ""), "names neither a trigger nor a cadence")
        return Found(FAILED, "The plan names no trigger for retraining.", (where,))
    return Found(UNKNOWN, "A trigger is planned; no record says that it fired or was tested once.")


def _automatic_checks(facts: Facts, targets: Numbers, now: datetime) -> Found:
    recent = _recent_versions(facts, targets, now)
    if not recent:
        return Found(UNKNOWN, "No version was registered in the window.")
    evaluated = {one.version for one in facts.evaluations}
    bad = []
    for one in recent:
        missing = [
            *([] if one.is_checked else ["a schema check of its data"]),
            *([] if one.pk in evaluated else ["an evaluation"]),
        ]
        if missing:
            bad.append(Culprit(one.label, one.url, f"without {' and '.join(missing)}"))
    if bad:
        return Found(FAILED, f"{len(bad)} of {len(recent)} versions of the window lack a check.", tuple(bad))
    return Found(MET, f"Each of the {len(recent)} versions of the window has checked data and an evaluation.")


def _from_registry(facts: Facts, targets: Numbers, now: datetime) -> Found:
    if not facts.live:
        return Found(UNKNOWN, "No version is in production.")
    bad = tuple(
        Culprit(version.label, version.url, "is in Production without a promotion")
        for version, held in facts.live
        if not held.is_promoted
    )
    if bad:
        return Found(FAILED, "Not every live version got there by a promotion.", bad)
    return Found(MET, "Every live version got there by a promotion of the registry.")


def _pipeline_deployed(facts: Facts, targets: Numbers, now: datetime) -> Found:
    return Found(UNKNOWN, "No record says whether the pipeline, and not only the model, is what is deployed.")


def _tested_pipeline(facts: Facts, targets: Numbers, now: datetime) -> Found:
    recent = _recent_versions(facts, targets, now)
    bad = tuple(Culprit(one.label, one.url, "names no commit") for one in recent if not one.commit)
    if bad:
        return Found(FAILED, f"{len(bad)} of {len(recent)} versions of the window name no commit.", bad)
    return Found(UNKNOWN, "No record says whether the pipeline’s code has tests and builds for each commit.")


def _integration_tests(facts: Facts, targets: Numbers, now: datetime) -> Found:
    return Found(UNKNOWN, "No record holds the result of an integration test of each release.")


def _speed_measured(facts: Facts, targets: Numbers, now: datetime) -> Found:
    since = (now - timedelta(days=targets["window_days"])).date()
    measured = [
        kpi for kpi in facts.kpis
        if kpi.kind == "operational" and any(reading.measured_on >= since for reading in kpi.readings)
    ]  # fmt: skip
    if measured:
        return Found(MET, f"Measured in the window: {', '.join(kpi.name for kpi in measured[:3])}.")
    return Found(UNKNOWN, "No operational KPI was read in the window.")


def _metadata_complete(facts: Facts, targets: Numbers, now: datetime) -> Found:
    recent = _recent_versions(facts, targets, now)
    if not recent:
        return Found(UNKNOWN, "No version was registered in the window.")
    bad = []
    for one in recent:
        has = {"a run": one.run is not None, "data": bool(one.training), "an environment": one.has_environment}
        if missing := [name for name, held in has.items() if not held]:
            bad.append(Culprit(one.label, one.url, f"without {', '.join(missing)}"))
    percent = 100 * (len(recent) - len(bad)) / len(recent)
    sentence = f"{percent:.0f} % of {len(recent)} versions name run, data and environment"
    sentence += f"; at least {targets['metadata_percent']:g} % are asked for."
    return Found(MET if percent >= targets["metadata_percent"] else FAILED, sentence, tuple(bad))


def _way_back(facts: Facts, targets: Numbers, now: datetime) -> Found:
    bad = tuple(
        Culprit(version.label, version.url, "has no earlier live version to return to")
        for version, _ in facts.live
        if facts.way_back(version) is None and (9, "rollback_target") not in facts.linked
    )
    if bad:
        return Found(FAILED, "Not every live version has a way back.", bad)
    return Found(UNKNOWN, "No record says whether the rollout is orchestrated and can be rolled back.")


def _fast_releases(facts: Facts, targets: Numbers, now: datetime) -> Found:
    since = now - timedelta(days=targets["window_days"])
    taken = []
    for one in facts.promotions:
        version = facts.version(one.version)
        if version and one.status == "approved" and one.closed_at and one.closed_at >= since:
            days = days_between(version.created_at, one.closed_at)
            taken.append((days, Culprit(one.label, one.url, f"{in_days(days)} after registration")))
    if not taken:
        return Found(UNKNOWN, "No release was approved in the window.")
    middle, limit = median(days for days, _ in taken), targets["release_days"]
    slow = tuple(culprit for days, culprit in taken if days > limit)
    sentence = f"Median {in_days(middle)} from registration to approval over {len(taken)} releases, at most {limit:g} days asked."
    return Found(MET if middle <= limit else FAILED, sentence, slow)


def _recent_versions(facts: Facts, targets: Numbers, now: datetime) -> list[Version]:
    since = now - timedelta(days=targets["window_days"])
    return [one for one in facts.versions if one.created_at >= since]


CRITERIA = (
    Criterion("pipeline_runs", 1, "Training runs come from a registered pipeline", _pipeline_runs),
    Criterion(
        "retraining_trigger", 1, "A retraining trigger is recorded, and fired or was tested", _retraining_trigger
    ),
    Criterion("automatic_checks", 1, "Data checks and evaluation run for every version", _automatic_checks),
    Criterion("from_registry", 1, "Versions are deployed from the registry", _from_registry),
    Criterion("pipeline_deployed", 1, "The pipeline is what is deployed", _pipeline_deployed),
    Criterion("tested_pipeline", 2, "The pipeline’s code has tests and builds linked to commits", _tested_pipeline),
    Criterion("integration_tests", 2, "Each release has an integration test result", _integration_tests),
    Criterion("speed_measured", 2, "Latency and throughput are measured", _speed_measured),
    Criterion(
        "metadata_complete", 2, "Run, data and environment are recorded", _metadata_complete, is_attestable=False
    ),
    Criterion("way_back", 2, "The rollout is orchestrated, with rollback", _way_back),
    Criterion("fast_releases", 2, "From change to approved release in time", _fast_releases, is_attestable=False),
)
BY_KEY = {criterion.key: criterion for criterion in CRITERIA}
