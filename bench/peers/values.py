"""One text for values that servers write differently."""

from datetime import UTC, datetime
from typing import Any

TIMES = ("createdAt", "updatedAt")
SUMS = "sum"
BIG_NUMBERS = ("amountMicros", "annualRecurringRevenueAmountMicros")


def normal(value: Any, name: str = "") -> Any:
    """Moments in UTC, big integers and sums as strings, whatever a server makes of them; all else as it is."""
    match value:
        case dict() if name == SUMS:
            return {key: str(each) for key, each in value.items()}
        case dict():
            return {key: normal(each, key) for key, each in value.items()}
        case list():
            return [normal(each) for each in value]
        case str() if name in TIMES:
            return datetime.fromisoformat(value).astimezone(UTC).isoformat()
        case int() if name in BIG_NUMBERS:
            return str(value)
        case _:
            return value
