"""The duties that follow from a classification: who bears each, and from when."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from canvas.risk.tiers import Facts

SOURCE = Path(__file__).with_name("obligations.yaml")
FRAMEWORKS = {"eu-ai-act": "EU AI Act", "gdpr": "GDPR", "us-mrm": "US model risk guidance SR 26-2"}
ANNEX_III_FROM, ANNEX_I_FROM = date(2027, 12, 2), date(2028, 8, 2)
UNSETTLED = "timing unsettled"


@dataclass(frozen=True)
class Duty:
    """One duty, as the table has it."""

    id: str
    framework: str
    group: str
    title: str
    condition: str
    timing: str
    note: str = ""

    @property
    def who(self) -> str:
        """Who bears it."""
        return CONDITIONS[self.condition].who


@dataclass(frozen=True)
class Obligation:
    """A duty that applies to a project, with its date."""

    duty: Duty
    applies_from: date
    timing_words: str

    @property
    def id(self) -> str:
        """The duty's number in its framework."""
        return self.duty.id


@dataclass(frozen=True)
class Condition:
    """When duties apply, and to whom."""

    who: str
    holds: Callable[[Facts], bool]


def _high(facts: Facts, role: str) -> bool:
    return facts.is_high and role in facts.roles


def _rights_assessment(facts: Facts) -> bool:
    # Art. 27(1): systems of Annex III other than point 2, used by public bodies, for public services, or for credit,
    # life and health insurance.
    concerned = facts.says("public_body") or facts.says("public_service") or bool(facts.points & {"5b", "5c"})
    return facts.high_area and "deployer" in facts.roles and concerned and facts.points != frozenset({"2a"})


def _automated(facts: Facts) -> bool:
    return all(
        facts.says(key) for key in ("personal_data", "decides_about_persons", "legal_effect", "solely_automated")
    )


def _dpia(facts: Facts) -> bool:
    picked = set(facts.answers.get("dpia") or ()) - {"none"}
    return facts.says("personal_data") and bool(picked)


PROVIDER, DEPLOYER, CONTROLLER, OWNER = "Provider", "Deployer", "Controller", "Model owner"
CONDITIONS: dict[str, Condition] = {
    "prohibited": Condition("Everybody", lambda f: False),
    "provider_or_deployer": Condition("Provider, deployer", lambda f: bool(f.roles & {"provider", "deployer"})),
    "special_category_under_the_act": Condition(
        "Provider, deployer",
        lambda f: f.in_scope and f.says("personal_data") and f.says("special_category"),
    ),
    "derogated": Condition(PROVIDER, lambda f: f.is_derogated and "provider" in f.roles),
    "high": Condition("Every role", lambda f: f.is_high),
    "high_provider": Condition(PROVIDER, lambda f: _high(f, "provider")),
    "high_provider_remote_biometrics": Condition(PROVIDER, lambda f: _high(f, "provider") and "1a" in f.points),
    "annex_iii_provider": Condition(PROVIDER, lambda f: f.high_area and "provider" in f.roles),
    "high_representative": Condition("Authorised representative", lambda f: _high(f, "authorised_representative")),
    "high_importer": Condition("Importer", lambda f: _high(f, "importer")),
    "high_distributor": Condition("Distributor", lambda f: _high(f, "distributor")),
    "high_deployer": Condition(DEPLOYER, lambda f: _high(f, "deployer")),
    "high_deployer_workplace": Condition(DEPLOYER, lambda f: _high(f, "deployer") and f.says("workplace")),
    "high_deployer_public": Condition(DEPLOYER, lambda f: _high(f, "deployer") and f.says("public_body")),
    "high_deployer_post_remote": Condition(DEPLOYER, lambda f: _high(f, "deployer") and f.says("post_remote")),
    "rights_assessment": Condition(DEPLOYER, _rights_assessment),
    "talks_provider": Condition(PROVIDER, lambda f: "talks" in f.triggers and "provider" in f.roles),
    "synthetic_provider": Condition(PROVIDER, lambda f: "synthetic" in f.triggers and "provider" in f.roles),
    "emotion_deployer": Condition(DEPLOYER, lambda f: "emotion" in f.triggers and "deployer" in f.roles),
    "deep_fake_deployer": Condition(DEPLOYER, lambda f: "deep_fake" in f.triggers and "deployer" in f.roles),
    "transparent": Condition(
        "Provider, deployer", lambda f: bool(f.triggers) and bool(f.roles & {"provider", "deployer"})
    ),
    "gpai_provider": Condition("Model provider", lambda f: bool(f.gpai)),
    "gpai_systemic": Condition("Model provider", lambda f: f.gpai == "systemic"),
    "personal_data": Condition(CONTROLLER, lambda f: f.says("personal_data")),
    "special_category": Condition(CONTROLLER, lambda f: f.says("personal_data") and f.says("special_category")),
    "automated_decision": Condition(CONTROLLER, _automated),
    "automated_decision_special": Condition(CONTROLLER, lambda f: _automated(f) and f.says("special_category")),
    "dpia": Condition(CONTROLLER, _dpia),
    "us_guidance": Condition(
        OWNER, lambda f: f.says("us_guidance") and f.says("is_model") and not f.says("generative")
    ),
    "us_generative": Condition(OWNER, lambda f: f.says("us_guidance") and f.says("generative")),
    "us_vendor": Condition(
        OWNER, lambda f: f.says("us_guidance") and f.says("is_model") and f.says("vendor") and not f.says("generative")
    ),
}


@cache
def duties() -> dict[str, Duty]:
    """Every duty that Tenet knows, by its id."""
    tables: list[dict[str, Any]] = yaml.safe_load(SOURCE.read_text())  # Any: YAML, checked by its test
    found = [
        Duty(
            number,
            table["framework"],
            table["group"],
            title,
            table["when"],
            str(table["from"]),
            table.get("notes", {}).get(number, ""),
        )
        for table in tables
        for number, title in table["duties"].items()
    ]
    return {duty.id: duty for duty in found}


def applying(facts: Facts) -> list[Obligation]:
    """The duties that these facts bring, in the order of their frameworks."""
    return [_dated(duty, facts) for duty in duties().values() if _applies(duty, facts)]


def known(ids: Iterable[str], facts: Facts) -> list[Obligation]:
    """The named duties with their dates; an id that a later edition dropped is left out."""
    return [_dated(duties()[number], facts) for number in ids if number in duties()]


def _applies(duty: Duty, facts: Facts) -> bool:
    if duty.condition == "prohibited":
        practice = duty.id.removeprefix("Art.5(1)(").removesuffix(")")
        return f"practice_{practice}" in facts.practices
    return CONDITIONS[duty.condition].holds(facts)


def _dated(duty: Duty, facts: Facts) -> Obligation:
    match duty.timing:
        case "chapter_iii":
            return Obligation(duty, *_chapter_iii(facts))
        case "section_5" | "chapter_ix" | "art_86":
            on, _ = _chapter_iii(facts)
            said = f"on the face of the Act; the duties it serves apply from {_day(on)}; {UNSETTLED}"
            return Obligation(duty, date(2026, 8, 2), said)
        case "art_50_2":
            early = not facts.says("on_market_before")
            said = "" if early else "because it was on the market before 2 August 2026"
            return Obligation(duty, date(2026, 8, 2) if early else date(2026, 12, 2), said)
        case "gpai":
            early = not facts.says("gpai_before")
            said = "" if early else "because the model was on the market before 2 August 2025"
            return Obligation(duty, date(2025, 8, 2) if early else date(2027, 8, 2), said)
        case stated:
            return Obligation(duty, date.fromisoformat(stated), "")


def _chapter_iii(facts: Facts) -> tuple[date, str]:
    if facts.high_area and facts.high_product:
        return ANNEX_III_FROM, f"as a system of Annex III; from {_day(ANNEX_I_FROM)} as a product of Annex I"
    if facts.high_product:
        return ANNEX_I_FROM, "as a product of Annex I"
    return ANNEX_III_FROM, "as a system of Annex III"


def _day(on: date) -> str:
    return f"{on.day} {on:%B %Y}"
