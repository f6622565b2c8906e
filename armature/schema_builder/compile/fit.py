"""Whether a value fits its field, where its GraphQL type does not say; and in which spelling it is kept."""

from collections.abc import Callable
from typing import Any

from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Unfit
from armature.schema_builder.compile.references import DATA, DataRefused, Path
from armature.schema_builder.view import Composite, Plain


def fit_of(entry: Plain) -> Callable[[Any], Any] | None:
    """What the kind still has to say of a value; raises Unfit."""
    return KINDS[entry.field.kind].storage(entry.field.settings).fit if entry.field.relation_id is None else None


def fitted(fit: Callable[[Any], Any], value: Any, path: Path) -> Any:
    """The value as it is kept. Raises DataRefused."""
    try:
        return None if value is None else fit(value)
    except Unfit as reason:
        raise DataRefused(path, f"it must be {reason}.") from None


def fitting(entry: Plain) -> Callable[[Any], Any] | None:
    """As `fitted`; None where there is nothing to check."""
    fit = fit_of(entry)
    return None if fit is None else lambda value: fitted(fit, value, (*DATA, *entry.path))


def followed(entry: Composite, name: str) -> tuple[str, Callable[[Any], Any]] | None:
    """The part that another one is made of where it is not given itself, and how."""
    follows = KINDS[entry.field.kind].parts[name].follows
    if follows is None:
        return None
    source, make = follows
    fit = fit_of(entry.parts[source]) or (lambda value: value)
    return source, lambda value: None if value is None else make(fit(value))


def sought(entry: Plain) -> Callable[[Any], Any] | None:
    """A value to compare with, or a list of them, as such a one is kept; what could not be kept stays what it is."""
    fit = fit_of(entry) if entry.scalar == "String" else None
    if fit is None:
        return None

    def spelt(value: Any) -> Any:
        if isinstance(value, list):
            return [spelt(each) for each in value]
        if value is None:
            return None
        try:
            return fit(value)
        except Unfit:
            return value

    return spelt
