"""From answers to tiers, roles and materiality, each with its reason in a sentence and the provision it rests on.

The order is that of the Act: scope, prohibited practices, products of Annex I, areas of Annex III with their derogation,
transparency, general-purpose models, else minimal. Tiers stack: a high-risk system that talks to people has both duties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from canvas.risk.act import AREA_TITLES, AREAS, LATER_PRACTICES, PRACTICES
from canvas.risk.questions import BY_KEY, given, says_yes
from canvas.risk.shape import NONE

# Raise it with every change of questions, rules or duties: a signed classification names the edition that computed it.
RULES_VERSION = "2026-11-20"
RULES_BASIS = "Regulation (EU) 2024/1689 as amended by (EU) 2026/1744, GDPR, SR 26-2"

OUTSIDE, MINIMAL, LIMITED, GPAI, HIGH, PROHIBITED = "outside", "minimal", "limited", "gpai", "high", "prohibited"
LABELS = {
    OUTSIDE: "Outside the AI Act",
    MINIMAL: "Minimal risk",
    LIMITED: "Limited risk",
    GPAI: "General-purpose model",
    HIGH: "High risk",
    PROHIBITED: "Prohibited practice",
}
# The strictest first: it names the whole.
ORDER = (PROHIBITED, HIGH, GPAI, LIMITED, MINIMAL, OUTSIDE)
ROLE_LABELS = {
    "provider": "Provider",
    "deployer": "Deployer",
    "importer": "Importer",
    "distributor": "Distributor",
    "authorised_representative": "Authorised representative",
    "product_manufacturer": "Product manufacturer",
    "gpai_provider": "Provider of a general-purpose model",
}
FINES = (
    ("Prohibited practices (Art. 5)", "35 million euro or 7 % of yearly worldwide turnover"),
    ("Most other duties", "15 million euro or 3 %"),
    ("Wrong information to authorities", "7.5 million euro or 1 %"),
)

# Impact by exposure (rows) and use in decisions (columns); tier by impact (rows) and inherent risk (columns).
LEVELS = ("low", "medium", "high")
IMPACT = {
    ("low", "low"): "low", ("low", "medium"): "low", ("low", "high"): "medium",
    ("medium", "low"): "medium", ("medium", "medium"): "medium", ("medium", "high"): "high",
    ("high", "low"): "medium", ("high", "medium"): "high", ("high", "high"): "high",
}  # fmt: skip
TIER = {
    ("low", "low"): 3, ("low", "medium"): 3, ("low", "high"): 2,
    ("medium", "low"): 3, ("medium", "medium"): 2, ("medium", "high"): 1,
    ("high", "low"): 2, ("high", "medium"): 1, ("high", "high"): 1,
}  # fmt: skip
CADENCE_DAYS = {1: 365, 2: 730, 3: 1095}


@dataclass(frozen=True)
class Reason:
    """One step of the way to a tier."""

    tier: str
    sentence: str
    provision: str

    def as_json(self) -> dict[str, str]:
        """The reason as it is stored."""
        return {"tier": self.tier, "sentence": self.sentence, "provision": self.provision}


@dataclass(frozen=True)
class Facts:
    """What duties ask of a classification."""

    answers: Mapping[str, Any]
    roles: frozenset[str]
    in_scope: bool
    practices: frozenset[str]
    high_product: bool
    high_area: bool
    is_derogated: bool
    points: frozenset[str]
    triggers: frozenset[str]
    gpai: str

    @property
    def is_high(self) -> bool:
        """Whether it is high-risk by either road."""
        return self.high_product or self.high_area

    def says(self, key: str) -> bool:
        """Whether a question was answered with yes."""
        return says_yes(self.answers, key)


@dataclass(frozen=True)
class Judgement:
    """What follows from a set of answers."""

    tier: str
    tiers: tuple[str, ...]
    roles: tuple[str, ...]
    materiality: int
    reasons: tuple[Reason, ...]
    facts: Facts

    @property
    def label(self) -> str:
        """The tier in words."""
        return LABELS[self.tier]

    @property
    def project_tier(self) -> str:
        """The tier as the project bears it: outside the Act counts as minimal, systemic risk as high."""
        if self.tier == GPAI:
            return HIGH if self.facts.gpai == "systemic" else LIMITED
        return MINIMAL if self.tier == OUTSIDE else self.tier

    @property
    def is_prohibited(self) -> bool:
        """Whether the project has to stop."""
        return self.tier == PROHIBITED


def judge(answers: Mapping[str, Any]) -> Judgement:
    """The tiers, roles and materiality that follow from answers; open questions count as not given."""
    facts = facts_of(answers)
    reasons = [*_scope(facts), *_prohibited(facts), *_high(facts), *_stacked(facts), *_roles(facts)]
    tiers = tuple(tier for tier in ORDER if any(reason.tier == tier for reason in reasons))
    if not tiers:
        reasons.append(_minimal(facts))
        tiers = (MINIMAL,)
    materiality, why = materiality_of(answers)
    roles = tuple(role for role in ROLE_LABELS if role in facts.roles)
    return Judgement(tiers[0], tiers, roles, materiality, (*reasons, *why), facts)


def facts_of(answers: Mapping[str, Any]) -> Facts:
    """What the answers say, with the roles that the law adds to those somebody named."""
    in_scope = says_yes(answers, "is_ai_system") and given(answers, "exclusion") == (NONE,)
    practices = frozenset(key for key, *_ in PRACTICES if in_scope and says_yes(answers, key))
    points = frozenset(point for area in AREAS for point in given(answers, area) if in_scope and point != NONE)
    derogation = set(given(answers, "derogation")) - {NONE}
    profiles = says_yes(answers, "profiling")
    is_derogated = bool(points and derogation and not profiles)
    product = in_scope and says_yes(answers, "annex_i") and says_yes(answers, "third_party")
    area = bool(points) and not is_derogated
    gpai = (given(answers, "gpai") or (NONE,))[0] if in_scope else NONE
    roles = _effective_roles(answers, is_high=product or area, product=product, gpai=gpai) if in_scope else frozenset()
    triggers = frozenset(given(answers, "triggers")) - {NONE} if in_scope else frozenset()
    return Facts(
        answers, roles, in_scope, practices, product, area, is_derogated, points, triggers, "" if gpai == NONE else gpai
    )


def _effective_roles(answers: Mapping[str, Any], *, is_high: bool, product: bool, gpai: str) -> frozenset[str]:
    roles = set(given(answers, "roles"))
    if is_high and set(given(answers, "becomes_provider")) - {NONE}:
        roles.add("provider")
    if product and "product_manufacturer" in roles:
        roles.add("provider")
    if gpai != NONE:
        roles.add("gpai_provider")
    return frozenset(roles)


def _scope(facts: Facts) -> list[Reason]:
    if facts.in_scope:
        return []
    if given(facts.answers, "is_ai_system") == ("no",):
        return [Reason(OUTSIDE, "It is not an AI system, so the AI Act does not apply.", "Art. 3(1)")]
    exclusion = given(facts.answers, "exclusion")
    if exclusion and exclusion != (NONE,):
        why = _said("exclusion", exclusion[0])
        return [Reason(OUTSIDE, f"The AI Act does not apply while this holds: {why[0].lower()}{why[1:]}.", "Art. 2")]
    return []


def _prohibited(facts: Facts) -> list[Reason]:
    return [
        Reason(PROHIBITED, f"{label} is a prohibited practice{_since(key)}. The project stops.", provision)
        for key, provision, label, _ in PRACTICES
        if key in facts.practices
    ]


def _since(key: str) -> str:
    return " from 2 December 2026 on" if key in LATER_PRACTICES else ""


def _high(facts: Facts) -> list[Reason]:
    reasons = []
    if facts.high_product:
        said = (
            "It is a product of Annex I, or its safety component, and needs a conformity assessment by a third party."
        )
        reasons.append(Reason(HIGH, said, "Art. 6(1), Annex I"))
    elif says_yes(facts.answers, "annex_i") and facts.in_scope:
        said = "It belongs to a product of Annex I that needs no third-party assessment, which makes it no high risk."
        reasons.append(Reason("", said, "Art. 6(1)(b)"))
    if facts.points:
        reasons += _areas(facts)
    return reasons


def _areas(facts: Facts) -> list[Reason]:
    named = [AREA_TITLES[area] for area in AREAS if facts.points & set(given(facts.answers, area))]
    points = ", ".join(f"{point[0]}({point[1]})" for point in sorted(facts.points))
    provision = f"Art. 6(2), Annex III {points}"
    claimed = [_said("derogation", value) for value in given(facts.answers, "derogation") if value != NONE]
    if facts.is_derogated:
        told = "; ".join(part[4:5].lower() + part[5:] for part in claimed)
        said = (
            f"It falls under {_listed(named)}, but a derogation is claimed: {told}. It is not high-risk; the claim is "
            "documented before it is used, and the system registered."
        )
        return [Reason("", said, f"{provision}; Art. 6(3), 6(4), 49(2)")]
    reasons = [Reason(HIGH, f"It is intended for an area of high risk: {_listed(named)}.", provision)]
    if claimed:
        said = "A derogation is claimed, but the system profiles natural persons, so it stays high-risk."
        reasons.append(Reason(HIGH, said, "Art. 6(3), third subparagraph"))
    return reasons


def _stacked(facts: Facts) -> list[Reason]:
    reasons = []
    for number, trigger in enumerate(("talks", "synthetic", "emotion", "deep_fake"), start=1):
        if trigger in facts.triggers:
            what = _said("triggers", trigger)[4:]
            said = f"People have to be told, because it {what[0].lower()}{what[1:]}."
            reasons.append(Reason(LIMITED, said, f"Art. 50({number})"))
    if facts.gpai:
        reasons.append(Reason(GPAI, "You provide a general-purpose AI model.", "Art. 53"))
    if facts.gpai == "systemic":
        reasons.append(Reason(GPAI, "The model has systemic risk; it is treated as high risk here.", "Art. 51, 55"))
    return reasons


def _roles(facts: Facts) -> list[Reason]:
    reasons = []
    turned = [_said("becomes_provider", v) for v in given(facts.answers, "becomes_provider") if v != NONE]
    if facts.is_high and facts.in_scope and turned:
        done = "; ".join(part[0].lower() + part[1:] for part in turned)
        said = f"You are treated as the provider, because you {done.replace('your name', 'your own name')}."
        reasons.append(Reason("", said, "Art. 25(1)"))
    if facts.high_product and "product_manufacturer" in facts.roles:
        reasons.append(Reason("", "As the product's manufacturer you count as the provider.", "Art. 25(3)"))
    return reasons


def _minimal(facts: Facts) -> Reason:
    said = "No other tier applies. Measures that support AI literacy are due still; codes of conduct are voluntary."
    return Reason(MINIMAL, said, "Art. 4, 95")


def materiality_of(answers: Mapping[str, Any]) -> tuple[int, list[Reason]]:
    """The model-risk tier, 1 the most material to 3 the least, by the two tables above; open answers count as high."""
    if given(answers, "is_model") == ("no",):
        said = "Model-risk tier 3: simple arithmetic and fixed rules are not a model."
        return 3, [Reason("", said, "SR 26-2, II")]
    level = {key: (given(answers, key) or ("high",))[0] for key in MATERIALITY_KEYS}
    impact = IMPACT[level["exposure"], level["use_in_decisions"]]
    inherent = max(level["complexity"], level["uncertainty"], key=LEVELS.index)
    tier = TIER[impact, inherent]
    said = (
        f"Model-risk tier {tier}: {impact} impact (exposure {level['exposure']}, use in decisions "
        f"{level['use_in_decisions']}) and {inherent} inherent risk (complexity {level['complexity']}, uncertainty "
        f"{level['uncertainty']}). Validated again at least every {CADENCE_DAYS[tier]:,} days, and on material change."
    )
    return tier, [Reason("", said, "SR 26-2, III")]


MATERIALITY_KEYS = ("exposure", "use_in_decisions", "complexity", "uncertainty")


def _said(key: str, value: str) -> str:
    return next(choice.label for choice in BY_KEY[key].field.choices if choice.value == value)


def _listed(names: list[str]) -> str:
    words = [name.lower() for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
