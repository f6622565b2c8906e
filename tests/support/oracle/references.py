"""What goes with a destroyed record: foreign keys, whether their fields are in sight or not."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from armature.metadata.model import OnDelete, Snapshot
from armature.schema_builder.tables import column_name, has_foreign_key
from tests.support.worlds.data import Row, State


class Undecided(Exception):
    """Whether it is forbidden depends on the order in which PostgreSQL follows the references."""


@dataclass(frozen=True, slots=True)
class Reference:
    """Rows of `many` refer by `column` to rows of `one`."""

    many: UUID
    column: str
    one: UUID
    on_delete: OnDelete


def referring(snapshot: Snapshot) -> list[Reference]:
    found = []
    for relation in snapshot.relations.values():
        key = snapshot.objects[relation.many_object].fields[relation.many_field]
        if relation.through is None and has_foreign_key(snapshot, key):
            found.append(Reference(relation.many_object, column_name(key), relation.one_object, relation.on_delete))
    return found


def removed(references: Sequence[Reference], state: State, of: UUID, ids: Sequence[UUID]) -> State | None:
    """The state without these rows and what goes with them; None where that is forbidden. Raises Undecided."""
    gone: dict[UUID, set[UUID]] = {each: set() for each in state}
    gone[of] |= set(ids)
    first = {each: set(found) for each, found in gone.items()}
    emptied: set[tuple[UUID, UUID, str]] = set()
    restricting: list[tuple[UUID, UUID]] = []
    pending = deque((of, each) for each in ids)
    while pending:
        one, id_ = pending.popleft()
        for reference in (each for each in references if each.one == one):
            for row in _referring(state, reference, id_):
                match reference.on_delete:
                    case "CASCADE":
                        if row["id"] not in gone[reference.many]:
                            pending.append((reference.many, row["id"]))
                        gone[reference.many].add(row["id"])
                    case "SET_NULL":
                        emptied.add((reference.many, row["id"], reference.column))
                    case "RESTRICT":
                        restricting.append((reference.many, row["id"]))
    left = [each for each in restricting if each[1] not in first[each[0]]]
    if any(id_ not in gone[many] for many, id_ in left):
        return None
    if left:
        raise Undecided
    return _after(state, gone, emptied)


def _referring(state: State, reference: Reference, id_: UUID) -> list[Row]:
    return [row for row in state[reference.many].values() if row[reference.column] == id_]


def _after(state: State, gone: Mapping[UUID, set[UUID]], emptied: set[tuple[UUID, UUID, str]]) -> State:
    after = {of: {id_: dict(row) for id_, row in rows.items() if id_ not in gone[of]} for of, rows in state.items()}
    for of, id_, column in emptied:
        if id_ in after[of]:
            after[of][id_][column] = None
    return after
