"""A pure workspace to edit: no database, ids that count up, a clock that moves a second a change."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.blueprint.text import BlueprintFile
from armature.metadata.blueprint.towards import Steps, steps_towards
from armature.metadata.changes import (
    Change,
    CreateField,
    CreateObject,
    DeleteField,
    DeleteObject,
    NewField,
    NewOption,
    NewRelation,
    RestoreField,
    RestoreObject,
    UpdateField,
    UpdateObject,
)
from armature.metadata.edit import apply_changes
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.packs.crm import CRM

WORKSPACE = UUID(int=1)
EMPTY = Snapshot(WORKSPACE, f"workspace_{WORKSPACE.hex}", 1, {}, {})
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)


class Model:
    """A snapshot and its edits, one after the other."""

    def __init__(self, snapshot: Snapshot = EMPTY) -> None:
        self.snapshot = snapshot
        self._ids = count(1_000)
        self._moments = count(1)

    def change(self, *changes: Change, paths: Sequence[tuple[str, ...]] | None = None) -> Snapshot:
        now = BEGIN + timedelta(seconds=next(self._moments))
        self.snapshot = apply_changes(
            self.snapshot, changes, now=now, new_id=lambda: UUID(int=next(self._ids)), paths=paths
        )
        return self.snapshot

    def errors(self, *changes: Change) -> list[ArmatureError]:
        """What a changeset is refused for; none where it is not."""
        try:
            self.change(*changes)
        except ManyErrors as many:
            return list(many.errors)
        except ArmatureError as one:
            return [one]
        return []

    def object(self, name: str) -> Object:
        return self.snapshot.kept_objects[name]

    def field(self, of: str, name: str) -> Field:
        return self.object(of).kept_fields[name]


def crm() -> Model:
    model = Model()
    model.change(*CRM)
    return model


def text(name: str, **more: Any) -> NewField:
    return NewField(name=name, type="TEXT", **more)


def formula(name: str, expression: str) -> NewField:
    return NewField(name=name, type="FORMULA", settings={"expression": expression})


def select(name: str, *values: str, **more: Any) -> NewField:
    return NewField(name=name, type="SELECT", options=tuple(NewOption(value=each) for each in values), **more)


def to_one(name: str, target: str, inverse: str | None = None, **more: Any) -> NewField:
    relation = NewRelation(type="MANY_TO_ONE", target=target, inverse_name=inverse)
    return NewField(name=name, type="RELATION", relation=relation, **more)


def to_many(name: str, target: str, inverse: str | None = None, **more: Any) -> NewField:
    relation = NewRelation(type="ONE_TO_MANY", target=target, inverse_name=inverse)
    return NewField(name=name, type="RELATION", relation=relation, **more)


def one_to_one(name: str, target: str, inverse: str | None = None, **more: Any) -> NewField:
    relation = NewRelation(type="ONE_TO_ONE", target=target, inverse_name=inverse)
    return NewField(name=name, type="RELATION", relation=relation, **more)


def many_to_many(name: str, target: str, inverse: str | None = None, **more: Any) -> NewField:
    """`more` is for the relation."""
    relation = NewRelation(type="MANY_TO_MANY", target=target, inverse_name=inverse, **more)
    return NewField(name=name, type="RELATION", relation=relation)


def add_object(name: str, *fields: NewField, **more: Any) -> CreateObject:
    return CreateObject(name_singular=name, fields=fields, **more)


def update_object(name: str, /, **more: Any) -> UpdateObject:
    return UpdateObject(object=name, **more)


def delete_object(name: str) -> DeleteObject:
    return DeleteObject(object=name)


def restore_object(name: str) -> RestoreObject:
    return RestoreObject(object=name)


def add_field(of: str, field: NewField) -> CreateField:
    return CreateField(object=of, field=field)


def update_field(of: str, name: str, /, **more: Any) -> UpdateField:
    return UpdateField(object=of, field=name, **more)


def delete_field(of: str, name: str) -> DeleteField:
    return DeleteField(object=of, field=name)


def restore_field(of: str, name: str, /, **more: Any) -> RestoreField:
    return RestoreField(object=of, field=name, **more)


def steps(snapshot: Snapshot, text: str) -> Sequence[Change]:
    """The changes that make the model what a file says."""
    return _steps(snapshot, text).changes


def build(snapshot: Snapshot, text: str) -> Snapshot:
    """The model that a file makes of one: by the changes all at once, as they will be made."""
    found = _steps(snapshot, text)
    ids = count(1_000_000)
    after = apply_changes(snapshot, found.changes, now=BEGIN, new_id=lambda: UUID(int=next(ids)), paths=found.paths)
    assert after.fingerprint == found.after.fingerprint
    return after


def _steps(snapshot: Snapshot, text: str) -> Steps:
    ids = count(2_000_000)
    blueprint = BlueprintFile(text).blueprint
    return steps_towards(snapshot, blueprint, now=BEGIN, new_id=lambda: UUID(int=next(ids)))
