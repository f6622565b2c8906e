"""How the ledger stands, for those who look after a server: what waits, what runs, and for how long."""

from dataclasses import dataclass

from armature.core.db import Connection

_OLDEST = """
SELECT extract(epoch FROM now() - due_at)::float8 FROM armature.jobs
WHERE state IN ('queued', 'running') AND state = 'queued' AND due_at <= now() ORDER BY due_at LIMIT 1
"""

_OPEN = """
SELECT kind, state, count(*) AS count FROM armature.jobs WHERE state IN ('queued', 'running') GROUP BY kind, state
"""


@dataclass(frozen=True, slots=True)
class Open:
    kind: str
    state: str
    count: int


async def longest_wait(connection: Connection) -> float:
    """Seconds for which the oldest job that could run has not been taken; 0 where there is none."""
    found: float | None = await connection.fetchval(_OLDEST)
    return found or 0.0


async def open_jobs(connection: Connection) -> list[Open]:
    """How many there are of each kind that are not over."""
    return [Open(*row) for row in await connection.fetch(_OPEN)]
