"""What nested fields need of the catalog: one statement for all that ask at the same level of a request."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias
from uuid import UUID

from aiodataloader import DataLoader
from asyncpg import Record
from sqlalchemy import ARRAY, Column, Select, Uuid, any_, bindparam, case, func, select

from armature.core.db import Database, Rendered, render
from armature.metadata.account_tables import approved_domains, invitations, workspace_settings
from armature.metadata.tables import api_keys, memberships, users, workspaces
from armature.metadata.webhook_tables import webhook_endpoints
from armature.migrations.workspace.index_standing import BuiltIndex, Standing, standings

One: TypeAlias = "DataLoader[UUID, Record | None]"
Many: TypeAlias = "DataLoader[UUID, list[Record]]"


@dataclass(frozen=True, slots=True)
class Lookup:
    """Rows by the ids in one of their columns."""

    statement: Rendered
    key: str

    async def rows(self, db: Database, ids: Iterable[UUID]) -> list[Record]:
        async with db.connection() as connection:
            return await connection.fetch(self.statement.sql, *self.statement.arguments({"ids": list(ids)}))


def _lookup(rows: Select[Any], key: Column[Any]) -> Lookup:
    ids: Any = bindparam("ids", type_=ARRAY(Uuid()))
    return Lookup(render(rows.where(key == any_(ids))), key.name)


_LIVING = workspaces.c.deleted_at.is_(None)
_KEYS = select(*(each for each in api_keys.c if each.name != "token_hash")).order_by(api_keys.c.id)
_INVITATIONS = select(*(each for each in invitations.c if each.name != "token_hash"))

USERS = _lookup(select(users.c.id, users.c.email, users.c.email_verified_at, users.c.created_at), users.c.id)
WORKSPACES = _lookup(select(workspaces).where(_LIVING), workspaces.c.id)
WORKSPACES_OF_USER = _lookup(
    select(memberships.c.user_id, *workspaces.c)
    .join_from(memberships, workspaces)
    .where(_LIVING)
    .order_by(workspaces.c.id),
    memberships.c.user_id,
)
MEMBERS_OF_WORKSPACE = _lookup(
    select(memberships).order_by(memberships.c.created_at, memberships.c.user_id), memberships.c.workspace_id
)
INVITATIONS = _lookup(_INVITATIONS, invitations.c.id)
INVITATIONS_OF_WORKSPACE = _lookup(_INVITATIONS.order_by(invitations.c.id.desc()), invitations.c.workspace_id)
DOMAINS_OF_WORKSPACE = _lookup(
    select(approved_domains).order_by(approved_domains.c.domain), approved_domains.c.workspace_id
)
SETTINGS = _lookup(select(workspace_settings), workspace_settings.c.workspace_id)
_OPEN_UNTIL = webhook_endpoints.c.open_until
RECEIVERS = _lookup(
    select(
        webhook_endpoints.c.webhook_id,
        webhook_endpoints.c.failing_since,
        case((func.now() < _OPEN_UNTIL, _OPEN_UNTIL)).label("left_alone_until"),
    ),
    webhook_endpoints.c.webhook_id,
)
KEYS = _lookup(_KEYS, api_keys.c.id)
KEYS_OF_WORKSPACE = _lookup(_KEYS, api_keys.c.workspace_id)


class Loaders:
    """Made for one request, each when it is first asked. Rows are the catalog's, without what is secret."""

    def __init__(self, db: Database) -> None:
        self._db = db

    @cached_property
    def user(self) -> One:
        return self._one(USERS)

    @cached_property
    def workspace(self) -> One:
        return self._one(WORKSPACES)

    @cached_property
    def workspaces_of_user(self) -> Many:
        return self._many(WORKSPACES_OF_USER)

    @cached_property
    def members_of_workspace(self) -> Many:
        return self._many(MEMBERS_OF_WORKSPACE)

    @cached_property
    def settings_of_workspace(self) -> One:
        return self._one(SETTINGS)

    @cached_property
    def invitation(self) -> One:
        return self._one(INVITATIONS)

    @cached_property
    def invitations_of_workspace(self) -> Many:
        return self._many(INVITATIONS_OF_WORKSPACE)

    @cached_property
    def domains_of_workspace(self) -> Many:
        return self._many(DOMAINS_OF_WORKSPACE)

    @cached_property
    def api_key(self) -> One:
        return self._one(KEYS)

    @cached_property
    def api_keys_of_workspace(self) -> Many:
        return self._many(KEYS_OF_WORKSPACE)

    @cached_property
    def receiver(self) -> One:
        """Of a webhook."""
        return self._one(RECEIVERS)

    @cached_property
    def index_standing(self) -> "DataLoader[BuiltIndex, Standing]":
        async def load(indexes: list[BuiltIndex]) -> list[Standing]:
            async with self._db.connection() as connection:
                return await standings(connection, indexes)

        return DataLoader(load)

    def _one(self, lookup: Lookup) -> One:
        async def load(ids: list[UUID]) -> list[Record | None]:
            found = {row[lookup.key]: row for row in await lookup.rows(self._db, ids)}
            return [found.get(each) for each in ids]

        return DataLoader(load)

    def _many(self, lookup: Lookup) -> Many:
        async def load(ids: list[UUID]) -> list[list[Record]]:
            found: defaultdict[UUID, list[Record]] = defaultdict(list)
            for row in await lookup.rows(self._db, ids):
                found[row[lookup.key]].append(row)
            return [found[each] for each in ids]

        return DataLoader(load)
