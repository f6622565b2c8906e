"""Passkeys (WebAuthn): the device proves that it has the key, and that its user is there and meant it.

Always with user verification (a PIN, a finger), so that a passkey alone is two factors, and as discoverable
credentials, so that nobody has to say who they are first.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from asyncpg import Record
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from uuid_utils.compat import uuid7
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from armature.core.db import Connection, Database, execute, fetch, fetch_one, fetch_value
from armature.core.errors import BadUserInput, Conflict, NotFound, Unauthenticated, Unavailable
from armature.core.settings import Settings
from armature.metadata.account_tables import passkeys
from armature.server.auth.attempts import BEGIN, Counted
from armature.server.auth.challenges import keep, take
from armature.server.auth.desk import Desk
from armature.server.auth.texts import checked_name
from armature.server.auth.visit import Visit

NEW, SIGN_IN = "NEW_PASSKEY", "PASSKEY_SIGN_IN"
MOST = 50


class NoPasskeysHere(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            "This server does not know its own address, which passkeys need.",
            hint="Whoever runs it sets ARMATURE_PUBLIC_URL.",
        )


class PasskeyUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "This is no new passkey for this site, or not what was begun.",
            hint="Hand on what navigator.credentials.create() gave, as JSON.",
            field="credential",
            path=("credential",),
        )


class PasskeyRefused(Unauthenticated):
    def __init__(self) -> None:
        super().__init__("This passkey is not known, or did not prove what it should.")


class PasskeyThere(Conflict):
    def __init__(self) -> None:
        super().__init__("This passkey is registered already.", field="credential", path=("credential",))


class TooManyPasskeys(Conflict):
    def __init__(self) -> None:
        super().__init__(f"An account has at most {MOST} passkeys.", hint="Remove one that is not used.")


class PasskeyNotFound(NotFound):
    def __init__(self, passkey: str) -> None:
        super().__init__(f'You have no passkey "{passkey[:100]}".', path=("id",))


@dataclass(frozen=True, slots=True)
class Site:
    """Whom a passkey is for, and the pages that may ask for it."""

    id: str
    origins: list[str]


@dataclass(frozen=True, slots=True)
class Begun:
    challenge: str
    options: Any


async def begin_passkey(desk: Desk, user_id: UUID, email: str) -> Begun:
    """Raises NoPasskeysHere, TooManyPasskeys."""
    site = site_of(desk.settings)
    async with desk.db.transaction() as connection:
        known = await fetch(connection, select(passkeys.c.credential_id).where(passkeys.c.user_id == user_id))
        if len(known) >= MOST:
            raise TooManyPasskeys
        options = generate_registration_options(
            rp_id=site.id,
            rp_name="Armature",
            user_id=user_id.bytes,
            user_name=email,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
            exclude_credentials=[PublicKeyCredentialDescriptor(id=row["credential_id"]) for row in known],
        )
        data = {"user": str(user_id), "challenge": bytes_to_base64url(options.challenge)}
        return Begun(await keep(connection, NEW, data), msgspec.json.decode(options_to_json(options)))


async def add_passkey(desk: Desk, user_id: UUID, name: str, challenge: str, credential: Any) -> UUID:
    """Raises NameInvalid, ChallengeInvalid, PasskeyUnfit, PasskeyThere."""
    site, name = site_of(desk.settings), checked_name(name, "name")
    async with desk.db.transaction() as connection:
        begun = await take(connection, NEW, challenge)
    if begun["user"] != str(user_id):
        raise PasskeyUnfit
    try:
        proven = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(begun["challenge"]),
            expected_rp_id=site.id,
            expected_origin=site.origins,
            require_user_verification=True,
        )
    except Exception as error:
        raise PasskeyUnfit from error
    row = {
        "id": uuid7(),
        "user_id": user_id,
        "name": name,
        "credential_id": proven.credential_id,
        "public_key": proven.credential_public_key,
        "sign_count": proven.sign_count,
    }
    return await _insert(desk.db, row)


async def begin_sign_in(desk: Desk, visit: Visit) -> Begun:
    """Raises NoPasskeysHere, TooManyAttempts."""
    site = site_of(desk.settings)
    await desk.attempts.begin([Counted(BEGIN, visit.network)])
    options = generate_authentication_options(rp_id=site.id, user_verification=UserVerificationRequirement.REQUIRED)
    async with desk.db.transaction() as connection:
        data = {"challenge": bytes_to_base64url(options.challenge)}
        return Begun(await keep(connection, SIGN_IN, data), msgspec.json.decode(options_to_json(options)))


async def sign_in_with_passkey(desk: Desk, challenge: str, credential: Any, visit: Visit) -> UUID:
    """The user whose passkey it is. Raises ChallengeInvalid, PasskeyRefused."""
    site = site_of(desk.settings)
    async with desk.db.transaction() as connection:
        begun = await take(connection, SIGN_IN, challenge)
    async with desk.db.transaction() as connection:
        known = await _known(connection, credential)
        try:
            proven = verify_authentication_response(
                credential=credential,
                expected_challenge=base64url_to_bytes(begun["challenge"]),
                expected_rp_id=site.id,
                expected_origin=site.origins,
                credential_public_key=known["public_key"],
                credential_current_sign_count=known["sign_count"],
                require_user_verification=True,
            )
        except Exception as error:
            raise PasskeyRefused from error
        used = {"sign_count": proven.new_sign_count, "last_used_at": func.now()}
        await execute(connection, update(passkeys).where(passkeys.c.id == known["id"]).values(used))
    await desk.attempts.forgive([Counted(BEGIN, visit.network)])
    user_id: UUID = known["user_id"]
    return user_id


async def remove_passkey(db: Database, user_id: UUID, passkey: str) -> UUID:
    """Raises PasskeyNotFound."""
    try:
        wanted = UUID(passkey)
    except ValueError:
        raise PasskeyNotFound(passkey) from None
    gone = delete(passkeys).where(passkeys.c.id == wanted, passkeys.c.user_id == user_id)
    async with db.connection() as connection:
        if await fetch_value(connection, gone.returning(passkeys.c.id)) is None:
            raise PasskeyNotFound(passkey)
    return wanted


async def passkeys_of(db: Database, user_id: UUID) -> list[Record]:
    """The oldest first, without their keys."""
    shown = (passkeys.c.id, passkeys.c.name, passkeys.c.created_at, passkeys.c.last_used_at)
    async with db.connection() as connection:
        return await fetch(connection, select(*shown).where(passkeys.c.user_id == user_id).order_by(passkeys.c.id))


def site_of(settings: Settings) -> Site:
    """The server's own, and the pages of other origins that may call. Raises NoPasskeysHere."""
    parts = urlsplit(settings.public_url or "")
    if not parts.hostname:
        raise NoPasskeysHere
    own = f"{parts.scheme}://{parts.netloc}"
    return Site(parts.hostname, [own, *(each for each in settings.cors_origins if each != "*")])


async def _known(connection: Connection, credential: Any) -> Record:
    """Locked, so that its count goes up by one use at a time. Raises PasskeyRefused."""
    try:
        raw = base64url_to_bytes(credential["rawId"])
        handle = credential["response"].get("userHandle")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise PasskeyRefused from error
    known = await fetch_one(connection, select(passkeys).where(passkeys.c.credential_id == raw).with_for_update())
    if known is None or (handle is not None and handle != bytes_to_base64url(known["user_id"].bytes)):
        raise PasskeyRefused
    return known


async def _insert(db: Database, row: Mapping[str, Any]) -> UUID:
    added = insert(passkeys).values(row).on_conflict_do_nothing().returning(passkeys.c.id)
    async with db.connection() as connection:
        found: UUID | None = await fetch_value(connection, added)
    if found is None:
        raise PasskeyThere
    return found
