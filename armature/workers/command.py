"""`armature worker`."""

import asyncio
import os

import click
import uvloop

from armature.core.settings import read_settings


@click.command()
@click.option("--alive", is_flag=True, help="Only ask whether a worker of this machine lives, for health checks.")
def worker(alive: bool) -> None:
    """Run one worker process, for production: what is done outside of requests.

    Needs DATABASE_URL (after `armature migrate`), REDIS_URL, and ARMATURE_SECRET_KEY to deliver webhooks. For more at
    once, run more of them, anywhere. SIGTERM ends it; what it was doing is taken up by the next.
    """
    from armature.core.logs import configure_logs
    from armature.workers.worker import UrlsMissing, work_until_told

    settings = read_settings(os.environ)
    if not alive:
        configure_logs(settings)
        uvloop.run(work_until_told(settings))
    elif settings.redis_url is None:
        raise UrlsMissing
    elif not asyncio.run(_is_alive(settings.redis_url)):
        raise click.ClickException("No worker of this machine has been heard of lately.")


async def _is_alive(redis_url: str) -> bool:
    from redis.exceptions import RedisError

    from armature.core.valkey import opened_redis
    from armature.jobs.alive import is_alive_here

    async with opened_redis(redis_url) as redis:
        try:
            return await is_alive_here(redis)
        except (RedisError, OSError) as error:
            raise click.ClickException("Valkey can't be reached just now.") from error
