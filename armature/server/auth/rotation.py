"""What is sealed in the catalog, brought under the key in use now."""

from typing import NamedTuple

from sqlalchemy import Column, Table, bindparam, select, update

from armature.core.db import Database, execute, fetch
from armature.core.errors import Conflict
from armature.core.sealing import OLD_SETTING, SealBroken, Sealing, place_of
from armature.metadata.account_tables import sign_in_providers, totp_secrets
from armature.metadata.webhook_tables import webhooks

AT_ONCE = 500


class Sealed(NamedTuple):
    """A column of sealed secrets, and the column that tells its rows apart."""

    table: Table
    column: str
    key: str


SEALED = (
    Sealed(totp_secrets, "secret", "user_id"),
    Sealed(sign_in_providers, "client_secret", "id"),
    *(Sealed(webhooks, column, "id") for column in ("secret", "former_secret", "secret_headers")),
)


class KeyMissing(Conflict):
    def __init__(self, error: SealBroken) -> None:
        super().__init__(str(error), hint=f"Name the key it was sealed with in {OLD_SETTING}.")


async def rotate_secrets(db: Database, sealing: Sealing) -> int:
    """How many were sealed with another key. May be interrupted and called again. Raises KeyMissing."""
    return sum([await _rotate(db, sealing, each) for each in SEALED])


async def _rotate(db: Database, sealing: Sealing, sealed: Sealed) -> int:
    secret: Column[bytes] = sealed.table.c[sealed.column]
    key: Column[object] = sealed.table.c[sealed.key]
    some = select(key, secret).where(secret.is_not(None)).order_by(key).limit(AT_ONCE).with_for_update()
    change = update(sealed.table).where(key == bindparam("row")).values({secret: bindparam("sealed")})
    rotated, last = 0, None
    while True:
        async with db.transaction() as connection:
            rows = await fetch(connection, some if last is None else some.where(key > last))
            if not rows:
                return rotated
            for row in rows:
                if not sealing.is_newest(row[1]):
                    anew = _rewrapped(sealing, row[1], place_of(sealed.table.name, sealed.column, row[0]))
                    await execute(connection, change, row=row[0], sealed=anew)
                    rotated += 1
            last = rows[-1][0]


def _rewrapped(sealing: Sealing, secret: bytes, place: str) -> bytes:
    try:
        return sealing.rewrapped(secret, place)
    except SealBroken as error:
        raise KeyMissing(error) from error
