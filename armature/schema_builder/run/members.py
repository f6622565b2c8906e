"""The records that a nested write names, and what can be wrong with naming them."""

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from armature.schema_builder.compile.references import DataRefused, Path
from armature.schema_builder.run.nested import Member
from armature.schema_builder.run.records import NewRecord


class NotAmongThem(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is not among them.")


class NamedTwice(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "it is given twice.")


def records_of(members: Iterable[Member]) -> Sequence[NewRecord]:
    return [NewRecord(each.record.id, each.row, each.path, each.keys) for each in members]


def check_once(members: Iterable[Member]) -> None:
    """Raises NamedTwice."""
    seen: set[UUID] = set()
    for each in members:
        if each.record.id in seen:
            raise NamedTwice(each.record.path)
        seen.add(each.record.id)


def check_among(members: Iterable[Member], pairs: Collection[tuple[UUID, UUID]]) -> None:
    """Raises NotAmongThem where a record and the one above are not among the pairs, the one above first."""
    for each in members:
        if (each.above.id, each.record.id) not in pairs:
            raise NotAmongThem(each.record.path)
