"""Sign-in providers of workspaces, and who comes in by one.

An administrator may name any provider, so what it says counts in that workspace only: the session it gives leads
nowhere else, and does not touch the account.
"""

from base64 import b64decode, b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import delete, func, insert, select
from uuid_utils.compat import uuid7

from armature.core.db import Connection, Database, execute, fetch, fetch_one, fetch_value
from armature.core.errors import BadUserInput, Forbidden, NotFound, Unavailable
from armature.core.sealing import place_of
from armature.metadata.account_tables import approved_domains, provider_identities, sign_in_providers
from armature.metadata.tables import memberships, users, workspaces
from armature.server.auth.accounts import add_user
from armature.server.auth.challenges import keep, new_challenge, take
from armature.server.auth.desk import Desk
from armature.server.auth.invitations import add_member
from armature.server.auth.oidc import Begun, Client, Person, ProviderRefused, Providers, is_shared
from armature.server.auth.roles import known_role
from armature.server.auth.texts import EmailInvalid, canonical_email, checked_name
from armature.server.auth.workspace_settings import domain_of

CALLBACK = "/auth/callback"
STATE, TICKET = "PROVIDER_STATE", "PROVIDER_TICKET"
MOST = 20
LONGEST = 500

# Where anybody can have an account: no door for newcomers.
PUBLIC = ("accounts.google.com", "appleid.apple.com", "www.facebook.com", "www.linkedin.com", "gitlab.com")


class ProviderNotFound(NotFound):
    def __init__(self, provider: str) -> None:
        super().__init__(f'There is no sign-in provider "{provider[:100]}".', path=("id",))


class TooManyProviders(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"A workspace has at most {MOST} sign-in providers.", hint="Delete one.")


class ClientUnfit(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(f"{key} must have 1 to {LONGEST} visible characters.", field=key, path=(key,))


class RoleForAnybody(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "Anybody can have an account there: a role would let everybody in.",
            hint="Leave out the role; approveDomain lets in those with an address of yours.",
            field="role",
            path=("role",),
        )


class NoAddressOfOurOwn(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "This server does not know its own address, which sign-in providers need.",
            hint="Whoever runs it sets ARMATURE_PUBLIC_URL.",
        )


class ReturnUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "returnTo is not a page that may be returned to.",
            hint="Use one of this server, or of an origin that ARMATURE_CORS_ORIGINS lists.",
            field="returnTo",
        )


class NotLetIn(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "You have signed in, but are no member of this workspace.",
            hint="Ask for an invitation; is your e-mail address verified, at the provider and here?",
        )


@dataclass(frozen=True, slots=True)
class NewProvider:
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    role: str | None


@dataclass(frozen=True, slots=True)
class Sent:
    """A browser on its way to a provider; `binding` is for a cookie of it."""

    url: str
    binding: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Back:
    """A browser that has come back: to the address of this provider, with its cookie.

    Each provider has an address of its own, and takes no other: so none is brought what another gave.
    """

    provider: str
    state: str
    code: str = field(repr=False)
    binding: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Returned:
    url: str
    ticket: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Admitted:
    user_id: UUID
    workspace_id: UUID


async def add_provider(desk: Desk, providers: Providers, workspace_id: UUID, new: NewProvider) -> UUID:
    """Raises BadUserInput for what will not do; IssuerUnfit where no provider answers there."""
    provider_id = uuid7()
    for key, text in (("clientId", new.client_id), ("clientSecret", new.client_secret)):
        if not (0 < len(text) <= LONGEST and text.isprintable()):
            raise ClientUnfit(key)
    if new.role is not None and _is_public(new.issuer):
        raise RoleForAnybody
    row = {
        "id": provider_id,
        "workspace_id": workspace_id,
        "name": checked_name(new.name, "name"),
        "issuer": new.issuer,
        "client_id": new.client_id,
        "client_secret": desk.sealing.seal(new.client_secret.encode(), _place(provider_id)),
    }
    await providers.check(new.issuer)
    async with desk.db.transaction() as connection:
        if len(await fetch(connection, _of(workspace_id).with_for_update())) >= MOST:
            raise TooManyProviders
        role = None if new.role is None else await known_role(connection, workspace_id, new.role)
        await execute(connection, insert(sign_in_providers).values(row | {"role": role}))
    return provider_id


async def providers_of(db: Database, workspace_id: UUID) -> list[Record]:
    """Without their secrets; the oldest first."""
    async with db.connection() as connection:
        return await fetch(connection, _of(workspace_id))


async def delete_provider(db: Database, workspace_id: UUID, provider: str) -> UUID:
    """Nobody comes in by it from now on; sessions that began with it go on. Raises ProviderNotFound."""
    mine = (sign_in_providers.c.id == _uuid(provider), sign_in_providers.c.workspace_id == workspace_id)
    gone = delete(sign_in_providers).where(*mine).returning(sign_in_providers.c.id)
    async with db.connection() as connection:
        found: UUID | None = await fetch_value(connection, gone)
    if found is None:
        raise ProviderNotFound(provider)
    return found


async def send(desk: Desk, providers: Providers, provider: str, return_to: str | None) -> Sent:
    """Begin to sign in. Raises ProviderNotFound, ReturnUnfit, ProviderUnreachable, NoAddressOfOurOwn."""
    page = _return_to(desk, return_to)
    found = await _provider(desk.db, provider)
    binding = token_urlsafe(32)
    state = new_challenge()
    begun = await providers.begin(_client(desk, found), state)
    kept = {
        "provider": str(found["id"]),
        "returnTo": page,
        "binding": sha256(binding.encode()).hexdigest(),
        "sealed": _sealed(desk, found["id"], {"nonce": begun.nonce, "verifier": begun.verifier}),
    }
    async with desk.db.transaction() as connection:
        await keep(connection, STATE, kept, state)
    return Sent(begun.url, binding)


async def receive(desk: Desk, providers: Providers, back: Back) -> Returned:
    """A browser has come back. Raises ChallengeInvalid, ProviderRefused, ProviderUnreachable, NotLetIn."""
    async with desk.db.transaction() as connection:
        kept = await take(connection, STATE, back.state)
    if sha256(back.binding.encode()).hexdigest() != kept.get("binding") or back.provider != kept["provider"]:
        raise ProviderRefused
    found = await _provider(desk.db, kept["provider"])
    said = _opened(desk, found["id"], kept["sealed"])
    person = await providers.finish(_client(desk, found), Begun("", said["nonce"], said["verifier"]), back.code)
    async with desk.db.transaction() as connection:
        user_id = await _admitted(connection, found, person)
        data = {"user": str(user_id), "workspace": str(found["workspace_id"])}
        return Returned(kept["returnTo"], await keep(connection, TICKET, data))


async def redeem_ticket(db: Database, ticket: str) -> Admitted:
    """Raises ChallengeInvalid."""
    async with db.transaction() as connection:
        kept = await take(connection, TICKET, ticket)
    return Admitted(UUID(kept["user"]), UUID(kept["workspace"]))


async def _admitted(connection: Connection, provider: Record, person: Person) -> UUID:
    """The user whose identity this is; at first, who has the address, or a new one. Raises NotLetIn."""
    mine = (provider_identities.c.provider_id == provider["id"], provider_identities.c.subject == person.subject)
    user_id: UUID | None = await fetch_value(connection, select(provider_identities.c.user_id).where(*mine))
    if user_id is None:
        user_id = await _newcomer(connection, provider, person)
        row = {"provider_id": provider["id"], "subject": person.subject, "user_id": user_id}
        await execute(connection, insert(provider_identities).values(row))
    if not await _is_member(connection, user_id, provider["workspace_id"]):
        raise NotLetIn
    return user_id


async def _newcomer(connection: Connection, provider: Record, person: Person) -> UUID:
    """Members are known by their address; others come in by the provider's role, or that of an approved domain.

    An account whose address nobody has proven to be theirs may be somebody else's: it is let in nowhere by it.
    """
    email, workspace_id = _email(person), provider["workspace_id"]
    known = await fetch_one(connection, select(users).where(func.lower(users.c.email) == email))
    if known is not None and await _is_member(connection, known["id"], workspace_id):
        member: UUID = known["id"]
        return member
    role = provider["role"] or await _role_of_domain(connection, workspace_id, email)
    if role is None or (known is not None and known["email_verified_at"] is None):
        raise NotLetIn
    user_id: UUID = await add_user(connection, email, None) if known is None else known["id"]
    await add_member(connection, workspace_id, user_id, role)
    return user_id


async def _is_member(connection: Connection, user_id: UUID, workspace_id: UUID) -> bool:
    theirs = (memberships.c.user_id == user_id, memberships.c.workspace_id == workspace_id)
    return await fetch_value(connection, select(memberships.c.user_id).where(*theirs)) is not None


async def _role_of_domain(connection: Connection, workspace_id: UUID, email: str) -> str | None:
    mine = (approved_domains.c.workspace_id == workspace_id, approved_domains.c.domain == domain_of(email))
    role: str | None = await fetch_value(connection, select(approved_domains.c.role).where(*mine))
    return role


def _email(person: Person) -> str:
    """Raises NotLetIn."""
    try:
        return canonical_email(person.email or "")
    except EmailInvalid:
        raise NotLetIn from None


async def _provider(db: Database, provider: str) -> Record:
    living = (sign_in_providers.c.workspace_id == workspaces.c.id) & workspaces.c.deleted_at.is_(None)
    wanted = select(sign_in_providers).join(workspaces, living).where(sign_in_providers.c.id == _uuid(provider))
    async with db.connection() as connection:
        found = await fetch_one(connection, wanted)
    if found is None:
        raise ProviderNotFound(provider)
    return found


def _client(desk: Desk, provider: Record) -> Client:
    secret = desk.sealing.open(provider["client_secret"], _place(provider["id"])).decode()
    return Client(provider["issuer"], provider["client_id"], secret, redirect_uri(desk, provider["id"]))


def redirect_uri(desk: Desk, provider_id: UUID) -> str:
    """Where browsers come back to, as the provider has to know it. Raises NoAddressOfOurOwn."""
    return f"{_own(desk)}{CALLBACK}/{provider_id}"


def _own(desk: Desk) -> str:
    if desk.settings.public_url is None:
        raise NoAddressOfOurOwn
    return desk.settings.public_url.rstrip("/")


def _return_to(desk: Desk, wanted: str | None) -> str:
    """Raises ReturnUnfit: whoever is sent elsewhere would hand over their ticket there."""
    own = _own(desk)
    if wanted is None:
        return f"{own}/playground"
    try:
        parts = urlsplit(wanted)
    except ValueError:
        raise ReturnUnfit from None
    origin = f"{parts.scheme}://{parts.netloc}"
    mine = urlsplit(own)
    if origin not in (f"{mine.scheme}://{mine.netloc}", *desk.settings.cors_origins) or not wanted.isprintable():
        raise ReturnUnfit
    return wanted.partition("#")[0]


def _is_public(issuer: str) -> bool:
    parts = urlsplit(issuer)
    personal = parts.hostname == "login.microsoftonline.com" and parts.path.split("/")[1:2] in (
        ["consumers"],
        ["9188040d-6c67-4c5b-b112-36a304b66dad"],  # the tenant of personal accounts
    )
    return personal or is_shared(issuer) or parts.hostname in PUBLIC


def _of(workspace_id: UUID) -> Any:
    shown = (each for each in sign_in_providers.c if each.name != "client_secret")
    mine = sign_in_providers.c.workspace_id == workspace_id
    return select(*shown).where(mine).order_by(sign_in_providers.c.id)


def _sealed(desk: Desk, provider_id: UUID, data: Mapping[str, str]) -> str:
    return b64encode(desk.sealing.seal(msgspec.json.encode(data), f"challenges.data:{provider_id}")).decode()


def _opened(desk: Desk, provider_id: UUID, sealed: str) -> Mapping[str, str]:
    return msgspec.json.decode(
        desk.sealing.open(b64decode(sealed), f"challenges.data:{provider_id}"), type=dict[str, str]
    )


def _place(provider_id: UUID) -> str:
    return place_of("sign_in_providers", "client_secret", provider_id)


def _uuid(provider: str) -> UUID:
    try:
        return UUID(provider)
    except ValueError:
        raise ProviderNotFound(provider) from None
