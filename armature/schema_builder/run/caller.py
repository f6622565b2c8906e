"""Who calls, as records remember it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from armature.core.logs import current_request_id
from armature.metadata.kinds.sources import Source
from armature.schema_builder.compile.events import CAUSE
from armature.schema_builder.compile.rules import ME
from armature.schema_builder.compile.stamps import CALLER


@dataclass(frozen=True, slots=True)
class Caller:
    """`roles` narrow what it sees and does; None: everything. `email` is the user's, where it is proven to be.

    What a workflow does names the event that caused it, and how many such steps lie between it and a person.
    """

    source: Source = "SYSTEM"
    name: str | None = None
    user_id: UUID | None = None
    api_key_id: UUID | None = None
    roles: tuple[str, ...] | None = None
    email: str | None = None
    causation_id: UUID | None = None
    depth: int = 0

    @property
    def id(self) -> UUID | None:
        return self.user_id or self.api_key_id

    @property
    def variables(self) -> dict[str, Any]:
        """The parts of an ACTOR, for the statements of a mutation, what its events tell, and what row rules ask."""
        parts = {"source": self.source, "name": self.name, "userId": self.user_id, "apiKeyId": self.api_key_id}
        cause = {
            "actor": parts,
            "request_id": current_request_id(),
            "causation_id": self.causation_id,
            "depth": self.depth,
        }
        return {CALLER: parts, CAUSE: cause, **self.me}

    @property
    def me(self) -> dict[str, Any]:
        """What row rules may ask of the caller."""
        return {ME: {"id": self.id, "email": self.email}}


SYSTEM = Caller()
