"""Is the process alive, can it work? What stands in the way is named, without addresses or passwords."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import asyncpg
import structlog
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from armature.core.db import Connection
from armature.core.errors import Unavailable
from armature.metadata.tables import CATALOG
from armature.migrations.catalog.migrate import HEAD
from armature.server.graphql.failures import as_told

log = structlog.get_logger("armature.health")

Check = Callable[[], Awaitable[object]]
"""Raises where the thing it looks at can't work; the message of an ArmatureError is shown."""

PATIENCE = 2.0  # seconds


def health_routes(checks: Mapping[str, Check]) -> list[Route]:
    """`/healthz` says that the process lives, `/readyz` that all of `checks` pass."""

    async def readyz(_request: Request) -> Response:
        found = await examine(checks)
        ready = all(each == "ok" for each in found.values())
        return JSONResponse({"ready": ready, "checks": found}, 200 if ready else 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]


async def healthz(_request: Request) -> Response:
    return JSONResponse({"alive": True})


async def check_catalog(connection: Connection) -> None:
    """Raises Unavailable where the catalog is older than this process; a newer one is no reason to stop."""
    try:
        found = await connection.fetchval(f"SELECT version_num FROM {CATALOG}.alembic_version")  # noqa: S608  a constant
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        found = None
    if found is None or found < HEAD:
        raise Unavailable(f"The catalog is at revision {found}, {HEAD} is needed: run `armature migrate`.")


async def examine(checks: Mapping[str, Check]) -> dict[str, str]:
    """ "ok" or what is wrong, by the names of the checks; all at once."""
    results = await asyncio.gather(*(_outcome(name, check) for name, check in checks.items()))
    return dict(zip(checks, results, strict=True))


async def _outcome(name: str, check: Check) -> str:
    try:
        async with asyncio.timeout(PATIENCE):
            await check()
    except TimeoutError:
        return f"no answer within {PATIENCE:g} s"
    except Exception as error:
        told = as_told(error)
        if told is None:
            log.exception("check failed", check=name)
        return told.message if told else "failed; the log says why"
    return "ok"
