"""Which webhooks are told of events: asked by the relay, in the transaction that gives the events their positions.

What can't be asked of them switches a webhook off, with the reason: the events of others go on.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

import asyncpg
import structlog
from sqlalchemy import Uuid, bindparam, select

from armature.core.db import Connection, Rendered, render
from armature.core.errors import ArmatureError
from armature.core.lru import Lru
from armature.events.numbering import Event
from armature.metadata.model import Object, Snapshot
from armature.metadata.role_names import narrowing
from armature.metadata.webhook_tables import webhooks
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.run.engine import Engine
from armature.schema_builder.run.failures import told
from armature.schema_builder.run.fetch import prepared
from armature.schema_builder.run.sights import Sights
from armature.schema_builder.run.workspaces import Workspaces
from armature.webhooks import matching_statement as ms
from armature.webhooks.endpoints import stir
from armature.webhooks.fit import Seen
from armature.webhooks.matching_statement import Narrowed, matching_statement
from armature.webhooks.patterns import actions_on
from armature.webhooks.payload import ALWAYS_CHANGING
from armature.webhooks.sight import caller_of
from armature.webhooks.slowness import Slowness, Watch
from armature.webhooks.store import SHOWN
from armature.webhooks.switching import switch_off
from armature.webhooks.webhook import Choice, Webhook, webhook_of

REMEMBERED = 2_000

TOO_SLOW = "It took too long to find out whether an event is one of those that it wants: its filter, or a row rule."

log = structlog.get_logger("armature.webhooks")


@dataclass(frozen=True, slots=True)
class Place:
    """Whose events they are, and in which transaction."""

    connection: Connection
    schema: str
    snapshot: Snapshot


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one object with consecutive positions, others perhaps between them."""

    of: Object
    actions: tuple[str, ...]
    first: int
    last: int


class Matching:
    """Of one process."""

    def __init__(self, workspaces: Workspaces, engine: Engine, size: int) -> None:
        self._workspaces = workspaces
        self._engine = engine
        self._sights = Sights(size)
        self._statements: Lru[Any, Statement] = Lru(REMEMBERED)
        self._slowness = Slowness()

    async def consume(self, connection: Connection, workspace_id: UUID, schema: str, events: Sequence[Event]) -> None:
        """What webhooks are to be told of these events, written down. Raises TimeoutError where that takes too long."""
        listening = _listening_statement()
        rows = await connection.fetch(listening.sql, *listening.arguments({"workspace": workspace_id}))
        if not rows:
            return
        snapshot = await self._workspaces.snapshot(workspace_id)
        place, watch = Place(connection, schema, snapshot), Watch()
        try:
            for webhook in map(webhook_of, rows):
                if self._slowness.is_too_slow(webhook):
                    await switch_off(connection, webhook.id, TOO_SLOW)
                    continue
                with watch.running(webhook):
                    for batch in _batches(webhook.choice, snapshot, events):
                        await self._tell(place, webhook, batch, watch.left)
        except TimeoutError:
            self._slowness.note(watch)
            raise
        self._slowness.forgive(watch)

    async def _tell(self, place: Place, webhook: Webhook, batch: Batch, patience: float) -> None:
        connection = place.connection
        try:
            async with connection.transaction():
                statement = self._statement(webhook, place.snapshot, batch.of)
                asked = None if statement is None else _asked(statement, place.schema, webhook, batch)
                due_at = None if asked is None else await connection.fetchval(asked[0], *asked[1], timeout=patience)
        except (ArmatureError, asyncpg.DataError) as error:
            known = error if isinstance(error, ArmatureError) else told(error)
            reason = "its filter can't be asked." if known is None else known.message
            log.warning("webhook.unfit", webhook=str(webhook.id), why=reason)
            await switch_off(connection, webhook.id, f"It could not be told of an event: {reason}")
        else:
            if due_at is not None:
                await stir(connection, webhook.id, due_at)

    def _statement(self, webhook: Webhook, snapshot: Snapshot, of: Object) -> Statement | None:
        """None where the role sees none of them. Raises ArmatureError where a filter does not fit any more."""
        roles = narrowing(webhook.role)
        seen = snapshot if roles is None else self._sights.of(snapshot, roles)
        shown = seen.objects[of.id]
        if not (shown.is_visible and shown.may("READ")):
            return None
        key = (webhook.id, webhook.updated_at, seen.fingerprint, of.id)
        found = self._statements.get(key)
        if found is None:
            model = Seen(seen, self._engine.schema(seen))
            narrowed = _narrowed(webhook.choice, model, shown)
            view = model.schema.view[shown.name_singular]
            found = matching_statement(view, narrowed, is_debounced=webhook.debounce > 0)
            self._statements.put(key, found)
        return found


def _asked(statement: Statement, schema: str, webhook: Webhook, batch: Batch) -> tuple[str, Sequence[Any]]:
    """Gives when the first of the new deliveries is due."""
    values = {
        ms.WEBHOOK: webhook.id,
        ms.OBJECT_ID: batch.of.id,
        ms.NAME: batch.of.name_singular,
        ms.ACTIONS: list(batch.actions),
        ms.FIRST: batch.first,
        ms.LAST: batch.last,
        ms.DEBOUNCE: timedelta(seconds=webhook.debounce),
        **caller_of(webhook.role).me,
    }
    return prepared(statement, schema, values)


def _narrowed(choice: Choice, model: Seen, of: Object) -> Narrowed:
    def condition(rule: Any) -> Any:
        return None if rule is None else model.condition(of, rule)

    wanted = choice.changed_fields or _telling(of)
    changed = [column for each in wanted for column in model.columns(of, each)]
    return Narrowed(condition(choice.filter), condition(choice.filter_before), changed)


def _telling(of: Object) -> Sequence[UUID]:
    """The fields without which an update changed nothing that the role reads."""
    always = (None, *ALWAYS_CHANGING)
    return [id_ for id_, each in of.fields.items() if each.is_visible and each.column not in always]


def _batches(choice: Choice, snapshot: Snapshot, events: Sequence[Event]) -> Iterable[Batch]:
    """Those that it wants, by object."""
    tables = dict.fromkeys(each.table for each in events)
    for of in snapshot.objects.values():
        wanted = actions_on(choice.patterns, of.id) if of.table in tables and of.is_visible else ()
        found = [each for each in events if each.table == of.table and each.action in wanted]
        if found:
            yield Batch(of, tuple(dict.fromkeys(each.action for each in found)), found[0].position, found[-1].position)


@cache
def _listening_statement() -> Rendered:
    mine = webhooks.c.workspace_id == bindparam("workspace", type_=Uuid())
    return render(select(*SHOWN).where(mine, webhooks.c.is_enabled).order_by(webhooks.c.id))
