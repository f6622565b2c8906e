"""BOOLEAN and SELECT: a choice of few values.

A SELECT is held as text; the CHECK that keeps to its options is made from the field, elsewhere.
"""

from typing import Any

from sqlalchemy import Boolean, Text

from armature.metadata.kinds.kind import Kind, Storage, Unfit, always


def truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Unfit("true or false")
    return value


def choice(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("one of its options")
    return value


_BOOLEAN = Storage("Boolean", Boolean(), truth)
_SELECT = Storage("ENUM", Text(), choice)

BOOLEAN = Kind(name="BOOLEAN", storage=always(_BOOLEAN))
SELECT = Kind(name="SELECT", storage=always(_SELECT), can_be_unique=True, has_options=True)


KINDS = (BOOLEAN, SELECT)
