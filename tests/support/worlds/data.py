"""Random records of a model, as rows of its tables: what PostgreSQL and the oracle both begin with."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID

from armature.metadata.kinds import KINDS
from armature.metadata.model import Between, Field, Object, Snapshot
from armature.schema_builder.tables import column_name, has_unique, is_not_null, stored_fields
from tests.support.worlds.choices import Choices
from tests.support.worlds.values import some_value

Row: TypeAlias = dict[str, Any]
State: TypeAlias = Mapping[UUID, Mapping[UUID, Row]]
"""The rows of each object by id, each by column."""


def some_data(choices: Choices, snapshot: Snapshot, most: int) -> State:
    ids = {of.id: sorted(_ids(choices, choices.between(0, most))) for of in snapshot.objects.values()}
    state: dict[UUID, dict[UUID, Row]] = {of: {} for of in ids}
    for of in snapshot.objects.values():
        taken: dict[str, set[Any]] = {}
        for id_ in ids[of.id]:
            row = _row(choices, snapshot, of, id_, ids)
            pairs = snapshot.pairs.get(of.id, {}).values()
            joined = all(_is_joined_once(each, row, state[of.id].values()) for each in pairs)
            if joined and all(_is_free(field, row, taken) for field in stored_fields(of)):
                state[of.id][id_] = row
    return _without_dangling(snapshot, state)


def _ids(choices: Choices, count: int) -> Iterator[UUID]:
    return (UUID(int=choices.below(2**122)) for _ in range(count))


def _row(choices: Choices, snapshot: Snapshot, of: Object, id_: UUID, ids: Mapping[UUID, list[UUID]]) -> Row:
    row: Row = {"id": id_}
    row["created_at"] = datetime(2020, 1, choices.between(1, 5), tzinfo=UTC)
    row["updated_at"] = datetime(2021, 1, choices.between(1, 5), 12, 30, 0, 1000, tzinfo=UTC)
    row["deleted_at"] = datetime(2022, 1, choices.between(1, 5), tzinfo=UTC) if choices.chance(20) else None
    for field in stored_fields(of):
        if column_name(field) in row:
            continue
        if choices.chance(20) and not is_not_null(snapshot, field):
            row[column_name(field)] = None
        elif field.relation_id is not None:
            row[column_name(field)] = _reference(choices, snapshot, field, id_, ids)
        else:
            scalar = KINDS[field.kind].scalar(field.settings)
            assert scalar is not None
            row[column_name(field)] = some_value(choices, scalar, field)
    return row


def _reference(
    choices: Choices, snapshot: Snapshot, field: Field, id_: UUID, ids: Mapping[UUID, list[UUID]]
) -> UUID | None:
    """Skewed, so that some records have many others referring to them; to soft-deleted ones too."""
    found = ids[snapshot.link(field).target.id]
    if not found:
        return None
    return found[min(choices.below(len(found)), choices.below(len(found)))]


def _is_free(field: Field, row: Row, taken: dict[str, set[Any]]) -> bool:
    """Uniqueness leaves out soft-deleted records."""
    if not has_unique(field) or row["deleted_at"] is not None:
        return True
    value, held = row[column_name(field)], taken.setdefault(column_name(field), set())
    if value is None:
        return True
    if value in held:
        return False
    held.add(value)
    return True


def _is_joined_once(between: Between, row: Row, others: Iterable[Row]) -> bool:
    """Of link records that are not deleted, no two join the same."""
    near, far = column_name(between.near), column_name(between.far)
    live = {(each[near], each[far]) for each in others if each["deleted_at"] is None}
    return row["deleted_at"] is not None or None in (row[near], row[far]) or (row[near], row[far]) not in live


def _without_dangling(snapshot: Snapshot, state: dict[UUID, dict[UUID, Row]]) -> State:
    """References to rows that did not come about are emptied; a row that can't do without goes too, and so on."""
    again = True
    while again:
        again = False
        for of in snapshot.objects.values():
            for field in stored_fields(of):
                if field.relation_id is None:
                    continue
                column, targets = column_name(field), state[snapshot.link(field).target.id]
                for row in [*state[of.id].values()]:
                    if is_not_null(snapshot, field) and row[column] not in targets:
                        del state[of.id][row["id"]]
                        again = True
                    elif row[column] is not None and row[column] not in targets:
                        row[column] = None
    return state
