"""What is asked of PostgreSQL, counted."""

from collections import Counter

from armature.core.db import Database


async def listened_to(db: Database, pool: int) -> Counter[str]:
    """What is asked from now on, on any connection of a pool of this size, none of which is in use."""
    asked: Counter[str] = Counter()
    leases = [db.connection() for _ in range(pool)]
    for each in leases:
        (await each.__aenter__()).add_query_logger(lambda query: asked.update([query.query]))
    for each in leases:  # all at once: else it would be one and the same
        await each.__aexit__(None, None, None)
    return asked
