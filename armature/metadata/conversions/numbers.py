"""Numbers from texts, from each other and from yes and no. What would be rounded, or does not fit, is null."""

from collections.abc import Callable, Mapping

from sqlalchemy import BigInteger, Double, Integer, Numeric, Text, and_, case, cast, func, literal, or_

from armature.metadata.conversions.conversion import Given, Parts, Sql, guarded, held, matches, trimmed, words
from armature.metadata.kinds import Settings
from armature.metadata.kinds.numbers import MAX_DIGITS
from armature.metadata.model import Field

MICROS = 1_000_000
NUMBER = r"^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)([eE][-+]?[0-9]{1,2})?$"
LONGEST_NUMBER = 300
SMALLEST, LARGEST = "1e-300", "1e300"  # that a double surely takes

TRUE_WORDS = ("true", "t", "yes", "y", "on", "1")
FALSE_WORDS = ("false", "f", "no", "n", "off", "0")


def written_number(text: Sql) -> Sql:
    """A text in plain digits, with an exponent at most, as numeric."""
    plain = trimmed(text)
    short = func.char_length(plain) <= literal(LONGEST_NUMBER, Integer())
    return guarded(cast(plain, Numeric()), short, matches(plain, NUMBER))


def number_of(field: Field) -> Sql:
    """What a field of numbers holds, as numeric. A double is read as it is shown: PostgreSQL's own cast cuts it."""
    match field.kind:
        case "CURRENCY":
            amount = cast(held(field, "amountMicros"), Numeric())
            return func.trim_scale(amount / _numeric(str(MICROS)), type_=Numeric())
        case "BOOLEAN":
            return cast(cast(held(field), Integer()), Numeric())
        case _:
            return cast(cast(held(field), Text()), Numeric())


def _numeric(digits: str) -> Sql:
    return cast(literal(digits, Text()), Numeric())


def _between(value: Sql, low: int, high: int) -> Sql:
    """NaN is greater than everything."""
    return and_(value >= _numeric(str(low)), value <= _numeric(str(high)))


def _whole(value: Sql, low: int, high: int) -> Sql:
    return and_(_between(value, low, high), value == func.trunc(value))


def _integer(value: Sql, settings: Settings) -> Sql:
    bits = 32 if settings.get("dataType") == "int" else 64
    fits = _whole(value, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    return guarded(cast(value, Integer() if bits == 32 else BigInteger()), fits)


def _double(value: Sql) -> Sql:
    size = func.abs(value)
    fits = or_(value == _numeric("0"), and_(size >= _numeric(SMALLEST), size <= _numeric(LARGEST)))
    return guarded(cast(value, Double()), fits)


def _number(value: Sql, settings: Settings) -> Sql:
    return _double(value) if settings.get("dataType", "float") == "float" else _integer(value, settings)


def _decimal(value: Sql, settings: Settings) -> Sql:
    if "precision" not in settings:
        return guarded(value, func.abs(value) < _numeric(f"1e{MAX_DIGITS - 1}"))
    precision, scale = settings["precision"], settings.get("scale", 0)
    fits = func.abs(value) < _numeric(f"1e{precision - scale}")
    exact = value == func.round(value, literal(scale, Integer()))
    return guarded(cast(value, Numeric(precision, scale)), fits, exact)


def _rating(value: Sql, settings: Settings) -> Sql:
    return guarded(cast(value, Integer()), _whole(value, 1, settings.get("max", 5)))


FITTED: Mapping[str, Callable[[Sql, Settings], Sql]] = {"NUMBER": _number, "NUMERIC": _decimal, "RATING": _rating}
"""A numeric as a value of this kind."""


def _currency(value: Sql, after: Field) -> Parts:
    micros = value * _numeric(str(MICROS))
    code = (after.default or {}).get("currencyCode")
    amount = _integer(micros, {"dataType": "bigint"})
    return {
        "amountMicros": amount,
        "currencyCode": cast(case((amount.is_not(None), literal(code, Text()))), Text()),
    }


def _as_number(value: Sql, after: Field) -> Parts:
    if after.kind == "CURRENCY":
        return _currency(value, after)
    return {"": FITTED[after.kind](value, after.settings)}


def from_text(given: Given) -> Parts:
    return _as_number(written_number(given.text), given.after)


def from_number(given: Given) -> Parts:
    return _as_number(number_of(given.before), given.after)


def truth_from_number(given: Given) -> Sql:
    value = number_of(given.before)
    return case((value == _numeric("1"), literal(True)), (value == _numeric("0"), literal(False)))


def truth_from_text(given: Given) -> Sql:
    plain = func.lower(trimmed(given.text))
    return case(
        (plain.in_([words(each) for each in TRUE_WORDS]), literal(True)),
        (plain.in_([words(each) for each in FALSE_WORDS]), literal(False)),
    )
