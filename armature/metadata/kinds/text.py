"""TEXT."""

from typing import Any

from sqlalchemy import Text

from armature.metadata.kinds.kind import Kind, Storage, Unfit, always


def text(value: Any) -> str:
    """Any text PostgreSQL can hold: no null byte, no half of a surrogate pair."""
    if not isinstance(value, str):
        raise Unfit("text")
    if "\x00" in value or not is_unicode(value):
        raise Unfit("text without null bytes and lone surrogates")
    return value


def is_unicode(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


_TEXT = Storage("String", Text(), text)

TEXT = Kind(name="TEXT", storage=always(_TEXT), can_be_unique=True)


KINDS = (TEXT,)
