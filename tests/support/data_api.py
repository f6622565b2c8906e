"""The data API on a database, without HTTP: an engine, workspaces with records in them, and the answers as JSON."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

import msgspec
from graphql import GraphQLError
from sqlalchemy import bindparam, insert, select

from armature.core.db import Connection, Database, fetch, open_database, render
from armature.core.errors import ArmatureError
from armature.core.notices import Listener
from armature.core.settings import Settings
from armature.metadata.changes import Change
from armature.metadata.model import Snapshot
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.create import create_workspace
from armature.schema_builder.run.answer import Operation, refusal
from armature.schema_builder.run.caller import SYSTEM, Caller
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.said import Said, Say
from armature.schema_builder.run.workspaces import Workspaces
from armature.schema_builder.tables import Tables
from tests.support.worlds.data import Row, State

Answered = dict[str, Any]


@dataclass
class DataApi:
    """One server process as far as data is concerned."""

    db: Database
    engine: Engine
    workspaces: Workspaces
    listener: Listener

    async def workspace(self, changes: Sequence[Change] = ()) -> Snapshot:
        return await create_workspace(self.db, "Test", owner=None, changes=changes)

    async def body(self, snapshot: Snapshot, operation: Operation, caller: Caller = SYSTEM) -> bytes:
        """The response as sent, where the request as a whole is not refused."""
        return bytes((await self.engine.execute(operation, snapshot.workspace_id, caller)).body)

    async def answer(self, snapshot: Snapshot, operation: Operation, caller: Caller = SYSTEM) -> Answered:
        """As the server does, a refusal is an answer too."""
        try:
            body = await self.body(snapshot, operation, caller)
        except ArmatureError as error:
            body = bytes(refusal([GraphQLError(error.message, original_error=error)]).body)
        return msgspec.json.decode(body, type=Answered)


@dataclass(frozen=True, slots=True)
class Client:
    """Somebody who asks one workspace."""

    api: DataApi
    snapshot: Snapshot
    caller: Caller = SYSTEM

    def acting_as(self, *roles: str, user_id: UUID | None = None, email: str = "me@example.com") -> "Client":
        """Somebody with these roles."""
        return replace(self, caller=Caller("MANUAL", email, user_id=user_id or uuid4(), roles=roles, email=email))

    async def change(self, *changes: Change) -> "Client":
        """The same workspace after changes of its model."""
        return replace(self, snapshot=await change_workspace(self.api.db, self.snapshot.workspace_id, changes))

    async def ask(self, query: str, /, **variables: Any) -> Answered:
        return await self.api.answer(self.snapshot, Operation(query, variables), self.caller)

    async def data(self, query: str, /, **variables: Any) -> Any:
        """What is answered without an error."""
        answer = await self.ask(query, **variables)
        assert "errors" not in answer, answer
        return answer["data"]

    async def error(self, query: str, /, **variables: Any) -> Any:
        """The one error there is, its extensions beside its other keys."""
        answer = await self.ask(query, **variables)
        assert len(answer.get("errors", ())) == 1, answer
        (error,) = answer["errors"]
        return {**error, **error["extensions"]}


async def nobody_listens(_said: Said) -> None:
    """As where Valkey tells all of nobody."""


@asynccontextmanager
async def data_api(
    url: str,
    settings: Settings | None = None,
    *,
    pool_size: int = 4,
    listen_at: str | None = None,
    say: Say = nobody_listens,
) -> AsyncIterator[DataApi]:
    """One that listens at another database hears nothing of this one's models."""
    settings = settings or Settings()
    db = await open_database(url, pool_size=pool_size)
    listener = Listener(listen_at or url)
    workspaces = Workspaces(db, listener, settings.workspace_cache_size)
    await listener.start()
    engine = Engine(db, settings, workspaces, DocumentReader(settings), say=say)
    try:
        yield DataApi(db, engine, workspaces, listener)
    finally:
        await listener.stop()
        await db.close()


async def insert_state(db: Database, snapshot: Snapshot, state: State) -> None:
    """All rows at once, whatever they refer to."""
    tables = Tables(snapshot, snapshot.schema)
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL session_replication_role = replica")
        for of, rows in state.items():
            if rows:
                statement = render(insert(tables[of]).values(_binds(tables, of)))
                await connection.executemany(statement.sql, [statement.arguments(row) for row in rows.values()])


def _binds(tables: Tables, of: UUID) -> Mapping[str, Any]:
    return {column.name: bindparam(column.name, type_=column.type) for column in tables[of].c}


async def read_state(connection: Connection, snapshot: Snapshot) -> State:
    """All rows there are."""
    tables = Tables(snapshot, snapshot.schema)
    found: dict[UUID, dict[UUID, Row]] = {}
    for of in snapshot.objects:
        rows = await fetch(connection, select(tables[of]))
        found[of] = {row["id"]: dict(row) for row in rows}
    return found
