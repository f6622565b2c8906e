"""A mutation operation becomes a plan: what each root field writes, and what it shows afterwards."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from graphql import FieldNode, OperationDefinitionNode

from armature.metadata.names import SAY, snake_case, type_name
from armature.schema_builder.compile.arguments import Lifted
from armature.schema_builder.compile.binds import Bind, Changed, Constant, Gathered
from armature.schema_builder.compile.conditions import compare, condition_of
from armature.schema_builder.compile.fit import Followed, fitting, followed
from armature.schema_builder.compile.morphs import united
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD, Compare, Condition
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.plan.reads import Known
from armature.schema_builder.compile.plan.topics import Saying
from armature.schema_builder.compile.plan.writes import (
    Beside,
    Merge,
    NewRows,
    SetLink,
    SetNew,
    SetValue,
    Shown,
    Upsert,
    Write,
    Writes,
)
from armature.schema_builder.compile.read import Reader
from armature.schema_builder.compile.read_topics import saying
from armature.schema_builder.compile.references import (
    DATA,
    Connect,
    Create,
    DataRefused,
    Disconnect,
    NestedInUpsert,
    Path,
    check_confirmed,
    place_in,
    reference,
)
from armature.schema_builder.compile.selection import collect
from armature.schema_builder.indexes import unique_columns
from armature.schema_builder.view import Composite, ObjectView, Plain, ToOne

NULL = Constant(None)


def mutation(reader: Reader, operation: OperationDefinitionNode) -> Writes:
    roots = collect([operation.selection_set], "Mutation", reader.fragments, reader.variables)
    return Writes(tuple(_root(reader, key, nodes) for key, nodes in roots.items()))


def _root(reader: Reader, key: str, nodes: Sequence[FieldNode]) -> Write | Saying | Known:
    name = nodes[0].name.value
    if name == "__typename":
        return Known(key, "typename")
    given = reader.arguments(reader.schema.graphql.mutation_type, nodes[0])
    if name == SAY:
        return saying(reader, key, given)
    root = reader.schema.mutations[name]
    is_many = root.does.endswith("_many") and root.does != "create_many"
    shown = _shown(reader, root.object, nodes) if is_many else reader.one(root.object, nodes, EVERY_RECORD, given)
    if root.does == "create_many":
        return Write(key, root.does, root.object, shown, new=NewRows(given["data"]), upsert=_upsert(root.object, given))
    if root.does == "merge":
        return Write(key, root.does, root.object, shown, merge=_merge(given))
    data = united(root.object, given.get("data") or {}, DATA)
    write = Write(
        key,
        root.does,
        root.object,
        shown,
        condition=_which(reader, root.object, given),
        since=_since(root.object, given),
        sets=tuple(_sets(reader, root.object, data)),
        beside=tuple(_beside(root.object, data)),
        upsert=_upsert(root.object, given),
    )
    _check_nesting(write)
    return write


def _merge(given: Mapping[str, Lifted]) -> Merge:
    return Merge(given["ids"], given.get("keep"), given.get("dryRun") or Constant(False))


def _check_nesting(write: Write) -> None:
    """Raises DataRefused where it could not be told which record the nested ones belong to."""
    if write.does == "update_many" and write.beside:
        name = write.beside[0].entry.name
        raise DataRefused((*DATA, name), "many records can't be given the same ones.", hint="Update them one by one.")
    if write.upsert is not None and write.is_nested:
        nested = [each.entry.name for each in (*write.beside, *write.sets) if isinstance(each, Beside | SetNew)]
        raise NestedInUpsert((*DATA, nested[0]))


def _upsert(of: ObjectView, given: Mapping[str, Lifted]) -> Upsert | None:
    """Raises DataRefused for fields that can't serve."""
    asked = given.get("onConflict")
    if asked is None:
        return None
    by = _unique_together(of, asked["fields"])
    if not by:
        raise DataRefused(
            ("onConflict", "fields"),
            "it takes one field that is unique, or those that a unique index without a filter is over.",
            hint=f"{of.type_name} has {', '.join(snake_case(name).upper() for name in of.unique_entries)}.",
        )
    if asked.get("update") is None:
        return Upsert(by, None)
    updates = [of.writable.get(name) for name in asked["update"]]
    if any(each is None or each.name == "id" for each in updates):
        raise DataRefused(("onConflict", "update"), "it has a field that can't be set.")
    columns = {each.column for each in updates if isinstance(each, Plain)}
    columns |= {part.column for each in updates if isinstance(each, Composite) for part in each.parts.values()}
    return Upsert(by, frozenset(columns))


def _unique_together(of: ObjectView, names: Sequence[str]) -> tuple[Plain, ...]:
    """The values that tell records apart; none where these don't."""
    if len(names) == 1 and names[0] in of.unique_entries:
        return (of.unique_entries[names[0]],)
    found = [of.values[name] for name in names if name in of.values]
    columns = {each.column for each in found}
    whole = len(found) == len(names)
    return tuple(found) if whole and any(columns == each for each in unique_columns(of.object)) else ()


def _which(reader: Reader, of: ObjectView, given: Mapping[str, Lifted]) -> Condition:
    if "filter" in given:
        return condition_of(reader.schema.view, of, given["filter"])
    return reader.unique(of, {"id": given["id"]}) if "id" in given else EVERY_RECORD


def _since(of: ObjectView, given: Mapping[str, Lifted]) -> Compare | None:
    if "ifUpdatedAt" not in given:
        return None
    if given["ifUpdatedAt"] is None:
        raise DataRefused(("ifUpdatedAt",), "it is null.", hint="Leave it out to change the record in any case.")
    updated_at = of.entries["updatedAt"]
    assert isinstance(updated_at, Plain)  # noqa: S101  a time
    return Compare(updated_at, "eq", given["ifUpdatedAt"])


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


def _beside(of: ObjectView, data: Mapping[str, Lifted]) -> Iterator[Beside]:
    for name, value in data.items():
        entry = of.nested.get(name)
        if entry is not None:
            yield Beside(entry, NULL if value is None else value)


def _sets(reader: Reader, of: ObjectView, data: Mapping[str, Lifted]) -> Iterator[SetValue | SetLink | SetNew]:
    for name, value in data.items():
        entry = of.writable.get(name)
        if entry is None:
            continue
        if isinstance(entry, ToOne) or (entry.field.relation_id is not None and value is not None):
            yield _relation(reader, of, entry.field.name, data)
        elif isinstance(entry, Composite):
            yield from _parts(entry, dict.fromkeys(entry.parts) if value is None else value)
        elif isinstance(entry, Plain):
            yield SetValue(entry, _value(entry, value))


def _parts(entry: Composite, given: Mapping[str, Lifted]) -> Iterator[SetValue]:
    """What is given; what is not stays as it is, but for what is made of another part."""
    for name, part in entry.parts.items():
        follows = followed(entry, name)
        if follows is not None and name in given:
            both = (given.get(follows.source.name), given[name])
            yield SetValue(part, Changed(Gathered(tuple(each or NULL for each in both)), partial(_agreed, follows)))
        elif name in given:
            yield SetValue(part, _value(part, given[name]))
        elif follows is not None and follows.source.name in given:
            yield SetValue(part, Changed(_value(follows.source, given[follows.source.name]), follows.made))


def _agreed(follows: Followed, both: Sequence[Any]) -> Any:
    value, given = both
    return follows.agreed(value, given, (*DATA, *follows.part.path))


def _value(entry: Plain, given: Lifted) -> Bind:
    if given is None:
        return NULL
    check = fitting(entry)
    return given if check is None else Changed(given, check)


def _relation(reader: Reader, of: ObjectView, name: str, data: Mapping[str, Lifted]) -> SetValue | SetLink | SetNew:
    """By its id or by itself; what it is connected to must be a visible record."""
    entry = of.entries[name]
    assert isinstance(entry, ToOne)  # noqa: S101  to-many relations are not writable
    match reference(name, data, DATA):
        case Connect(place=place, by=by, value=value):
            to = reader.schema.view[entry.target]
            return SetLink(place, entry.near, to, compare(to.unique_entries[by], "eq", value))
        case Disconnect(place=place, confirmed=confirmed):
            check = partial(_nothing, path=(*DATA, *place))
            return SetValue(_key(of, name), Changed(NULL if confirmed is None else confirmed, check))
        case Create(data=new):
            return SetNew(entry, NULL if new is None else new, place_in(data, name))
    raise AssertionError(f"{name} is not in the data")


def _nothing(confirmed: bool | None, path: Path) -> None:
    """null, for {disconnect: true}."""
    check_confirmed(confirmed, path)


def _key(of: ObjectView, name: str) -> Plain:
    entry = of.entries[f"{name}Id"]
    assert isinstance(entry, Plain)  # noqa: S101  the view pairs the two
    return entry
