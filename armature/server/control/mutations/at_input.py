"""Where in a mutation's arguments an error is."""

from collections.abc import Iterator
from contextlib import contextmanager

from armature.core.errors import ArmatureError, ManyErrors


@contextmanager
def at_input() -> Iterator[None]:
    """What is wrong inside is wrong with the argument `input`."""
    try:
        yield
    except ArmatureError as error:
        for each in error.errors if isinstance(error, ManyErrors) else (error,):
            if each.path is not None:
                each.path = ("input", *each.path)
        raise
