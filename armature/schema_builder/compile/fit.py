"""Whether a value fits its field, where its GraphQL type does not say; and in which spelling it is kept."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from armature.metadata.kinds import KINDS
from armature.metadata.kinds.kind import Follows, Unfit
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


@dataclass(frozen=True, slots=True)
class Followed:
    """What one part of a composite says of another, `part`; values are as clients give them."""

    source: Plain
    part: Plain
    by: Follows

    def made(self, value: Any) -> Any:
        """`part`, where it is not given itself."""
        fit = fit_of(self.source) or (lambda value: value)
        return None if value is None else self.by.make(fit(value))

    def agreed(self, value: Any, given: Any, path: Path) -> Any:
        """`part` as it is kept, where it is given. Raises DataRefused where the two can't both be true."""
        found = fitted(fit_of(self.part) or (lambda value: value), given, path)
        if found is None:
            return None
        if value is None:
            raise DataRefused(path, f"it says something of {self.source.name}.", hint="Give both.")
        held = fitted(fit_of(self.source) or (lambda value: value), value, (*path[:-1], self.source.name))
        return fitted(lambda value: self.by.agree(held, value), found, path)


def followed(entry: Composite, name: str) -> Followed | None:
    follows = KINDS[entry.field.kind].parts[name].follows
    return None if follows is None else Followed(entry.parts[follows.source], entry.parts[name], follows)


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
