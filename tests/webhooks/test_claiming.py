"""As many webhooks are claimed as are asked for, whatever way PostgreSQL takes to find them."""

from collections.abc import Sequence
from uuid import UUID

import pytest

from armature.core.db import Database, open_database
from armature.migrations.workspace.create import create_workspace
from armature.webhooks import endpoints
from tests.webhooks.test_taking import WEBHOOK

HOLDER = UUID(int=1)
DUE = "INSERT INTO armature.webhook_endpoints (webhook_id, due_at, model_version) VALUES ($1, now(), 1)"

NO_OTHERS = [f"enable_{each}=off" for each in ("hashjoin", "mergejoin", "hashagg", "sort", "seqscan", "material")]
"""Then a part that finds some is asked again for each row that there is."""


async def due(db: Database, count: int) -> None:
    snapshot = await create_workspace(db, "Acme", owner=None)
    async with db.connection() as connection:
        for _ in range(count):
            await connection.execute(DUE, await connection.fetchval(WEBHOOK, snapshot.workspace_id))


@pytest.mark.parametrize("but", [[], NO_OTHERS])
async def test_no_more_are_claimed_than_asked_for(migrated_database_url: str, but: Sequence[str]) -> None:
    db = await open_database("&".join((migrated_database_url + "?application_name=tests", *but)))
    try:
        await due(db, 8)
        claimed = [len(await endpoints.claim(db, HOLDER, 3)) for _ in range(4)]
    finally:
        await db.close()
    assert claimed == [3, 3, 2, 0]
