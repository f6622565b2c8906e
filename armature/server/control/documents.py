"""Stored documents, as the control plane shows and changes them."""

from datetime import datetime
from uuid import UUID

import strawberry
from graphql import OperationDefinitionNode, parse
from strawberry import ID, UNSET, Info

from armature.core.db import Connection
from armature.metadata.model import Snapshot
from armature.migrations.workspace.role_documents import check_named
from armature.schema_builder.run.stored import (
    DocumentNotFound,
    Stored,
    add_document,
    all_documents,
    change_document,
    check_document,
    document_names,
    find_document,
    problems_of,
    remove_document,
)
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from armature.server.auth.texts import checked_name
from armature.server.control.context import Context


@strawberry.type(description="An operation that is run on /graphql by its id, its name or the hash of its text.")
class Document:
    snapshot: strawberry.Private[Snapshot]
    id: ID
    name: str
    text: str
    hash: str = strawberry.field(description="SHA-256 of the text, in hexadecimal digits.")
    created_at: datetime
    updated_at: datetime

    @strawberry.field
    def operations(self) -> list[str | None]:
        """The names of its operations; null for one without."""
        found = (each for each in parse(self.text).definitions if isinstance(each, OperationDefinitionNode))
        return [each.name.value if each.name else None for each in found]

    @strawberry.field
    def errors(self) -> list[str]:
        """Why it can't be run by the model as it is; none where it can."""
        return problems_of(self.text, WorkspaceSchema(View(self.snapshot)))


@strawberry.input
class CreateDocumentInput:
    name: str
    text: str


@strawberry.input
class UpdateDocumentInput:
    document: str = strawberry.field(description="By id or name.")
    name: str | None = UNSET
    text: str | None = UNSET


@strawberry.input
class DeleteDocumentInput:
    document: str = strawberry.field(description="By id or name.")


@strawberry.type
class DocumentQueries:
    @strawberry.field
    async def documents(self, info: Info[Context, None]) -> list[Document]:
        """The stored ones, by name."""
        context = info.context
        async with context.db.connection() as connection:
            found = await all_documents(connection, context.place().workspace_id)
        snapshot = await context.whole()
        return [document_of(snapshot, each) for each in await context.listed(found)]


@strawberry.type
class DocumentMutations:
    @strawberry.mutation
    async def create_document(self, info: Info[Context, None], input: CreateDocumentInput) -> Document:
        """Stores an operation, or several, which must fit the model."""
        context, place = info.context, info.context.place()
        snapshot, name = await context.whole(), checked_name(input.name, "name")
        check_document(input.text, snapshot, context.control.documents.reader)
        async with context.db.transaction() as connection:
            made = await add_document(connection, place.workspace_id, name, input.text)
        context.control.documents.changed(place.workspace_id)
        return document_of(snapshot, made)

    @strawberry.mutation
    async def update_document(self, info: Info[Context, None], input: UpdateDocumentInput) -> Document:
        """What is left out stays as it is; its hash follows the text."""
        context, place = info.context, info.context.place()
        snapshot = await context.whole()
        async with context.db.transaction() as connection:
            found = await _document(connection, place.workspace_id, input.document)
            name = checked_name(input.name, "name") if input.name else found.name
            text = input.text or found.text
            if text != found.text:
                check_document(text, snapshot, context.control.documents.reader)
            changed = await change_document(connection, place.workspace_id, found.id, name, text)
            if name != found.name:
                await _check_named(connection, snapshot)
        context.control.documents.changed(place.workspace_id)
        return document_of(snapshot, changed)

    @strawberry.mutation
    async def delete_document(self, info: Info[Context, None], input: DeleteDocumentInput) -> Document:
        """For good. Refused while a role is restricted to it."""
        context, place = info.context, info.context.place()
        snapshot = await context.whole()
        async with context.db.transaction() as connection:
            found = await _document(connection, place.workspace_id, input.document)
            await remove_document(connection, place.workspace_id, found.id)
            await _check_named(connection, snapshot)
        context.control.documents.changed(place.workspace_id)
        return document_of(snapshot, found)


async def _check_named(connection: Connection, snapshot: Snapshot) -> None:
    """Raises RoleNamesNothing."""
    roles = [each for each in snapshot.kept_roles.values() if each.documents]
    if roles:
        check_named(roles, await document_names(connection, snapshot.workspace_id))


async def _document(connection: Connection, workspace_id: UUID, reference: str) -> Stored:
    """Raises DocumentNotFound."""
    found = await find_document(connection, workspace_id, reference)
    if found is None:
        raise DocumentNotFound(reference)
    return found


def document_of(snapshot: Snapshot, stored: Stored) -> Document:
    return Document(
        snapshot=snapshot,
        id=ID(str(stored.id)),
        name=stored.name,
        text=stored.text,
        hash=stored.hash.hex(),
        created_at=stored.created_at,
        updated_at=stored.updated_at,
    )
