"""What administrators set about a workspace beside its model: its name, who may come in and how, what is on."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from asyncpg import Record
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from armature.core.db import Connection, Database, execute, fetch, fetch_one, fetch_value
from armature.core.errors import BadUserInput, Forbidden
from armature.core.notices import notify
from armature.metadata.account_tables import approved_domains, sessions, workspace_settings
from armature.metadata.tables import memberships, users, workspaces
from armature.server.auth.invitations import add_member
from armature.server.auth.memberships import WorkspaceOfOthers
from armature.server.auth.roles import checked_role
from armature.server.auth.texts import checked_name

MOST_FEATURES = 200
MOST_DOMAINS = 50

# Anybody can have an address there.
# fmt: off
FOR_EVERYBODY = frozenset(
    {
        "126.com", "163.com", "aol.com", "fastmail.com", "free.fr", "gmail.com", "gmx.com", "gmx.de", "gmx.net",
        "googlemail.com", "hey.com", "hotmail.co.uk", "hotmail.com", "hotmail.fr", "icloud.com", "laposte.net",
        "libero.it", "live.com", "mac.com", "mail.com", "mail.ru", "me.com", "msn.com", "naver.com", "orange.fr",
        "outlook.com", "outlook.de", "outlook.fr", "pm.me", "proton.me", "protonmail.com", "qq.com", "t-online.de",
        "tutanota.com", "web.de", "yahoo.co.uk", "yahoo.com", "yahoo.de", "yahoo.fr", "yandex.com", "yandex.ru",
        "ymail.com", "zoho.com",
    }
)
# fmt: on

ORIGINS_CHANGED = {"origins": "changed"}
MOST_ORIGINS, LONGEST_ORIGIN = 50, 300

_ORIGIN = re.compile(r"https?://(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?")
_FEATURE = re.compile(r"[a-zA-Z][a-zA-Z0-9_.-]{0,62}")
_NOTHING = {"requires_second_factor": False, "cors_origins": [], "features": {}}

SHORTEST_RETENTION, LONGEST_RETENTION = 30, 36_500  # days: nobody covers up their traces overnight


class FeatureUnfit(BadUserInput):
    def __init__(self, reason: str) -> None:
        super().__init__(reason, field="name", path=("name",))


class OriginUnfit(BadUserInput):
    def __init__(self, origin: str) -> None:
        super().__init__(
            f'"{origin[:100]}" is no origin.',
            hint="Write scheme, host and port only, in lower case: https://app.example.com",
            field="corsOrigins",
            path=("corsOrigins",),
        )


class TooManyOrigins(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"A workspace has at most {MOST_ORIGINS} origins.", field="corsOrigins", path=("corsOrigins",))


class SecondFactorFirst(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "You have signed in without a second factor, and would lock yourself out.",
            hint="Set one up first (beginTotp, beginPasskey), and sign in with it.",
            field="requiresSecondFactor",
            path=("requiresSecondFactor",),
        )


class RetentionUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f"Entries of the audit log are kept {SHORTEST_RETENTION} to {LONGEST_RETENTION:,} days, or for ever (0).",
            field="auditRetentionDays",
            path=("auditRetentionDays",),
        )


class DomainUnfit(BadUserInput):
    def __init__(self, reason: str) -> None:
        super().__init__(
            f"This domain can't be approved: {reason}.",
            hint="Approve the domain of your own, verified e-mail address.",
            field="domain",
            path=("domain",),
        )


class NotApproved(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "This workspace lets nobody join by an address like yours.",
            hint="Verify your e-mail address, or ask for an invitation.",
        )


async def rename(connection: Connection, workspace_id: UUID, name: str) -> None:
    """Raises NameInvalid."""
    mine = workspaces.c.id == workspace_id
    await execute(connection, update(workspaces).where(mine).values(name=checked_name(name, "name")))


async def require_second_factor(
    connection: Connection, workspace_id: UUID, required: bool, session_id: UUID | None
) -> None:
    """Every process asks for it from then on. Raises SecondFactorFirst where the session itself would not do."""
    if required:
        own = select(sessions.c.has_second_factor | sessions.c.workspace_id.is_not(None))
        if not await fetch_value(connection, own.where(sessions.c.id == session_id)):
            raise SecondFactorFirst
    await _set(connection, workspace_id, {"requires_second_factor": required})


async def set_origins(connection: Connection, workspace_id: UUID, origins: Sequence[str]) -> None:
    """Pages there may call for this workspace, in every process. Raises OriginUnfit."""
    for each in origins:
        if not is_origin(each) or len(each) > LONGEST_ORIGIN:
            raise OriginUnfit(each)
    if len(origins) > MOST_ORIGINS:
        raise TooManyOrigins
    await _set(connection, workspace_id, {"cors_origins": list(dict.fromkeys(origins))})
    await notify(connection, ORIGINS_CHANGED)


async def set_audit_retention(connection: Connection, workspace_id: UUID, days: int) -> None:
    """Older entries go within the hour; 0 keeps them for ever. Raises RetentionUnfit."""
    if days and not SHORTEST_RETENTION <= days <= LONGEST_RETENTION:
        raise RetentionUnfit
    await _set(connection, workspace_id, {"audit_retention_days": days or None})


def is_origin(text: str) -> bool:
    """As browsers write it (RFC 6454): scheme, host and port in lower case, and nothing else."""
    return _ORIGIN.fullmatch(text) is not None


async def set_feature(db: Database, workspace_id: UUID, name: str, is_on: bool | None) -> Mapping[str, bool]:
    """The features as they are then; None takes one away. Raises FeatureUnfit."""
    if not _FEATURE.fullmatch(name):
        raise FeatureUnfit("A feature's name has 1 to 63 letters, digits and . _ -, and begins with a letter.")
    async with db.transaction() as connection:
        await _set(connection, workspace_id, {})
        mine = workspace_settings.c.workspace_id == workspace_id
        features = dict(
            await fetch_value(connection, select(workspace_settings.c.features).where(mine).with_for_update())
        )
        if is_on is None:
            features.pop(name, None)
        else:
            features[name] = is_on
        if len(features) > MOST_FEATURES:
            raise FeatureUnfit(f"A workspace has at most {MOST_FEATURES} features.")
        await execute(connection, update(workspace_settings).where(mine).values(features=features))
    return features


async def approve_domain(db: Database, workspace_id: UUID, user_id: UUID, domain: str, role: str) -> str:
    """Of the approver's own address, so that nobody approves what is others'. Raises DomainUnfit, RoleUnknown."""
    domain = domain.strip().lower().removeprefix("@")
    if domain in FOR_EVERYBODY:
        raise DomainUnfit("anybody can have an address there")
    row = {"workspace_id": workspace_id, "domain": domain, "role": checked_role(role)}
    async with db.transaction() as connection:
        mine = select(users.c.email).where(users.c.id == user_id, users.c.email_verified_at.is_not(None))
        if domain_of(await fetch_value(connection, mine) or "") != domain:
            raise DomainUnfit("you have no verified address there")
        approved = insert(approved_domains).values(row)
        both = ["workspace_id", "domain"]
        await execute(connection, approved.on_conflict_do_update(index_elements=both, set_={"role": row["role"]}))
    return domain


async def forget_domain(db: Database, workspace_id: UUID, domain: str) -> bool:
    """Whether it was approved. Members stay."""
    gone = delete(approved_domains).where(
        approved_domains.c.workspace_id == workspace_id, approved_domains.c.domain == domain.strip().lower()
    )
    async with db.connection() as connection:
        return await fetch_value(connection, gone.returning(approved_domains.c.domain)) is not None


async def joinable(db: Database, user_id: UUID) -> Sequence[Record]:
    """Workspaces that would let the user in, by the domain of a verified address."""
    async with db.connection() as connection:
        return await fetch(connection, _JOINABLE.where(users.c.id == user_id).order_by(workspaces.c.id).limit(100))


async def join(db: Database, user_id: UUID, workspace_id: UUID) -> None:
    """Who is a member already stays what they are. Raises NotApproved, also where there is no such workspace."""
    async with db.transaction() as connection:
        wanted = _APPROVING.where(users.c.id == user_id, workspaces.c.id == workspace_id)
        found = await fetch_one(connection, wanted)
        if found is None:
            raise NotApproved
        await add_member(connection, workspace_id, user_id, found["role"])


def domain_of(email: str) -> str:
    return email.rpartition("@")[2]


def workspace_id_of(text: str) -> UUID:
    """Raises WorkspaceOfOthers."""
    try:
        return UUID(text)
    except ValueError:
        raise WorkspaceOfOthers(text, "one of yours") from None


async def _set(connection: Connection, workspace_id: UUID, values: Mapping[str, Any]) -> None:
    """Every process forgets what it knew of who may enter."""
    made = insert(workspace_settings).values(workspace_id=workspace_id, **{**_NOTHING, **values})
    changed = {"workspace_id": workspace_id, **values}
    await execute(connection, made.on_conflict_do_update(index_elements=["workspace_id"], set_=changed))
    await notify(connection, {"identity": str(workspace_id)})


_APPROVING = (
    select(workspaces.c.id, workspaces.c.name, workspaces.c.version, workspaces.c.created_at, approved_domains.c.role)
    .join_from(users, approved_domains, func.split_part(users.c.email, "@", 2) == approved_domains.c.domain)
    .join(workspaces, workspaces.c.id == approved_domains.c.workspace_id)
    .where(users.c.email_verified_at.is_not(None), workspaces.c.deleted_at.is_(None))
)
_JOINABLE = _APPROVING.outerjoin(
    memberships, (memberships.c.workspace_id == workspaces.c.id) & (memberships.c.user_id == users.c.id)
).where(memberships.c.user_id.is_(None))
