"""On whose behalf this task works: who, with what, from where. PostgreSQL is told when a transaction begins.

So whatever the transaction changes in the catalog can say who did it (metadata/audit_tables.py), however deep below the
request that is.
"""

from base64 import b64encode
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID

import msgspec

PARAMETER = "armature.acting"


@dataclass(frozen=True, slots=True)
class Acting:
    """`via` is the name of a command, or "api". Texts may be anything that a client sent."""

    via: str
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    address: str | None = None
    user_agent: str | None = None
    request_id: str | None = None


ACTING: ContextVar[Acting] = ContextVar("acting")


def told() -> str | None:
    """SQL that tells PostgreSQL for the rest of a transaction; None where nobody in particular acts.

    The value is base64: nothing that a client sent becomes SQL.
    """
    acting = ACTING.get(None)
    if acting is None:
        return None
    known: dict[str, Any] = {name: _held(value) for name, value in asdict(acting).items() if value is not None}
    return f"SET LOCAL {PARAMETER} = '{b64encode(msgspec.json.encode(known)).decode('ascii')}'"


def _held(value: Any) -> Any:
    """PostgreSQL's JSON has no NUL."""
    return value.replace("\x00", "") if isinstance(value, str) else value
