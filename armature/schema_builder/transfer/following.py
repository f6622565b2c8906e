"""Parts of composites that say what another part says: made where a line has only that, and else held against it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from armature.metadata.kinds.kind import Unfit
from armature.schema_builder.compile.fit import Followed, followed
from armature.schema_builder.transfer.headers import Target
from armature.schema_builder.view import Composite, ObjectView


@dataclass(frozen=True, slots=True)
class Following:
    """`at` and `source` are the places of both among the values of a line; None where the file has no such column."""

    by: Followed
    at: int | None
    source: int | None

    @property
    def made(self) -> Target:
        """Its column where the file has none."""
        part = self.by.part
        return Target(".".join(part.path), part, part.column, is_required=False)

    def value(self, values: Sequence[Any], *, is_given: bool) -> Any:
        """Of values as they are kept. Raises Unfit."""
        source = None if self.source is None else values[self.source]
        if not is_given or self.at is None:
            return None if source is None else self.by.by.make(source)
        given = values[self.at]
        if given is None:
            return None
        if source is None:
            raise Unfit(f"left out where there is no {self.by.source.name}")
        return self.by.by.agree(source, given)


def followings(of: ObjectView, targets: Sequence[Target]) -> Iterator[Following]:
    """Those of which the file has at least one."""
    places = {each.column: at for at, each in enumerate(targets) if each.link is None}
    for entry in of.entries.values():
        for name in entry.parts if isinstance(entry, Composite) else ():
            found = followed(entry, name) if isinstance(entry, Composite) else None
            if found is not None and not places.keys().isdisjoint((found.part.column, found.source.column)):
                yield Following(found, places.get(found.part.column), places.get(found.source.column))
