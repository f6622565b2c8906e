"""Codes of an authenticator app (TOTP, RFC 6238), and the recovery codes for when it is lost."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from hmac import compare_digest
from uuid import UUID

import pyotp
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from armature.core.db import Connection, execute, fetch_one, fetch_value
from armature.core.errors import BadUserInput, Conflict, Unauthenticated
from armature.core.sealing import Sealing, place_of
from armature.metadata.account_tables import recovery_codes, totp_secrets

ISSUER = "Armature"
STEP = 30  # seconds
LATE = 1  # steps that a code may be early or late
RECOVERY_CODES = 10
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # without what looks alike
GROUP, GROUPS = 5, 3  # 15 characters: 74 bits, so a plain hash is enough


class SecondFactorNeeded(Unauthenticated):
    code = "SECOND_FACTOR_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "The password is right; this account needs a second factor, too.",
            hint="Send the authenticator app's code, or a recovery code, as `code` with e-mail address and password.",
            field="code",
            path=("code",),
        )


class PasskeyNeeded(Unauthenticated):
    code = "SECOND_FACTOR_REQUIRED"

    def __init__(self) -> None:
        super().__init__(
            "This account has a second factor, which was not shown in this session.",
            hint="Sign in with the passkey, or with the authenticator app's code, and try again.",
        )


class CodeWrong(Unauthenticated):
    def __init__(self) -> None:
        super().__init__(
            "The code is wrong, or was used before.",
            hint="Wait for the app's next code; is the clock of the device right?",
            field="code",
            path=("code",),
        )


class TotpThere(Conflict):
    def __init__(self) -> None:
        super().__init__("An authenticator app is set up already.", hint="disableTotp takes it away.")


class TotpNotBegun(BadUserInput):
    def __init__(self) -> None:
        super().__init__("No authenticator app waits to be confirmed.", hint="Begin with beginTotp.")


@dataclass(frozen=True, slots=True)
class Begun:
    """Shown once, for the app: as text and as the URL that a QR code shows."""

    secret: str = field(repr=False)
    url: str = field(repr=False)


async def begin_totp(connection: Connection, sealing: Sealing, user_id: UUID, email: str) -> Begun:
    """A secret that counts once it is confirmed. Raises TotpThere."""
    secret = pyotp.random_base32()
    row = {"user_id": user_id, "secret": sealing.seal(secret.encode(), _place(user_id)), "last_step": 0}
    anew = upsert(totp_secrets).values(row)
    anew = anew.on_conflict_do_update(index_elements=["user_id"], set_=row, where=totp_secrets.c.confirmed_at.is_(None))
    if await fetch_value(connection, anew.returning(totp_secrets.c.user_id)) is None:
        raise TotpThere
    return Begun(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


async def confirm_totp(connection: Connection, sealing: Sealing, user_id: UUID, code: str) -> Sequence[str]:
    """The recovery codes, shown this once. Raises TotpNotBegun, CodeWrong."""
    waiting = select(totp_secrets).where(totp_secrets.c.user_id == user_id, totp_secrets.c.confirmed_at.is_(None))
    row = await fetch_one(connection, waiting.with_for_update())
    if row is None:
        raise TotpNotBegun
    step = _step_of(sealing.open(row["secret"], _place(user_id)).decode(), code)
    if step is None:
        raise CodeWrong
    done = update(totp_secrets).where(totp_secrets.c.user_id == user_id)
    await execute(connection, done.values(confirmed_at=func.now(), last_step=step))
    return await new_recovery_codes(connection, user_id)


async def new_recovery_codes(connection: Connection, user_id: UUID) -> Sequence[str]:
    """In the place of those there were."""
    codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
    await execute(connection, delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    rows = [{"user_id": user_id, "code_hash": _hash(each)} for each in codes]
    await execute(connection, insert(recovery_codes).values(rows))
    return codes


async def has_totp(connection: Connection, user_id: UUID) -> bool:
    confirmed = select(totp_secrets.c.user_id).where(
        totp_secrets.c.user_id == user_id, totp_secrets.c.confirmed_at.is_not(None)
    )
    return await fetch_value(connection, confirmed) is not None


async def disable_totp(connection: Connection, user_id: UUID) -> None:
    for each in (totp_secrets, recovery_codes):
        await execute(connection, delete(each).where(each.c.user_id == user_id))


async def use_code(connection: Connection, sealing: Sealing, user_id: UUID, code: str) -> bool:
    """Whether it was a code of the app or a recovery code; used up when the transaction commits."""
    mine = select(totp_secrets).where(totp_secrets.c.user_id == user_id, totp_secrets.c.confirmed_at.is_not(None))
    row = await fetch_one(connection, mine.with_for_update())
    if row is None:
        return False
    step = _step_of(sealing.open(row["secret"], _place(user_id)).decode(), code)
    if step is None:
        spent = delete(recovery_codes).where(
            recovery_codes.c.user_id == user_id, recovery_codes.c.code_hash == _hash(code)
        )
        return await fetch_value(connection, spent.returning(recovery_codes.c.user_id)) is not None
    if step <= row["last_step"]:
        return False
    await execute(connection, update(totp_secrets).where(totp_secrets.c.user_id == user_id).values(last_step=step))
    return True


def _step_of(secret: str, code: str) -> int | None:
    """The step of time that the code is of, if it is one of the last, this and the next."""
    text = "".join(code.split())
    if len(text) != 6 or not text.isascii() or not text.isdigit():
        return None
    totp = pyotp.TOTP(secret)
    now = int(datetime.now(UTC).timestamp()) // STEP
    steps = range(now - LATE, now + LATE + 1)
    return next((step for step in steps if compare_digest(totp.generate_otp(step), text)), None)


def _recovery_code() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))


def _hash(code: str) -> bytes:
    """However it was typed."""
    return sha256("".join(each for each in code.lower() if each.isalnum())[:100].encode()).digest()


def _place(user_id: UUID) -> str:
    return place_of("totp_secrets", "secret", user_id)
