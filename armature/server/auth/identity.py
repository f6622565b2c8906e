"""Who is calling, from the headers of a request.

A caller seen before is a look-up by the raw headers. That is trusted only while notices of changes arrive (see
core/notices.py); otherwise, and for callers not seen before, the database is asked: one statement.
"""

from dataclasses import dataclass
from functools import cached_property
from math import inf
from time import time
from typing import Any
from uuid import UUID

from armature.core.db import Database
from armature.core.errors import BadUserInput, Unauthenticated
from armature.core.lru import Lru
from armature.core.notices import Listener
from armature.metadata.role_names import narrowing
from armature.schema_builder.run.caller import SYSTEM, Caller
from armature.server.auth.access_tokens import AccessTokens, Claims
from armature.server.auth.api_keys import PREFIX
from armature.server.auth.key_uses import KeyUses
from armature.server.auth.memberships import Barred, FoundUser, find_key, find_user

CACHE_SIZE = 10_000
LONGEST_HEADER = 4_096
WORKSPACE_HEADER = "X-Workspace-Id"


@dataclass(frozen=True)
class Identity:
    """A user or an API key. Without a workspace for a user who has none, or several and did not say which.

    `rate_limit` is the roles', or a key's own, in points a minute; `expires_at` is when the token or the key ends.
    `only_in` is the one workspace that a user's session leads to; `barred` says why they are kept out of `barred_from`.
    """

    user_id: UUID | None
    workspace_id: UUID | None
    role: str | None
    api_key_id: UUID | None = None
    session_id: UUID | None = None
    only_in: UUID | None = None
    barred_from: UUID | None = None
    barred: type[Barred] | None = None
    rate_limit: int | None = None
    expires_at: float = inf

    @cached_property
    def owner(self) -> str:
        """Of a bucket (server/limits): a key, or a user in a workspace."""
        return f"user:{self.user_id}:{self.workspace_id}" if self.api_key_id is None else f"key:{self.api_key_id}"


@dataclass(frozen=True)
class WorkspaceIdentity(Identity):
    """An Identity in a workspace, where it has a role. `actor` is how records remember it."""

    workspace_id: UUID
    role: str
    actor: Caller = SYSTEM


class AuthorizationInvalid(Unauthenticated):
    def __init__(self) -> None:
        super().__init__(
            "The Authorization header can't be read.", hint="Send `Authorization: Bearer <access token or API key>`."
        )


class SignInFirst(Unauthenticated):
    def __init__(self) -> None:
        super().__init__(
            "Nobody is signed in.",
            hint="Send `Authorization: Bearer <access token or API key>`; signIn at /metadata gives an access token.",
        )


class WorkspaceHeaderInvalid(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"The header {WORKSPACE_HEADER} is not the id of a workspace.", field=WORKSPACE_HEADER)


class WorkspaceNotChosen(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "You have several workspaces or none: it is not clear which one is meant.",
            hint=f"Send the header {WORKSPACE_HEADER}; at /metadata, `workspaces` lists yours.",
            field=WORKSPACE_HEADER,
        )


class Identities:
    def __init__(self, db: Database, listener: Listener, tokens: AccessTokens, size: int = CACHE_SIZE) -> None:
        self._db = db
        self._listener = listener
        self._tokens = tokens
        self.uses = KeyUses(db)
        self._known: Lru[tuple[bytes, bytes | None], Identity] = Lru(size)
        self._changes = 0
        listener.on_notice(self._heard)
        listener.on_missed(self._missed)

    async def identify(self, authorization: bytes | None, workspace: bytes | None) -> Identity | None:
        """None without an Authorization header. Raises Unauthenticated, Forbidden, BadUserInput."""
        if authorization is None:
            return None
        known = self._known.get((authorization, workspace))
        if known is not None and known.expires_at > time() and self._listener.listening:
            if known.api_key_id is not None:
                self.uses.used.add(known.api_key_id)
            return known
        return await self._ask(authorization, workspace)

    async def in_workspace(self, authorization: bytes | None, workspace: bytes | None) -> WorkspaceIdentity:
        """As `identify`, for what makes sense in a workspace only. Raises SignInFirst, WorkspaceNotChosen too."""
        return placed(await self.identify(authorization, workspace))

    def forget(self, subject: UUID) -> None:
        """What was known of a user, an API key or a workspace. Other processes hear of it by a notice."""
        self._changes += 1
        self._known.drop_where(lambda _, known: subject in subjects(known))

    async def _ask(self, authorization: bytes, workspace: bytes | None) -> Identity:
        """An answer that a change may have overtaken is not remembered."""
        is_certain, changes = self._listener.listening, self._changes
        token, wanted = _bearer(authorization), _wanted(workspace)
        found = await (self._key(token, wanted) if token.startswith(PREFIX) else self._user(token, wanted))
        if is_certain and changes == self._changes:
            self._known.put((authorization, workspace), found)
        return found

    async def _key(self, token: str, wanted: UUID | None) -> Identity:
        async with self._db.connection() as connection:
            key = await find_key(connection, token, wanted)
        self.uses.used.add(key.id)
        expires_at = inf if key.expires_at is None else key.expires_at.timestamp()
        actor = Caller("API", key.name, api_key_id=key.id, roles=narrowing(key.role))
        own: Any = {"rate_limit": key.rate_limit, "expires_at": expires_at}
        return WorkspaceIdentity(None, key.workspace_id, key.role, key.id, actor=actor, **own)

    async def _user(self, token: str, wanted: UUID | None) -> Identity:
        claims = self._tokens.read(token)
        async with self._db.connection() as connection:
            found = await find_user(connection, claims.user_id, claims.session_id, wanted)
        return _of_user(claims, found)

    def _heard(self, notice: dict[str, Any]) -> None:
        """A workspace without a version is one that is gone."""
        subject = notice.get("identity") or (notice.get("workspace") if "version" not in notice else None)
        if subject is not None:
            self.forget(UUID(subject))

    def _missed(self) -> None:
        self._changes += 1
        self._known.clear()


def placed(identity: Identity | None) -> WorkspaceIdentity:
    """Raises SignInFirst, WorkspaceNotChosen."""
    if isinstance(identity, WorkspaceIdentity):
        return identity
    if identity is None:
        raise SignInFirst
    raise WorkspaceNotChosen if identity.barred is None else identity.barred()


def _of_user(claims: Claims, found: FoundUser) -> Identity:
    user_id, session_id, standing = claims.user_id, claims.session_id, found.standing
    session: Any = {"session_id": session_id, "only_in": found.only_in, "expires_at": claims.expires_at}
    if standing is None:
        return Identity(user_id, None, None, **session)
    if standing.barred is not None:
        return Identity(user_id, None, None, barred_from=standing.workspace_id, barred=standing.barred, **session)
    email = found.email if found.is_proven else None
    actor = Caller("MANUAL", found.email, user_id=user_id, roles=narrowing(standing.role), email=email)
    limit = standing.rate_limit
    return WorkspaceIdentity(user_id, standing.workspace_id, standing.role, actor=actor, rate_limit=limit, **session)


def subjects(identity: Identity) -> tuple[UUID | None, ...]:
    """Whose change may change it: the ids that notices name."""
    return identity.user_id, identity.workspace_id, identity.api_key_id, identity.barred_from


def _bearer(authorization: bytes) -> str:
    """The token of an Authorization header (RFC 6750, section 2.1)."""
    scheme, _, token = authorization.partition(b" ")
    token = token.strip()
    if scheme.lower() != b"bearer" or not token.isascii() or not 0 < len(token) <= LONGEST_HEADER or b" " in token:
        raise AuthorizationInvalid
    return token.decode("ascii")


def _wanted(workspace: bytes | None) -> UUID | None:
    if workspace is None:
        return None
    try:
        return UUID(workspace.decode("ascii"))
    except ValueError:
        raise WorkspaceHeaderInvalid from None
