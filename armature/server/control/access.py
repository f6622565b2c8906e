"""Who may do what with one record, and which rule lets them: for those who look after roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import strawberry
from asyncpg import Record
from strawberry import ID, Info
from strawberry.scalars import JSON

from armature.core.errors import BadUserInput
from armature.metadata.access import grant_on, roles_of
from armature.metadata.model import Object, Snapshot
from armature.metadata.resolve import find_object
from armature.metadata.role_names import names_of
from armature.metadata.roles import Role
from armature.metadata.rules import told
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.explain import Explained, explained, rights_on
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from armature.server.control.account_types import ApiKey, User, api_key_of, present, user_of
from armature.server.control.context import Context
from armature.server.control.role_types import Right


class RecordIdInvalid(BadUserInput):
    def __init__(self, given: str) -> None:
        super().__init__(f'"{given[:100]}" is not the id of a record.', path=("recordId",))


@strawberry.type(description="What one role lets somebody do with the record.")
class Reason:
    role: str
    rights: list[Right]
    read_rule: JSON | None = strawberry.field(description="Which records the role lets in; null: all.")
    write_rule: JSON | None


@strawberry.type(description="A member or an API key, and why it may do what with the record.")
class Access:
    user: User | None
    api_key: ApiKey | None
    rights: list[Right]
    reasons: list[Reason]


@strawberry.type
class AccessQueries:
    @strawberry.field
    async def explain_access(self, info: Info[Context, None], object: str, record_id: ID) -> list[Access]:
        """Everybody who may do anything with a record, deleted or not; what the rules of their roles say of it.

        Without suspended members and keys that are over.
        """
        context = info.context
        snapshot = await context.whole()
        asking = _Asking(snapshot, find_object(snapshot, object), _id(record_id), {})
        place = context.place().workspace_id
        members = await context.listed(await context.loaders.members_of_workspace.load(place))
        keys = await context.listed(await context.loaders.api_keys_of_workspace.load(place))
        found = [
            *[await _of_member(context, asking, row) for row in members if row["suspended_at"] is None],
            *[await _of_key(context, asking, row) for row in keys if _opens(row)],
        ]
        return [each for each in found if each.rights]


@dataclass(frozen=True)
class _Asking:
    snapshot: Snapshot
    of: Object
    record: UUID
    known: dict[str, Explained]

    def explained(self, role: Role) -> Explained:
        if role.name not in self.known:
            schema = WorkspaceSchema(View(self.snapshot))
            self.known[role.name] = explained(schema, role, self.of.name_singular)
        return self.known[role.name]


def _opens(key: Record) -> bool:
    return key["revoked_at"] is None and (key["expires_at"] is None or key["expires_at"] > datetime.now(UTC))


async def _of_member(context: Context, asking: _Asking, row: Record) -> Access:
    found = present(await context.loaders.user.load(row["user_id"]))
    user, email = user_of(found), found["email"] if found["email_verified_at"] else None
    caller = Caller("MANUAL", user.email, user_id=row["user_id"], email=email)
    reasons = await _reasons(context, asking, row["role"], caller)
    return Access(user=user, api_key=None, rights=_together(reasons), reasons=reasons)


async def _of_key(context: Context, asking: _Asking, row: Record) -> Access:
    reasons = await _reasons(context, asking, row["role"], Caller("API", row["name"], api_key_id=row["id"]))
    return Access(user=None, api_key=api_key_of(row), rights=_together(reasons), reasons=reasons)


async def _reasons(context: Context, asking: _Asking, role: str, caller: Caller) -> list[Reason]:
    found: list[Reason] = []
    async with context.db.connection() as connection:
        for each in roles_of(asking.snapshot, names_of(role)):
            rights = await rights_on(connection, asking.snapshot, asking.explained(each), caller, asking.record)
            if rights:
                found.append(_reason(asking, each, [Right(right) for right in rights]))
    return found


def _reason(asking: _Asking, role: Role, rights: list[Right]) -> Reason:
    grant = grant_on(role, asking.of)
    read, write = (
        JSON(told(asking.snapshot, asking.of, rule)) if rule else None for rule in (grant.read_rule, grant.write_rule)
    )
    return Reason(role=role.name, rights=rights, read_rule=read, write_rule=write)


def _together(reasons: Sequence[Reason]) -> list[Right]:
    given = {right for each in reasons for right in each.rights}
    return [each for each in Right if each in given]


def _id(given: ID) -> UUID:
    try:
        return UUID(given)
    except ValueError:
        raise RecordIdInvalid(given) from None
