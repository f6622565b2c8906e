"""Labels, descriptions, colours: text for people, which PostgreSQL must be able to hold."""

from collections.abc import Iterator

from armature.core.errors import BadUserInput
from armature.metadata.kinds.kind import Unfit
from armature.metadata.kinds.text import text

LONGEST_LABEL = 255
LONGEST_DESCRIPTION = 10_000
LONGEST_COLOR = 63


class TextRefused(BadUserInput):
    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f'"{place}" must be {reason}.', path=(place,))


def label_errors(label: str, place: str) -> Iterator[TextRefused]:
    yield from _errors(label, place, LONGEST_LABEL)
    if not label.strip():
        yield TextRefused(place, "more than white space")


def description_errors(description: str | None) -> Iterator[TextRefused]:
    if description is not None:
        yield from _errors(description, "description", LONGEST_DESCRIPTION)


def color_errors(color: str | None) -> Iterator[TextRefused]:
    if color is not None:
        yield from _errors(color, "color", LONGEST_COLOR)


def _errors(value: str, place: str, longest: int) -> Iterator[TextRefused]:
    try:
        text(value)
    except Unfit as unfit:
        yield TextRefused(place, str(unfit))
    if len(value) > longest:
        yield TextRefused(place, f"at most {longest:,} characters long")
