"""What was begun and waits for a browser to come back: each has a token that is good once, for some minutes."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert

from armature.core.db import Connection, execute, fetch_value
from armature.core.errors import BadUserInput
from armature.core.secrets import is_token, new_token, token_hash
from armature.metadata.account_tables import challenges

PREFIX = "arc_"
LIFETIME = timedelta(minutes=10)


class ChallengeInvalid(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "What was begun is not there any more: it was finished, or took longer than ten minutes.",
            hint="Begin again.",
            field="challenge",
            path=("challenge",),
        )


def new_challenge() -> str:
    return new_token(PREFIX)


async def keep(connection: Connection, purpose: str, data: Mapping[str, Any], token: str | None = None) -> str:
    """The token. What nobody came back for is forgotten."""
    await execute(connection, delete(challenges).where(challenges.c.expires_at < func.now()))
    token = token or new_challenge()
    row = {
        "token_hash": token_hash(token),
        "purpose": purpose,
        "data": data,
        "expires_at": datetime.now(UTC) + LIFETIME,
    }
    await execute(connection, insert(challenges).values(row))
    return token


async def take(connection: Connection, purpose: str, token: str) -> Mapping[str, Any]:
    """Gone when the transaction commits. Raises ChallengeInvalid."""
    if not is_token(token, PREFIX):
        raise ChallengeInvalid
    taken = delete(challenges).where(
        challenges.c.token_hash == token_hash(token),
        challenges.c.purpose == purpose,
        challenges.c.expires_at > func.now(),
    )
    found: Mapping[str, Any] | None = await fetch_value(connection, taken.returning(challenges.c.data))
    if found is None:
        raise ChallengeInvalid
    return found
