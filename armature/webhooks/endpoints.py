"""How receivers fare, and who looks after them: a webhook's deliveries are in one worker's hands at a time.

`due_at` is null while a worker looks after one, until somebody stirs it: so nothing is missed that comes meanwhile.
All clocks are PostgreSQL's.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Text,
    Uuid,
    all_,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.sql.dml import ReturningUpdate

from armature.core.db import Connection, Database, Rendered, execute, fetch, fetch_value, render
from armature.core.notices import CHANNEL, encoded
from armature.metadata.tables import workspaces
from armature.metadata.webhook_tables import deliveries, webhook_endpoints, webhooks

LEASE = timedelta(seconds=30)
"""So long a worker may be silent before somebody else looks after what it had."""

PUT_OFF = timedelta(minutes=1)

KEY = "deliveries"
"""What workers listen for: a notice with the id of a webhook that has something due, or soon will."""

_E = webhook_endpoints.c

LIVES: ColumnElement[bool] = and_(workspaces.c.deleted_at.is_(None), workspaces.c.suspended_at.is_(None))
"""Of a workspace: what others wait to be told keeps until it is resumed, or brought back."""

_WORKSPACE = select(webhooks.c.workspace_id).where(webhooks.c.id == _E.webhook_id).scalar_subquery()


class Claimed(NamedTuple):
    webhook_id: UUID
    workspace_id: UUID


def _is_served(but: Collection[UUID]) -> ColumnElement[bool]:
    """Of workspaces that live, and are none of these."""
    others = workspaces.c.id != all_(literal([*but], ARRAY(Uuid())))
    of_one = exists().where(webhooks.c.id == _E.webhook_id, workspaces.c.id == webhooks.c.workspace_id, LIVES, others)
    return of_one.correlate(webhook_endpoints)


async def stir(connection: Connection, webhook_id: UUID, due_at: datetime | None = None) -> None:
    """Workers look after it then (None: now), at the latest; they hear of it once this transaction commits."""
    values = {"webhook": webhook_id, "due": due_at, "notice": encoded({KEY: str(webhook_id)})}
    statement = _stir_statement()
    await connection.execute(statement.sql, *statement.arguments(values))


@cache
def _stir_statement() -> Rendered:
    due: Any = bindparam("due", type_=DateTime(timezone=True))
    stirred = update(webhook_endpoints).where(_E.webhook_id == bindparam("webhook", type_=Uuid()))
    sooner = stirred.values(due_at=func.least(_E.due_at, func.coalesce(due, func.now()))).cte("stirred")
    return render(select(func.pg_notify(CHANNEL, bindparam("notice", type_=Text()))).add_cte(sooner))


async def claim(db: Database, holder: UUID, most: int, but: Collection[UUID] = ()) -> list[Claimed]:
    """Webhooks that have something due, which are the holder's from now on; who asks meanwhile gets others.

    None of these workspaces.
    """
    is_due = and_(_E.due_at <= func.now(), _E.holder.is_(None))
    is_abandoned = and_(_E.holder.is_not(None), _E.lease_until < func.now())
    is_closed = or_(_E.open_until.is_(None), _E.open_until <= func.now())
    free = (
        select(_E.webhook_id)
        .where(or_(_E.due_at.is_not(None), _E.holder.is_not(None)), or_(is_due, is_abandoned), is_closed)
        .where(_is_served(but))
        .order_by(_E.due_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("free")  # asked once: as a part of the condition, it could be asked again for each row, and find others
    )
    taken: ReturningUpdate[Any] = (
        update(webhook_endpoints)
        .where(_E.webhook_id.in_(select(free.c.webhook_id)))
        .values(holder=holder, lease_until=func.now() + LEASE, due_at=None)
        .returning(_E.webhook_id, _WORKSPACE.label("workspace_id"))
    )
    async with db.connection() as connection:
        return [Claimed(*row) for row in await fetch(connection, taken)]


async def seconds_to_next(db: Database, but: Collection[UUID] = ()) -> float | None:
    """Until a webhook will have something due that nobody looks after; None where there is none."""
    soonest = func.min(func.greatest(func.coalesce(_E.lease_until, _E.due_at), _E.open_until))
    waiting = or_(_E.due_at.is_not(None), _E.holder.is_not(None))
    async with db.connection() as connection:
        found = await fetch_value(
            connection, select(func.extract("epoch", soonest - func.now())).where(waiting, _is_served(but))
        )
    return None if found is None else float(found)


async def renew(db: Database, holder: UUID, webhook_ids: Collection[UUID]) -> set[UUID]:
    """Those that are still the holder's."""
    these = _E.webhook_id == any_(literal([*webhook_ids], ARRAY(Uuid())))
    renewed = _held(holder).where(these).values(lease_until=func.now() + LEASE).returning(_E.webhook_id)
    async with db.connection() as connection:
        return {row["webhook_id"] for row in await fetch(connection, renewed)}


async def put_off(db: Database, holder: UUID, webhook_id: UUID) -> None:
    """We look after it no more; somebody shall in a while."""
    later = {"holder": None, "lease_until": None, "due_at": func.now() + PUT_OFF}
    async with db.connection() as connection:
        await execute(connection, _held(holder).where(_E.webhook_id == webhook_id).values(**later))


async def give_back(db: Database, holder: UUID) -> None:
    """All of it, at once, for others."""
    async with db.connection() as connection:
        await execute(connection, _held(holder).values(holder=None, lease_until=None, due_at=func.now()))


async def settle(db: Database, holder: UUID, webhook_id: UUID, done_until: datetime | None) -> None:
    """We look after it no more, until what is due next: nothing that was due until then is left, or None: some is."""
    next_: Any = func.now() if done_until is None else _next_after(webhook_id, done_until)
    released = _held(holder).where(_E.webhook_id == webhook_id)
    async with db.connection() as connection:
        await execute(connection, released.values(holder=None, lease_until=None, due_at=func.least(_E.due_at, next_)))


def _next_after(webhook_id: UUID, at: datetime) -> Any:
    mine = and_(deliveries.c.webhook_id == webhook_id, deliveries.c.state == "WAITING")
    return select(func.min(deliveries.c.due_at)).where(mine, deliveries.c.due_at > at).scalar_subquery()


def _held(holder: UUID) -> Any:
    return update(webhook_endpoints).where(_E.holder == holder)
