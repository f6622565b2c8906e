"""Rollups, naively: each row gets what the rows that its relation leads to come to, as if it were in a column."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from armature.metadata.filters.tree import Holds
from armature.metadata.filters.values import sent_value
from armature.metadata.filters.write import write_filter
from armature.schema_builder.compile.rollups import total_of
from armature.schema_builder.view import ObjectView, Rolled, ToMany, View
from tests.support.oracle.aggregates import aggregated
from tests.support.oracle.filters import meets, to_many
from tests.support.worlds.data import Row, State

ROUNDS = 5
"""One rollup may be of another."""


def rolled_up(view: View, state: State) -> State:
    for _ in range(ROUNDS if any(of.rollups for of in view) else 0):
        found = {of.object.id: _rolled(view, state, of) for of in view}
        state = {**state, **found}
    return state


def _rolled(view: View, state: State, of: ObjectView) -> Mapping[UUID, Row]:
    if not of.rollups:
        return state[of.object.id]
    return {
        id_: {**row, **{each.column: _value(view, state, of, each, row) for each in of.rollups.values()}}
        for id_, row in state[of.object.id].items()
    }


def _value(view: View, state: State, of: ObjectView, entry: Rolled, row: Row) -> Any:
    total = total_of(entry)
    relation = of.entries[entry.rollup.relation.name]
    assert isinstance(relation, ToMany)
    rows = to_many(view, state, relation, row)
    if entry.rollup.filter is not None:
        kept = write_filter(entry.rollup.filter, view.snapshot, _plainly)
        rows = [each for each in rows if meets(view, state, total.to, each, kept)]
    value = total.aggregate.entry
    rows = [{value.column: None, **each} if value else each for each in rows]
    found = aggregated(total.aggregate.function, value, rows)
    return Decimal(found) if entry.scalar == "Decimal" and found is not None else found


def _plainly(holds: Holds, operator: str, value: Any) -> Any:
    """As a client's variables have it once they are read."""
    return value if operator == "is" else sent_value(holds.scalar, operator, value, lambda sent: sent)
