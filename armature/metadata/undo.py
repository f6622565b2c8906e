"""What brings back the model before a changeset: the rows as they were, and what was made, which is set aside. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID

from msgspec import Struct

from armature.metadata.edits.conversion import SHORT, former
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Snapshot, renewed
from armature.metadata.names import column_at_birth, columns_of, taken_columns
from armature.metadata.roles import Role
from armature.metadata.rows import ModelRows
from armature.metadata.store import changed_rows, with_rows


class Undo(Struct, frozen=True):
    """`rows` are what the changeset changed, as it was before; the others are the ids of what it made.

    One that `is_final` has no way back.
    """

    rows: ModelRows
    objects: list[UUID]
    fields: list[UUID]
    roles: list[UUID] = []
    is_final: bool = False


FINAL = Undo(ModelRows([], [], [], []), [], [], is_final=True)


def undo_of(before: Snapshot, after: Snapshot) -> Undo:
    """Fields of objects that were made go with them, and are not listed."""
    made = [each.id for each in renewed(before.objects, after.objects) if each.id not in before.objects]
    fields = [
        field
        for of in renewed(before.objects, after.objects)
        if of.id in before.objects
        for field in of.fields
        if field not in before.objects[of.id].fields
    ]
    roles = [id_ for id_ in after.roles if id_ not in before.roles]
    return Undo(changed_rows(after, before), made, fields, roles)


def undone(snapshot: Snapshot, undo: Undo, now: datetime) -> Snapshot:
    """The snapshot without the changeset, which must have been the last one; its version is left as it is."""
    back = with_rows(snapshot, undo.rows)
    gone = set(undo.fields)
    gone |= {each.id for id_ in undo.objects for each in back.objects[id_].fields.values() if each.relation_id}
    converted = {id_: _converted_back(snapshot.objects[id_], of, gone, now) for id_, of in back.objects.items()}
    objects = {
        id_: _without(of, gone, now if id_ in undo.objects else of.deleted_at, now) for id_, of in converted.items()
    }
    return replace(back, objects=objects, roles=_without_roles(back, undo, now))


def _without_roles(back: Snapshot, undo: Undo, now: datetime) -> Mapping[UUID, Role]:
    gone = set(undo.roles)
    if not gone:
        return back.roles
    return {id_: replace(each, deleted_at=now) if id_ in gone else each for id_, each in back.roles.items()}


def _converted_back(before: Object, of: Object, made: set[UUID], now: datetime) -> Object:
    """A field that the changeset converted changes places with what it held before. Both get other columns' names."""
    asides = [each for each in before.fields.values() if each.id in made and each.former_of in before.fields]
    if not asides:
        return of
    fields, taken = dict(of.fields), taken_columns(before)
    for aside in asides:
        held = before.fields[cast("UUID", aside.former_of)]
        if held.column is None:  # it became many-to-many: the key moves back, and nothing is left to hold
            fields |= {aside.id: replace(aside, column=None)}
            continue
        was = fields[held.id]
        if not taken.isdisjoint({was.column, *columns_of(was)}):
            was = replace(was, column=column_at_birth(was.name[:SHORT], KINDS[was.kind], taken))
        taken |= {cast("str", was.column), *columns_of(was)}
        column = column_at_birth(held.name[:SHORT], KINDS[held.kind], taken)
        taken |= {column}
        fields |= {held.id: was, aside.id: former(held, aside.id, column, now)}
    return replace(of, fields=fields)


def _without(of: Object, gone: set[UUID], deleted_at: datetime | None, now: datetime) -> Object:
    if deleted_at == of.deleted_at and gone.isdisjoint(of.fields):
        return of
    fields = {id_: _set_aside(each, now) if id_ in gone else each for id_, each in of.fields.items()}
    return replace(of, deleted_at=deleted_at, fields=fields)


def _set_aside(field: Field, now: datetime) -> Field:
    return replace(field, deleted_at=field.deleted_at or now)
