"""Errors a caller can do something about.

    ArmatureError         code, message, hint: safe to show to a client
      BadUserInput        the request cannot mean anything
      Unauthenticated     nobody we know is asking
      Forbidden           it means something, but not for this identity
      NotFound            the thing named is not there, or not visible
      Conflict            somebody else's change got in the way
      LimitExceeded       which limit, what was asked, and how to raise it
      SchemaChanged       the model moved on while the request ran
      TimedOut            it took longer than a request may
      Unavailable         PostgreSQL or Valkey can't be reached just now
      ManyErrors          several of these at once

Only the server turns a class into a status or a close code. Anything else is a bug
and reaches the client as INTERNAL with a request id, without its text.
"""

from collections.abc import Sequence
from typing import Any, ClassVar


class ArmatureError(Exception):
    """`field` is the API name of the field at fault, `path` where the client wrote it."""

    code: ClassVar[str] = "INTERNAL"

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        field: str | None = None,
        path: Sequence[str | int] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.field = field
        self.path = path

    def extensions(self) -> dict[str, Any]:
        """What a client reads beside the message: `code`, and `hint`, `field`, `inputPath` where known."""
        found: dict[str, Any] = {"code": self.code}
        if self.hint is not None:
            found["hint"] = self.hint
        if self.field is not None:
            found["field"] = self.field
        if self.path is not None:
            found["inputPath"] = list(self.path)
        return found


class ManyErrors(ArmatureError):
    """Several errors found at once, such as those of a changeset; the response lists each."""

    def __init__(self, errors: Sequence[ArmatureError]) -> None:
        super().__init__("\n".join(each.message for each in errors))
        self.errors = tuple(errors)


class BadUserInput(ArmatureError):
    code = "BAD_USER_INPUT"


class Unauthenticated(ArmatureError):
    code = "UNAUTHENTICATED"


class Forbidden(ArmatureError):
    code = "FORBIDDEN"


class NotFound(ArmatureError):
    code = "NOT_FOUND"


class Conflict(ArmatureError):
    code = "CONFLICT"


class SchemaChanged(ArmatureError):
    code = "SCHEMA_CHANGED"


class TimedOut(ArmatureError):
    code = "TIMEOUT"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"The request took longer than the {seconds:g} s it may take; its statement was cancelled.",
            hint="Ask for less, or raise ARMATURE_REQUEST_TIMEOUT.",
        )


class Unavailable(ArmatureError):
    code = "UNAVAILABLE"


class LimitExceeded(ArmatureError):
    """A limit that a setting sets; `setting` is the environment variable that raises it."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, what: str, *, limit: int, actual: int, setting: str) -> None:
        super().__init__(
            f"{what}: {actual:,} asked for, at most {limit:,} allowed.", hint=f"Ask for less, or raise {setting}."
        )
        self.what = what
        self.limit = limit
        self.actual = actual
        self.setting = setting

    def extensions(self) -> dict[str, Any]:
        return {**super().extensions(), "limit": self.limit, "actual": self.actual, "setting": self.setting}
