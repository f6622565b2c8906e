"""What a request to the control plane works with: the process' services, the caller, loaders of its own."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar
from uuid import UUID

from armature.core.db import Database
from armature.core.errors import ArmatureError, Forbidden
from armature.core.settings import Settings
from armature.metadata.access import may, only_visible, roles_of, sees_all, visible
from armature.metadata.model import Snapshot
from armature.metadata.role_names import names_of
from armature.metadata.roles import FULL, STANDARD, Permission
from armature.schema_builder.run.engine import Engine, check_model_shown
from armature.schema_builder.run.workspaces import Workspaces
from armature.server.auth.access_tokens import AccessTokens
from armature.server.auth.desk import Desk
from armature.server.auth.identity import (
    WORKSPACE_HEADER,
    Identities,
    Identity,
    SignInFirst,
    WorkspaceIdentity,
    placed,
)
from armature.server.auth.oidc import Providers
from armature.server.auth.roles import check_may_give, check_named
from armature.server.auth.sessions import Signed
from armature.server.auth.visit import Visit
from armature.server.control.loaders import Loaders
from armature.server.cookies import Cookies
from armature.server.graphql.accept import Header
from armature.server.graphql.documents import Documents

T = TypeVar("T")

MAX_ENTRIES = 50_000  # three times a model of 300 objects with 50 fields each


class TooManyEntries(ArmatureError):
    """Lists inside lists multiply. No setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self) -> None:
        super().__init__(
            f"The answer would list more than {MAX_ENTRIES:,} objects, fields, members and keys.",
            hint="Nest fewer lists in each other, or ask for them one by one.",
        )


class OnlyHere(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "You have signed in with a provider of this workspace, which leads to this workspace only.",
            hint="Sign in with your password or a passkey for what concerns your account.",
        )


class NotPermitted(Forbidden):
    def __init__(self, what: Permission | None) -> None:
        super().__init__(
            "This is for those who administer the workspace."
            if what is None
            else f"Your role does not let you do this: it takes the permission {what}.",
            hint="Ask an administrator.",
        )


class WorksElsewhere(Forbidden):
    def __init__(self, workspace_id: UUID) -> None:
        super().__init__(
            "This is told of the workspace that you work in only.",
            hint=f"Send the header {WORKSPACE_HEADER}: {workspace_id}.",
        )


class UsersOnly(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "This is for users; an API key can't do it.", hint="Sign in and send the access token instead."
        )


@dataclass(frozen=True, slots=True)
class Control:
    """The services that the control plane needs of its process."""

    settings: Settings
    db: Database
    workspaces: Workspaces
    engine: Engine
    tokens: AccessTokens
    identities: Identities
    desk: Desk
    providers: Providers
    documents: Documents
    cookies: Cookies


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who calls, as far as they have signed in, and from where; `answer_headers` go with the answer."""

    identity: Identity | None
    visit: Visit
    wants_cookies: bool = False
    refresh_cookie: str | None = field(default=None, repr=False)
    answer_headers: list[Header] = field(default_factory=list, repr=False)


class Context:
    """One request's. Everything but signing up and in asks here who is calling."""

    def __init__(self, control: Control, visitor: Visitor) -> None:
        self.control = control
        self.visitor = visitor
        self.visit = visitor.visit
        self._identity = visitor.identity
        self._turns = asyncio.Lock()
        self._entries = 0

    @property
    def desk(self) -> Desk:
        return self.control.desk

    @property
    def db(self) -> Database:
        return self.control.db

    @cached_property
    def loaders(self) -> Loaders:
        return Loaders(self.control.db)

    def identity(self) -> Identity:
        """Raises SignInFirst."""
        if self._identity is None:
            raise SignInFirst
        return self._identity

    def user_id(self) -> UUID:
        """Raises SignInFirst, UsersOnly."""
        user_id = self.identity().user_id
        if user_id is None:
            raise UsersOnly
        return user_id

    def owner(self) -> Signed:
        """The user whose own account this is about. Raises SignInFirst, UsersOnly, OnlyHere."""
        user_id, identity = self.user_id(), self.identity()
        if identity.only_in is not None:
            raise OnlyHere
        assert identity.session_id is not None  # noqa: S101  a user is signed in by one
        return Signed(user_id, identity.session_id)

    def place(self) -> WorkspaceIdentity:
        """The caller in the workspace it works in. Raises SignInFirst, WorkspaceNotChosen."""
        return placed(self._identity)

    def check_here(self, workspace_id: UUID) -> None:
        """A permission is one of the workspace that the caller works in, and of no other. Raises WorksElsewhere."""
        if workspace_id != self.place().workspace_id:
            raise WorksElsewhere(workspace_id)

    async def listed(self, found: Sequence[T]) -> Sequence[T]:
        """What a list in the answer holds, in its turn: between two, other requests run. Raises TooManyEntries."""
        self._entries += len(found)
        if self._entries > MAX_ENTRIES:
            raise TooManyEntries
        async with self._turns:
            await asyncio.sleep(0)
        return found

    async def snapshot(self) -> Snapshot:
        """The newest model of the caller's workspace, as far as the caller sees it. Raises IntrospectionOff."""
        place = self.place()
        whole = await self.control.workspaces.snapshot(place.workspace_id)
        if self._may(whole, "MODEL"):
            return whole
        seen = visible(whole, roles_of(whole, names_of(place.role)))
        check_model_shown(seen)
        return only_visible(seen)

    async def whole(self) -> Snapshot:
        """The newest model, for what the caller may do with all of it."""
        return await self.control.workspaces.snapshot(self.place().workspace_id)

    async def check_may(self, *permissions: Permission | None) -> None:
        """Raises NotPermitted; None stands for those who administer."""
        names = names_of(self.place().role)
        for each in permissions:
            if sees_all(names) and (
                each is None or any(each in STANDARD[name].permissions for name in FULL.intersection(names))
            ):
                continue
            if each is None or not self._may(await self.whole(), each):
                raise NotPermitted(each)

    async def check_gives(self, role: str) -> None:
        """Whether the caller may make somebody this. Raises RoleUnknown, RoleNotYours."""
        check_named(role, (await self.whole()).kept_roles)
        check_may_give(self.place().role, role)

    def _may(self, whole: Snapshot, what: Permission) -> bool:
        return may(whole, names_of(self.place().role), what)
