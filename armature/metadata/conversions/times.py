"""Dates and times from texts and from each other. A time without an offset is UTC; so is the day of a time."""

from sqlalchemy import Date, DateTime, Text, and_, case, cast, func

from armature.metadata.conversions.conversion import Given, Sql, guarded, is_valid, matches, trimmed, words

DAY = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TIME = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?"
OFFSET = r"(Z|[-+][0-9]{2}(:?[0-9]{2})?)"
DOTTED = r"^([0-9]{1,2})[.]([0-9]{1,2})[.]([0-9]{4})$"
EARLIEST, LATEST = "0001-01-01 00:00:00+00", "9999-12-31 23:59:59.999999+00"


def _dashed(text: Sql) -> Sql:
    """31.1.2025, which can mean one day only, as 2025-01-31."""
    plain = trimmed(text)
    padded = func.regexp_replace(plain, words(DOTTED), words(r"\3-0\2-0\1"))
    turned = func.regexp_replace(padded, words(r"-0([0-9]{2})"), words(r"-\1"), words("g"), type_=Text())
    return case((matches(plain, DOTTED), turned), else_=plain)


def _moment(text: Sql) -> Sql:
    """A date and a time, with an offset."""
    value = cast(text, DateTime(timezone=True))
    low, high = (cast(words(each), DateTime(timezone=True)) for each in (EARLIEST, LATEST))
    return guarded(value, is_valid(text, "timestamptz"), and_(value >= low, value <= high))


def _written_moment(text: Sql) -> Sql:
    plain = trimmed(text)
    with_offset = guarded(_moment(plain), matches(plain, f"{TIME} ?{OFFSET}$"))
    without = guarded(_moment(plain.op("||")(words("Z"))), matches(plain, f"{TIME}$"))
    return func.coalesce(with_offset, without, _midnight(_written_day(text)))


def _written_day(text: Sql) -> Sql:
    plain = _dashed(text)
    return guarded(cast(plain, Date()), matches(plain, DAY), is_valid(plain, "date"))


def _midnight(day: Sql) -> Sql:
    return func.timezone(words("UTC"), cast(day, DateTime()), type_=DateTime(timezone=True))


def _day_of(moment: Sql) -> Sql:
    return cast(func.timezone(words("UTC"), moment), Date())


def day_from_text(given: Given) -> Sql:
    return func.coalesce(_written_day(given.text), _day_of(_written_moment(given.text)))


def moment_from_text(given: Given) -> Sql:
    return _written_moment(given.text)


def day_from_moment(given: Given) -> Sql:
    return _day_of(given.held())


def moment_from_day(given: Given) -> Sql:
    return _midnight(given.held())
