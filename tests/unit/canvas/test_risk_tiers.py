"""The rules of the classification, each branch against the text of the law as it stands."""

from datetime import date
from typing import Any

import pytest

from canvas.blocks.shape import Kind
from canvas.cleaning import clean
from canvas.risk import tiers
from canvas.risk.obligations import CONDITIONS, Obligation, applying, duties
from canvas.risk.questions import ASKS, BY_KEY, CLASSIFICATION, PARTS, is_asked, only_asked, open_asks, wrong_mixtures
from canvas.risk.tiers import judge
from tests.factories.risk import CREDIT, FORBIDDEN, HARMLESS, NO, YES


def ids(answers: dict[str, Any]) -> set[str]:
    return {obligation.id for obligation in applying(judge(answers).facts)}


def obligation(answers: dict[str, Any], number: str) -> Obligation:
    return next(one for one in applying(judge(answers).facts) if one.id == number)


def provisions(answers: dict[str, Any]) -> str:
    return " | ".join(reason.provision for reason in judge(answers).reasons)


def test_nothing_special_is_minimal_risk_with_literacy_alone() -> None:
    found = judge(HARMLESS)
    assert (found.tier, found.tiers, found.project_tier) == ("minimal", ("minimal",), "minimal")
    assert ids(HARMLESS) == {"Art.4"}
    assert "Art. 4, 95" in provisions(HARMLESS)


@pytest.mark.parametrize("practice", ["a", "b", "ba", "bb", "c", "d", "e", "f", "g", "h"])
def test_each_prohibited_practice_stops_the_project(practice: str) -> None:
    answers = HARMLESS | {f"practice_{practice}": YES}
    found = judge(answers)
    assert found.is_prohibited
    assert found.project_tier == "prohibited"
    assert f"Art. 5(1)({practice})" in provisions(answers)
    assert f"Art.5(1)({practice})" in ids(answers)
    later = practice in ("ba", "bb")
    assert obligation(answers, f"Art.5(1)({practice})").applies_from == date(
        2026 if later else 2025, 12 if later else 2, 2
    )


def test_a_prohibited_practice_names_the_whole_whatever_else_holds() -> None:
    found = judge(CREDIT | {"practice_c": YES, "triggers": ["talks"]})
    assert found.tiers == ("prohibited", "high", "limited")


def test_a_use_of_annex_iii_is_high_risk_from_december_2027() -> None:
    answers = CREDIT | {"profiling": NO}
    found = judge(answers)
    assert (found.tier, found.project_tier) == ("high", "high")
    assert "Annex III 5(b)" in provisions(answers)
    assert obligation(answers, "Art.9(1)").applies_from == date(2027, 12, 2)
    assert {"Art.14(4)(b)", "Art.26(2)", "Art.27(1)(a)", "Art.49(1)", "AnnexIV.5"} <= ids(answers)


def test_a_derogation_lifts_high_risk_and_asks_for_record_and_registration() -> None:
    answers = CREDIT | {"profiling": NO, "derogation": ["preparatory"], "derogation_reason": "It only sorts letters."}
    found = judge(answers)
    assert (found.tier, found.project_tier) == ("minimal", "minimal")
    assert {"Art.6(3)", "Art.6(4)", "Art.49(2)", "AnnexVIII.B.6"} <= ids(answers)
    assert "Art.9(1)" not in ids(answers)
    assert "Art.27(1)(a)" not in ids(answers)


def test_profiling_keeps_it_high_risk_whatever_derogation_is_claimed() -> None:
    answers = CREDIT | {"derogation": ["narrow"]}
    found = judge(answers)
    assert found.tier == "high"
    assert any("profiles natural persons" in reason.sentence for reason in found.reasons)
    assert "Art.6(4)" not in ids(answers)


def test_a_product_of_annex_i_is_high_risk_only_with_third_party_assessment() -> None:
    without = HARMLESS | {"annex_i": YES, "third_party": NO}
    assert judge(without).tier == "minimal"
    with_it = HARMLESS | {"annex_i": YES, "third_party": YES}
    assert judge(with_it).tier == "high"
    assert obligation(with_it, "Art.9(1)").applies_from == date(2028, 8, 2)
    assert "Art.49(1)" not in ids(with_it), "registration is for Annex III"


def test_both_roads_to_high_risk_take_the_earlier_date_and_name_the_other() -> None:
    one = obligation(CREDIT | {"annex_i": YES, "third_party": YES}, "Art.9(1)")
    assert one.applies_from == date(2027, 12, 2)
    assert "2 August 2028" in one.timing_words


def test_what_the_act_left_unsettled_is_called_so_with_both_dates() -> None:
    for number in ("Art.43", "Art.49(1)", "Art.72(1)", "Art.73(2)"):
        one = obligation(CREDIT, number)
        assert one.applies_from == date(2026, 8, 2)
        assert "timing unsettled" in one.timing_words
        assert "2 December 2027" in one.timing_words


@pytest.mark.parametrize(
    ("trigger", "number", "since"),
    [
        ("talks", "Art.50(1)", date(2026, 8, 2)),
        ("synthetic", "Art.50(2)", date(2026, 8, 2)),
        ("emotion", "Art.50(3)", date(2026, 8, 2)),
        ("deep_fake", "Art.50(4)", date(2026, 8, 2)),
    ],
)
def test_each_transparency_trigger_is_limited_risk(trigger: str, number: str, since: date) -> None:
    answers = HARMLESS | {"triggers": [trigger]}
    assert judge(answers).tier == "limited"
    assert {number, "Art.50(5)"} <= ids(answers)
    assert obligation(answers, number).applies_from == since


def test_generated_output_of_an_older_system_is_marked_from_december_2026() -> None:
    answers = HARMLESS | {"triggers": ["synthetic"], "on_market_before": YES}
    assert obligation(answers, "Art.50(2)").applies_from == date(2026, 12, 2)


def test_transparency_stacks_on_high_risk() -> None:
    found = judge(CREDIT | {"triggers": ["talks", "synthetic"], "on_market_before": NO})
    assert (found.tier, found.tiers) == ("high", ("high", "limited"))
    assert {"Art.50(1)", "Art.50(2)", "Art.9(1)"} <= {one.id for one in applying(found.facts)}


def test_a_general_purpose_model_has_duties_of_its_own() -> None:
    answers = HARMLESS | {"gpai": "gpai", "gpai_before": NO}
    found = judge(answers)
    assert (found.tier, found.project_tier) == ("gpai", "limited")
    assert "gpai_provider" in found.roles
    assert {f"Art.53(1)({point})" for point in "abcd"} <= ids(answers)
    assert not any(number.startswith("Art.55") for number in ids(answers))
    assert obligation(answers, "Art.53(1)(a)").applies_from == date(2025, 8, 2)
    assert obligation(answers | {"gpai_before": YES}, "Art.53(1)(a)").applies_from == date(2027, 8, 2)


def test_systemic_risk_is_treated_as_high() -> None:
    answers = HARMLESS | {"gpai": "systemic", "gpai_before": NO}
    assert judge(answers).project_tier == "high"
    assert "Art.55(1)(a)" in ids(answers)


@pytest.mark.parametrize("exclusion", ["defence", "science", "not_yet_used", "personal", "elsewhere"])
def test_what_is_outside_the_act_keeps_the_duties_of_other_law(exclusion: str) -> None:
    answers = only_asked(CREDIT | {"exclusion": exclusion})
    found = judge(answers)
    assert (found.tier, found.project_tier) == ("outside", "minimal")
    assert "area_5" not in answers
    assert ids(answers) == {number for number in ids(CREDIT) if number.startswith("GDPR.")}


def test_rules_written_by_hand_are_no_ai_system() -> None:
    answers = only_asked(CREDIT | {"is_ai_system": NO})
    assert judge(answers).tier == "outside"
    assert "exclusion" not in answers


def test_rebranding_or_changing_a_high_risk_system_makes_a_provider() -> None:
    answers = CREDIT | {"roles": ["deployer"]}
    assert "Art.9(1)" not in ids(answers)
    for deed in ("rebranded", "modified", "repurposed"):
        found = judge(answers | {"becomes_provider": [deed]})
        assert found.roles == ("provider", "deployer")
        assert any(reason.provision == "Art. 25(1)" for reason in found.reasons)
    # Without high risk, Art. 25(1) turns nobody into anything.
    assert judge(HARMLESS | {"roles": ["deployer"], "becomes_provider": ["rebranded"]}).roles == ("deployer",)


@pytest.mark.parametrize(
    ("role", "number"),
    [("importer", "Art.23(1)"), ("distributor", "Art.24(1)"), ("authorised_representative", "Art.22(3)")],
)
def test_other_roles_bear_their_own_duties(role: str, number: str) -> None:
    assert number in ids(CREDIT | {"roles": [role]})
    assert "Art.16" not in ids(CREDIT | {"roles": [role]})
    assert number not in ids(CREDIT)


def test_a_product_manufacturer_counts_as_provider_of_its_safety_component() -> None:
    answers = HARMLESS | {"roles": ["product_manufacturer"], "annex_i": YES, "third_party": YES}
    assert "provider" in judge(answers).roles


@pytest.mark.parametrize(
    ("changes", "is_assessed"),
    [
        ({"area_5": ["5b"]}, True),
        ({"area_5": ["5c"]}, True),
        ({"area_5": ["5d"]}, False),
        ({"area_5": ["5d"], "public_body": YES}, True),
        ({"area_5": ["5d"], "public_service": YES}, True),
        ({"area_5": ["none"], "area_2": ["2a"], "public_body": YES}, False),
        ({"area_5": ["5b"], "roles": ["provider"]}, False),
    ],
)
def test_who_assesses_fundamental_rights(changes: dict[str, Any], is_assessed: bool) -> None:
    assert ("Art.27(1)(a)" in ids(CREDIT | changes)) is is_assessed


def test_gdpr_follows_its_own_questions() -> None:
    assert {"GDPR.6(1)", "GDPR.35(7)(a)"} <= ids(CREDIT)
    assert "GDPR.22(1)" not in ids(CREDIT)
    automated = CREDIT | {"solely_automated": YES, "special_category": YES}
    assert {"GDPR.22(1)", "GDPR.22(4)", "GDPR.9(2)", "Art.4a"} <= ids(automated)
    assert not any(number.startswith("GDPR.35") for number in ids(CREDIT | {"dpia": ["none"]}))
    # An answer that is asked no more says nothing.
    assert not any(number.startswith("GDPR") for number in ids(only_asked(automated | {"personal_data": NO})))


# Written down from the two tables in words: impact from exposure and use, inherent risk the higher of the other two.
MATERIALITY = [
    ("low", "low", "low", "low", 3),
    ("low", "low", "high", "low", 2),
    ("low", "high", "low", "medium", 2),
    ("medium", "low", "low", "low", 3),
    ("medium", "medium", "medium", "low", 2),
    ("medium", "medium", "low", "high", 1),
    ("high", "low", "low", "low", 3),
    ("high", "medium", "low", "low", 2),
    ("high", "high", "low", "medium", 1),
    ("high", "high", "high", "high", 1),
]


@pytest.mark.parametrize(("exposure", "use", "complexity", "uncertainty", "tier"), MATERIALITY)
def test_materiality_follows_the_stated_tables(
    exposure: str, use: str, complexity: str, uncertainty: str, tier: int
) -> None:
    answers = HARMLESS | {
        "exposure": exposure, "use_in_decisions": use, "complexity": complexity, "uncertainty": uncertainty
    }  # fmt: skip
    found, reasons = tiers.materiality_of(answers)
    assert found == tier
    assert f"tier {tier}" in reasons[0].sentence


def test_more_of_anything_never_makes_a_model_less_material() -> None:
    levels = tiers.LEVELS
    for (exposure, use), impact in tiers.IMPACT.items():
        for other in levels[levels.index(exposure) :]:
            assert levels.index(tiers.IMPACT[other, use]) >= levels.index(impact)
        for other in levels[levels.index(use) :]:
            assert levels.index(tiers.IMPACT[exposure, other]) >= levels.index(impact)
    for (impact, inherent), tier in tiers.TIER.items():
        for other in levels[levels.index(impact) :]:
            assert tiers.TIER[other, inherent] <= tier
        for other in levels[levels.index(inherent) :]:
            assert tiers.TIER[impact, other] <= tier


def test_simple_arithmetic_is_no_model() -> None:
    assert tiers.materiality_of(HARMLESS | {"is_model": NO, "exposure": "high"})[0] == 3


def test_the_us_guidance_is_listed_only_for_those_who_follow_it() -> None:
    answers = HARMLESS | {"us_guidance": YES, "generative": NO, "vendor": NO}
    assert "SR26-2.V-1" in ids(answers)
    assert "SR26-2.VII-1" not in ids(answers)
    assert "SR26-2.VII-1" in ids(answers | {"vendor": YES})
    assert {n for n in ids(answers | {"generative": YES}) if n.startswith("SR26-2")} == {"SR26-2.II-2"}


def test_complete_sets_of_answers_leave_nothing_open_and_one_less_is_named() -> None:
    for answers in (HARMLESS, CREDIT):
        assert open_asks(answers) == []
        for key in answers:
            without = {k: v for k, v in answers.items() if k != key}
            assert key in {ask.key for ask in open_asks(without)}, key


def test_a_prohibited_practice_needs_no_answers_beyond_it() -> None:
    stop = {key: FORBIDDEN[key] for key in FORBIDDEN if not key.startswith(("area_", "annex", "triggers", "gpai"))}
    assert open_asks(stop) == []


def test_none_beside_something_is_refused() -> None:
    assert wrong_mixtures(HARMLESS) == []
    assert [key for key, _ in wrong_mixtures(HARMLESS | {"area_1": ["1a", "none"]})] == ["area_1"]


def test_every_question_has_its_provision_and_every_condition_names_real_answers() -> None:
    order = [ask.key for ask in ASKS]
    assert len(set(order)) == len(order)
    for ask in ASKS:
        assert ask.provision, ask.key
        for group in ask.when:
            for key, values in group:
                field = BY_KEY[key].field
                offered = {"yes", "no"} if field.kind is Kind.YES_NO else {choice.value for choice in field.choices}
                assert set(values) <= offered
                assert order.index(key) < order.index(ask.key)
    assert PARTS[0].key == "scope"
    assert not is_asked(BY_KEY["third_party"], HARMLESS)


def test_every_set_of_answers_is_what_cleaning_would_store() -> None:
    for answers in (HARMLESS, CREDIT, FORBIDDEN):
        assert clean(CLASSIFICATION, answers) == {key: answers[key] for key in (a.key for a in ASKS) if key in answers}


def test_every_duty_names_a_known_condition_and_reaches_somebody() -> None:
    assert len(duties()) > 240
    for duty in duties().values():
        assert duty.condition in CONDITIONS
        assert duty.who
        assert duty.title
    # The incident clocks, and the points that many lists get wrong.
    assert "15 days" in duties()["Art.73(2)"].title
    assert "ten days" in duties()["Art.73(4)"].title
    annex_iv = [number for number in duties() if number.startswith("AnnexIV.")]
    assert len(annex_iv) == 23
    assert "AnnexVIII.B.7" not in duties()
