"""What people type in: e-mail addresses, names of workspaces and keys."""

import re

from armature.core.errors import ArmatureError, BadUserInput, ManyErrors

LONGEST_EMAIL = 254  # RFC 5321, section 4.5.3.1.3, without the angle brackets
LONGEST_LOCAL_PART = 64
LONGEST_NAME = 100

# Only the shape: whether somebody reads what is sent there, only sending tells.
# None of the signs that part one address from another (RFC 5322, section 3.2.3): mail goes to this one alone.
_EMAIL = re.compile(
    r"[^\s@()<>\[\]:;,\\\"\x00-\x1f\x7f]+@[^\s@.()<>\[\]:;,\\\"\x00-\x1f\x7f]+(\.[^\s@.()<>\[\]:;,\\\"\x00-\x1f\x7f]+)*"
)


class EmailInvalid(BadUserInput):
    def __init__(self) -> None:
        super().__init__("This is no e-mail address.", hint="Such as ada@example.com.", field="email", path=("email",))


class NameInvalid(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} must have 1 to {LONGEST_NAME} characters, and no line breaks or other control characters.",
            field=key,
            path=(key,),
        )


def canonical_email(text: str) -> str:
    """In lower case, as it is stored and compared. Raises EmailInvalid."""
    email = text.strip().lower()
    local_part = email.partition("@")[0]
    if len(email) > LONGEST_EMAIL or len(local_part) > LONGEST_LOCAL_PART or not _EMAIL.fullmatch(email):
        raise EmailInvalid
    return email


def checked_name(text: str, key: str) -> str:
    """Without spaces around it. Raises NameInvalid about `key`."""
    name = text.strip()
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise NameInvalid(key)
    return name


def raise_all(errors: list[ArmatureError]) -> None:
    """Raise what was found wrong, all of it at once."""
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)
