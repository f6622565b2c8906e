"""Passwords: which are good enough (NIST SP 800-63B), and argon2id.

Length counts, and that it is on no list of thieves; which signs it is made of doesn't. Hashing takes tens of
milliseconds of a core on purpose, so it happens in a thread.
"""

import asyncio
from base64 import b64encode
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from armature.core.errors import BadUserInput

SHORTEST, LONGEST = 8, 200
COMMON = Path(__file__).with_name("common_passwords.txt")

# OWASP's Password Storage Cheat Sheet: 46 MiB, one pass. One lane, as requests compete for the cores anyway.
HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)


class PasswordUnfit(BadUserInput):
    def __init__(self, reason: str, key: str) -> None:
        super().__init__(f"The password must {reason}.", field=key, path=(key,))


def check_password(password: str, email: str, key: str = "password") -> None:
    """`key` is what the client calls it. Raises PasswordUnfit."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordUnfit(f"have {SHORTEST} to {LONGEST} characters", key)
    plain, address = password.strip().lower(), email.strip().lower()
    if plain in (address, address.partition("@")[0]):
        raise PasswordUnfit("not be the e-mail address", key)
    if plain in common_passwords() or len(set(plain)) == 1:
        raise PasswordUnfit("not be one that everybody tries first", key)


@cache
def common_passwords() -> frozenset[str]:
    """Those that lists of stolen passwords have most often."""
    return frozenset(COMMON.read_text().split())


async def hash_password(password: str) -> str:
    return await asyncio.to_thread(HASHER.hash, password)


async def is_password(password: str, password_hash: str | None) -> bool:
    """Takes as long for nobody's password (None) as for a wrong one, so that time does not tell who has an account."""
    if len(password) > LONGEST:
        return False
    return await asyncio.to_thread(_matches, password, password_hash or NOBODYS) and password_hash is not None


def needs_rehash(password_hash: str) -> bool:
    """Whether it was made with other parameters than ours are now."""
    return HASHER.check_needs_rehash(password_hash)


def _matches(password: str, password_hash: str) -> bool:
    try:
        return HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def _nobodys_hash() -> str:
    """A hash of nothing known, with our parameters."""
    salt, tag = (b64encode(bytes(size)).decode().rstrip("=") for size in (HASHER.salt_len, HASHER.hash_len))
    parameters = f"m={HASHER.memory_cost},t={HASHER.time_cost},p={HASHER.parallelism}"
    return f"$argon2id$v=19${parameters}${salt}${tag}"


NOBODYS = _nobodys_hash()
