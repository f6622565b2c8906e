"""A webhook's secrets: the one that signs, the one before it for a while, and the values of secret headers."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from secrets import token_bytes
from uuid import UUID

import msgspec
from asyncpg import Record

from armature.core.sealing import Sealing, place_of

PREFIX = "whsec_"
BYTES = 32


@dataclass(frozen=True, slots=True)
class Secrets:
    """`signing` are those that sign now, the newest first."""

    signing: tuple[str, ...] = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


def new_secret() -> str:
    """As Standard Webhooks spells them."""
    return PREFIX + b64encode(token_bytes(BYTES)).decode()


def sealed_secret(sealing: Sealing, webhook_id: UUID, secret: str, column: str = "secret") -> bytes:
    return sealing.seal(secret.encode(), _place(column, webhook_id))


def sealed_headers(sealing: Sealing, webhook_id: UUID, headers: Mapping[str, str]) -> bytes:
    return sealing.seal(msgspec.json.encode(headers), _place("secret_headers", webhook_id))


def opened_headers(sealing: Sealing, webhook_id: UUID, sealed: bytes) -> dict[str, str]:
    return msgspec.json.decode(sealing.open(sealed, _place("secret_headers", webhook_id)), type=dict[str, str])


def opened_secret(sealing: Sealing, webhook_id: UUID, sealed: bytes, column: str = "secret") -> str:
    return sealing.open(sealed, _place(column, webhook_id)).decode()


def secrets_of(sealing: Sealing, row: Record) -> Secrets:
    """Of a row of the catalog whose `former_secret` is null once its time is over. Raises SealBroken."""
    id_ = row["id"]
    signing = [opened_secret(sealing, id_, row["secret"])]
    if row["former_secret"] is not None:
        signing.append(opened_secret(sealing, id_, row["former_secret"], "former_secret"))
    return Secrets(tuple(signing), opened_headers(sealing, id_, row["secret_headers"]))


def _place(column: str, webhook_id: UUID) -> str:
    return place_of("webhooks", column, webhook_id)
