"""FORMULA: a value that PostgreSQL computes of the record's others when it is read. Its language: metadata/formula."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Boolean, Date, DateTime, Double, Numeric, Text

from armature.metadata.kinds.kind import Kind, Storage, Unfit


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

KINDS = (FORMULA,)
