"""Distances between vectors: read from arguments, and as SQL."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Double, cast, literal_column
from sqlalchemy.types import TypeEngine

from armature.core.errors import BadUserInput
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Unfit
from armature.metadata.operators import METRICS
from armature.schema_builder.compile.arguments import Lifted
from armature.schema_builder.compile.binds import Bind, Changed
from armature.schema_builder.compile.fit import fit_of
from armature.schema_builder.compile.plan.conditions import Near
from armature.schema_builder.compile.plan.distances import Distance
from armature.schema_builder.view import Plain

OPERATORS: Mapping[str, str] = {"COSINE": "<=>", "L2": "<->", "INNER_PRODUCT": "<#>"}
"""pgvector's, by metric."""

NAN: ColumnElement[Any] = literal_column("'NaN'::float8")
"""The cosine distance of what has no direction."""


class VectorUnfit(BadUserInput):
    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f'What the distance of "{name}" is measured to must be {reason}.', field=name)


class MetricIsNull(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'The metric for "{name}" is null.', hint=f"Leave it out for {METRICS[0]}.", field=name)


def distance(entry: Plain, given: Mapping[str, Lifted]) -> Distance:
    """Raises MetricIsNull; VectorUnfit is raised when the statement's values are read."""
    metric = given.get("metric", METRICS[0])
    if metric is None:
        raise MetricIsNull(entry.name)
    return Distance(entry, metric, Changed(given["to"], lambda value: _fitted(entry, value)))


def near(entry: Plain, given: Mapping[str, Lifted]) -> Iterator[Near]:
    """The conditions that a distance is to meet."""
    measured = distance(entry, given)
    return (Near(measured, key, value) for key, value in given.items() if key not in ("to", "metric"))


def _fitted(entry: Plain, value: Any) -> Any:
    fit = fit_of(entry)
    assert fit is not None  # noqa: S101  vectors have one
    try:
        return fit(value)
    except Unfit as reason:
        raise VectorUnfit(entry.name, str(reason)) from None


def distance_sql(
    measured: Distance, column: ColumnElement[Any], bound: Callable[[Bind, TypeEngine[Any]], ColumnElement[Any]]
) -> ColumnElement[Any]:
    """In the form that an index serves."""
    kind = KINDS["VECTOR"].column_type(measured.entry.field.settings)
    to = cast(bound(measured.to, ARRAY(Double())), kind)
    return column.op(OPERATORS[measured.metric], return_type=Double())(to)
