"""What is known of workers that live."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from armature.core.valkey import opened_redis
from armature.jobs.alive import is_alive_here


def is_alive(redis_url: str) -> bool:
    """May be called on an event loop, which waits."""

    async def ask() -> bool:
        async with opened_redis(redis_url) as redis:
            return await is_alive_here(redis)

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, ask()).result()
