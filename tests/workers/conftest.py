"""A worker in the test's own process, with kinds of jobs of the test's own."""

from collections.abc import AsyncIterator

import pytest

from armature.core.db import Database, open_database
from armature.core.settings import Settings


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    db = await open_database(migrated_database_url)
    yield db
    await db.close()


@pytest.fixture
def settings(migrated_database_url: str, redis_url: str) -> Settings:
    return Settings(database_url=migrated_database_url, redis_url=redis_url)
