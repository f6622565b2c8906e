"""Something a model may not be: an error about one object or field of it."""

from dataclasses import dataclass
from uuid import UUID

from armature.core.errors import ArmatureError


@dataclass(frozen=True, slots=True)
class Problem:
    """`subject` is the object or field at fault; the error's path is the key such a thing is spelt with: `name`."""

    subject: UUID
    error: ArmatureError
