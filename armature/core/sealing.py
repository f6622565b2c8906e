"""Envelope encryption for what is secret at rest and must be read back.

Each secret is encrypted with a key of its own, and that with a key of the server's, both by AES-256-GCM with `place`
(table, column and id of the row) as associated data: copied into another row, a secret can't be opened. To rotate the
server's key, only the secrets' own keys are encrypted anew. In bytes:

    version 1 | id of the server's key 8 | nonce 12 | secret's key, encrypted 48 | nonce 12 | secret, encrypted
"""

from collections.abc import Sequence
from hashlib import sha256
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from armature.core.errors import BadUserInput

VERSION = b"\x01"
KEY, NONCE, TAG = 32, 12, 16  # bytes
KEY_ID = 8
SHORTEST_KEY = 32
SETTING, OLD_SETTING = "ARMATURE_SECRET_KEY", "ARMATURE_OLD_SECRET_KEY"

_WRAPPED = len(VERSION) + KEY_ID + NONCE + KEY + TAG


class SecretKeyUnfit(BadUserInput):
    def __init__(self, setting: str, size: int) -> None:
        found = f"has {size} bytes" if size else "is not set"
        super().__init__(
            f"{setting} {found}; it must have at least {SHORTEST_KEY}.",
            hint='python3 -c "import secrets; print(secrets.token_urlsafe(48))" makes one for all processes.',
        )


class SealBroken(Exception):
    """A key is gone from the setting, or somebody changed the database by hand. Nothing a client can do about."""

    def __init__(self, place: str) -> None:
        super().__init__(f"The secret at {place} can't be opened with {SETTING} or {OLD_SETTING}.")


def secret_keys(key: str | None, old: str | None = None) -> tuple[bytes, ...]:
    """The server's keys, the one in use first. Raises SecretKeyUnfit."""
    given = [key or "", *([] if old is None else [old])]
    for name, each in zip((SETTING, OLD_SETTING), given, strict=False):
        if len(each.encode()) < SHORTEST_KEY:
            raise SecretKeyUnfit(name, len(each.encode()))
    return tuple(each.encode() for each in given)


def key_id(key: bytes) -> bytes:
    """Tells keys apart without telling anything of them."""
    return sha256(b"armature key id" + key).digest()[:KEY_ID]


class Sealing:
    """Seals with the first of the server's keys, opens with any of them."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._first = key_id(keys[0])
        self._ciphers = {key_id(each): AESGCM(_derived(each)) for each in keys}

    def seal(self, secret: bytes, place: str) -> bytes:
        own = token_bytes(KEY)
        return self._wrapped(own, place) + _encrypted(AESGCM(own), secret, place)

    def open(self, sealed: bytes, place: str) -> bytes:
        """Raises SealBroken."""
        return _decrypted(AESGCM(self._own_key(sealed, place)), sealed[_WRAPPED:], place)

    def is_newest(self, sealed: bytes) -> bool:
        return sealed[1 : 1 + KEY_ID] == self._first

    def rewrapped(self, sealed: bytes, place: str) -> bytes:
        """The same secret, under the key in use now. Raises SealBroken."""
        return self._wrapped(self._own_key(sealed, place), place) + sealed[_WRAPPED:]

    def _wrapped(self, own: bytes, place: str) -> bytes:
        return VERSION + self._first + _encrypted(self._ciphers[self._first], own, place)

    def _own_key(self, sealed: bytes, place: str) -> bytes:
        cipher = self._ciphers.get(sealed[1 : 1 + KEY_ID])
        if cipher is None or sealed[:1] != VERSION:
            raise SealBroken(place)
        return _decrypted(cipher, sealed[1 + KEY_ID : _WRAPPED], place)


def place_of(table: str, column: str, row: object) -> str:
    return f"{table}.{column}:{row}"


def _derived(key: bytes) -> bytes:
    """Not the key that signs tokens, though both come from one setting."""
    return HKDF(algorithm=SHA256(), length=KEY, salt=None, info=b"armature sealing").derive(key)


def _encrypted(cipher: AESGCM, data: bytes, place: str) -> bytes:
    nonce = token_bytes(NONCE)
    return nonce + cipher.encrypt(nonce, data, place.encode())


def _decrypted(cipher: AESGCM, data: bytes, place: str) -> bytes:
    try:
        return cipher.decrypt(data[:NONCE], data[NONCE:], place.encode())
    except (InvalidTag, ValueError) as error:
        raise SealBroken(place) from error
