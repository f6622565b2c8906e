"""DATE and DATE_TIME. Times are ISO 8601, held in UTC."""

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Date, DateTime, cast, func

from armature.metadata.kinds.kind import Kind, Special, Storage, Unfit, always

LONGEST = 40


def day(value: Any) -> str:
    if isinstance(value, str) and len(value) == len("2025-01-31"):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise Unfit("a date such as 2025-01-31")


def moment(value: Any) -> str:
    """Canonical in UTC with a Z; without an offset it is UTC."""
    if isinstance(value, str) and len("2025-01-31") < len(value) <= LONGEST:
        try:
            found = datetime.fromisoformat(value)
            found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
            return found.isoformat().replace("+00:00", "Z")
        except (ValueError, OverflowError):
            pass
    raise Unfit("a time such as 2025-01-31T12:00:00Z")


_DATE = Storage("Date", Date(), day, date.fromisoformat)
_DATE_TIME = Storage("DateTime", DateTime(timezone=True), moment, datetime.fromisoformat)

DATE = Kind(
    name="DATE",
    storage=always(_DATE),
    specials={"now": Special(lambda: cast(func.now(), Date()), lambda: datetime.now(UTC).date())},
    can_be_unique=True,
)

DATE_TIME = Kind(
    name="DATE_TIME",
    storage=always(_DATE_TIME),
    specials={"now": Special(func.now, lambda: datetime.now(UTC))},
    can_be_unique=True,
)


KINDS = (DATE, DATE_TIME)
