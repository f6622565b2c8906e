"""Random mutations that are valid by construction, though some of them can't be done."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from armature.metadata.names import composite_type_name, root_name, snake_case, type_name
from armature.metadata.stored import primary
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToMany, ToOne
from tests.support.worlds.choices import Choices
from tests.support.worlds.data import Row, State
from tests.support.worlds.documents import Document, Enum, arguments
from tests.support.worlds.inputs import type_of
from tests.support.worlds.queries import Generated, Selections

DEPTH = 2

KINDS = (
    (25, "create"),
    (10, "create_many"),
    (20, "update"),
    (10, "update_many"),
    (10, "delete"),
    (5, "delete_many"),
    (5, "restore"),
    (5, "restore_many"),
    (10, "destroy"),
    (5, "destroy_many"),
)
"""How likely each is."""


class Mutations:
    def __init__(self, schema: WorkspaceSchema, state: State, document: Document) -> None:
        self.schema = schema
        self.view = schema.view
        self.state = state
        self.document = document
        self.choices = document.choices
        self.selections = Selections(schema, state, document)
        self.inputs = self.selections.inputs
        self.created: set[str] = set()
        self.nested = Nested(self)

    def field(self) -> str:
        of = self.choices.pick(self._made_by_clients())
        does = self.choices.weighted(KINDS)
        self.nested.begin()
        if root_name(does, of.object) not in self.schema.mutations:  # it has nothing to update
            does = "create"
        given = MAKERS[does](self, of)
        is_many = does.endswith("_many") and does != "create_many"
        shown = self._result(of) if is_many else self.selections.selection(self.selections.level(of), DEPTH)
        return f"{self.document.fresh('m')}: {root_name(does, of.object)}{arguments(given)}{shown}"

    def _made_by_clients(self) -> list[ObjectView]:
        """The objects of which a client makes records, if there are any; those of others come by themselves."""
        found = [each for each in self.view if root_name("create", each.object) in self.schema.mutations]
        return found or list(self.view)

    def _result(self, of: ObjectView) -> str:
        if self.choices.chance(20):
            return "{count}"
        level = self.selections.level(of)
        records = f"records{self.selections.selection(level, DEPTH)}"
        parts = [["count", records], [records], [records, "n: count", "__typename", records]]
        return f"{{{' '.join(self.choices.pick(parts))}}}"

    def create(self, of: ObjectView) -> dict[str, Any]:
        kind = type_name("create", of.name)
        must_have_id = of.name in self.created
        self.created.add(of.name)
        return {"data": self.document.required(kind, lambda: self.new(of, must_have_id=must_have_id))}

    def create_many(self, of: ObjectView) -> dict[str, Any]:
        """With ids: those that PostgreSQL gives can't be told apart."""
        self.created.add(of.name)
        count = self.choices.weighted([(40, 2), (30, 1), (20, 4), (10, 0)])
        kind = type_name("create", of.name)
        return {
            "data": self.document.value(f"[{kind}!]!", lambda: [self.new(of, must_have_id=True) for _ in range(count)])
        }

    def upsert(self) -> str:
        """With values that records have already, of what tells them apart."""
        of = self.choices.pick(self._made_by_clients())
        by = self.choices.pick(list(of.unique_entries.values()))
        rows = [row for row in self.state[of.object.id].values() if row.get(by.column) is not None]
        data = [self._known(of, by, rows) for _ in range(self.choices.weighted([(60, 1), (40, 2)]))]
        conflict = {"fields": [Enum(snake_case(by.within or by.name).upper())]}
        does = "create" if len(data) == 1 and self.choices.chance(50) else "create_many"
        given = {"data": data[0] if does == "create" else data, "onConflict": conflict}
        shown = self.selections.selection(self.selections.level(of), DEPTH)
        return f"{self.document.fresh('m')}: {root_name(does, of.object)}{arguments(given)}{shown}"

    def _known(self, of: ObjectView, by: Plain, rows: list[Row]) -> dict[str, Any]:
        self.nested.begin()
        data = {name: each for name, each in self.new(of, must_have_id=True).items() if name not in of.nested}
        if not rows or by.within is not None or not self.choices.chance(70):
            return data
        value = self.choices.pick(rows)[by.column]
        return _without_twice(data | {by.name: value if isinstance(value, int) else str(value)})

    def new(self, of: ObjectView, *, must_have_id: bool) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if must_have_id or self.choices.chance(40):
            data["id"] = self.inputs.id(of) if self.choices.chance(5) else self._fresh_id()
        for entry in of.writable.values():
            if entry.name == "id":
                continue
            is_key = isinstance(entry, Plain) and entry.field.relation_id is not None
            has_default = isinstance(entry, Composite | Plain) and primary(entry.field).default is not None
            is_needed = isinstance(entry, Plain | Composite) and entry.is_required and (is_key or not has_default)
            is_needed = is_needed or entry.name == "position"  # PostgreSQL's clock would give it
            if (is_needed and not (is_key and self.choices.chance(5))) or self.choices.chance(30):
                data |= self._assigned(of, entry, can_be_null=not is_needed)
        return _without_twice(data) | self.nested.beside(of, None)

    def _fresh_id(self) -> str:
        digits = f"{self.choices.below(2**62):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def update(self, of: ObjectView) -> dict[str, Any]:
        rows = [row for row in self.state[of.object.id].values() if row["deleted_at"] is None]
        if rows and self.choices.chance(40):
            row = self.choices.pick(rows)
            kind = type_name("update", of.name)
            return {"id": str(row["id"]), "data": self.document.required(kind, lambda: self.nested_changes(of, row))}
        return {"id": self.inputs.id(of), "data": self._changes(of)}

    def nested_changes(self, of: ObjectView, row: Row) -> dict[str, Any]:
        return self._some_changes(of) | self.nested.beside(of, row)

    def update_many(self, of: ObjectView) -> dict[str, Any]:
        return {**self.filter(of), "data": self._changes(of)}

    def _changes(self, of: ObjectView) -> Any:
        return self.document.required(type_name("update", of.name), lambda: self._some_changes(of))

    def _some_changes(self, of: ObjectView) -> dict[str, Any]:
        entries = [each for each in of.writable.values() if each.name != "id"]
        data: dict[str, Any] = {}
        for _ in range(self.choices.weighted([(50, 1), (35, 2), (10, 4), (5, 0)]) if entries else 0):
            entry = self.choices.pick(entries)
            is_required = isinstance(entry, Plain | Composite) and entry.is_required
            data |= self._assigned(of, entry, can_be_null=not is_required or self.choices.chance(10))
        return _without_twice(data)

    def _assigned(self, of: ObjectView, entry: Entry, *, can_be_null: bool) -> dict[str, Any]:
        if isinstance(entry, ToOne):
            return {entry.name: self._connected(entry, can_be_null=can_be_null)}
        if can_be_null and self.choices.chance(20):
            return {entry.name: None}
        if isinstance(entry, Composite):
            kind = composite_type_name("input", entry.field.kind)
            return {entry.name: self.document.required(kind, lambda: self.inputs.composite(of, entry))}
        assert isinstance(entry, Plain)
        if entry.field.relation_id is not None:
            return {entry.name: self._target_id(of, entry)}
        kind = type_of(of, entry)
        if entry.is_required:
            return {entry.name: self.document.required(kind, lambda: self.inputs.sent(of, entry))}
        return {entry.name: self.document.value(kind, lambda: self.inputs.sent(of, entry), can_be_absent=True)}

    def _connected(self, entry: ToOne, *, can_be_null: bool) -> dict[str, Any]:
        if can_be_null and self.choices.chance(20):
            return {"disconnect": True}
        target = self.view[entry.target]
        if self.nested.depth and self.choices.chance(15):
            return {"create": self.nested.new(target, None)}
        if self.nested.is_inside or self.choices.chance(50):
            return {"connect": {"id": self._some_id(target)}}
        return {"connect": {"where": dict(self.inputs.unique(target))}}

    def _target_id(self, of: ObjectView, entry: Plain) -> str:
        relation = of.entries[entry.field.name]
        assert isinstance(relation, ToOne)
        return self._some_id(self.view[relation.target])

    def _some_id(self, of: ObjectView) -> str:
        rows = self.state[of.object.id].values()
        live = [row["id"] for row in rows if row["deleted_at"] is None]
        found = live if live and self.choices.chance(90) else [row["id"] for row in rows]
        return str(self.choices.pick(found)) if found else self._fresh_id()

    def by_id(self, of: ObjectView) -> dict[str, Any]:
        return {"id": self.inputs.id(of)}

    def filter(self, of: ObjectView) -> dict[str, Any]:
        kind = type_name("filter", of.name)
        return {"filter": self.document.required(kind, lambda: self.inputs.conditions(of, 2))}


class Nested:
    """Data about other records than its own: no existing one is named twice in a field, and new ones have ids."""

    def __init__(self, mutations: Mutations) -> None:
        self.mutations = mutations
        self.choices = mutations.choices
        self.depth = 0
        self.is_inside = False
        self._used: set[UUID] = set()

    def begin(self) -> None:
        self.depth = self.choices.weighted([(25, 0), (45, 1), (30, 2)])
        self._used = set()

    def new(self, of: ObjectView, inverse: str | None) -> dict[str, Any]:
        """`inverse` names the relation to the record around it. Most can be made: the oracle decides no others."""
        outside, self.is_inside = self.is_inside, True
        self.depth -= 1
        self.mutations.created.add(of.name)
        data = self.mutations.new(of, must_have_id=True)
        self.depth += 1
        self.is_inside = outside
        left_out = {inverse, f"{inverse}Id", *self._may_be_taken(of)}
        return {name: value for name, value in data.items() if name not in left_out}

    def _may_be_taken(self, of: ObjectView) -> set[str]:
        unique = {each.within or each.name: each for each in of.unique_entries.values() if each.name != "id"}
        return {name for name, each in unique.items() if not each.is_required}

    def beside(self, of: ObjectView, row: Row | None) -> dict[str, Any]:
        """`row` is the record there is; a new one has nothing yet."""
        if self.depth <= 0:
            return {}
        by_key = [each for each in of.nested.values() if isinstance(each, ToOne) or each.through is None]
        entries = [each for each in by_key if self.choices.chance(50)]
        return {each.name: self._given(of, each, row) for each in entries}

    def _given(self, of: ObjectView, entry: ToOne | ToMany, row: Row | None) -> Any:
        to = self.mutations.view[entry.target]
        inverse = of.snapshot.link(entry.field).inverse.name
        if isinstance(entry, ToMany):
            kind = type_name("to_many", to.name)
            return self.mutations.document.value(kind, lambda: self._several(to, entry, inverse, row))
        if row is not None and self.choices.chance(20):
            return {"disconnect": True}
        strangers = self._records(to, lambda _: True)
        return {"connect": strangers[0]} if strangers and self.choices.chance(50) else {"create": self.new(to, inverse)}

    def _several(self, to: ObjectView, entry: ToMany, inverse: str, row: Row | None) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.choices.chance(60):
            found["create"] = [self.new(to, inverse) for _ in range(self.choices.between(0, 2))]
        what = self.choices.pick(("connect", "set") if row is None else ("connect", "set", "disconnect", "update"))
        members = self._records(to, lambda each: row is not None and each[entry.far] == row["id"])
        if what in ("connect", "set"):
            found[what] = self._records(to, lambda _: True) or members
        elif what == "disconnect":
            found[what] = members
        elif type_name("to_many_update", to.name) in self.mutations.schema.types:
            found[what] = [{**each, "data": self._changed(to, each["id"])} for each in members]
        return found

    def _changed(self, to: ObjectView, id_: str) -> dict[str, Any]:
        self.depth -= 1
        data = self.mutations.nested_changes(to, self.mutations.state[to.object.id][UUID(id_)])
        self.depth += 1
        return data

    def _records(self, to: ObjectView, test: Callable[[Row], bool]) -> list[dict[str, str]]:
        """One or two that were not named yet."""
        rows = self.mutations.state[to.object.id].values()
        free = [row["id"] for row in rows if row["deleted_at"] is None and row["id"] not in self._used and test(row)]
        chosen = free[: self.choices.between(1, 2)]
        self._used.update(chosen)
        return [{"id": str(each)} for each in chosen]


MAKERS: Mapping[str, Callable[[Mutations, ObjectView], dict[str, Any]]] = {
    "create": Mutations.create,
    "create_many": Mutations.create_many,
    "update": Mutations.update,
    "update_many": Mutations.update_many,
    "delete": Mutations.by_id,
    "delete_many": Mutations.filter,
    "restore": Mutations.by_id,
    "restore_many": Mutations.filter,
    "destroy": Mutations.by_id,
    "destroy_many": Mutations.filter,
}


def _without_twice(data: dict[str, Any]) -> dict[str, Any]:
    """A relation is given by itself or by its id, not by both."""
    return {name: value for name, value in data.items() if not (name.endswith("Id") and name[:-2] in data)}


def some_upsert(choices: Choices, schema: WorkspaceSchema, state: State) -> Generated:
    """Of one record or several; some are there already, in sight or not."""
    document = Document(choices, choices.pick((10, 3)))
    field = Mutations(schema, state, document).upsert()
    return Generated(document.text("mutation", f"{{{field}}}"), document.given, None)


def some_mutation(choices: Choices, schema: WorkspaceSchema, state: State) -> Generated:
    document = Document(choices, choices.pick((10, 3)))
    mutations = Mutations(schema, state, document)
    fields = [mutations.field() for _ in range(choices.weighted([(60, 1), (25, 2), (15, 3)]))]
    if choices.chance(10):
        fields.append("__typename")
    return Generated(document.text("mutation", f"{{{' '.join(fields)}}}"), document.given, None)
