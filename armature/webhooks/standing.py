"""How deliveries stand, for those who look after a server."""

from dataclasses import dataclass

from armature.core.db import Connection

_WAITING = """
SELECT count(*) AS waiting, count(*) FILTER (WHERE attempts > 0) AS retried,
coalesce(greatest(0, extract(epoch FROM now() - min(due_at))), 0)::float8 AS seconds
FROM armature.deliveries WHERE state = 'WAITING'
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, how many of them were tried before, and for how many seconds the oldest could have been sent."""

    count: int
    retried: int
    seconds: float


async def waiting_deliveries(connection: Connection) -> Waiting:
    row = await connection.fetchrow(_WAITING)
    assert row is not None  # noqa: S101  it counts
    return Waiting(*row)
