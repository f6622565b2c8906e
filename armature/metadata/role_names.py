"""The roles that somebody has, as they are kept: one name, or several with blanks between them, which add up."""

from armature.metadata.access import sees_all


def names_of(role: str) -> tuple[str, ...]:
    return tuple(sorted(set(role.split())))


def narrowing(role: str) -> tuple[str, ...] | None:
    """The roles that narrow what a caller sees; None where one of them sees everything."""
    names = names_of(role)
    return None if sees_all(names) else names
