"""A request's way through the data API: parse, validate, plan, run.

    text -> Document (document.py) -> Prepared (operation.py) -> Plan, Statement (compile/) -> bytes (fetch.py)

Each arrow is remembered: a warm request is a few look-ups, the variables' coercion and one statement.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any
from uuid import UUID

from graphql import GraphQLError

from armature.core.db import Database
from armature.core.errors import ArmatureError, BadUserInput, Forbidden, SchemaChanged
from armature.core.lru import Lru
from armature.core.settings import Settings
from armature.metadata.model import Sight, Snapshot, renewed
from armature.metadata.names import root_name
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.compile.plan.reads import Known, Read
from armature.schema_builder.compile.rules import RowRules
from armature.schema_builder.run.answer import Answer, MutationOverGet, Operation, object_of, refusal
from armature.schema_builder.run.caller import SYSTEM, Caller
from armature.schema_builder.run.document import PAGE, Document, DocumentReader
from armature.schema_builder.run.failures import told
from armature.schema_builder.run.fetch import fetch_json, fetch_row
from armature.schema_builder.run.introspection import Introspection
from armature.schema_builder.run.mutation import run_mutation
from armature.schema_builder.run.once import Key, once, request_of
from armature.schema_builder.run.operation import (
    EventsPlan,
    MutationPlan,
    Plans,
    Prepared,
    QueryPlan,
    Refused,
    TopicPlan,
)
from armature.schema_builder.run.said import Say, to_nobody
from armature.schema_builder.run.sights import Sights
from armature.schema_builder.run.stored import DocumentNotFound
from armature.schema_builder.run.text import Streamed, Text
from armature.schema_builder.run.topics import topic_name
from armature.schema_builder.run.watched import (
    Place,
    Watched,
    WatchedEvents,
    WatchedQuery,
    WatchedTopic,
    events_watched,
    query_watched,
    topic_watched,
)
from armature.schema_builder.run.workplace import Tally, Workplace, Written
from armature.schema_builder.run.workspaces import Workspaces
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View

LONG_DOCUMENT = 5_000
"""Characters."""

FORESEEN = 5
"""So many objects' types are made before somebody asks for them."""

TYPES = 50
"""So many that were made weigh 1 in the memory of schemas: a third of a megabyte."""


class Engine:
    """`wrote` is told of each workspace that a mutation may have changed, once that is committed; `say` tells all who
    listen to a topic.
    """

    def __init__(
        self,
        db: Database,
        settings: Settings,
        workspaces: Workspaces,
        documents: DocumentReader,
        wrote: Callable[[UUID], None] = lambda _: None,
        say: Say = to_nobody,
    ) -> None:
        self._db = db
        self._wrote = wrote
        self._say = say
        self._settings = settings
        self._workspaces = workspaces
        self._documents = documents
        self._schemas: Lru[bytes, WorkspaceSchema] = Lru(settings.shape_cache_size)
        self._prepared: Lru[Any, Prepared] = Lru(settings.document_cache_size)
        self._plans: Plans = Lru(settings.statement_cache_size)
        self._introspection = Introspection()
        self._sights = Sights(settings.shape_cache_size)

    async def execute(self, operation: Operation, workspace_id: UUID, caller: Caller = SYSTEM) -> Answer:
        """The answer to an operation. Raises ArmatureError where the request as a whole is refused.

        `caller` is who records remember, and whose idempotency keys count: the system has none.
        """
        snapshot = self._workspaces.known(workspace_id) or await self._workspaces.newest(workspace_id)
        try:
            return await self._run(operation, self._asked(operation, snapshot, caller), caller)
        except (Refused, SchemaChanged) as refused:
            newest = await self._workspaces.newest(workspace_id)
            if newest.version == snapshot.version:
                return _final(refused)
        try:
            return await self._run(operation, self._asked(operation, newest, caller), caller)
        except (Refused, SchemaChanged) as refused:
            return _refusal(refused)

    async def watched(self, operation: Operation, workspace_id: UUID, caller: Caller = SYSTEM) -> Watched | None:
        """What a subscription watches; None where the operation is none. Raises Refused, ArmatureError."""
        snapshot = await self._workspaces.snapshot(workspace_id)
        try:
            return await self._watched(operation, self._asked(operation, snapshot, caller), caller)
        except Refused:
            newest = await self._workspaces.newest(workspace_id)
            if newest.version == snapshot.version:
                raise
        return await self._watched(operation, self._asked(operation, newest, caller), caller)

    async def events(self, watched: WatchedEvents, after: int) -> Sequence[tuple[int, bytes | None]]:
        """Those after a position, in order, no more than a batch: positions, and what is told of them, if anything."""
        with TELLING:
            async with self._db.connection(watched.place.schema) as connection:
                return [tuple(each) for each in await connection.fetch(watched.sql, *watched.arguments(after))]

    async def members(self, watched: WatchedTopic, ids: Sequence[UUID]) -> Sequence[tuple[UUID, *tuple[bytes, ...]]]:
        """Of these users, those in sight: their ids, and what is shown of them in each form."""
        sql, arguments = watched.asking(ids)
        with TELLING:
            async with self._db.connection(watched.place.schema) as connection:
                return [tuple(each) for each in await connection.fetch(sql, *arguments)]

    async def look(self, watched: WatchedQuery | WatchedTopic) -> bytes:
        """The value of what is watched, as JSON. Raises SchemaChanged, other ArmatureErrors."""
        if watched.sql is None:
            return str(watched.place.version).encode()
        with TELLING:
            async with self._db.connection(watched.place.schema) as connection:
                found: bytes | None = await connection.fetchval(watched.sql, *watched.values)
                return b"null" if found is None else found

    async def newest_version(self, workspace_id: UUID) -> int:
        """Of a workspace's model, asked of the database."""
        return (await self._workspaces.newest(workspace_id)).version

    async def sdl(self, workspace_id: UUID, caller: Caller = SYSTEM) -> Text:
        """The caller's own schema in the schema definition language. Raises IntrospectionOff."""
        snapshot = self._seen(await self._workspaces.snapshot(workspace_id), caller)
        check_model_shown(snapshot)
        return await self._introspection.text(snapshot)

    def _asked(self, operation: Operation, snapshot: Snapshot, caller: Caller) -> Snapshot:
        """The model as the caller sees it. Raises StoredOnly, DocumentNotFound."""
        if caller.roles is None:
            return snapshot
        seen = self._seen(snapshot, caller)
        if seen.sight is not None and seen.sight.documents_only:
            _check_stored(operation, seen.sight)
        return seen

    def _seen(self, snapshot: Snapshot, caller: Caller) -> Snapshot:
        return snapshot if caller.roles is None else self._sights.of(snapshot, caller.roles)

    def schema(self, snapshot: Snapshot) -> WorkspaceSchema:
        """The schema of a model, or of a role's view of it; workspaces and roles of one shape share it."""
        return self._schemas.get(snapshot.fingerprint) or self._new_schema(snapshot)

    def foresee(self, before: Snapshot, after: Snapshot) -> None:
        """Make the schema of a version that is about to be, where the one before it is in use: somebody waits for
        PostgreSQL right now, and will next ask for what they have changed.
        """
        if before.fingerprint not in self._schemas:
            return
        types = self.schema(after).graphql
        for of in islice(renewed(before.objects, after.objects), FORESEEN):
            if of.is_visible and types.query_type is not None:
                types.query_type.fields.get(root_name("list", of))

    def _new_schema(self, snapshot: Snapshot) -> WorkspaceSchema:
        """A schema that had to leave takes with it what was made for it."""
        sight = snapshot.sight
        rules = None if sight is None else RowRules(lambda: self.schema(sight.whole))
        return self._keep(WorkspaceSchema(View(snapshot, rules)))

    def _keep(self, schema: WorkspaceSchema) -> WorkspaceSchema:
        """It weighs more with every type that somebody has looked at."""
        shape, count = schema.view.snapshot.fingerprint, len(self._schemas)
        is_new = shape not in self._schemas
        self._schemas.put(shape, schema, 1 + len(schema.types.made) // TYPES)
        if len(self._schemas) < count + is_new:
            self._prepared.drop_where(lambda key, _: key[0] not in self._schemas)
            self._plans.drop_where(lambda key, _: key[0].fingerprint not in self._schemas)
        return schema

    async def _run(self, operation: Operation, snapshot: Snapshot, caller: Caller) -> Answer:
        prepared = self._prepared.get(_key(operation, snapshot)) or await self._prepare(operation, snapshot)
        if prepared.is_query:
            return await self._query(prepared, operation, snapshot, caller)
        if prepared.is_subscription:
            raise SubscriptionSent
        if not operation.may_mutate:
            raise MutationOverGet
        return await self._mutation(prepared, operation, snapshot, caller)

    async def _watched(self, operation: Operation, snapshot: Snapshot, caller: Caller) -> Watched | None:
        prepared = self._prepared.get(_key(operation, snapshot)) or await self._prepare(operation, snapshot)
        if not prepared.is_subscription:
            return None
        variables = prepared.coerced(operation.variables)
        plan = prepared.plan(variables)
        assert not isinstance(plan, MutationPlan)  # noqa: S101  it is a subscription
        place = Place(snapshot.schema, snapshot.version, prepared.cost(plan, variables))
        values = {**variables, **caller.me}
        if isinstance(plan, EventsPlan):
            return events_watched(plan, place, values)
        if isinstance(plan, TopicPlan):
            place = replace(place, cost=place.cost + plan.listed)
            return topic_watched(plan, place, values, topic_name(plan.meeting.topic, snapshot, values), self._settings)
        return query_watched(plan, place, values, is_patched=prepared.is_patched)

    async def _prepare(self, operation: Operation, snapshot: Snapshot) -> Prepared:
        """A long document is validated beside the event loop: it may take graphql-core a second to refuse it."""
        schema = self.schema(snapshot)
        if len(operation.query) > LONG_DOCUMENT:
            prepared = await asyncio.to_thread(self._validated, operation, schema)
        else:
            prepared = self._validated(operation, schema)
        self._prepared.put(_key(operation, snapshot), prepared, 1 + len(operation.query) // PAGE)
        self._keep(schema)
        return prepared

    def _validated(self, operation: Operation, schema: WorkspaceSchema) -> Prepared:
        try:
            document: Document = self._documents.read(operation.query)
        except GraphQLError as error:
            raise Refused([error]) from error
        return Prepared(schema, self._settings, document, operation.name, self._plans)

    async def _query(self, prepared: Prepared, operation: Operation, snapshot: Snapshot, caller: Caller) -> Answer:
        variables = prepared.coerced(operation.variables)
        plan = prepared.plan(variables)
        assert isinstance(plan, QueryPlan)  # noqa: S101  it is a query
        cost = prepared.cost(plan, variables)
        if caller.roles is not None:
            variables = {**variables, **caller.me}
        values = await self._fetched(plan, snapshot, variables)
        if len(plan.fields) == len(plan.reads):
            body = _data([(each.key, value) for each, value in zip(plan.fields, values, strict=True)])
            return Answer(body, cost=cost, fields=len(plan.fields))
        known = await self._known(prepared, plan.fields, operation.variables, snapshot)
        read = iter(values)
        found = [(each.key, next(read) if isinstance(each, Read) else known[each.key]) for each in plan.fields]
        return replace(_answer(found), cost=cost, fields=len(plan.fields))

    async def _fetched(self, plan: QueryPlan, snapshot: Snapshot, variables: Variables) -> Sequence[bytes | None]:
        if plan.statement is None:
            return ()
        with TELLING:
            async with self._db.connection(snapshot.schema) as connection:
                if len(plan.reads) == 1:
                    return (await fetch_json(connection, plan.statement, snapshot.schema, variables),)
                row = await fetch_row(connection, plan.statement, snapshot.schema, variables)
                return tuple(row or ())

    async def _known(
        self, prepared: Prepared, fields: Sequence[Any], given: Mapping[str, Any], snapshot: Snapshot
    ) -> Mapping[str, bytes | Text]:
        """The fields that need no data, by response key."""
        asked = [each.key for each in fields if isinstance(each, Known) and each.what == "introspection"]
        found: dict[str, bytes | Text] = {}
        if asked:
            _check_introspection(snapshot)
            found |= await self._introspection.fields(prepared, asked, given)
        type_name = b'"Query"' if prepared.is_query else b'"Mutation"'
        for each in fields:
            if isinstance(each, Known) and each.what != "introspection":
                found[each.key] = type_name if each.what == "typename" else str(snapshot.version).encode()
        return found

    async def _mutation(self, prepared: Prepared, operation: Operation, snapshot: Snapshot, caller: Caller) -> Answer:
        variables = prepared.coerced(operation.variables)
        plan = prepared.plan(variables)
        assert isinstance(plan, MutationPlan)  # noqa: S101  it is a mutation
        tally = Tally(self._settings)
        tables = {each.table: each for each in snapshot.objects.values()}
        at = Workplace(
            self._db.near(snapshot.schema),
            self._settings,
            prepared.schema.view,
            snapshot.schema,
            {**variables, **caller.variables},
            tables,
            tally,
            caller,
            Written(),
            self._say,
        )
        try:
            answer = await self._mutated(at, prepared, plan, operation, snapshot.workspace_id)
        finally:
            if plan.writes:
                self._wrote(snapshot.workspace_id)
        return replace(answer, cost=tally.count, fields=len(plan.fields))

    async def _mutated(
        self, at: Workplace, prepared: Prepared, plan: MutationPlan, operation: Operation, workspace_id: UUID
    ) -> Answer:
        if operation.idempotency_key is None or at.caller.id is None:
            return (await run_mutation(at, prepared, plan)).answer
        key = Key(workspace_id, at.caller.id, operation.idempotency_key, request_of(operation))
        lifetime = self._settings.idempotency_lifetime
        return await once(self._db, lifetime, key, lambda db: run_mutation(replace(at, db=db), prepared, plan))


class Telling:
    """Raises for what PostgreSQL refuses an ArmatureError, where it is of a client's making."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, Exception) and not isinstance(error, ArmatureError) and (known := told(error)):
            raise known from error


TELLING = Telling()


class SubscriptionSent(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "A subscription has more than one answer, which can't be given here.",
            hint="Send it over a WebSocket (graphql-transport-ws), or accept text/event-stream.",
        )


class StoredOnly(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "Your role lets you run stored documents, and nothing else.",
            hint='Send {"documentId": "…"}, without a query.',
        )


class IntrospectionOff(Forbidden):
    def __init__(self) -> None:
        super().__init__("Your role does not let you look at the schema.", hint="Ask an administrator.")


def _check_stored(operation: Operation, sight: Sight) -> None:
    """Documents of other roles are as if they were not there."""
    if not operation.is_stored:
        raise StoredOnly
    name, asked = operation.document, operation.asked
    if name is None or sight.documents is None or name in sight.documents:
        return
    if asked is None or asked.is_hash:
        raise StoredOnly
    raise DocumentNotFound(asked.document, "documentId")


def check_model_shown(seen: Snapshot) -> None:
    """Whether these roles may look at the model where no stored document asks. Raises IntrospectionOff."""
    _check_introspection(seen)
    if seen.sight is not None and seen.sight.documents_only:
        raise IntrospectionOff


def _check_introspection(snapshot: Snapshot) -> None:
    if snapshot.sight is not None and not snapshot.sight.may_introspect:
        raise IntrospectionOff


def _key(operation: Operation, snapshot: Snapshot) -> tuple[bytes, str, str | None]:
    return snapshot.fingerprint, operation.query, operation.name


def _data(fields: Sequence[tuple[str, bytes | None]]) -> bytes:
    return b"".join([b'{"data":', object_of(fields), b"}"])


def _answer(fields: Sequence[tuple[str, bytes | Text | None]]) -> Answer:
    short = [(key, value) for key, value in fields if not isinstance(value, Text)]
    if len(short) == len(fields):
        return Answer(_data(short))
    parts: list[bytes | Text] = []
    for key, value in fields:
        parts += [b'%b"%b":' % (b"," if parts else b'{"data":{', key.encode()), value or b"null"]
    return Answer(Streamed([*parts, b"}}"]))


def _refusal(refused: Refused | SchemaChanged) -> Answer:
    if isinstance(refused, SchemaChanged):
        raise refused
    return refusal(refused.errors)


def _final(refused: Refused | SchemaChanged) -> Answer:
    """By the newest model. Tables that differ from it are a fault to be found in the log, and by doctor."""
    if isinstance(refused, SchemaChanged) and refused.__cause__ is not None:
        raise refused.__cause__
    return _refusal(refused)
