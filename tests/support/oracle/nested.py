"""What a mutation's data says of other records, done to plain rows one after another."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from armature.schema_builder.view import ObjectView, ToMany, ToOne
from tests.support.oracle.refusal import Refusal

if TYPE_CHECKING:
    from tests.support.oracle.writes import Writing


def is_nested(of: ObjectView, data: Mapping[str, Any]) -> bool:
    """Whether it is about other records too. What is wrong with several can't be told from what is found first."""
    return any(name in of.nested or (name in of.links and "create" in (value or {})) for name, value in data.items())


def beside(writing: "Writing", of: ObjectView, above: UUID, data: Mapping[str, Any]) -> None:
    for name, entry in of.nested.items():
        if name in data:
            _Members(writing, entry, above).change(data[name])


class _Members:
    """The records that refer to one."""

    def __init__(self, writing: "Writing", entry: ToOne | ToMany, above: UUID) -> None:
        self.writing = writing
        self.entry = entry
        self.above = above
        self.to = writing.reading.schema.view[entry.target]

    def change(self, given: Mapping[str, Any]) -> None:
        if isinstance(self.entry, ToOne):
            given = self._alone(given)
        kept = [self._found(each) for each in given.get("set") or ()]
        if "set" in given:
            self._release(kept)
        for each in given.get("create") or ():
            self.writing.made(self.to, each, {self.entry.far: self.above})
        for id_ in [*kept, *(self._found(each) for each in given.get("connect") or ())]:
            self._connect(id_)
        for each in given.get("disconnect") or ():
            self._update(self._member(each), {self.entry.far: None})
        for each in given.get("update") or ():
            id_ = self._member(each)
            self._update(id_, self.writing.assigned(self.to, each["data"]))
            beside(self.writing, self.to, id_, each["data"])

    def _alone(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """Of a one-to-one relation."""
        if "connect" in given:
            return {"set": [given["connect"]]}
        return {"set": [], "create": [given["create"]]} if "create" in given else {"set": []}

    def _rows(self) -> Mapping[UUID, Any]:
        return self.writing.state[self.to.object.id]

    def _found(self, given: Mapping[str, Any]) -> UUID:
        return self.writing.connected(self.to, given)

    def _member(self, given: Mapping[str, Any]) -> UUID:
        id_ = self._found(given)
        if self._rows()[id_][self.entry.far] != self.above:
            raise Refusal("BAD_USER_INPUT", "it is not among them")
        return id_

    def _release(self, kept: Sequence[UUID]) -> None:
        for row in list(self._rows().values()):
            if row[self.entry.far] == self.above and row["deleted_at"] is None and row["id"] not in kept:
                self._update(row["id"], {self.entry.far: None})

    def _connect(self, id_: UUID) -> None:
        if self._rows()[id_][self.entry.far] != self.above:
            self._update(id_, {self.entry.far: self.above})

    def _update(self, id_: UUID, sets: Mapping[str, Any]) -> None:
        row = self._rows()[id_]
        self.writing.put(self.to.object, [{**row, **sets, **self.writing.touched}])
