"""What is written over HTTP is marked for the relay, and gets its position."""

import asyncio
from uuid import UUID

from redis import Redis

from armature.core.db import open_database
from armature.core.valkey import opened_redis
from armature.events.marks import DUE
from armature.events.names import schema_of
from armature.workers.relay import LONGEST_WAIT, Relay
from tests.support.control_plane import Site
from tests.support.events_told import events_after

CREATE = 'mutation { createCompany(data: {name: "Acme"}) { id } }'


async def test_a_mutation_marks_its_workspace(site: Site) -> None:
    caller = site.sign_up(pack="crm")
    id_ = UUID(caller.workspace_id)
    created = caller.data(CREATE)["createCompany"]["id"]
    db = await open_database(site.database_url)
    redis = opened_redis(site.redis_url, longest_wait=LONGEST_WAIT)
    async with redis, Relay(db, redis).relaying(), db.connection() as connection:
        while not (found := await events_after(connection, schema_of(id_), 0, 10)):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    await db.close()
    assert [(each.position, each.table) for each in found] == [(1, "workspace_members"), (2, "companies")]
    assert str(found[1].record) == created


def test_a_query_marks_nothing(site: Site) -> None:
    caller = site.sign_up(pack="crm")
    caller.data("{ companies { id } }")
    with Redis.from_url(site.redis_url) as redis:
        assert redis.zscore(DUE, caller.workspace_id.replace("-", "")) is None
