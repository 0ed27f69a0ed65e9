"""What agreement figures say, in plain sentences and without a scale of good and bad that nobody can prove."""

from typing import Any

REACHED, MISSED, OPEN = "pass", "fail", "inconclusive"


def reading(figure: dict[str, Any]) -> str:
    """What a kappa or an alpha says."""
    value = figure["value"]
    if value is None:
        return f"Not defined. {figure['reason']}"
    if value < 0:
        said = "Labelers agree less often than chance alone would have them."
    elif value == 0:
        said = "Labelers agree just as often as chance alone would have them."
    else:
        said = f"Labelers go {share(value)} of the way from agreement by chance to full agreement."
    if figure["lower"] is None:
        return f"{said} {figure['reason']}".strip()
    return f"{said} {_reach(figure)}"


def share(value: float) -> str:
    """A share as a percentage that is not rounded up to everything."""
    text = f"{value * 100:.0f}"
    return f"{value * 100:.1f} %" if text in {"100", "0"} and value not in (0, 1) else f"{text} %"


def against_target(figure: dict[str, Any], target: float) -> tuple[str, str]:
    """A verdict and its sentence: whether a figure, its interval taken seriously, reaches what the plan asks for."""
    value, lower, upper, name = figure["value"], figure["lower"], figure["upper"], figure["name"]
    if value is None:
        return OPEN, f"The plan asks for {target:g}, and {name} is not defined for these labels. {figure['reason']}"
    said = f"The plan asks for at least {target:g}; {name} is {value:.3f}"
    if lower is None:
        return (OPEN if value >= target else MISSED), f"{said}, without an interval. {figure['reason']}".strip()
    said += f", with a 95 % interval from {lower:.3f} to {upper:.3f}."
    if lower >= target:
        return REACHED, f"{said} All of the interval reaches the target."
    if upper < target:
        return MISSED, f"{said} All of the interval lies below the target."
    return OPEN, f"{said} The target lies inside the interval: these rows cannot tell. More labelled rows can."


def _reach(figure: dict[str, Any]) -> str:
    low, high = figure["lower"], figure["upper"]
    if low == high:
        return ""
    if low < 0 < high:
        return f"The interval reaches from {low:.2f} to {high:.2f}, so that chance alone would explain it, too."
    return f"The rows fit anything from {low:.2f} to {high:.2f}."
