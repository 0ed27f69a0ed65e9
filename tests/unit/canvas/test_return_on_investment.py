"""What an estimate comes to, beside closed forms and sums written out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canvas.roi.cashflow import discount_factors, payback_month, present_value
from canvas.roi.estimate import estimate
from canvas.roi.inputs import Assumptions, Benefit, Case, Cost, ErrorLoss, Impossible, ThreePoint
from canvas.roi.scenarios import break_even, scenario
from canvas.roi.simulation import draw_npv, simulate
from canvas.roi.tornado import swings

ONE = ThreePoint.exactly(1.0)


def case(**kwargs: object) -> Case:
    """Two years at 10 %: 10,000 once, 500 a month, and 24,000 a year at an uplift of 1 and full use."""
    held: dict[str, object] = {
        "assumptions": Assumptions(24, 0.10, ONE, draws=20_000),
        "costs": (
            Cost("once", "Build", ThreePoint.exactly(10_000.0), recurs=False),
            Cost("run", "Run", ThreePoint.exactly(500.0), recurs=True),
        ),
        "benefits": (Benefit("gain", "Gain", 24_000.0, ONE),),
    }
    return Case(**(held | kwargs))  # type: ignore[arg-type]


def annuity(months: int, rate: float) -> float:
    """The value today of 1 at the end of each month, by the geometric series."""
    monthly = (1 + rate) ** (1 / 12) - 1
    return (1 - (1 + monthly) ** -months) / monthly


def test_a_year_of_discounting_is_the_yearly_rate() -> None:
    factors = discount_factors(0.08, 24)
    assert factors[0] == 1
    assert factors[12] == pytest.approx(1 / 1.08)
    assert factors[24] == pytest.approx(1 / 1.08**2)


def test_yearly_flows_are_worth_what_the_yearly_formula_says() -> None:
    # -100 now, 60 after one and after two years, at 10 %: -100 + 54.545 + 49.587.
    flows = np.zeros(25)
    flows[[0, 12, 24]] = -100, 60, 60
    assert present_value(flows, 0.10) == pytest.approx(-100 + 60 / 1.1 + 60 / 1.21)
    assert round(present_value(flows, 0.10), 2) == 4.13


def test_a_steady_case_is_worth_its_annuity() -> None:
    found = scenario(case(), "likely")
    assert found.benefit == pytest.approx(48_000)
    assert (found.cost_once, found.cost_running) == (10_000, 12_000)
    assert found.roi == pytest.approx((48_000 - 22_000) / 22_000)
    assert found.npv == pytest.approx(-10_000 + 1_500 * annuity(24, 0.10))
    # 1,500 a month pay 10,000 back after 6.67 months.
    assert found.payback == 7
    assert found.discounted_payback == 7
    assert found.cumulative[7] == pytest.approx(500)


def test_errors_cost_their_share_whether_or_not_the_result_is_used() -> None:
    errors = (ErrorLoss("e", "Vain", 12_000 * 3.0, ThreePoint(0.01, 0.02, 0.04)),)
    unused = Assumptions(24, 0.10, ThreePoint.exactly(0.0))
    found = scenario(case(errors=errors, assumptions=unused), "likely")
    assert found.error_cost == pytest.approx(2 * 12_000 * 0.02 * 3)
    assert found.benefit == 0


def test_the_low_scenario_takes_what_is_bad_for_money() -> None:
    ranged = case(
        assumptions=Assumptions(12, 0.0, ThreePoint(0.5, 0.6, 0.8)),
        costs=(Cost("c", "Run", ThreePoint(100.0, 200.0, 400.0), recurs=True),),
        benefits=(Benefit("b", "Gain", 120_000.0, ThreePoint(0.1, 0.2, 0.3)),),
        errors=(ErrorLoss("e", "Vain", 1_200.0, ThreePoint(0.1, 0.5, 1.0)),),
    )
    low, likely, high = (scenario(ranged, name) for name in ("low", "likely", "high"))
    assert low.npv == pytest.approx(120_000 * 0.1 * 0.5 - 12 * 400 - 1_200)
    assert likely.npv == pytest.approx(120_000 * 0.2 * 0.6 - 12 * 200 - 600)
    assert high.npv == pytest.approx(120_000 * 0.3 * 0.8 - 12 * 100 - 120)


def test_a_line_counts_only_in_its_months() -> None:
    held = Cost("c", "Rent", ThreePoint.exactly(10.0), recurs=True, first_month=3, last_month=5)
    late = Cost("d", "After the horizon", ThreePoint.exactly(99.0), recurs=False, first_month=13)
    gain = Benefit("b", "Gain", 1_200.0, ONE, first_month=11)
    flat = Case(Assumptions(12, 0.0, ONE), (held, late), (gain,))
    found = scenario(flat, "likely")
    assert (found.cost_running, found.cost_once, found.benefit) == (30, 0, 200)
    before = Case(Assumptions(12, 0.0, ONE), (Cost("x", "Over", ONE, recurs=True, first_month=-9, last_month=-2),))
    assert scenario(before, "likely").cost_running == 0


@pytest.mark.parametrize(
    ("flows", "month"),
    [
        ([-10, 4, 4, 4], 3),
        ([-10, 10, 0], 1),
        ([5, 1], 0),
        ([0, 0], 0),
        ([-10, 4, 4], None),
        # A late cost takes it below zero again: it has paid back only once it stays above.
        ([-10, 20, -15, 20], 3),
        ([-1] + [0.1] * 10, 10),
    ],
)
def test_payback_is_the_month_from_which_the_total_stays_above_zero(flows: list[float], month: int | None) -> None:
    assert payback_month(np.array(flows, dtype=float)) == month


def test_at_the_break_even_uplift_the_present_value_is_zero() -> None:
    found = break_even(case())
    assert found.multiplier == pytest.approx((10_000 + 500 * annuity(24, 0.10)) / (2_000 * annuity(24, 0.10)))
    there = case(benefits=(Benefit("gain", "Gain", 24_000.0, ThreePoint.exactly(found.uplifts[0])),))
    assert scenario(there, "likely").npv == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"benefits": ()}, "no benefit line"),
        ({"assumptions": Assumptions(24, 0.1, ThreePoint.exactly(0.0))}, "adoption of zero"),
        ({"benefits": (Benefit("b", "None", 1.0, ThreePoint(0.0, 0.0, 0.5)),)}, "gain nothing"),
        ({"benefits": (Benefit("b", "Late", 1.0, ONE, first_month=25),)}, "gain nothing"),
    ],
)
def test_no_uplift_suffices_where_nothing_is_gained(changed: dict[str, object], words: str) -> None:
    found = break_even(case(**changed))
    assert found.multiplier is None
    assert words in found.reason


def test_zero_adoption_gives_figures_and_words_and_no_division() -> None:
    results = estimate(case(assumptions=Assumptions(24, 0.1, ThreePoint.exactly(0.0), draws=1000)))
    assert results["roi_likely"] == -1
    assert results["likely"]["payback_month"] is None
    assert results["distribution"]["probability_positive"] == 0
    assert "adoption of zero" in results["break_even"]["reason"]


def test_nothing_that_costs_has_no_return_on_investment() -> None:
    results = estimate(case(costs=()))
    assert results["roi_likely"] is None
    assert results["likely"]["payback_month"] == 0
    assert results["break_even"]["multiplier"] == 0


def uncertain(draws: int = 20_000, seed: int = 5) -> Case:
    return case(
        assumptions=Assumptions(24, 0.10, ThreePoint(0.4, 0.6, 0.9), seed=seed, draws=draws),
        costs=(
            Cost("once", "Build", ThreePoint(8_000.0, 10_000.0, 20_000.0), recurs=False),
            Cost("run", "Run", ThreePoint(300.0, 500.0, 900.0), recurs=True),
        ),
        benefits=(Benefit("gain", "Gain", 60_000.0, ThreePoint(0.2, 0.5, 0.7)),),
        errors=(ErrorLoss("e", "Vain", 30_000.0, ThreePoint(0.02, 0.05, 0.2)),),
    )


def moments(points: ThreePoint) -> tuple[float, float]:
    """Mean and variance of a PERT distribution, by its published formulas."""
    a, m, b = points.low, points.likely, points.high
    mean = (a + 4 * m + b) / 6
    return mean, (mean - a) * (b - mean) / 7


def test_the_draws_have_the_mean_and_the_variance_of_their_formulas() -> None:
    held = uncertain()
    year = annuity(24, 0.10)
    adoption, variance_of_adoption = moments(held.assumptions.adoption)
    uplift, variance_of_uplift = moments(held.benefits[0].uplift)
    gain = 5_000 * year  # of an uplift of 1 at full adoption
    build, running = moments(held.costs[0].amount), moments(held.costs[1].amount)
    error = moments(held.errors[0].rate)
    mean = adoption * uplift * gain - build[0] - running[0] * year - error[0] * 2_500 * year
    product = (variance_of_adoption + adoption**2) * (variance_of_uplift + uplift**2) - (adoption * uplift) ** 2
    variance = product * gain**2 + build[1] + running[1] * year**2 + error[1] * (2_500 * year) ** 2
    found = simulate(held)
    # Five standard errors of the mean; the seed is fixed, so this holds or fails for good.
    assert found.mean == pytest.approx(mean, abs=5 * math.sqrt(variance / 20_000))
    assert found.deviation == pytest.approx(math.sqrt(variance), rel=0.02)


def test_a_single_drawn_input_has_the_quantiles_of_a_beta_distribution() -> None:
    # With a = 0, m = 1/4, b = 1 the PERT is Beta(2, 4), whose distribution function is a polynomial.
    held = Case(
        Assumptions(12, 0.0, ONE, seed=3, draws=50_000),
        benefits=(Benefit("b", "Gain", 1.0, ThreePoint(0.0, 0.25, 1.0)),),
    )
    draws = draw_npv(held)

    def share_below(x: float) -> float:
        return 1 - (1 - x) ** 5 - 5 * x * (1 - x) ** 4

    for x in (0.1, 0.3, 0.5, 0.8):
        assert float((draws <= x).mean()) == pytest.approx(share_below(x), abs=0.01)


def test_the_same_seed_gives_the_same_figures_and_another_gives_others() -> None:
    assert simulate(uncertain()) == simulate(uncertain())
    assert simulate(uncertain()).mean != simulate(uncertain(seed=6)).mean


def test_the_histogram_holds_every_draw() -> None:
    found = simulate(uncertain())
    assert sum(found.counts) == found.draws
    assert len(found.edges) == len(found.counts) + 1
    assert found.p5 < found.p50 < found.p95


def test_what_is_known_is_not_drawn() -> None:
    found = simulate(case())
    assert found.deviation == pytest.approx(0, abs=1e-9)
    assert found.mean == pytest.approx(scenario(case(), "likely").npv)
    assert found.counts == (20_000,)


def test_each_swing_is_that_of_the_whole_computed_again() -> None:
    held = uncertain()
    found = swings(held)
    assert [one.size for one in found] == sorted((one.size for one in found), reverse=True)
    by_key = {one.key: one for one in found}
    for end in ("low", "high"):
        at = {"gain": ThreePoint.exactly(getattr(held.benefits[0].uplift, end))}
        again = Case(held.assumptions, held.costs, (Benefit("gain", "Gain", 60_000.0, at["gain"]),), held.errors)
        assert getattr(by_key["gain"], f"npv_{end}") == pytest.approx(scenario(again, "likely").npv)
    used = Assumptions(24, 0.10, ThreePoint.exactly(0.4))
    assert by_key["adoption"].npv_low == pytest.approx(
        scenario(Case(used, held.costs, held.benefits, held.errors), "likely").npv
    )


def test_an_input_that_cannot_be_is_refused() -> None:
    for low, likely, high in ((2, 1, 3), (1, 3, 2), (math.nan, 1, 2), (0, 1, math.inf)):
        with pytest.raises(Impossible):
            ThreePoint(low, likely, high)
    with pytest.raises(Impossible):
        Assumptions(0, 0.1, ONE)
    with pytest.raises(Impossible):
        Assumptions(12, -1.0, ONE)


points = st.tuples(*[st.floats(0, 1e6)] * 3).map(sorted).map(lambda three: ThreePoint(*three))


@given(cost=points, uplift=points, adoption=st.floats(0, 1), months=st.integers(1, 60), rate=st.floats(0, 1))
def test_likely_lies_between_low_and_high(
    cost: ThreePoint, uplift: ThreePoint, adoption: float, months: int, rate: float
) -> None:
    held = Case(
        Assumptions(months, rate, ThreePoint.exactly(adoption), draws=100),
        (Cost("c", "Cost", cost, recurs=True),),
        (Benefit("b", "Gain", 10.0, uplift),),
    )
    low, likely, high = (scenario(held, name).npv for name in ("low", "likely", "high"))
    slack = 1e-6 * (1 + abs(low) + abs(high))
    assert low <= likely + slack
    assert likely <= high + slack
    draws = draw_npv(held)
    assert np.isfinite(draws).all()
    assert low - slack <= draws.min()
    assert draws.max() <= high + slack
