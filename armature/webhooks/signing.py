"""Standard Webhooks, version 1: how a message is signed, and how its receiver sees that it is ours.

The signature is of `id.timestamp.body`, HMAC-SHA256 with the bytes behind `whsec_`, base64. Several keys give several
signatures with a blank between them, of which a receiver needs one that it knows.
"""

import hmac
from base64 import b64decode, b64encode
from binascii import Error as NoBase64
from collections.abc import Mapping, Sequence

from armature.core.errors import BadUserInput
from armature.webhooks.secrets import PREFIX

VERSION = "v1"
TOLERANCE = 300  # seconds that the sender's clock and ours may differ
ID, TIMESTAMP, SIGNATURE = "webhook-id", "webhook-timestamp", "webhook-signature"


class SecretUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"This is no webhook's secret: it begins with {PREFIX}.", path=("secret",))


class NotSigned(Exception):
    """It is not from who knows the secret, or too old."""


def signed_headers(secrets: Sequence[str], id: str, timestamp: int, body: bytes) -> dict[str, str]:
    signatures = (f"{VERSION},{_signature(each, id, timestamp, body)}" for each in secrets)
    return {ID: id, TIMESTAMP: str(timestamp), SIGNATURE: " ".join(signatures)}


def check_signature(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> None:
    """`headers` by names in small letters. Raises NotSigned, SecretUnfit."""
    id_, timestamp = headers.get(ID, ""), headers.get(TIMESTAMP, "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE:
        raise NotSigned("its timestamp is missing, or not of now")
    ours = f"{VERSION},{_signature(secret, id_, int(timestamp), body)}".encode()
    if not any(hmac.compare_digest(ours, each.encode()) for each in headers.get(SIGNATURE, "").split(" ")):
        raise NotSigned("no signature fits")


def check_secret(secret: str) -> None:
    """Raises SecretUnfit."""
    if not secret.startswith(PREFIX) or not _key(secret):
        raise SecretUnfit


def _signature(secret: str, id: str, timestamp: int, body: bytes) -> str:
    return b64encode(hmac.digest(_key(secret), f"{id}.{timestamp}.".encode() + body, "sha256")).decode()


def _key(secret: str) -> bytes:
    try:
        return b64decode(secret.removeprefix(PREFIX), validate=True)
    except NoBase64:
        raise SecretUnfit from None
