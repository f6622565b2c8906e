"""A small GraphQL site over HTTP whose resolvers misbehave in all the ways a test may ask for."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import asyncpg
from graphql import GraphQLArgument, GraphQLField, GraphQLInt, GraphQLObjectType, GraphQLSchema, GraphQLString

from armature.core.errors import Conflict, Forbidden, Unauthenticated
from armature.core.settings import Settings
from armature.schema_builder.run.document import DocumentReader
from armature.server.cors import with_cors
from armature.server.graphql.http import GraphQLEndpoint, Scope, Send
from armature.server.graphql.request import Receive
from armature.server.graphql.static import StaticExecutor
from armature.server.listen import ASGIApp

KEY = b"Bearer good"


@dataclass
class Site:
    """`happened` lists what resolvers did: a test looks for what must not have happened."""

    settings: Settings = field(default_factory=Settings)
    anonymous: bool = True
    happened: list[str] = field(default_factory=list)

    def app(self) -> ASGIApp:
        executor: StaticExecutor[str | None] = StaticExecutor(
            self._schema(), DocumentReader(self.settings), lambda caller: {"caller": caller}, self.settings
        )
        endpoint = GraphQLEndpoint(executor, self._identify, self.settings)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                await _live(receive, send)
            else:
                await endpoint(scope, receive, send)

        return with_cors(app, self.settings.cors_origins)

    async def _identify(self, _scope: Scope, headers: Mapping[bytes, bytes]) -> str | None:
        authorization = headers.get(b"authorization")
        if headers.get(b"x-workspace-id") == b"of-others":
            raise Forbidden("This workspace is not yours.")
        if authorization == KEY or (authorization is None and self.anonymous):
            return "somebody" if authorization else None
        raise Unauthenticated("Who are you?")

    def _schema(self) -> GraphQLSchema:
        async def wait(_source: Any, _info: Any, seconds: int) -> str:
            self.happened.append("began")
            try:
                await asyncio.sleep(seconds)
            except asyncio.CancelledError:
                self.happened.append("cancelled")
                raise
            self.happened.append("ended")
            return "waited"

        def count(*_: Any) -> int:
            self.happened.append("counted")
            return self.happened.count("counted")

        def raising(error: Exception) -> GraphQLField:
            def resolve(*_: Any) -> str:
                raise error

            return GraphQLField(GraphQLString, resolve=resolve)

        query = {
            "hello": GraphQLField(
                GraphQLString,
                args={"name": GraphQLArgument(GraphQLString, default_value="world")},
                resolve=lambda _source, _info, name: f"Hello, {name}!",
            ),
            "double": GraphQLField(
                GraphQLInt, args={"of": GraphQLArgument(GraphQLInt)}, resolve=lambda _source, _info, of=0: of * 2
            ),
            "whoami": GraphQLField(GraphQLString, resolve=lambda _source, info: info.context["caller"]),
            "wait": GraphQLField(GraphQLString, args={"seconds": GraphQLArgument(GraphQLInt)}, resolve=wait),
            "bug": raising(RuntimeError("the password is hunter2")),
            "conflict": raising(Conflict("Somebody was faster.", field="name")),
            "away": raising(asyncpg.ConnectionDoesNotExistError("connection was closed")),
        }
        return GraphQLSchema(
            GraphQLObjectType("Query", query),
            GraphQLObjectType("Mutation", {"count": GraphQLField(GraphQLInt, resolve=count)}),
        )


async def _live(receive: Receive, send: Send) -> None:
    for _ in ("startup", "shutdown"):
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
