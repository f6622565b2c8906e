"""A database with the catalog and nothing in it."""

from collections.abc import AsyncIterator

import pytest

from armature.core.db import Database, open_database


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    db = await open_database(migrated_database_url)
    yield db
    await db.close()
