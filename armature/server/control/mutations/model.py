"""Changing the model: a mutation for each kind of step, and one for any number of them."""

from typing import Any

import strawberry
from strawberry import ID, Info

from armature.metadata.resolve import find_object
from armature.migrations.workspace.conversion import Conversion as PlannedConversion
from armature.migrations.workspace.preview import Preview
from armature.server.auth.texts import checked_name
from armature.server.control.context import Context
from armature.server.control.index_types import Index, index_of
from armature.server.control.inputs import (
    ChangeInput,
    CreateFieldInput,
    CreateIndexInput,
    CreateObjectInput,
    DeleteFieldInput,
    DeleteIndexInput,
    DeleteObjectInput,
    PurgeFieldInput,
    PurgeObjectInput,
    RestoreFieldInput,
    RestoreObjectInput,
    UpdateFieldInput,
    UpdateObjectInput,
)
from armature.server.control.model import (
    change_model,
    change_one,
    field_after,
    object_after,
    preview_model,
    preview_undoing,
    purge_field_now,
    purge_object_now,
    undo_model,
)
from armature.server.control.model_types import FIELD_TYPE, FIELD_TYPES, Field, Object, field_of, object_of
from armature.server.control.mutations.at_input import at_input
from armature.server.control.steps import read_steps


@strawberry.type(description="A statement that changes the database.")
class PlannedStatement:
    sql: str
    lock: str | None = strawberry.field(description="Held on the table until all is done; null for a new table.")
    rewrites: bool = strawberry.field(description="Whether all records are written anew.")
    is_later: bool = strawberry.field(description="Whether a job runs it, while records are read and written.")


@strawberry.type(description="Records, or their values of one field, that go out of sight; restoring brings them back.")
class SetAside:
    object: str
    field: str | None
    records: int


@strawberry.type
class BrokenDocument:
    name: str
    errors: list[str]


@strawberry.type
class FailingValue:
    id: ID
    value: str | None = strawberry.field(description="Cut short.")


@strawberry.type(description="What becomes of the values of a field that changes its type.")
class Conversion:
    object: str
    field: str
    from_type: Any = strawberry.field(graphql_type=FIELD_TYPE)
    to_type: Any = strawberry.field(graphql_type=FIELD_TYPE)
    records: int = strawberry.field(description="That have a value, deleted ones included; each is written anew.")
    failing: int = strawberry.field(description="That have a value which does not fit.")
    examples: list[FailingValue] = strawberry.field(description="The first that fail.")
    is_refused: bool = strawberry.field(
        description="By onFailure: REFUSE. Then nothing else of the changeset was tried on the records."
    )


@strawberry.type(description="What became of a changeset, or would become of it.")
class Changeset:
    version: int = strawberry.field(description="Of the model afterwards.")
    applied: bool = strawberry.field(description="False for a dry run.")
    statements: list[PlannedStatement] | None = strawberry.field(description="Of a dry run.", default=None)
    set_aside: list[SetAside] | None = strawberry.field(description="By a dry run's changes.", default=None)
    conversions: list[Conversion] | None = strawberry.field(description="Of a dry run.", default=None)
    broken_documents: list[BrokenDocument] | None = strawberry.field(
        description="The stored documents that a dry run's changes would break.", default=None
    )


@strawberry.type
class ModelMutations:
    @strawberry.mutation
    async def create_object(self, info: Info[Context, None], input: CreateObjectInput) -> Object:
        """An object and its table; both exist when this returns, or neither."""
        return await _object(info.context, input)

    @strawberry.mutation
    async def update_object(self, info: Info[Context, None], input: UpdateObjectInput) -> Object:
        """Names, labels, description; isActive: false hides it."""
        return await _object(info.context, input)

    @strawberry.mutation
    async def delete_object(self, info: Info[Context, None], input: DeleteObjectInput) -> Object:
        """Sets the object aside, with its records and its relations."""
        return await _object(info.context, input)

    @strawberry.mutation
    async def restore_object(self, info: Info[Context, None], input: RestoreObjectInput) -> Object:
        """Brings a deleted object back, with its records and its relations."""
        return await _object(info.context, input)

    @strawberry.mutation
    async def create_field(self, info: Info[Context, None], input: CreateFieldInput) -> Field:
        """A field and its column; both exist when this returns, or neither."""
        return await _field(info.context, input)

    @strawberry.mutation
    async def update_field(self, info: Info[Context, None], input: UpdateFieldInput) -> Field:
        """What is left out stays as it is; isActive: false hides the field."""
        return await _field(info.context, input)

    @strawberry.mutation
    async def delete_field(self, info: Info[Context, None], input: DeleteFieldInput) -> Field:
        """Sets the field aside, with its values; of a relation, both ends."""
        return await _field(info.context, input)

    @strawberry.mutation
    async def restore_field(self, info: Info[Context, None], input: RestoreFieldInput) -> Field:
        """Brings a deleted field back, with its values; of a relation, both ends."""
        return await _field(info.context, input)

    @strawberry.mutation
    async def create_index(self, info: Info[Context, None], input: CreateIndexInput) -> Index:
        """A job builds it while records are read and written: see its state. Of a new object it is there at once."""
        after, _ = await change_one(info.context, input)
        of = find_object(after, input.object)
        return index_of(after, of, of.indexes[-1])

    @strawberry.mutation
    async def delete_index(self, info: Info[Context, None], input: DeleteIndexInput) -> Object:
        """The object without it; a job takes it away."""
        after, _ = await change_one(info.context, input)
        return object_of(after, find_object(after, input.object))

    @strawberry.mutation
    async def purge_object(self, info: Info[Context, None], input: PurgeObjectInput) -> Changeset:
        """Drops a deleted object at once, with its records and relations, for good."""
        with at_input():
            after = await purge_object_now(info.context, input.object)
        return Changeset(version=after.version, applied=True)

    @strawberry.mutation
    async def purge_field(self, info: Info[Context, None], input: PurgeFieldInput) -> Changeset:
        """Drops a deleted field at once, with its values, for good; of a relation, both ends."""
        with at_input():
            after = await purge_field_now(info.context, input.object, input.field)
        return Changeset(version=after.version, applied=True)

    @strawberry.mutation
    async def apply_changeset(
        self,
        info: Info[Context, None],
        changes: list[ChangeInput],
        dry_run: bool = False,
        idempotency_key: str | None = None,
        allow_broken_documents: bool = False,
    ) -> Changeset:
        """All steps or none, in one transaction.

        A dry run tells what would happen. The same idempotencyKey again changes nothing. What would break stored
        documents is refused, unless that is allowed.
        """
        key = None if idempotency_key is None else checked_name(idempotency_key, "idempotencyKey")
        if dry_run:
            return _planned(await preview_model(info.context, read_steps(changes)))
        after = await change_model(info.context, read_steps(changes), key, may_break_documents=allow_broken_documents)
        return Changeset(version=after.version, applied=True)

    @strawberry.mutation
    async def undo_changeset(
        self,
        info: Info[Context, None],
        version: int,
        dry_run: bool = False,
        allow_broken_documents: bool = False,
    ) -> Changeset:
        """Takes back the changeset that made this version, the last one; refused where data would go out of sight.

        The model is as it was before, in a version of its own, which can be undone as well.
        """
        if dry_run:
            return _planned(await preview_undoing(info.context, version))
        after = await undo_model(info.context, version, may_break_documents=allow_broken_documents)
        return Changeset(version=after.version, applied=True)


async def _object(context: Context, given: Any) -> Object:
    after, change = await change_one(context, given)
    return object_of(after, object_after(after, change))


async def _field(context: Context, given: Any) -> Field:
    after, change = await change_one(context, given)
    return field_of(after, *field_after(after, change))


def _planned(preview: Preview) -> Changeset:
    return Changeset(
        version=preview.version,
        applied=False,
        statements=[
            PlannedStatement(sql=each.sql, lock=each.lock, rewrites=each.rewrites, is_later=each.is_later)
            for each in preview.statements
        ],
        set_aside=[SetAside(object=each.object, field=each.field, records=each.records) for each in preview.set_aside],
        conversions=[_conversion(each) for each in preview.conversions],
        broken_documents=[BrokenDocument(name=each.name, errors=list(each.errors)) for each in preview.broken],
    )


def _conversion(planned: PlannedConversion) -> Conversion:
    step = planned.step
    return Conversion(
        object=step.of.name_singular,
        field=step.field.name,
        from_type=FIELD_TYPES[step.before.kind],
        to_type=FIELD_TYPES[step.field.kind],
        records=planned.records,
        failing=planned.failing,
        examples=[FailingValue(id=ID(each.id), value=each.value) for each in planned.examples],
        is_refused=planned.is_refused,
    )
