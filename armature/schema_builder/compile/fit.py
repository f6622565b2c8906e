"""Whether a value fits its field, where its GraphQL type does not say."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from armature.core.errors import BadUserInput
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Unfit
from armature.schema_builder.view import Plain


class ValueUnfit(BadUserInput):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name} must be {reason}.", field=name)


def unfit(entry: Plain, value: Any) -> str | None:
    """What the value must be and is not. PostgreSQL would round a decimal with too many digits without a word."""
    if isinstance(value, Decimal):
        try:
            KINDS[entry.field.kind].storage(entry.field.settings).canonical(f"{value:f}")
        except Unfit as reason:
            return str(reason)
    return None


def fitting(entry: Plain) -> Callable[[Any], Any]:
    """The value itself. Raises ValueUnfit."""

    def check(value: Any) -> Any:
        if problem := unfit(entry, value):
            raise ValueUnfit(entry.name, problem)
        return value

    return check
