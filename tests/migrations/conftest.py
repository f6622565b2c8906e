from collections.abc import AsyncIterator

import pytest

from armature.core.db import Database
from armature.metadata.packs.crm import CRM
from tests.migrations.living import Living, living, opened


@pytest.fixture
async def db(migrated_database_url: str) -> AsyncIterator[Database]:
    async with opened(migrated_database_url) as db:
        yield db


@pytest.fixture
async def crm(db: Database) -> Living:
    return await living(db, *CRM)
