"""When something comes again: cron expressions, in a time zone.

As Debian's cron does: where clocks go forward, what was due in the hour that is missing comes right after it; where
they go back, what names an hour comes once.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from armature.core.errors import BadUserInput

FIELDS = 5
EXAMPLE = 'Such as "30 8 * * mon-fri": minute, hour, day of the month, month, day of the week.'


class CronUnfit(BadUserInput):
    def __init__(self, expression: str) -> None:
        super().__init__(f'"{expression[:100]}" is no cron expression that ever comes.', hint=EXAMPLE, field="cron")


class TimeZoneUnknown(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'There is no time zone "{name[:100]}".', hint='Such as "Europe/Berlin".', field="timeZone")


def next_time(expression: str, time_zone: str, after: datetime) -> datetime:
    """The first time after that moment, in UTC. Raises CronUnfit, TimeZoneUnknown."""
    local = after.astimezone(_zone(time_zone))
    if len(expression.split()) != FIELDS:  # a sixth would be of seconds
        raise CronUnfit(expression)
    try:
        return next(CronSim(expression, local)).astimezone(UTC)
    except (CronSimError, StopIteration) as error:
        raise CronUnfit(expression) from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise TimeZoneUnknown(name) from error
