"""A worker looks after what has grown large by itself."""

import asyncio

import msgspec

from armature.core.db import Database
from armature.core.settings import Settings
from armature.jobs.ledger import jobs_of
from armature.metadata.packs.crm import CRM
from armature.workers.worker import Worker
from tests.migrations.living import living


async def test_a_large_object_gets_its_indexes(db: Database, settings: Settings) -> None:
    crm = await living(db, *CRM)
    await crm.run("INSERT INTO {}.companies (name) SELECT 'Number' || n FROM generate_series(1, 200) AS n")
    await crm.run("ANALYZE {}.companies")

    async with Worker(db, msgspec.structs.replace(settings, indexed_from=100)).working():
        while [each.state for each in await jobs_of(db, crm.id, kind="tend")] != ["succeeded"]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    found = await crm.run(
        "SELECT count(*) FROM pg_indexes WHERE schemaname = $1 AND indexname LIKE 'companies\\_\\_\\_%'", crm.schema
    )
    assert found == [(3,)]
