"""Operations that are named instead of sent: stored documents, and automatic persisted queries.

The latter is Apollo's protocol: a client sends the hash of its query; a server that does not know it says so, and is
sent the query with the hash, which it remembers for a while. What is remembered is one workspace's, in this process and
in Valkey, where a workspace has so many places: two queries that share one take turns.
"""

from dataclasses import replace
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from armature.core.db import Database
from armature.core.errors import ArmatureError, BadUserInput
from armature.core.lru import Lru
from armature.core.notices import Listener
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.document import PAGE, DocumentReader
from armature.schema_builder.run.stored import HASHED, DocumentNotFound, Stored, find_document

PLACES = 1_024
LIFETIME = 86_400  # seconds
LONGEST_REGISTERED = 100_000  # bytes
PREFIX = "armature:queries:"

log = structlog.get_logger(__name__)


class PersistedQueryNotFound(ArmatureError):
    """The message is part of the protocol."""

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotFound", hint="Send the query with its hash.")


class PersistedQueryNotSupported(ArmatureError):
    """The message is part of Apollo's protocol: the client sends the query then."""

    code = "PERSISTED_QUERY_NOT_SUPPORTED"

    def __init__(self) -> None:
        super().__init__("PersistedQueryNotSupported", hint="Send the query. Stored documents are run at /graphql.")


class HashMismatch(BadUserInput):
    def __init__(self) -> None:
        super().__init__("The sha256Hash is not that of the query.", field="sha256Hash")


class Documents:
    """What each name means, remembered while notices of changes arrive."""

    def __init__(self, db: Database, redis: Redis, listener: Listener, reader: DocumentReader, size: int) -> None:
        self.reader = reader
        self._db = db
        self._redis = redis
        self._listener = listener
        self._stored: Lru[tuple[UUID, str], Stored | None] = Lru(size)
        self._registered: Lru[tuple[UUID, str], str] = Lru(size)
        self._changes = 0
        listener.on_notice(self._heard)
        listener.on_missed(self._forget)

    async def named(self, operation: Operation, workspace_id: UUID) -> Operation:
        """The operation with its text. Raises DocumentNotFound, PersistedQueryNotFound, HashMismatch."""
        asked = operation.asked
        assert asked is not None  # noqa: S101  the others need no help
        stored = await self._found(workspace_id, asked.document)
        if stored is not None:
            if operation.query and operation.query != stored.text:
                raise HashMismatch
            return replace(operation, query=stored.text, is_stored=True, document=stored.name)
        if not asked.is_hash:
            raise DocumentNotFound(asked.document, "documentId")
        digest = asked.document.removeprefix(HASHED)
        if operation.query:
            await self._register(workspace_id, digest, operation.query)
            return operation
        return replace(operation, query=await self._remembered(workspace_id, digest))

    async def _found(self, workspace_id: UUID, reference: str) -> Stored | None:
        """The stored document; that there is none is remembered, too."""
        key = (workspace_id, reference)
        if self._listener.listening and key in self._stored:
            return self._stored.get(key)
        is_certain, changes = self._listener.listening, self._changes
        async with self._db.connection() as connection:
            found = await find_document(connection, workspace_id, reference)
        if is_certain and changes == self._changes:
            self._stored.put(key, found, _weight(None if found is None else found.text))
        return found

    async def _register(self, workspace_id: UUID, digest: str, text: str) -> None:
        encoded = text.encode()
        if sha256(encoded).hexdigest() != digest:
            raise HashMismatch
        key = (workspace_id, digest)
        if key in self._registered or len(encoded) > LONGEST_REGISTERED:
            return
        self._registered.put(key, text, _weight(text))
        try:
            await self._redis.set(_place(key), encoded, ex=LIFETIME)
        except RedisError:
            log.warning("a persisted query is remembered in this process only")

    async def _remembered(self, workspace_id: UUID, digest: str) -> str:
        key = (workspace_id, digest)
        found = self._registered.get(key)
        if found is not None:
            return found
        try:
            encoded: Any = await self._redis.get(_place(key))
        except RedisError:
            encoded = None
        if encoded is None or sha256(encoded).hexdigest() != digest:
            raise PersistedQueryNotFound
        return self._registered.put(key, encoded.decode(), _weight(encoded))

    def changed(self, workspace_id: UUID) -> None:
        """What was known of a workspace's documents; other processes hear of it by a notice."""
        self._changes += 1
        self._stored.drop_where(lambda key, _: key[0] == workspace_id)

    def _heard(self, notice: dict[str, Any]) -> None:
        if "documents" in notice:
            self.changed(UUID(notice["documents"]))

    def _forget(self) -> None:
        self._changes += 1
        self._stored.clear()


def _place(key: tuple[UUID, str]) -> str:
    workspace_id, digest = key
    return f"{PREFIX}{workspace_id.hex}:{int(digest[:8], 16) % PLACES}"


def _weight(text: str | bytes | None) -> int:
    return 1 + len(text or "") // PAGE
