"""A SQLAlchemy engine for what looks into the database's own catalogue: Alembic's migrations and comparisons.

Rarely used, so nothing imports this before it is needed; everything else runs on plain asyncpg.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Never

import asyncpg
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from armature.core.db import connecting


def _no_checks(*_: object, **__: object) -> Never:
    """SQLAlchemy fails on a CHECK that is NOT VALID; we compare CHECKs ourselves (workspace/unseen.py)."""
    raise NotImplementedError


@asynccontextmanager
async def sqlalchemy_connection(url: str) -> AsyncIterator[AsyncConnection]:
    """One connection in one transaction, committed at the end. asyncpg reads the URL, as it does for the pool.

    No schema of ours is on the search path, so that Alembic takes none for the default one and leaves its name out;
    `public` is, for the types of extensions.
    """

    async def connect() -> "asyncpg.Connection[asyncpg.Record]":
        with connecting():
            return await asyncpg.connect(url, server_settings={"search_path": "pg_catalog, public"})

    engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
    dialect: Any = engine.dialect
    dialect.get_multi_check_constraints = _no_checks
    try:
        async with engine.begin() as connection:
            yield connection
    finally:
        await engine.dispose()
