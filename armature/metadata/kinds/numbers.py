"""NUMBER (int, float, bigint) and NUMERIC. Bigints and decimals travel as strings, without loss."""

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from math import isfinite
from typing import Any

from sqlalchemy import BigInteger, Double, Integer, Numeric

from armature.metadata.kinds.kind import Kind, SettingInvalid, Settings, Storage, Unfit

MAX_PRECISION = 1_000  # PostgreSQL's for numeric(p, s)
MAX_DIGITS = 1_000
LONGEST_NUMBER = 40

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

_DECIMAL = Storage("Decimal", Numeric(), decimal, Decimal)


@lru_cache(maxsize=1_000)
def _fixed(precision: int, scale: int) -> Storage:
    return Storage("Decimal", Numeric(precision, scale), fixed(precision, scale), Decimal)


def _numeric(settings: Settings) -> Storage:
    precision = settings.get("precision")
    return _DECIMAL if precision is None else _fixed(precision, settings.get("scale", 0))


def _data_type(value: Any) -> str:
    if not isinstance(value, str) or value not in _NUMBERS:
        raise Unfit(f"one of {', '.join(_NUMBERS)}")
    return value


def _digits(low: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= MAX_PRECISION:
            raise Unfit(f"an integer between {low} and {MAX_PRECISION}")
        return value

    return check


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
    setting_checks={"precision": _digits(1), "scale": _digits(0)},
    settle=_scale_within_precision,
    can_be_unique=True,
)

KINDS = (NUMBER, NUMERIC)
