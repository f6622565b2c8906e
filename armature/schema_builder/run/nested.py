"""Nested writes, gathered: what a mutation's data says of records beside its own. No I/O; relate.py runs it.

A new record has a level, higher than those of the records it refers to: each level is inserted after those below.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armature.metadata.rights import Right
from armature.schema_builder.compile.morphs import united
from armature.schema_builder.compile.references import (
    Create,
    DataRefused,
    Disconnect,
    NestedInUpsert,
    Path,
    check_confirmed,
    place_in,
    reference,
    unique_value,
    without,
)
from armature.schema_builder.run.permits import check_may
from armature.schema_builder.run.records import NO_KEYS, Existing, NewRecord, Record, Row, new_record
from armature.schema_builder.run.workplace import Workplace
from armature.schema_builder.view import ObjectView, Through, ToMany, ToOne

NONE_YET = "a new record has none yet."


@dataclass(frozen=True, slots=True)
class Side:
    """The records of an object as seen from those that they refer to by their column `far`, or are joined to."""

    of: str
    far: str
    through: Through | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """A record that belongs to the one above, or is to belong to it; `row` and `keys` are what is to change in it."""

    record: Existing
    above: Record
    path: Path
    row: Row = field(default_factory=dict)
    keys: Mapping[str, Record] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Release:
    """Those that belong to the one above are to belong to it no longer, but for those kept."""

    above: Record
    kept: Sequence[Existing]
    path: Path


class Nesting:
    """What one root field writes beside its own record."""

    def __init__(self, at: Workplace) -> None:
        self._at = at
        self.new: defaultdict[tuple[int, str], list[NewRecord]] = defaultdict(list)
        self.named: list[Existing] = []
        self.released: defaultdict[Side, list[Release]] = defaultdict(list)
        self.connected: defaultdict[Side, list[Member]] = defaultdict(list)
        self.disconnected: defaultdict[Side, list[Member]] = defaultdict(list)
        self.changed: defaultdict[Side, list[Member]] = defaultdict(list)

    def create(
        self, of: ObjectView, row: Row, path: Path, level: int = 0, keys: Mapping[str, Record] = NO_KEYS
    ) -> NewRecord:
        """A record that refers to those of `keys`, which are of lower levels."""
        self._at.tally.add(1)
        if of.object.access is not None:
            check_may(of, "CREATE", path)
        row = united(of, row, path)
        if of.related.isdisjoint(row):
            record = new_record(row, path, keys)
            self.new[level, of.name].append(record)
            return record
        record = new_record(row, path, {**keys, **self.references(of, row, path, level)})
        self.new[level, of.name].append(record)
        for name in of.nested.keys() & row.keys():
            self.beside(of.nested[name], record, row[name], (*path, name), level)
        return record

    def create_each(self, of: ObjectView, rows: Sequence[Row], path: Path) -> Sequence[NewRecord]:
        """A record of each row, in their order."""
        if of.morphs:
            rows = [united(of, row, (*path, at)) for at, row in enumerate(rows)]
        if not all(map(of.related.isdisjoint, rows)):
            return [self.create(of, row, (*path, at)) for at, row in enumerate(rows)]
        self._at.tally.add(len(rows))
        records = [new_record(row, (*path, at)) for at, row in enumerate(rows)]
        self.new[0, of.name] += records
        return records

    def references(self, of: ObjectView, row: Row, path: Path, level: int) -> Mapping[str, Record]:
        """The records made for a record's own relations, by column."""
        found: dict[str, Record] = {}
        for name in of.links & row.keys():
            entry, asked = of.entries[name], reference(name, row, path)
            if isinstance(entry, ToOne) and isinstance(asked, Create):
                found[entry.near] = self.made_for(entry, asked.data, (*path, *place_in(row, name)), level)
        return found

    def made_for(self, entry: ToOne, data: Any, path: Path, level: int = 0) -> NewRecord:
        """The record that one of this level is to refer to."""
        inside = (*path, "create")
        return self.create(self._at.view[entry.target], _given(data, inside), inside, level - 1)

    def beside(self, entry: ToOne | ToMany, above: Record, given: Any, path: Path, level: int = 0) -> None:
        """What is to become of the records that refer to the one above."""
        if isinstance(entry, ToOne):
            self._only_one(entry, above, given, path, level)
            return
        asked = _given(given, path)
        if asked.get("set") is not None and (asked.get("connect") or asked.get("disconnect")):
            raise DataRefused((*path, "set"), "it can't be given beside connect or disconnect.")
        for what, act in ACTS.items():
            if asked.get(what) is not None:
                act(self, entry, above, asked[what], (*path, what), level)

    def _only_one(self, entry: ToOne, above: Record, given: Any, path: Path, level: int) -> None:
        asked = reference(entry.name, {entry.name: given}, path[:-1])
        kept: list[Existing] = []
        if isinstance(asked, Disconnect):
            check_confirmed(asked.confirmed, path)
        elif isinstance(asked, Create):
            self.create_all(entry, above, [asked.data], (*path, "create"), level)
        else:
            kept = self._connect_all(entry, above, [given["connect"]], (*path, "connect"))
        if isinstance(above, Existing):
            self.released[_side(entry)].append(Release(above, kept, path))

    def create_all(self, entry: ToOne | ToMany, above: Record, given: Sequence[Any], path: Path, level: int) -> None:
        to = self._at.view[entry.target]
        for at, row in enumerate(given):
            place = (*path, at) if isinstance(entry, ToMany) else path
            _given(row, place)
            if isinstance(entry, ToMany) and entry.through is not None:
                self._join(entry.through, above, self.create(to, row, place, level + 1), place, level + 2)
                continue
            self._check_free(entry, row, place)
            self.create(to, row, place, level + 1, {entry.far: above})

    def _join(self, through: Through, above: Record, record: Record, path: Path, level: int) -> None:
        """By a new link record."""
        self.create(self._at.view[through.object], {}, path, level, {through.near: above, through.far: record})

    def _check_free(self, entry: ToOne | ToMany, row: Row, path: Path) -> None:
        """What the record above is to a nested one is told by where it stands."""
        name = self._at.view.snapshot.link(entry.field).inverse.name
        for each in (name, f"{name}Id"):
            if each in row:
                raise DataRefused((*path, each), "it is the record around this one.", hint="Leave it out.")

    def connect_all(self, entry: ToMany, above: Record, given: Sequence[Any], path: Path, _level: int) -> None:
        self._connect_all(entry, above, given, path)

    def _connect_all(self, entry: ToOne | ToMany, above: Record, given: Sequence[Any], path: Path) -> list[Existing]:
        if given:
            _check_way(self._at, entry, "CREATE", path)
        found = [
            self._existing(entry, each, (*path, at) if isinstance(entry, ToMany) else path)
            for at, each in enumerate(given)
        ]
        self.connected[_side(entry)] += [Member(each, above, each.path) for each in found]
        return found

    def set_all(self, entry: ToMany, above: Record, given: Sequence[Any], path: Path, _level: int) -> None:
        _check_way(self._at, entry, "DELETE", path)
        kept = self._connect_all(entry, above, given, path)
        if isinstance(above, Existing):
            self.released[_side(entry)].append(Release(above, kept, path))

    def disconnect_all(self, entry: ToMany, above: Record, given: Sequence[Any], path: Path, _level: int) -> None:
        _check_there(above, path)
        for at, each in enumerate(given):
            _check_way(self._at, entry, "DELETE", (*path, at))
            record = self._existing(entry, each, (*path, at))
            self.disconnected[_side(entry)].append(Member(record, above, record.path))

    def update_all(self, entry: ToMany, above: Record, given: Sequence[Any], path: Path, level: int) -> None:
        _check_there(above, path)
        to = self._at.view[entry.target]
        check_may(to, "UPDATE", path)
        for at, each in enumerate(given):
            place = (*path, at)
            if ("id" in each) == ("where" in each):
                raise DataRefused(place, "it takes an id or a where.")
            record = self._existing(entry, each, place)
            inside = (*place, "data")
            row = united(to, each["data"], inside)
            keys = self.references(to, row, inside, level + 1)
            self.changed[_side(entry)].append(Member(record, above, inside, without(row, to.nested), keys))
            for name in to.nested.keys() & row.keys():
                self.beside(to.nested[name], record, row[name], (*inside, name), level + 1)

    def _existing(self, entry: ToOne | ToMany, given: Mapping[str, Any] | None, path: Path) -> Existing:
        self._at.tally.add(1)
        to = self._at.view[entry.target]
        by, value = unique_value(given, path)
        self.named.append(Existing(to, by, value, path))
        return self.named[-1]


Act = Callable[[Nesting, ToMany, Record, Any, Path, int], None]

ACTS: Mapping[str, Act] = {
    "create": Nesting.create_all,
    "connect": Nesting.connect_all,
    "set": Nesting.set_all,
    "disconnect": Nesting.disconnect_all,
    "update": Nesting.update_all,
}


def has_nested(of: ObjectView, row: Row) -> bool:
    return bool(of.nested.keys() & row.keys()) or any("create" in (row[name] or {}) for name in of.links & row.keys())


def check_flat(of: ObjectView, record: NewRecord) -> None:
    """Raises NestedInUpsert."""
    nested = [each for each in record.row if has_nested(of, {each: record.row[each]})]
    if nested:
        raise NestedInUpsert((*record.path, nested[0]))


def _side(entry: ToOne | ToMany) -> Side:
    return Side(entry.target, entry.far, entry.through if isinstance(entry, ToMany) else None)


def _check_way(at: Workplace, entry: ToOne | ToMany, to: Right, path: Path) -> None:
    """Whether it may come to belong, or no longer belong, to another record: the key is its own, or a link record's."""
    through = entry.through if isinstance(entry, ToMany) else None
    if through is None:
        check_may(at.view[entry.target], "UPDATE", path)
    else:
        check_may(at.view[through.object], to, path)


def _given(given: Any, path: Path) -> Any:
    if given is None:
        raise DataRefused(path, "it is null.", hint="Leave it out.")
    return given


def _check_there(above: Record, path: Path) -> None:
    if isinstance(above, NewRecord):
        raise DataRefused(path, NONE_YET)
