"""Who calls, as records remember it."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from armature.schema_builder.compile.rules import ME
from armature.schema_builder.compile.stamps import CALLER

Source = Literal["MANUAL", "API", "SYSTEM"]
"""A user, an API key, or the server itself."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`roles` narrow what it sees and does; None: everything."""

    source: Source = "SYSTEM"
    name: str | None = None
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    roles: tuple[str, ...] | None = None

    @property
    def id(self) -> UUID | None:
        return self.user_id or self.api_key_id

    @property
    def variables(self) -> dict[str, Any]:
        """The parts of an ACTOR, for the statements of a mutation, and what row rules ask."""
        parts = {"source": self.source, "name": self.name, "userId": self.user_id, "apiKeyId": self.api_key_id}
        return {CALLER: parts, **self.me}

    @property
    def me(self) -> dict[str, Any]:
        """What row rules may ask of the caller; a user is known by its address."""
        return {ME: {"id": self.id, "email": self.name if self.user_id else None}}


SYSTEM = Caller()
