"""What the doctor says of one thing that is not as it should be."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Finding:
    """`fix` is SQL, or a command; `workspace` is None where it is about all of them."""

    workspace: UUID | None
    what: str
    fix: str
