"""What an estimate is made of: three-point values, costs, benefits and errors, all in one currency."""

import math
from dataclasses import dataclass


class Impossible(ValueError):
    """An input that no estimate can be made from; the message names it, for people."""


@dataclass(frozen=True)
class ThreePoint:
    """A value that is not known exactly: at the least, most likely, and at the most."""

    low: float
    likely: float
    high: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(value) for value in (self.low, self.likely, self.high)):
            raise Impossible("An estimate needs finite numbers.")
        if not self.low <= self.likely <= self.high:
            raise Impossible(f"Low, likely and high have to be in order, not {self.low}, {self.likely}, {self.high}.")

    @classmethod
    def exactly(cls, value: float) -> "ThreePoint":
        """A value that is known."""
        return cls(value, value, value)

    @property
    def is_known(self) -> bool:
        """Whether there is nothing to vary."""
        return self.low == self.high

    @property
    def mean(self) -> float:
        """The mean of the PERT distribution of these points, (low + 4 likely + high) / 6."""
        return (self.low + 4 * self.likely + self.high) / 6


@dataclass(frozen=True)
class Cost:
    """Money that goes out: once in `first_month`, or in every month from `first_month` to `last_month`.

    Month 0 is the day before the first month. `last_month` None is the end of the horizon. `amount` is for one month
    where the cost recurs.
    """

    key: str
    label: str
    amount: ThreePoint
    recurs: bool
    first_month: int = 0
    last_month: int | None = None


@dataclass(frozen=True)
class Benefit:
    """Money that comes in: `worth` is what an uplift of 1 is worth a year at full adoption (volume x unit value)."""

    key: str
    label: str
    worth: float
    uplift: ThreePoint
    first_month: int = 1


@dataclass(frozen=True)
class ErrorLoss:
    """Money lost to one kind of wrong prediction: `worth` is what a rate of 1 costs a year (volume x unit cost)."""

    key: str
    label: str
    worth: float
    rate: ThreePoint


@dataclass(frozen=True)
class Assumptions:
    """What holds for every line: months, yearly discount rate, share of cases where the result is used, draws."""

    horizon_months: int
    discount_rate: float
    adoption: ThreePoint
    hurdle_rate: float = 0.0
    seed: int = 0
    draws: int = 20_000

    def __post_init__(self) -> None:
        if self.horizon_months < 1:
            raise Impossible("The horizon is at least one month.")
        if not math.isfinite(self.discount_rate) or self.discount_rate <= -1:
            raise Impossible("The discount rate has to be a finite number above -100 %.")
        if self.draws < 1:
            raise Impossible("A simulation needs at least one draw.")


@dataclass(frozen=True)
class Case:
    """Everything that one estimate is computed from."""

    assumptions: Assumptions
    costs: tuple[Cost, ...] = ()
    benefits: tuple[Benefit, ...] = ()
    errors: tuple[ErrorLoss, ...] = ()
