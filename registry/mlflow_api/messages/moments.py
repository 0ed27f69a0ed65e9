"""Moments as MLflow writes them: milliseconds since 1970."""

from datetime import UTC, datetime, timedelta

from registry.mlflow_api.wire import Malformed, Message
from registry.run_values import UnusableValue, ensure_moment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def milliseconds(moment: datetime) -> int:
    """A moment in milliseconds since 1970."""
    return (moment - EPOCH) // MILLISECOND


def moment(sent: Message, name: str) -> datetime | None:
    """The moment that a field says, or None where it is left out; raises Malformed."""
    if name not in sent:
        return None
    value = sent.whole(name)
    try:
        return ensure_moment(EPOCH + timedelta(milliseconds=value))
    except (UnusableValue, OverflowError):
        raise Malformed(
            f"Parameter '{name}' has to be milliseconds since 1970, before the last day of the year 9999; it is {value}."
        ) from None
