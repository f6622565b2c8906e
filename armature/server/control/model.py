"""Changing the caller's model: a changeset in, what became of its object or field out."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET
from uuid_utils.compat import uuid7

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.changes import (
    Change,
    CreateField,
    CreateObject,
    DeleteField,
    DeleteObject,
    RestoreField,
    RestoreObject,
    RoleChange,
    UpdateField,
    UpdateObject,
)
from armature.metadata.edit import apply_changes
from armature.metadata.english import name_of
from armature.metadata.model import Field, Object, Snapshot
from armature.metadata.resolve import find_deleted_field, find_deleted_object, find_field, find_object
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.journal import Actor
from armature.migrations.workspace.preview import Preview, preview_changes
from armature.migrations.workspace.purge import purge_field, purge_object
from armature.migrations.workspace.undo import preview_undo, undo_changeset
from armature.server.control.context import Context
from armature.server.control.steps import Reading, read_step


async def change_model(
    context: Context, asked: Reading, idempotency_key: str | None = None, *, may_break_documents: bool = False
) -> Snapshot:
    """The model after a changeset; this process' next request sees it."""
    place, workspaces = context.place(), context.control.workspaces
    await check_steps(context, asked)
    await check_reading(context, asked)
    after = await change_workspace(
        context.db,
        place.workspace_id,
        asked.steps,
        known=workspaces.last(place.workspace_id),
        actor=Actor(place.user_id, place.api_key_id),
        idempotency_key=idempotency_key,
        paths=asked.paths,
        may_break_documents=may_break_documents,
        foresee=context.control.engine.foresee,
    )
    workspaces.put(after)
    return after


async def undo_model(context: Context, version: int, *, may_break_documents: bool) -> Snapshot:
    """The model without this changeset; this process' next request sees it."""
    place, workspaces = context.place(), context.control.workspaces
    await context.check_may("MODEL", "ROLES")
    known, actor = workspaces.last(place.workspace_id), Actor(place.user_id, place.api_key_id)
    after = await undo_changeset(
        context.db,
        place.workspace_id,
        version,
        known=known,
        actor=actor,
        may_break_documents=may_break_documents,
    )
    workspaces.put(after)
    return after


async def preview_undoing(context: Context, version: int) -> Preview:
    """What `undo_model` would do."""
    await context.check_may("MODEL", "ROLES")
    workspace_id = context.place().workspace_id
    known = context.control.workspaces.last(workspace_id)
    return await preview_undo(context.db, workspace_id, version, known=known)


async def purge_object_now(context: Context, of: str) -> Snapshot:
    """The model without a deleted object, for good."""
    await context.check_may("MODEL")
    place, workspaces = context.place(), context.control.workspaces
    after = await purge_object(context.db, place.workspace_id, of, actor=Actor(place.user_id, place.api_key_id))
    workspaces.put(after)
    return after


async def purge_field_now(context: Context, of: str, field: str) -> Snapshot:
    """The model without a deleted field, for good."""
    await context.check_may("MODEL")
    place, workspaces = context.place(), context.control.workspaces
    actor = Actor(place.user_id, place.api_key_id)
    after = await purge_field(context.db, place.workspace_id, of, field, actor=actor)
    workspaces.put(after)
    return after


async def preview_model(context: Context, asked: Reading) -> Preview:
    """What `change_model` would do."""
    place, workspaces = context.place(), context.control.workspaces
    await check_steps(context, asked)
    await check_reading(context, asked)
    known = workspaces.last(place.workspace_id)
    return await preview_changes(context.db, place.workspace_id, asked.steps, known=known, paths=asked.paths)


async def check_steps(context: Context, asked: Reading) -> None:
    """Whether the caller may take each of these steps. Raises NotPermitted."""
    of_roles = [isinstance(each, RoleChange) for each in asked.steps]
    if not all(of_roles) or not of_roles:
        await context.check_may("MODEL")
    if any(of_roles):
        await context.check_may("ROLES")


async def check_reading(context: Context, asked: Reading) -> None:
    """Raises what is wrong with how the steps are written, together with what is wrong with the rest of them."""
    if not asked.errors:
        return
    errors = list(asked.errors)
    try:
        apply_changes(await context.whole(), asked.steps, now=datetime.now(UTC), new_id=uuid7, paths=asked.paths)
    except ArmatureError as error:
        errors += error.errors if isinstance(error, ManyErrors) else (error,)
    raise ManyErrors(sorted(errors, key=lambda error: [(isinstance(key, str), key) for key in error.path or ()]))


async def change_one(context: Context, given: Any) -> tuple[Snapshot, Change]:
    """A changeset of the one step that a mutation's `input` is."""
    asked = read_step(given)
    return await change_model(context, asked), asked.steps[0]


def object_after(after: Snapshot, change: Any) -> Object:
    """The object that a step made, changed or deleted."""
    found: Object = _OBJECTS[type(change)](after, change)
    return found


def field_after(after: Snapshot, change: Any) -> tuple[Object, Field]:
    """The field that a step made, changed or deleted, and its object."""
    of = find_object(after, change.object)
    return of, _FIELDS[type(change)](of, change)


def _created_object(after: Snapshot, change: CreateObject) -> Object:
    name = change.name_singular if change.name_singular is not None else name_of(change.label_singular or "")
    return find_object(after, name)


def _updated_object(after: Snapshot, change: UpdateObject) -> Object:
    return find_object(after, change.object if change.name_singular is UNSET else str(change.name_singular))


def _created_field(of: Object, change: CreateField) -> Field:
    name = change.field.name if change.field.name is not None else name_of(change.field.label or "")
    return find_field(of, name)


def _updated_field(of: Object, change: UpdateField) -> Field:
    return find_field(of, change.field if change.name is UNSET else str(change.name))


_OBJECTS: Mapping[type, Callable[[Snapshot, Any], Object]] = {
    CreateObject: _created_object,
    UpdateObject: _updated_object,
    DeleteObject: lambda after, change: find_deleted_object(after, change.object),
    RestoreObject: lambda after, change: find_object(after, change.object),
}
_FIELDS: Mapping[type, Callable[[Object, Any], Field]] = {
    CreateField: _created_field,
    UpdateField: _updated_field,
    DeleteField: lambda of, change: find_deleted_field(of, change.field),
    RestoreField: lambda of, change: find_field(of, change.field),
}
