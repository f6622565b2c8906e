"""Stored documents: operations that a workspace keeps in the catalog, run by id, name or hash of their text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg
from graphql import DocumentNode, GraphQLError, GraphQLSyntaxError, parse, validate
from sqlalchemy import (
    BindParameter,
    LargeBinary,
    Text,
    Uuid,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)

from armature.core.db import Connection, Rendered, fetch, render
from armature.core.errors import ArmatureError, BadUserInput, Conflict, LimitExceeded, NotFound
from armature.core.notices import notify
from armature.metadata.model import Snapshot
from armature.metadata.resolve import as_id
from armature.metadata.tables import documents
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.validation import RULES
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View

MOST_DOCUMENTS = 1_000
MOST_ERRORS = 5
LONGEST_NAME = 100
HASHED = "sha256:"
"""Begins a documentId that is the hash of a text (GraphQL over HTTP, appendix "Persisted Documents")."""


class DocumentNotFound(NotFound):
    """`key` is how the client spelled what names it."""

    def __init__(self, reference: str, key: str = "document") -> None:
        super().__init__(f'There is no stored document "{reference[:100]}".', field=key, path=(key,))


class DocumentNameUnfit(BadUserInput):
    """It would be taken for an id, or for a hash, or can't be asked for."""

    def __init__(self) -> None:
        super().__init__(
            f"A document's name has 1 to {LONGEST_NAME} characters, no line breaks or blanks around them, is no id, "
            f'and does not begin with "{HASHED}".',
            path=("name",),
        )


class DocumentNameTaken(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__(f'There is a stored document "{name}" already.', hint="Choose another name.", path=("name",))


class DocumentStoredAlready(Conflict):
    def __init__(self) -> None:
        super().__init__("A document with this very text is stored already.", hint="Use that one.", path=("text",))


class TooManyDocuments(ArmatureError):
    """No setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self) -> None:
        super().__init__(
            f"A workspace stores at most {MOST_DOCUMENTS:,} documents.", hint="Delete those that nobody runs any more."
        )


class DocumentInvalid(BadUserInput):
    """What graphql-core says of it."""

    def __init__(self, errors: Sequence[str]) -> None:
        listed = " ".join(errors[:MOST_ERRORS])
        super().__init__(f"The document does not fit the model: {listed}", path=("text",))


@dataclass(frozen=True, slots=True)
class Stored:
    id: UUID
    name: str
    text: str
    hash: bytes
    created_at: datetime
    updated_at: datetime


def hash_of(text: str) -> bytes:
    return sha256(text.encode()).digest()


def check_name(name: str) -> None:
    """Raises DocumentNameUnfit."""
    is_fit = 1 <= len(name) <= LONGEST_NAME and name.isprintable() and name == name.strip()
    if not is_fit or name.startswith(HASHED) or as_id(name) != as_id(""):
        raise DocumentNameUnfit


def check_document(text: str, snapshot: Snapshot, reader: DocumentReader) -> None:
    """Raises DocumentInvalid, LimitExceeded."""
    if "\x00" in text:
        raise DocumentInvalid(["It has a null byte in it."])
    try:
        node = reader.read(text).node
    except (GraphQLSyntaxError, GraphQLError) as error:
        raise DocumentInvalid([error.message]) from error
    except LimitExceeded as error:
        error.path = ("text",)
        raise
    if errors := problems(node, WorkspaceSchema(View(snapshot))):
        raise DocumentInvalid(errors)


def problems_of(text: str, schema: WorkspaceSchema) -> list[str]:
    """What keeps a stored document from being run by a schema. Limits count when it is run."""
    return problems(parse(text), schema)


def problems(node: DocumentNode, schema: WorkspaceSchema) -> list[str]:
    return [each.message for each in validate(schema.graphql, node, RULES, max_errors=MOST_ERRORS)]


# In the catalog


async def all_documents(connection: Connection, workspace_id: UUID) -> list[Stored]:
    """By name."""
    statement = select(*_COLUMNS).where(_MINE).order_by(documents.c.name)
    return [_stored(each) for each in await fetch(connection, statement, workspace=workspace_id)]


async def document_names(connection: Connection, workspace_id: UUID) -> frozenset[str]:
    rows = await fetch(connection, select(documents.c.name).where(_MINE), workspace=workspace_id)
    return frozenset(each["name"] for each in rows)


async def find_document(connection: Connection, workspace_id: UUID, reference: str) -> Stored | None:
    """By id, by name, or by `sha256:` and the hash of its text."""
    return await _found(connection, workspace_id, reference, _hash_in(reference))


async def _found(connection: Connection, workspace_id: UUID, reference: str, digest: bytes | None) -> Stored | None:
    if not reference.isprintable():
        return None
    statement = _find_statement()
    values = {"workspace": workspace_id, "id": as_id(reference), "name": reference, "hash": digest}
    row = await connection.fetchrow(statement.sql, *statement.arguments(values))
    return None if row is None else _stored(row)


def _hash_in(reference: str) -> bytes | None:
    try:
        return bytes.fromhex(reference.removeprefix(HASHED)) if reference.startswith(HASHED) else None
    except ValueError:
        return None


async def add_document(connection: Connection, workspace_id: UUID, name: str, text: str) -> Stored:
    """Every process hears of it. Raises DocumentNameTaken, DocumentStoredAlready, TooManyDocuments."""
    counted = select(func.count()).select_from(documents).where(_MINE)
    if (await fetch(connection, counted, workspace=workspace_id))[0][0] >= MOST_DOCUMENTS:
        raise TooManyDocuments
    given = {"workspace_id": _WORKSPACE, "name": _NAME, "text": _TEXT, "hash": _HASH}
    statement = insert(documents).values(given).returning(*_COLUMNS)
    return await _written(connection, statement, workspace_id, name=name, text=text)


async def change_document(connection: Connection, workspace_id: UUID, id: UUID, name: str, text: str) -> Stored:
    """Raises DocumentNotFound too."""
    given = {"name": _NAME, "text": _TEXT, "hash": _HASH, "updated_at": func.now()}
    statement = update(documents).where(_MINE, documents.c.id == _ID).values(given).returning(*_COLUMNS)
    return await _written(connection, statement, workspace_id, name=name, text=text, id=id)


async def remove_document(connection: Connection, workspace_id: UUID, id: UUID) -> None:
    await fetch(
        connection,
        delete(documents).where(_MINE, documents.c.id == _ID).returning(documents.c.id),
        workspace=workspace_id,
        id=id,
    )
    await notify(connection, {"documents": str(workspace_id)})


async def _written(connection: Connection, statement: Any, workspace_id: UUID, **values: Any) -> Stored:
    check_name(values["name"])
    values["hash"] = hash_of(values["text"])
    try:
        rows = await fetch(connection, statement, workspace=workspace_id, **values)
    except asyncpg.UniqueViolationError as error:
        is_name = (error.constraint_name or "").endswith("_name__key")
        raise (DocumentNameTaken(values["name"]) if is_name else DocumentStoredAlready()) from error
    if not rows:
        raise DocumentNotFound(str(values["id"]))
    await notify(connection, {"documents": str(workspace_id)})
    return _stored(rows[0])


def _stored(row: asyncpg.Record) -> Stored:
    return Stored(**dict(row.items()))


_COLUMNS = [documents.c[name] for name in ("id", "name", "text", "hash", "created_at", "updated_at")]
_WORKSPACE: BindParameter[Any] = bindparam("workspace", type_=Uuid())
_ID: BindParameter[Any] = bindparam("id", type_=Uuid())
_NAME: BindParameter[Any] = bindparam("name", type_=Text())
_TEXT: BindParameter[Any] = bindparam("text", type_=Text())
_HASH: BindParameter[Any] = bindparam("hash", type_=LargeBinary())
_MINE = documents.c.workspace_id == _WORKSPACE


@cache
def _find_statement() -> Rendered:
    named = or_(documents.c.id == _ID, documents.c.name == _NAME, documents.c.hash == _HASH)
    return render(select(*_COLUMNS).where(_MINE, named).order_by(documents.c.id != _ID).limit(literal_column("1")))
