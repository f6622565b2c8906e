"""`python -m bench.peers.strawberry_app PORT CONNECTIONS` with DATABASE_URL set."""

import os
import sys
from typing import Any

import msgspec
import uvicorn
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL

from bench.peers.strawberry_app.loaders import Loaders, Sessions
from bench.peers.strawberry_app.types import SCHEMA


class Endpoint(GraphQL[Loaders, None]):
    def __init__(self, sessions: Sessions) -> None:
        super().__init__(SCHEMA, graphql_ide=None)
        self._sessions = sessions

    async def get_context(self, *_: Any, **__: Any) -> Loaders:
        return Loaders(self._sessions)

    def encode_json(self, data: object) -> bytes:
        return msgspec.json.encode(data)


def main() -> None:
    port, connections = map(int, sys.argv[1:])
    url = os.environ["DATABASE_URL"].replace("postgresql:", "postgresql+asyncpg:", 1)
    # One statement is a transaction in itself, what a session adds is one: no round trips for BEGIN and COMMIT.
    engine = create_async_engine(url, pool_size=connections, max_overflow=0, isolation_level="AUTOCOMMIT")
    uvicorn.run(
        Endpoint(async_sessionmaker(engine, expire_on_commit=False)), host="127.0.0.1", port=port, loop="uvloop",
        http="httptools", ws="none", log_level="warning", access_log=False, proxy_headers=False, server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
