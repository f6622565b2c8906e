"""FORMULA and ROLLUP: computed when a record is read, of its other values, or of many other records.

The language of formulas is in metadata/formula; what a rollup's settings mean, in metadata/rollups.py.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double, Integer, Numeric, Text

from armature.metadata.aggregates import SPELT
from armature.metadata.kinds.kind import Kind, Storage, Unfit
from armature.metadata.kinds.structure import document


def _unwritable(_value: Any) -> Any:
    raise Unfit("left out: it is computed")


_RESULTS: Mapping[str, Storage] = {
    "String": Storage("String", Text(), _unwritable),
    "Float": Storage("Float", Double(), _unwritable),
    "Decimal": Storage("Decimal", Numeric(), _unwritable),
    "Boolean": Storage("Boolean", Boolean(), _unwritable),
    "Date": Storage("Date", Date(), _unwritable),
    "DateTime": Storage("DateTime", DateTime(timezone=True), _unwritable),
}


def _expression(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise Unfit("a formula")
    return value


def _result(value: Any) -> str:
    if value not in _RESULTS:
        raise Unfit(f"one of {', '.join(_RESULTS)}")
    return str(value)


FORMULA = Kind(
    name="FORMULA",
    storage=lambda settings: _RESULTS[settings.get("result", "String")],
    setting_checks={"expression": _expression, "result": _result},
    inferred_settings=frozenset({"result"}),
    can_have_default=False,
    is_computed=True,
)

_ROLLED_UP: Mapping[str, Storage] = {
    **_RESULTS,
    "Int": Storage("Int", Integer(), _unwritable),
    "BigInt": Storage("BigInt", BigInteger(), _unwritable),
}


def _name(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise Unfit("the name of a field")
    return value


def _aggregate(value: Any) -> str:
    if value not in SPELT:
        raise Unfit(f"one of {', '.join(SPELT)}")
    return str(value)


def _filter(value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise Unfit("a filter")
    return document(dict(value))


def _rolled_up(value: Any) -> str:
    if value not in _ROLLED_UP:
        raise Unfit(f"one of {', '.join(_ROLLED_UP)}")
    return str(value)


ROLLUP = Kind(
    name="ROLLUP",
    storage=lambda settings: _ROLLED_UP[settings.get("result", "Int")],
    setting_checks={
        "relation": _name,
        "aggregate": _aggregate,
        "field": _name,
        "filter": _filter,
        "result": _rolled_up,
    },
    inferred_settings=frozenset({"result"}),
    can_have_default=False,
    is_computed=True,
    has_column=False,
)

KINDS = (FORMULA, ROLLUP)
