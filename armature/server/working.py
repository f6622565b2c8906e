"""Can what is done outside of requests be done? Checks for /readyz, each raising where it can't."""

from collections.abc import Mapping

import asyncpg
from redis.asyncio import Redis

from armature.core.db import Database
from armature.core.errors import Unavailable
from armature.core.settings import Settings
from armature.events.marks import Marks
from armature.jobs.alive import live_workers
from armature.jobs.standing import longest_wait
from armature.server.health import Check


class NoWorker(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "No worker has been heard of lately, or none reaches its queue.",
            hint="Start `armature worker`; ARMATURE_WORKERS=none where there are to be none.",
        )


class Behind(Unavailable):
    def __init__(self, what: str, seconds: float) -> None:
        super().__init__(
            f"{what} have been waiting for {seconds:,.0f} s.",
            hint="Start more workers, or look into their logs. ARMATURE_MAX_BACKLOG says how long they may.",
        )


def working_checks(settings: Settings, database: Database, redis: Redis) -> Mapping[str, Check]:
    """None where there are to be no workers."""

    async def workers() -> None:
        if not await live_workers(redis):
            raise NoWorker

    async def jobs() -> None:
        try:
            async with database.connection() as connection:
                waited = await longest_wait(connection)
        except (asyncpg.UndefinedTableError, asyncpg.InvalidSchemaNameError):
            return  # another check says that there is no catalog
        if waited > settings.max_backlog:
            raise Behind("Jobs", waited)

    async def events() -> None:
        lag = await Marks(redis).lag()
        if lag.longest > settings.max_backlog:
            raise Behind("Events", lag.longest)

    return {} if settings.workers == "none" else {"workers": workers, "jobs": jobs, "events": events}
