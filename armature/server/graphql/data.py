"""The data API's place in the server: the engine as the executor of a caller's workspace, its schema as text."""

import asyncio
from collections.abc import AsyncIterator, Awaitable

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from armature.schema_builder.run.answer import Answer, Operation
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.text import Text
from armature.server.auth.identity import WorkspaceIdentity
from armature.server.graphql.documents import Documents
from armature.server.graphql.http import Identify


class WorkspaceExecutor:
    """Hands the engine's coroutine on: no step of its own, but for operations that are named instead of sent."""

    def __init__(self, engine: Engine, documents: Documents) -> None:
        self._run = engine.execute
        self._documents = documents

    def execute(self, operation: Operation, caller: WorkspaceIdentity) -> Awaitable[Answer]:
        if operation.asked is not None:
            return self._run_named(operation, caller)
        return self._run(operation, caller.workspace_id, caller.actor)

    async def named(self, operation: Operation, caller: WorkspaceIdentity) -> Operation:
        """With its text, where it is named instead of sent."""
        return operation if operation.asked is None else await self._documents.named(operation, caller.workspace_id)

    async def _run_named(self, operation: Operation, caller: WorkspaceIdentity) -> Answer:
        named = await self._documents.named(operation, caller.workspace_id)
        return await self._run(named, caller.workspace_id, caller.actor)


def sdl_route(engine: Engine, identify: Identify[WorkspaceIdentity]) -> Route:
    """`/schema.graphql`: the schema of the caller's own workspace, in the schema definition language."""

    async def schema(request: Request) -> Response:
        caller = await identify(request.scope, dict(request.scope["headers"]))
        text = await engine.sdl(caller.workspace_id, caller.actor)
        headers = {"cache-control": "private, no-store", "content-length": str(len(text))}
        return StreamingResponse(_pieces(text), headers=headers, media_type="text/plain")

    return Route("/schema.graphql", schema)


async def _pieces(text: Text) -> AsyncIterator[bytes]:
    """Others have their turn after each: to send does not wait while the client reads."""
    for each in text:
        yield each
        await asyncio.sleep(0)
