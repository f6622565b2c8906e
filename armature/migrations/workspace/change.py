"""A change of a workspace's model, from what was asked to what is: one transaction, or nothing.

lock the version -> load -> edit and check -> diff -> apply -> record -> notify -> commit

What can be computed while PostgreSQL is at work, is.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID
from weakref import WeakValueDictionary

import asyncpg
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database
from armature.core.errors import ArmatureError, Conflict
from armature.core.meanwhile import meanwhile
from armature.jobs.ledger import enqueue
from armature.metadata.changes import Change
from armature.metadata.edit import Edited, edit
from armature.metadata.model import Snapshot
from armature.metadata.store import load_snapshot, lock_version
from armature.migrations.workspace.apply import apply_steps
from armature.migrations.workspace.broken import broken_documents, may_break, refuse_broken
from armature.migrations.workspace.conflicts import ValuesInTheWay, located
from armature.migrations.workspace.diff import diff
from armature.migrations.workspace.found_options import with_found_options
from armature.migrations.workspace.held_roles import check_free
from armature.migrations.workspace.index_jobs import index_jobs
from armature.migrations.workspace.journal import (
    NOBODY,
    Actor,
    Entry,
    Writing,
    entry_of,
    record_of,
    was_made,
    write_down,
)
from armature.migrations.workspace.role_documents import check_documents_of
from armature.migrations.workspace.role_limits import tell_limits
from armature.migrations.workspace.rules import check_rules

PAUSES = (0.25, 0.5, 0.0)  # seconds after each attempt, in which those who waited behind us go first

# What another transaction's doing may cause once, and the next attempt either passes or explains.
IN_THE_WAY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError, ValuesInTheWay)

Beside = Callable[[Connection], Awaitable[None]]
"""What else is written in the transaction of a change, before stored documents are held against the new model."""

Foresight = Callable[[Snapshot, Snapshot], None]
"""Told of a version and of the next one, before that is committed: to get ready for it. It may still fail."""

_queues: WeakValueDictionary[UUID, asyncio.Lock] = WeakValueDictionary()


class RecordsBusy(Conflict):
    def __init__(self) -> None:
        super().__init__(
            "The model was not changed: other requests kept the records busy for too long.",
            hint="Try again when fewer long queries and imports are running, and no index is being built.",
        )


class ModelMovedOn(Conflict):
    def __init__(self, expected: int, version: int) -> None:
        super().__init__(
            f"The model is at version {version} by now; these changes were made for version {expected}.",
            hint="Look at it again.",
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Changeset:
    """What is asked for. `paths` say where the client wrote each step, as for `edit.apply_changes`."""

    workspace_id: UUID
    changes: Sequence[Change]
    paths: Sequence[tuple[str | int, ...]] | None = None
    known: Snapshot | None = None
    actor: Actor = NOBODY
    idempotency_key: str | None = None
    expected_version: int | None = None
    may_break_documents: bool = False
    foresee: Foresight | None = None
    beside: Beside | None = None


async def change_workspace(
    db: Database,
    workspace_id: UUID,
    changes: Sequence[Change],
    *,
    known: Snapshot | None = None,
    actor: Actor = NOBODY,
    idempotency_key: str | None = None,
    expected_version: int | None = None,
    paths: Sequence[tuple[str | int, ...]] | None = None,
    may_break_documents: bool = False,
    foresee: Foresight | None = None,
    beside: Beside | None = None,
) -> Snapshot:
    """The snapshot after all changes; everybody hears of its version once it is committed.

    `known` is a snapshot the caller has, which saves loading it. Changesets to one workspace queue. One that changes
    nothing keeps the version. An `idempotency_key` used before for the same changes gives the newest snapshot and
    changes nothing. Raises WorkspaceNotFound, what `edit` and `guards` raise, IdempotencyKeyReused, ValuesInTheWay,
    RecordsBusy, DocumentsBroken; ModelMovedOn where there is a newer version than the expected one.
    """
    changeset = Changeset(
        workspace_id=workspace_id,
        changes=changes,
        paths=paths,
        known=known,
        actor=actor,
        idempotency_key=idempotency_key,
        expected_version=expected_version,
        may_break_documents=may_break_documents,
        foresee=foresee,
        beside=beside,
    )
    return await in_turn(db, workspace_id, lambda connection: _change(connection, changeset))


async def in_turn(db: Database, workspace_id: UUID, change: Callable[[Connection], Awaitable[Snapshot]]) -> Snapshot:
    """Run a change in a transaction when those before it are done; again where somebody was IN_THE_WAY."""
    async with queue(workspace_id):
        for pause in PAUSES:
            try:
                async with db.transaction() as connection:
                    return await change(connection)
            except IN_THE_WAY as error:
                cause = error
                await asyncio.sleep(pause)
    raise told(cause)


def told(error: Exception) -> Conflict:
    """The last word on what was IN_THE_WAY."""
    return error if isinstance(error, ValuesInTheWay) else RecordsBusy()


def queue(workspace_id: UUID) -> asyncio.Lock:
    """So that the changesets of one process wait for each other here, and not each in a connection of the pool."""
    return _queues.setdefault(workspace_id, asyncio.Lock())


async def _change(connection: Connection, changeset: Changeset) -> Snapshot:
    locking = lock_newest(connection, changeset.workspace_id, changeset.known)
    before, guessed = await meanwhile(locking, lambda: _edited_ahead(changeset))
    if await was_made(connection, changeset.workspace_id, changeset.idempotency_key, changeset.changes):
        return before
    if changeset.expected_version not in (None, before.version):
        raise ModelMovedOn(changeset.expected_version or 0, before.version)
    changes = await with_found_options(connection, before, changeset.changes, changeset.paths)
    is_as_guessed = before is changeset.known and changes is changeset.changes
    made = guessed if guessed and is_as_guessed else edited(before, replace(changeset, changes=changes))
    after = made.snapshot
    if changeset.beside is not None:
        await changeset.beside(connection)
    if after is before and changeset.idempotency_key is None:
        return before
    if not changeset.may_break_documents and may_break(changeset.changes):
        refuse_broken(await broken_documents(connection, before, after))

    def entry() -> Entry:
        return entry_of(before, after, changeset.changes, changeset.actor, changeset.idempotency_key)

    with located(made):
        await make(connection, before, made, entry, changeset.foresee)
    return after


def _edited_ahead(changeset: Changeset) -> Edited | None:
    """What it will most likely come to. Errors wait until it is certain."""
    try:
        return None if changeset.known is None else edited(changeset.known, changeset)
    except ArmatureError:
        return None


async def make(
    connection: Connection, before: Snapshot, made: Edited, entry: Callable[[], Entry], foresee: Foresight | None = None
) -> None:
    """Change the database and the catalog to what was made of `before`, and write that down."""
    after = made.snapshot

    def record() -> Writing:
        return record_of(before, after, entry())

    if after is not before:
        await check_free(connection, before, after)
        await check_documents_of(connection, before, after)
        applying = apply_steps(connection, diff(before, after, made.conversions), before)
        _, recorded = await meanwhile(applying, record)
    else:
        recorded = record()
    if foresee is not None:
        asyncio.get_running_loop().call_soon(lambda: foresee(before, after))
    await write_down(connection, recorded)
    await tell_limits(connection, before, after)
    for job in index_jobs(before, after):
        await enqueue(connection, job)


async def lock_newest(connection: Connection, workspace_id: UUID, known: Snapshot | None) -> Snapshot:
    """The newest snapshot, which stays so until the transaction ends."""
    version = await lock_version(connection, workspace_id)
    if known is not None and known.version == version:
        return known
    return await load_snapshot(connection, workspace_id, known if known and known.version < version else None)


def edited(before: Snapshot, changeset: Changeset) -> Edited:
    """The next version; the very same snapshot where nothing changes."""
    made = edit(before, changeset.changes, now=datetime.now(UTC), new_id=uuid7, paths=changeset.paths)
    if made.snapshot is before:
        return made
    check_rules(before, made.snapshot, changeset.changes, changeset.paths)
    next_ = replace(made.snapshot, version=before.version + 1)
    next_.succeed(before)
    return replace(made, snapshot=next_)
