"""Tokens that we know only by their hash: made once, shown once, never stored.

A token has 256 random bits, so there is nothing to guess and a plain SHA-256 is enough; passwords are another matter.
"""

from hashlib import sha256
from secrets import token_urlsafe

RANDOM_BYTES = 32
RANDOM_CHARACTERS = 43  # what 32 bytes are in base64url, without padding


def new_token(prefix: str) -> str:
    """`prefix` tells people, and scanners for leaked secrets, what they see."""
    return prefix + token_urlsafe(RANDOM_BYTES)


def is_token(text: str, prefix: str) -> bool:
    """Whether it looks like one of ours, so that asking the database makes sense."""
    return text.startswith(prefix) and len(text) == len(prefix) + RANDOM_CHARACTERS


def token_hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
