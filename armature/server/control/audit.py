"""The audit log of the workspace, as the control plane shows it."""

from datetime import UTC, datetime
from uuid import UUID

import strawberry
from asyncpg import Record
from strawberry import Info
from strawberry.scalars import JSON

from armature.audit.log import Wanted, newest
from armature.server.control.account_types import ApiKey, User, api_key_of, user_of
from armature.server.control.context import Context
from armature.server.control.page_size import check_limit

MOST_ENTRIES = 500


@strawberry.type(description="Something that was done, and by whom. Entries are only ever added.")
class AuditEntry:
    row: strawberry.Private[Record]
    number: int = strawberry.field(description="Its place in the workspace's chain, without gaps.")
    at: datetime
    action: str = strawberry.field(
        description='Such as "apiKey.created", "member.updated", "model.created", "record.updated".'
    )
    subject: str | None = strawberry.field(
        description='The id of what it is about; of a model, the version; of a record, such as "company/0193…".'
    )
    before: JSON | None = strawberry.field(description="What it was, in the catalog's words, without secrets.")
    after: JSON | None
    hash: str = strawberry.field(description="Of the entry and of the hash before it, in hex.")
    via: str | None = strawberry.field(
        description='"api", or the command; null for what was done in PostgreSQL itself.'
    )
    address: str | None
    user_agent: str | None
    request_id: str | None

    @strawberry.field
    async def user(self, info: Info[Context, None]) -> User | None:
        """Null where it was somebody else, or is gone by now."""
        row = await info.context.loaders.user.load(UUID(found)) if (found := _who(self, "user_id")) else None
        return None if row is None else user_of(row)

    @strawberry.field
    async def api_key(self, info: Info[Context, None]) -> ApiKey | None:
        row = await info.context.loaders.api_key.load(UUID(found)) if (found := _who(self, "api_key_id")) else None
        return None if row is None else api_key_of(row)


@strawberry.type
class AuditQueries:
    @strawberry.field
    async def audit_log(
        self,
        info: Info[Context, None],
        limit: int = 50,
        before: int | None = None,
        action: str | None = None,
        subject: str | None = None,
        user_id: UUID | None = None,
        api_key_id: UUID | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
    ) -> list[AuditEntry]:
        """Who did what in the workspace, the newest first; `before` a number, for what is older."""
        check_limit(limit, MOST_ENTRIES)
        await info.context.check_may("AUDIT")
        times = _in_utc(since), _in_utc(until)
        wanted = Wanted(info.context.place().workspace_id, action, subject, user_id, api_key_id, *times)
        found = await newest(info.context.db, wanted, before=before, limit=limit)
        return [_entry(each) for each in await info.context.listed(found)]


def _in_utc(moment: datetime | None) -> datetime | None:
    """Without an offset, it is UTC."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _who(entry: AuditEntry, key: str) -> str | None:
    acting = entry.row["acting"] or {}
    found: str | None = acting.get(key)
    return found


def _entry(row: Record) -> AuditEntry:
    acting = row["acting"] or {}
    return AuditEntry(
        row=row,
        number=row["number"],
        at=row["at"],
        action=row["action"],
        subject=row["subject"],
        before=row["before"],
        after=row["after"],
        hash=row["hash"].hex(),
        **{name: acting.get(name) for name in ("via", "address", "user_agent", "request_id")},
    )
