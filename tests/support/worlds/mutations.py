"""Random mutations that are valid by construction, though some of them can't be done."""

from collections.abc import Callable, Mapping
from typing import Any

from armature.metadata.names import composite_type_name, root_name, type_name
from armature.metadata.stored import primary
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import Composite, Entry, ObjectView, Plain, ToOne
from tests.support.worlds.choices import Choices
from tests.support.worlds.data import State
from tests.support.worlds.documents import Document, arguments
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

    def field(self) -> str:
        of = self.choices.pick(list(self.view))
        does = self.choices.weighted(KINDS)
        if root_name(does, of.object) not in self.schema.mutations:  # it has nothing to update
            does = "create"
        given = MAKERS[does](self, of)
        is_many = does.endswith("_many") and does != "create_many"
        shown = self._result(of) if is_many else self.selections.selection(self.selections.level(of), DEPTH)
        return f"{self.document.fresh('m')}: {root_name(does, of.object)}{arguments(given)}{shown}"

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
        return {"data": self.document.required(kind, lambda: self._new(of, must_have_id=must_have_id))}

    def create_many(self, of: ObjectView) -> dict[str, Any]:
        """With ids: those that PostgreSQL gives can't be told apart."""
        self.created.add(of.name)
        count = self.choices.weighted([(40, 2), (30, 1), (20, 4), (10, 0)])
        kind = type_name("create", of.name)
        return {
            "data": self.document.value(f"[{kind}!]!", lambda: [self._new(of, must_have_id=True) for _ in range(count)])
        }

    def _new(self, of: ObjectView, *, must_have_id: bool) -> dict[str, Any]:
        data: dict[str, Any] = {}
        if must_have_id or self.choices.chance(40):
            data["id"] = self.inputs.id(of) if self.choices.chance(5) else self._fresh_id()
        for entry in of.writable.values():
            if entry.name == "id":
                continue
            is_key = isinstance(entry, Plain) and entry.field.relation_id is not None
            has_default = isinstance(entry, Composite | Plain) and primary(entry.field).default is not None
            is_needed = isinstance(entry, Plain | Composite) and entry.is_required and (is_key or not has_default)
            if (is_needed and not (is_key and self.choices.chance(5))) or self.choices.chance(30):
                data |= self._assigned(of, entry, can_be_null=not is_needed)
        return _without_twice(data)

    def _fresh_id(self) -> str:
        digits = f"{self.choices.below(2**62):032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def update(self, of: ObjectView) -> dict[str, Any]:
        return {"id": self.inputs.id(of), "data": self._changes(of)}

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
        if self.choices.chance(50):
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


def some_mutation(choices: Choices, schema: WorkspaceSchema, state: State) -> Generated:
    document = Document(choices, choices.pick((10, 3)))
    mutations = Mutations(schema, state, document)
    fields = [mutations.field() for _ in range(choices.weighted([(60, 1), (25, 2), (15, 3)]))]
    if choices.chance(10):
        fields.append("__typename")
    return Generated(document.text("mutation", f"{{{' '.join(fields)}}}"), document.given, None)
