"""Who calls, as records remember it."""

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from armature.schema_builder.compile.stamps import CALLER

Source = Literal["MANUAL", "API", "SYSTEM"]
"""A user, an API key, or the server itself."""


@dataclass(frozen=True, slots=True)
class Caller:
    source: Source = "SYSTEM"
    name: str | None = None
    user_id: UUID | None = None
    api_key_id: UUID | None = None

    @property
    def id(self) -> UUID | None:
        return self.user_id or self.api_key_id

    @property
    def variables(self) -> dict[str, Any]:
        """The parts of an ACTOR, for the statements of a mutation."""
        parts = {"source": self.source, "name": self.name, "userId": self.user_id, "apiKeyId": self.api_key_id}
        return {CALLER: parts}


SYSTEM = Caller()
