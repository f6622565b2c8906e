"""TEXT."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import Text, func

from armature.metadata.kinds.kind import Kind, Settings, Storage, Unfit
from armature.metadata.kinds.settings import integer

LONGEST = 10_000_000  # characters: what a request has room for


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


def at_most(longest: int) -> Callable[[Any], str]:
    """A check for texts of so many characters (Unicode code points, as PostgreSQL counts them)."""

    def check(value: Any) -> str:
        if len(text(value)) > longest:
            raise Unfit(f"text of at most {longest:,} characters")
        return str(value)

    return check


_TEXT = Storage("String", Text(), text)


@lru_cache(maxsize=1_000)
def _short(longest: int) -> Storage:
    fit = at_most(longest)
    return Storage("String", Text(), fit, fit=fit, check=lambda held: func.char_length(held) <= longest)


def _text(settings: Settings) -> Storage:
    longest = settings.get("maxLength")
    return _TEXT if longest is None else _short(longest)


TEXT = Kind(name="TEXT", storage=_text, setting_checks={"maxLength": integer(1, LONGEST)}, can_be_unique=True)


KINDS = (TEXT,)
