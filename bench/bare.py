"""The limit: a Starlette route for each case that runs its SQL over asyncpg and returns PostgreSQL's bytes.

No GraphQL, no authentication, no limits: what a good engineer writes who knows the question in advance. Run as
`python -m bench.bare PORT SCHEMA` with DATABASE_URL set.
"""

import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import asyncpg
import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bench.cases import ALONE, CASES, Case

POOL_SIZE = 16

Pool = asyncpg.Pool
decode = msgspec.json.Decoder(dict[str, str]).decode


def create_app(database_url: str, schema: str) -> Starlette:
    @asynccontextmanager
    async def living(app: Starlette) -> AsyncIterator[None]:
        async with asyncpg.create_pool(
            database_url,
            min_size=1,
            max_size=POOL_SIZE,
            init=_bytes_for_json,
            reset=_nothing,
            server_settings={"search_path": schema, "timezone": "UTC", "jit": "off"},
        ) as app.state.pool:
            yield

    return Starlette(routes=[_route(case) for case in (*CASES, *ALONE)], lifespan=living)


def _route(case: Case) -> Route:
    answer = _written if case.writes else _read
    return Route(f"/{case.name}", answer(case), methods=["POST" if case.writes else "GET"])


def _read(case: Case) -> Callable[[Request], Awaitable[Response]]:
    sql, names = case.sql, tuple(case.arguments)

    async def answer(request: Request) -> Response:
        given = request.query_params
        arguments = [given[name] for name in names] if names else ()
        async with request.app.state.pool.acquire() as connection:
            return _json(await connection.fetchval(sql, *arguments))

    return answer


def _written(case: Case) -> Callable[[Request], Awaitable[Response]]:
    sql, names = case.sql, tuple(case.arguments)

    async def answer(request: Request) -> Response:
        given = decode(await request.body())
        async with request.app.state.pool.acquire() as connection:
            return _json(await connection.fetchval(sql, *[given[name] for name in names]))

    return answer


def _json(found: bytes) -> Response:
    return Response(b'{"data":%b}' % found, media_type="application/json")


async def _bytes_for_json(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=_same, decoder=_same)


def _same(value: bytes) -> bytes:
    return value


async def _nothing(_connection: object) -> None:
    """asyncpg's own reset costs a round trip after each use."""


def main() -> None:
    port, schema = int(sys.argv[1]), sys.argv[2]
    app = create_app(os.environ["DATABASE_URL"], schema)
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", ws="none", log_level="warning",
        access_log=False, proxy_headers=False, server_header=False,
    )  # fmt: skip


if __name__ == "__main__":
    main()
