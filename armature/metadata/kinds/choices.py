"""BOOLEAN, SELECT and MULTI_SELECT: a choice of few values.

Options are held as text, and a CHECK keeps to them; `Choices` says how, for one and for several.
"""

from typing import Any

from sqlalchemy import Boolean, Text, any_, case, func, literal, select

from armature.metadata.kinds.kind import Choices, Kind, Storage, Unfit, always
from armature.metadata.kinds.lists import TEXTS, texts_sql


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def choice(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("one of its options")
    return value


def choices(value: Any) -> list[str]:
    """Each once, in the order given."""
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unfit("a list of its options")
    return list(dict.fromkeys(value))


_ONE = Choices(
    check=lambda held, values: held.in_(sorted(values)) if values else held.is_(None),
    holds=lambda held, value: held == value,
    holds_any=lambda held, values: held.in_(values),
    renamed=lambda held, values: case(dict(values), value=held),
)


def _each_renamed(held: Any, values: Any) -> Any:
    item = func.unnest(held).table_valued("value", with_ordinality="n", name="item").render_derived()
    renamed = case(dict(values), value=item.c.value, else_=item.c.value)
    return func.array(select(renamed).order_by(item.c.n).correlate_except(item).scalar_subquery(), type_=TEXTS)


_SEVERAL = Choices(
    check=lambda held, values: held.op("<@", is_comparison=True)(texts_sql(sorted(values))),
    holds=lambda held, value: literal(value, Text()) == any_(held),
    holds_any=lambda held, values: held.op("&&", is_comparison=True)(texts_sql(values)),
    renamed=_each_renamed,
)

_BOOLEAN = Storage("Boolean", Boolean(), truth)
_SELECT = Storage("ENUM", Text(), choice)
_MULTI_SELECT = Storage("[ENUM]", TEXTS, choices, sql=texts_sql, fit=choices)

BOOLEAN = Kind(name="BOOLEAN", storage=always(_BOOLEAN))
SELECT = Kind(name="SELECT", storage=always(_SELECT), can_be_unique=True, choices=_ONE)
MULTI_SELECT = Kind(name="MULTI_SELECT", storage=always(_MULTI_SELECT), choices=_SEVERAL)


KINDS = (BOOLEAN, SELECT, MULTI_SELECT)
