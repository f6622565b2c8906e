"""VECTOR: a place among others, such as a text's as a language model sees it. PostgreSQL holds it by pgvector."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, literal
from sqlalchemy.types import UserDefinedType

from armature.core.errors import BadUserInput
from armature.metadata.kinds.kind import Kind, Settings, Storage, Unfit
from armature.metadata.kinds.numbers import real
from armature.metadata.kinds.settings import integer

MOST_DIMENSIONS = 2_000  # what pgvector's indexes take
GREATEST = 3.4028234e38  # of four bytes


class DimensionsMissing(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            'A VECTOR field needs "dimensions": how many numbers its values have.',
            hint="Such as settings: {dimensions: 1536}, as the model that makes them says.",
            path=("settings", "dimensions"),
        )


class Vector(UserDefinedType[Sequence[float]]):
    """pgvector's type."""

    cache_ok = True

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def get_col_spec(self, **_: Any) -> str:
        return f"VECTOR({self.dimensions})"


@lru_cache(maxsize=1_000)
def _vector(dimensions: int) -> Storage:
    def fit(value: Any) -> list[float]:
        if not isinstance(value, list) or len(value) != dimensions:
            raise Unfit(f"a list of {dimensions:,} numbers")
        found = [real(each) for each in value]
        if any(abs(each) > GREATEST for each in found):
            raise Unfit(f"numbers between -{GREATEST} and {GREATEST}")
        return found

    def sql(value: Sequence[float]) -> ColumnElement[Any]:
        return cast(literal(numbers_literal(value), Text()), Vector(dimensions))

    return Storage("[Float]", Vector(dimensions), fit, sql=sql, fit=fit)


def numbers_literal(values: Sequence[float], brackets: str = "[]") -> str:
    """As pgvector reads them; within braces, as an array."""
    return f"{brackets[0]}{','.join(map(repr, values))}{brackets[1]}"


def _settle(settings: Settings) -> None:
    if "dimensions" not in settings:
        raise DimensionsMissing


VECTOR = Kind(
    name="VECTOR",
    storage=lambda settings: _vector(settings.get("dimensions", 1)),
    setting_checks={"dimensions": integer(1, MOST_DIMENSIONS)},
    settle=_settle,
)

KINDS = (VECTOR,)
