"""Bring the catalog to the newest revision. Where it is there already, this is one query, without Alembic."""

import asyncpg

from armature.core.db import UNREACHABLE, connecting
from armature.core.errors import Unavailable
from armature.metadata.tables import CATALOG

HEAD = "0001"
"""The newest revision in `versions`; a test compares the two."""


async def migrate_catalog(url: str) -> bool:
    """Whether there was something to do. Several processes at once wait for each other; a killed one leaves nothing.

    Raises Unavailable, or upgrade.CatalogNewer where a later Armature has been here.
    """
    if await catalog_revision(url) == HEAD:
        return False
    from armature.migrations.catalog.upgrade import upgrade  # Alembic takes a while to import

    return await upgrade(url)


async def catalog_revision(url: str) -> str | None:
    """The catalog's revision; None where there is no catalog yet."""
    try:
        with connecting():
            connection = await asyncpg.connect(url)
    except UNREACHABLE as error:
        raise Unavailable("The database can't be reached.", hint="Is DATABASE_URL right, is PostgreSQL up?") from error
    try:
        found: str | None = await connection.fetchval(f"SELECT version_num FROM {CATALOG}.alembic_version")  # noqa: S608
    except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
        return None
    finally:
        await connection.close()
    return found
