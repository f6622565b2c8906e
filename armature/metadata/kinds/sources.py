"""What an ACTOR can be."""

from typing import Any, Literal, get_args

from armature.metadata.kinds.kind import Unfit

Source = Literal["MANUAL", "API", "SYSTEM"]
"""A user, an API key, or the server itself."""

SOURCES = get_args(Source)


def source(value: Any) -> str:
    if value not in SOURCES:
        raise Unfit(f"one of {', '.join(SOURCES)}")
    return str(value)
