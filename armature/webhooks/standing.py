"""How deliveries stand, for those who look after a server."""

from dataclasses import dataclass

from armature.core.db import Connection

# Of workspaces that are suspended or deleted nobody sends anything; what waits of a receiver that is left alone waits.
_STANDING = """
WITH alive AS MATERIALIZED (
    SELECT e.webhook_id, e.open_until > now() AS is_left_alone
    FROM armature.webhook_endpoints AS e JOIN armature.webhooks AS w ON w.id = e.webhook_id
    JOIN armature.workspaces ON workspaces.id = w.workspace_id
    WHERE workspaces.deleted_at IS NULL AND workspaces.suspended_at IS NULL
), waiting AS (
    SELECT count(*) AS count, count(*) FILTER (WHERE attempts > 0) AS retried, min(due_at) AS oldest
    FROM armature.deliveries WHERE state = 'WAITING' AND webhook_id IN (SELECT webhook_id FROM alive)
)
SELECT count, retried, coalesce(greatest(0, extract(epoch FROM now() - oldest)), 0)::float8 AS seconds,
(SELECT count(*) FROM alive WHERE is_left_alone) AS left_alone
FROM waiting
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, how many of them were tried before, and for how many seconds the oldest could have been sent.

    `left_alone` are receivers that fail, to whom nothing is sent for a while.
    """

    count: int
    retried: int
    seconds: float
    left_alone: int


async def waiting_deliveries(connection: Connection) -> Waiting:
    row = await connection.fetchrow(_STANDING)
    assert row is not None  # noqa: S101  it counts
    return Waiting(*row)
