"""NUMBER (int, float, bigint), NUMERIC, RATING, AUTO_NUMBER and POSITION.

Bigints and decimals travel as strings, without loss.
"""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from time import time
from typing import Any

from sqlalchemy import BigInteger, Double, Identity, Integer, Numeric, cast, extract, func

from armature.metadata.kinds.kind import Kind, SettingInvalid, Settings, Special, Storage, Unfit, always
from armature.metadata.kinds.settings import integer

MAX_PRECISION = 1_000  # PostgreSQL's for numeric(p, s)
MAX_DIGITS = 1_000
LONGEST_NUMBER = 40
MOST_STARS = 100

_PLAIN = re.compile(r"[-+]?[0-9.]+([eE][-+]?[0-9]+)?\Z")  # Decimal itself takes underscores and other digits too


def whole(bits: int) -> Callable[[Any], int]:
    """A check for integers of so many bits. A float without a fraction counts, as in GraphQL's Int."""
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1

    def check(value: Any) -> int:
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise Unfit(f"an integer between {low} and {high}")
        return value

    return check


def real(value: Any) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            if isfinite(found := float(value)):
                return found
        except OverflowError:
            pass
    raise Unfit("a finite number")


def bigint(value: Any) -> str:
    """Canonical as a string of digits; a JSON integer is taken too."""
    if isinstance(value, str) and len(value) <= LONGEST_NUMBER:
        digits = value[1:] if value[:1] in "+-" else value
        if digits.isascii() and digits.isdigit():
            value = int(value)
    return str(whole(64)(value))


def decimal(value: Any) -> str:
    """Canonical in plain digits, without an exponent; floats count by their shortest form."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Unfit("a decimal number")
    try:
        text = str(value)
        found = Decimal(text)
    except (InvalidOperation, ValueError):
        raise Unfit("a decimal number") from None
    if len(text) > MAX_DIGITS or not _PLAIN.match(text):
        raise Unfit(f"a decimal number of at most {MAX_DIGITS:,} digits")
    if abs(found.adjusted()) >= MAX_DIGITS:
        raise Unfit(f"a decimal number of at most {MAX_DIGITS:,} digits")
    return f"{found:f}"


def fixed(precision: int, scale: int) -> Callable[[Any], str]:
    """A check for decimals with at most `scale` digits after the point and `precision` in all; nothing is rounded."""

    def check(value: Any) -> str:
        text = decimal(value)
        before, _, after = text.lstrip("-").partition(".")
        if len(before.lstrip("0")) > precision - scale or len(after.rstrip("0")) > scale:
            raise Unfit(f"a decimal number with at most {precision - scale} digits before and {scale} after the point")
        return text

    return check


_NUMBERS = {
    "int": Storage("Int", Integer(), whole(32)),
    "float": Storage("Float", Double(), real),
    "bigint": Storage("BigInt", BigInteger(), bigint, int),
}


def _any_decimal(value: Decimal) -> Decimal:
    decimal(f"{value:f}")
    return value


_DECIMAL = Storage("Decimal", Numeric(), decimal, Decimal, fit=_any_decimal)


@lru_cache(maxsize=1_000)
def _fixed(precision: int, scale: int) -> Storage:
    """PostgreSQL would round a decimal with too many digits without a word."""
    canonical = fixed(precision, scale)

    def fit(value: Decimal) -> Decimal:
        canonical(f"{value:f}")
        return value

    return Storage("Decimal", Numeric(precision, scale), canonical, Decimal, fit=fit)


def _numeric(settings: Settings) -> Storage:
    precision = settings.get("precision")
    return _DECIMAL if precision is None else _fixed(precision, settings.get("scale", 0))


def _data_type(value: Any) -> str:
    if not isinstance(value, str) or value not in _NUMBERS:
        raise Unfit(f"one of {', '.join(_NUMBERS)}")
    return value


def _scale_within_precision(settings: Settings) -> None:
    scale = settings.get("scale")
    if scale is None:
        return
    if "precision" not in settings:
        raise SettingInvalid("NUMERIC", "scale", scale, 'given together with "precision"')
    if scale > settings["precision"]:
        raise SettingInvalid("NUMERIC", "scale", scale, "at most its precision")


NUMBER = Kind(
    name="NUMBER",
    storage=lambda settings: _NUMBERS[settings.get("dataType", "float")],
    setting_checks={"dataType": _data_type},
    setting_defaults={"dataType": "float"},
    can_be_unique=True,
)

NUMERIC = Kind(
    name="NUMERIC",
    storage=_numeric,
    setting_checks={"precision": integer(1, MAX_PRECISION), "scale": integer(0, MAX_PRECISION)},
    settle=_scale_within_precision,
    can_be_unique=True,
)


def stars(most: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        found = whole(32)(value)
        if not 1 <= found <= most:
            raise Unfit(f"an integer between 1 and {most}")
        return found

    return check


@lru_cache(maxsize=MOST_STARS)
def _rated(most: int) -> Storage:
    return Storage("Int", Integer(), stars(most), fit=stars(most), check=lambda held: held.between(1, most))


RATING = Kind(
    name="RATING",
    storage=lambda settings: _rated(settings.get("max", 5)),
    setting_checks={"max": integer(1, MOST_STARS)},
    setting_defaults={"max": 5},
)

AUTO_NUMBER = Kind(
    name="AUTO_NUMBER",
    storage=always(_NUMBERS["bigint"]),
    setting_checks={"start": integer(1, 2**53)},
    setting_defaults={"start": 1},
    fixed_settings=frozenset({"start"}),
    can_be_unique=True,
    can_have_default=False,
    generated=lambda settings: Identity(always=False, start=settings.get("start", 1)),
)

# After all others, without asking which is the last one: seconds since 1970 only grow.
_LAST = Special(lambda: cast(extract("epoch", func.clock_timestamp()), Double()), time, is_anew=True)

POSITION = Kind(name="POSITION", storage=always(_NUMBERS["float"]), specials={"last": _LAST})

KINDS = (NUMBER, NUMERIC, RATING, AUTO_NUMBER, POSITION)
