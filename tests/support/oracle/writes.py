"""Mutations, applied to plain rows one after another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from graphql import GraphQLResolveInfo

from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object
from armature.schema_builder.tables import column_name, has_default, has_unique, is_not_null, stored_fields
from armature.schema_builder.view import Composite, ObjectView, Plain, ToOne
from tests.support.oracle.filters import meets
from tests.support.oracle.nested import beside, is_nested
from tests.support.oracle.reads import Reading, Record
from tests.support.oracle.references import Undecided, referring, removed
from tests.support.oracle.refusal import Refusal
from tests.support.worlds.data import Row, State


@dataclass
class Writing:
    """The context of a mutation; `state` is the newest, `fresh` the ids PostgreSQL gave, by object."""

    reading: Reading
    state: State
    fresh: Mapping[UUID, list[UUID]]
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def touched(self) -> Row:
        """What every change of a record sets; the tests are nobody in particular."""
        nobody = {f"updated_by_{part}": None for part in ("name", "user_id", "api_key_id")}
        return {"updated_at": self.now, "updated_by_source": "SYSTEM", **nobody}

    def root(self, info: GraphQLResolveInfo[Any], given: Mapping[str, Any]) -> Any:
        self.now += timedelta(microseconds=1)
        root = self.reading.schema.mutations[info.field_name]
        before = self.state
        try:
            return getattr(self, root.does)(root.object, **given)
        except Refusal:
            self.state = before
            data = given.get("data") or ()
            if any(is_nested(root.object, each) for each in ([data] if isinstance(data, dict) else data)):
                raise Undecided from None
            raise

    def create(self, of: ObjectView, data: Mapping[str, Any]) -> Record:
        return self._created(of, [data])[0]

    def create_many(self, of: ObjectView, data: Sequence[Mapping[str, Any]]) -> list[Record]:
        """What they are connected to is looked for before the first is there, and whether they say what they must."""
        for each in data:
            self._check_connections(of, each)
            self._check_given(of, each)
        return self._created(of, data)

    def _check_given(self, of: ObjectView, data: Mapping[str, Any]) -> None:
        for name, entry in of.writable.items():
            if isinstance(entry, ToOne) and not entry.field.is_nullable:
                is_missing = data.get(f"{name}Id") is None and "disconnect" in (data.get(name) or {"disconnect": True})
            else:
                is_missing = isinstance(entry, Plain) and entry.is_required and data.get(name, entry) is None
            if is_missing:
                raise Refusal("BAD_USER_INPUT", f"{name} is required")

    def _check_connections(self, of: ObjectView, data: Mapping[str, Any]) -> None:
        for name, value in data.items():
            entry = of.entries.get(name)
            if isinstance(entry, ToOne) and value is not None and "connect" in value:
                self._connected(of, entry, value)
            elif isinstance(entry, Plain) and entry.field.relation_id is not None and value is not None:
                self._connected(of, entry, {"connect": {"id": value}})

    def _created(self, of: ObjectView, data: Sequence[Mapping[str, Any]]) -> list[Record]:
        """All or none; of several faults, that of the first record counts."""
        ids = [self.made(of, each) for each in data]
        return [self._record(of, each) for each in ids]

    def made(self, of: ObjectView, data: Mapping[str, Any], keys: Mapping[str, UUID] | None = None) -> UUID:
        """The id of a new record, there with what is nested in it."""
        row = {**self._new(of, data), **(keys or {})}
        self._check_required(of.object, row)
        self._check_id(of.object, row)
        self.put(of.object, [row])
        beside(self, of, row["id"], data)
        return row["id"]  # type: ignore[no-any-return]

    def _new(self, of: ObjectView, data: Mapping[str, Any]) -> Row:
        row: Row = {
            column_name(each): _stored(each, KINDS[each.kind].default_value(each.default, each.settings))
            for each in stored_fields(of.object)
            if has_default(each)
        }
        row |= {column_name(each): None for each in stored_fields(of.object) if not has_default(each)}
        row |= {"created_at": self.now, "updated_at": self.now, "deleted_at": None}
        row |= self.assigned(of, data)
        if "id" not in data:
            row["id"] = self._fresh(of)
        return row

    def _fresh(self, of: ObjectView) -> UUID:
        """The next id that PostgreSQL gave; one that was not kept can't be known."""
        if not self.fresh.get(of.object.id):
            raise Undecided
        return self.fresh[of.object.id].pop(0)

    def update(self, of: ObjectView, id: UUID, data: Mapping[str, Any]) -> Record:
        sets = self.assigned(of, data)
        found = self._one(of, id, is_visible=True)
        self.put(of.object, [{**found, **sets, **self.touched}])
        beside(self, of, id, data)
        return self._record(of, id)

    def update_many(self, of: ObjectView, filter: Mapping[str, Any], data: Mapping[str, Any]) -> Any:
        sets = self.assigned(of, data)
        found = self._many(of, filter, lambda row: row["deleted_at"] is None)
        self.put(of.object, [{**row, **sets, **self.touched} for row in found])
        return self._result(of, found)

    def delete(self, of: ObjectView, id: UUID) -> Record:
        found = self._one(of, id, is_visible=True)
        self.put(of.object, [{**found, "deleted_at": self.now, **self.touched}])
        return self._record(of, id)

    def delete_many(self, of: ObjectView, filter: Mapping[str, Any]) -> Any:
        found = self._many(of, filter, lambda row: row["deleted_at"] is None)
        self.put(of.object, [{**row, "deleted_at": self.now, **self.touched} for row in found])
        return self._result(of, found)

    def restore(self, of: ObjectView, id: UUID) -> Record:
        found = self._one(of, id)
        self.put(of.object, [{**found, "deleted_at": None, **self.touched}])
        return self._record(of, id)

    def restore_many(self, of: ObjectView, filter: Mapping[str, Any]) -> Any:
        found = self._many(of, filter, lambda row: row["deleted_at"] is not None)
        self.put(of.object, [{**row, "deleted_at": None, **self.touched} for row in found])
        return self._result(of, found)

    def destroy(self, of: ObjectView, id: UUID) -> Record:
        """The answer is what it was."""
        shown = Record(of, self._one(of, id), self.state)
        self._remove(of, [id])
        return shown

    def destroy_many(self, of: ObjectView, filter: Mapping[str, Any]) -> Any:
        shown = self._result(of, self._many(of, filter, lambda _: True))
        self._remove(of, [each.row["id"] for each in shown["records"]])
        return shown

    def _one(self, of: ObjectView, id_: UUID, *, is_visible: bool = False) -> Row:
        found = self.state[of.object.id].get(id_)
        if found is None or (is_visible and found["deleted_at"] is not None):
            raise Refusal("NOT_FOUND", "there is no such record")
        return found

    def _many(self, of: ObjectView, given: Mapping[str, Any], test: Any) -> list[Row]:
        rows = [row for row in self.state[of.object.id].values() if test(row)]
        return [row for row in rows if meets(self.reading.schema.view, self.state, of, row, given)]

    def _record(self, of: ObjectView, id_: UUID) -> Record:
        return Record(of, self.state[of.object.id][id_], self.state)

    def _result(self, of: ObjectView, rows: Iterable[Row]) -> Mapping[str, Any]:
        """All of them, by id."""
        ids = sorted(row["id"] for row in rows)
        return {"count": len(ids), "records": [self._record(of, each) for each in ids]}

    def assigned(self, of: ObjectView, data: Mapping[str, Any]) -> Row:
        """Values by column."""
        row: Row = {}
        for name, value in data.items():
            if name in of.nested:
                continue
            entry = of.writable[name]
            if isinstance(entry, ToOne):
                row[entry.near] = self._connected(of, entry, value)
                continue
            if isinstance(entry, Composite):
                given = dict.fromkeys(entry.parts) if value is None else value
                row |= {entry.parts[part].column: _stored(entry.field, each) for part, each in given.items()}
                continue
            assert isinstance(entry, Plain)
            if entry.field.relation_id is not None and value is not None:
                row[entry.column] = self._connected(of, entry, {"connect": {"id": value}})
            else:
                row[entry.column] = _stored(entry.field, value)
        return row

    def _connected(self, of: ObjectView, entry: Any, given: Mapping[str, Any]) -> UUID | None:
        if "disconnect" in given:
            return None
        relation = of.entries[entry.field.name]
        assert isinstance(relation, ToOne)
        target = self.reading.schema.view[relation.target]
        return self.made(target, given["create"]) if "create" in given else self.connected(target, given["connect"])

    def connected(self, to: ObjectView, given: Mapping[str, Any]) -> UUID:
        """The id of the record that an id or a `where` names."""
        where = {"id": given["id"]} if "id" in given else given["where"]
        found = Reading(self.reading.schema, self.state).by(to, where)
        if found is None:
            raise Refusal("BAD_USER_INPUT", "there is nothing to connect")
        return found.row["id"]  # type: ignore[no-any-return]

    def put(self, of: Object, rows: Sequence[Row]) -> None:
        for row in rows:
            self._check_required(of, row)
        after = {**self.state[of.id], **{row["id"]: row for row in rows}}
        self._check_unique(of, after)
        self.state = {**self.state, of.id: after}

    def _check_required(self, of: Object, row: Row) -> None:
        for each in stored_fields(of):
            if is_not_null(self.reading.schema.view.snapshot, each) and row[column_name(each)] is None:
                raise Refusal("BAD_USER_INPUT", f"{each.name} is required")

    def _check_id(self, of: Object, row: Row) -> None:
        if row["id"] in self.state[of.id]:
            raise Refusal("CONFLICT", "the id is taken")

    def _check_unique(self, of: Object, rows: Mapping[UUID, Row]) -> None:
        for each in stored_fields(of):
            if has_unique(each):
                live = [row[column_name(each)] for row in rows.values() if row["deleted_at"] is None]
                held = [value for value in live if value is not None]
                if len(held) != len(set(held)):
                    raise Refusal("CONFLICT", f"{each.name} is unique")

        for pair in self.reading.schema.view.snapshot.pairs.get(of.id, {}).values():
            near, far = column_name(pair.near), column_name(pair.far)
            joined = [(row[near], row[far]) for row in rows.values() if row["deleted_at"] is None]
            joined = [each for each in joined if None not in each]
            if len(joined) != len(set(joined)):
                raise Refusal("CONFLICT", "they are joined already")

    def _remove(self, of: ObjectView, ids: Sequence[UUID]) -> None:
        after = removed(referring(self.reading.schema.view.snapshot), self.state, of.object.id, ids)
        if after is None:
            raise Refusal("CONFLICT", "others refer to it")
        self.state = after


def _stored(of: Field, value: Any) -> Any:
    """As the column keeps it: decimals with its digits after the point."""
    if isinstance(value, Decimal) and "scale" in of.settings:
        return value.quantize(Decimal(1).scaleb(-of.settings["scale"]), ROUND_HALF_UP)
    return value
