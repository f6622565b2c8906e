"""A mutation operation becomes a plan: what each root field writes, and what it shows afterwards."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import FieldNode, OperationDefinitionNode

from armature.core.errors import BadUserInput
from armature.metadata.names import type_name
from armature.schema_builder.compile.arguments import Lifted
from armature.schema_builder.compile.binds import Bind, Changed, Constant
from armature.schema_builder.compile.conditions import condition_of
from armature.schema_builder.compile.fit import fitting
from armature.schema_builder.compile.plan import (
    All,
    Condition,
    Known,
    NewRows,
    Rows,
    SetLink,
    SetValue,
    Shown,
    Write,
    Writes,
)
from armature.schema_builder.compile.read import Reader
from armature.schema_builder.compile.selection import collect
from armature.schema_builder.view import ObjectView, Plain, ToOne


class GivenTwice(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'Both "{name}" and "{name}Id" are given.', hint="Give one of them.", field=name)


class NothingConnected(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(f'"{name}" is null.', hint=f"Write {{disconnect: true}}, or {name}Id: null.", field=name)


def mutation(reader: Reader, operation: OperationDefinitionNode) -> Writes:
    roots = collect([operation.selection_set], "Mutation", reader.fragments, reader.variables)
    return Writes(tuple(_root(reader, key, nodes) for key, nodes in roots.items()))


def _root(reader: Reader, key: str, nodes: Sequence[FieldNode]) -> Write | Known:
    name = nodes[0].name.value
    if name == "__typename":
        return Known(key, "typename")
    root = reader.schema.mutations[name]
    given = reader.arguments(reader.schema.graphql.mutation_type, nodes[0])
    is_many = root.does.endswith("_many") and root.does != "create_many"
    shown = _shown(reader, root.object, nodes) if is_many else reader.one(root.object, nodes, All(()))
    if root.does == "create_many":
        return Write(key, root.does, root.object, shown, new=NewRows(given["data"]))
    data = given.get("data") or {}
    return Write(
        key,
        root.does,
        root.object,
        shown,
        condition=_which(reader, root.object, given),
        sets=tuple(_sets(reader, root.object, data)),
    )


def _which(reader: Reader, of: ObjectView, given: Mapping[str, Lifted]) -> Condition:
    if "filter" in given:
        return condition_of(reader.schema.view, of, given["filter"])
    return reader.unique(of, {"id": given["id"]}) if "id" in given else All(())


def _shown(reader: Reader, of: ObjectView, nodes: Sequence[FieldNode]) -> tuple[Shown, ...]:
    result = type_name("mutation_result", of.name)
    fields = collect((node.selection_set for node in nodes), result, reader.fragments, reader.variables)
    return tuple(_shown_field(reader, of, key, each) for key, each in fields.items())


def _shown_field(reader: Reader, of: ObjectView, key: str, nodes: Sequence[FieldNode]) -> Shown:
    match nodes[0].name.value:
        case "records":
            return Shown(key, "records", Rows(of, reader.outputs(of, nodes), limit=Constant(0)))
        case "count":
            return Shown(key, "count")
        case _:
            return Shown(key, "typename")


def _sets(reader: Reader, of: ObjectView, data: Mapping[str, Lifted]) -> Iterator[SetValue | SetLink]:
    for name, value in data.items():
        entry = of.writable[name]
        if isinstance(entry, ToOne):
            if f"{name}Id" in data:
                raise GivenTwice(name)
            yield _relation(reader, of, entry, value)
        elif isinstance(entry, Plain) and entry.field.relation_id is not None and value is not None:
            yield _link(reader, of, entry, {"id": value})
        elif isinstance(entry, Plain):
            yield SetValue(entry, _value(entry, value))


def _value(entry: Plain, given: Lifted) -> Bind:
    if given is None:
        return Constant(None)
    return Changed(given, fitting(entry)) if entry.scalar == "Decimal" else given


def _relation(reader: Reader, of: ObjectView, entry: ToOne, value: Lifted) -> SetValue | SetLink:
    if value is None:
        raise NothingConnected(entry.name)
    if "disconnect" in value:
        return SetValue(_key(of, entry.name), _nothing(entry.name, value["disconnect"]))
    connect = value["connect"] or {}
    where = connect if "id" in connect else connect.get("where")
    if where is None:
        raise BadUserInput(f"{entry.name}.connect is null.", field=entry.name)
    return _link(reader, of, entry, where)


def _link(reader: Reader, of: ObjectView, entry: Plain | ToOne, where: Mapping[str, Lifted]) -> SetLink:
    """A relation by its id or by `connect`: either way it must lead to a visible record."""
    relation = of.entries[entry.field.name]
    assert isinstance(relation, ToOne)  # noqa: S101  the view pairs the two
    to = reader.schema.view[relation.target]
    return SetLink(entry.name, relation.near, to, reader.unique(to, where))


def _key(of: ObjectView, name: str) -> Plain:
    entry = of.entries[f"{name}Id"]
    assert isinstance(entry, Plain)  # noqa: S101  the view pairs the two
    return entry


def _nothing(name: str, given: Bind | None) -> Bind:
    def refuse_false(value: bool | None) -> None:
        if value is not True:
            raise BadUserInput(f"{name}.disconnect takes true.", field=name)

    return Changed(given or Constant(None), refuse_false)
