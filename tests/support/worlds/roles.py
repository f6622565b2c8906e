"""Random roles: some objects and fields hidden, rules of every shape; and what they let in, row by row."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from armature.metadata.access import roles_of, visible
from armature.metadata.changes import Change, CreateRole, SetFieldPermission, SetObjectPermission
from armature.metadata.model import Object, Snapshot
from armature.metadata.names import type_name
from armature.metadata.rights import OF_KEPT, RIGHTS
from armature.metadata.rules import told
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import ObjectView, ToMany, ToOne, View
from tests.support.oracle.filters import meets
from tests.support.worlds.choices import Choices
from tests.support.worlds.data import State
from tests.support.worlds.documents import Document
from tests.support.worlds.inputs import Inputs

ROLE = "clerk"
BARE = 1_000
"""A document of its own for each rule: rules have no variables."""


def some_role(choices: Choices, schema: WorkspaceSchema, state: State) -> list[Change]:
    """With any rules."""

    def rule(of: ObjectView) -> Any:
        document = Document(choices, BARE)
        document._inside = 1
        return plain(Inputs(schema.view, state, document).conditions(of, 2)) if choices.chance(50) else None

    return list(_role(choices, schema, rule))


def role_of_records(choices: Choices, schema: WorkspaceSchema, shown: Mapping[UUID, Sequence[UUID]]) -> list[Change]:
    """With rules that say by id what is let in, whatever else it is."""

    def rule(of: ObjectView) -> Any:
        return {"id": {"in": [str(each) for each in shown[of.object.id]]}} | _true_of_all(choices, of)

    return list(_role(choices, schema, rule))


def _true_of_all(choices: Choices, of: ObjectView) -> dict[str, Any]:
    """Something that asks for the caller, by way of relations too, and lets everything in: no record is the caller."""
    me = {"id": {"eq": "$me.id"}}
    ways: list[dict[str, Any]] = [{}, {"not": me}]
    for each in of.entries.values():
        if isinstance(each, ToOne):
            ways.append({"not": {each.name: me}})
        elif isinstance(each, ToMany):
            ways.append({each.name: {"none": me}})
    return choices.pick(ways)


def _role(choices: Choices, schema: WorkspaceSchema, rule: Callable[[ObjectView], Any]) -> Iterator[Change]:
    yield CreateRole(name=ROLE, rights=RIGHTS)
    for at, each in enumerate(schema.view):
        if at and choices.chance(10):
            yield SetObjectPermission(role=ROLE, object=each.name, rights=())
        else:
            rights = tuple(right for right in RIGHTS if right in OF_KEPT or not each.object.is_system)
            yield SetObjectPermission(role=ROLE, object=each.name, rights=rights, read_rule=rule(each))
        yield from _hidden(choices, each)


def _hidden(choices: Choices, of: ObjectView) -> Iterator[Change]:
    for field in of.object.visible_fields.values():
        if not field.is_system and choices.chance(10):
            yield SetFieldPermission(role=ROLE, object=of.name, field=field.name, may_read=False)


def plain(value: Any) -> Any:
    """As JSON has it, without the marks of a document."""
    match value:
        case dict():
            return {str(key): plain(each) for key, each in value.items()}
        case list():
            return [plain(each) for each in value]
        case str():
            return str(value)
        case _:
            return value


def seen_by_role(snapshot: Snapshot) -> Snapshot:
    return visible(snapshot, roles_of(snapshot, (ROLE,)))


def let_in(schema: WorkspaceSchema, snapshot: Snapshot, state: State) -> State:
    """The rows that the role's rules let in, each looked at by itself over all rows there are."""
    (role,) = roles_of(snapshot, (ROLE,))

    def rows(of: Object) -> dict[UUID, dict[str, Any]]:
        rule = role.grant(of.id).read_rule
        if not rule or not of.is_visible:
            return dict(state[of.id])
        kind: Any = schema.types[type_name("filter", of.name_singular)]
        given = schema.readers.of(kind)(told(snapshot, of, rule))
        view = schema.view[of.name_singular]
        return {id_: row for id_, row in state[of.id].items() if meets(schema.view, state, view, row, given)}

    return {of.id: rows(of) for of in snapshot.objects.values()}


def schema_of_role(snapshot: Snapshot) -> WorkspaceSchema:
    return WorkspaceSchema(View(seen_by_role(snapshot)))
