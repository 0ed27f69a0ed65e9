"""What has to hold before a version takes a stage: a row here gives check, gate, page and API."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import rfc8785

POLICY_VERSION = 1

# Where a version goes when another one takes an exclusive stage from it, and where every version starts.
REPLACED_STAGE = "retired"
FIRST_STAGE = "development"


@dataclass(frozen=True)
class Requirement:
    """One line of the gate: what must hold, why it is asked, and what to do while it does not."""

    key: str
    title: str
    meaning: str
    remedy: str
    is_computed: bool
    """Whether the registry works it out itself; the others are reported by whoever has the evidence."""


@dataclass(frozen=True)
class StagePolicy:
    """What one stage asks for."""

    stage: str
    requirements: tuple[str, ...]


REQUIREMENTS: tuple[Requirement, ...] = (
    Requirement(
        "plan_complete",
        "Plan complete",
        "Every required field of the ten canvas blocks has an answer, so that all know what the model is for.",
        "Open the canvas and answer the required fields that are still empty.",
        is_computed=True,
    ),
    Requirement(
        "data_documented",
        "Data documented",
        "Each snapshot the version learned from has sources, a schema, a labeling method and a place in the split.",
        "Fill in what is missing under Data. A version without any snapshot has to be registered again.",
        is_computed=True,
    ),
    Requirement(
        "environment_recorded",
        "Environment recorded",
        "Python, every package with its exact version, and the seeds are known, so that the training can be repeated.",
        "Record the output of “pip freeze” with Python’s version and the seeds, and register the version with it.",
        is_computed=True,
    ),
    Requirement(
        "artifact_verified",
        "Model file verified",
        "The stored file was read again and still has the SHA-256 digest it was registered with.",
        "Choose “Verify the file”. If it fails, the stored file was changed or lost: register the model again.",
        is_computed=True,
    ),
    Requirement(
        "evaluated_held_out",
        "Evaluated on held-out data",
        "An evaluation ran on a snapshot that shares no rows with what the version learned from.",
        "Evaluate the version on a test snapshot that it has not seen.",
        is_computed=False,
    ),
    Requirement(
        "kpis_met",
        "KPI thresholds met",
        "Every KPI that has a threshold and a metric was measured, and passes with its 95 % interval.",
        "Evaluate the version, and improve it or gather more data where a threshold is missed or undecided.",
        is_computed=False,
    ),
    Requirement(
        "beats_baseline",
        "Better than the baseline",
        "On the same rows, the version is measurably better than the simple rule it would replace.",
        "Evaluate the version with a baseline; if it is not better, the simple rule is enough.",
        is_computed=False,
    ),
)

BY_KEY: dict[str, Requirement] = {requirement.key: requirement for requirement in REQUIREMENTS}
ALL = tuple(BY_KEY)
COMPUTED = tuple(key for key, requirement in BY_KEY.items() if requirement.is_computed)

STAGES: tuple[StagePolicy, ...] = (
    # A version starts in Development without anybody's leave; going back there is a decision like any other.
    StagePolicy("development", ()),
    StagePolicy("staging", ("plan_complete", "data_documented", "environment_recorded", "artifact_verified")),
    StagePolicy("production", ALL),
    StagePolicy("retired", ()),
)

POLICIES: dict[str, StagePolicy] = {policy.stage: policy for policy in STAGES}


def policy_for(stage: str) -> StagePolicy:
    """What a stage asks for, by its key; a stage that an installation added asks for everything."""
    return POLICIES.get(stage) or StagePolicy(stage, ALL)


def requirements_of(stage: str) -> list[Requirement]:
    """The requirements of a stage, in the order they are read."""
    return [BY_KEY[key] for key in policy_for(stage).requirements]


def titles(keys: Iterable[str]) -> str:
    """Requirements as part of a sentence: “plan complete and data documented”."""
    words = [BY_KEY[key].title if key.startswith("kpi") else BY_KEY[key].title.lower() for key in keys]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def fingerprint(stage: str) -> str:
    """The SHA-256 of everything a stage's policy says, so that evidence names the exact text it was judged by."""
    text: dict[str, Any] = {
        "version": POLICY_VERSION,
        "stage": asdict(policy_for(stage)) | {"requirements": list(policy_for(stage).requirements)},
        "requirements": [asdict(requirement) for requirement in requirements_of(stage)],
    }
    return hashlib.sha256(rfc8785.dumps(text)).hexdigest()
