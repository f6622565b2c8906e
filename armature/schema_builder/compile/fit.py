"""Whether a value fits its field, where its GraphQL type does not say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Unfit
from armature.schema_builder.compile.references import DATA, DataRefused
from armature.schema_builder.view import Plain


def unfit(entry: Plain, value: Any) -> str | None:
    """What the value must be and is not. PostgreSQL would round a decimal with too many digits without a word."""
    if isinstance(value, Decimal):
        try:
            KINDS[entry.field.kind].storage(entry.field.settings).canonical(f"{value:f}")
        except Unfit as reason:
            return str(reason)
    return None


def fitting(entry: Plain) -> Callable[[Any], Any]:
    """The value itself. Raises DataRefused."""

    def check(value: Any) -> Any:
        if problem := unfit(entry, value):
            raise DataRefused((*DATA, entry.name), f"it must be {problem}.")
        return value

    return check
