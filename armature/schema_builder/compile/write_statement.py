"""A write becomes SQL: one statement that also shows the record where its selection cannot see the difference.

Inside one statement every part sees the data as it was before. So a selection that reads the written object again,
below the record itself, is read by a second statement of the same transaction.
"""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    ARRAY,
    CTE,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    TableClause,
    Text,
    Uuid,
    and_,
    any_,
    case,
    cast,
    delete,
    func,
    literal_column,
    null,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.sql.dml import Delete, Update

from armature.metadata.rights import Right
from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.builder import Builder
from armature.schema_builder.compile.comparisons import sql_type
from armature.schema_builder.compile.events import AFTER, Change, evented
from armature.schema_builder.compile.images import image
from armature.schema_builder.compile.on_conflict import OfTarget
from armature.schema_builder.compile.plan.distances import Distance
from armature.schema_builder.compile.plan.levels import Link, OneOf, Output, Rows
from armature.schema_builder.compile.plan.objects_read import mentioned, objects_read
from armature.schema_builder.compile.plan.outputs import Column, Composed, Measured, TypeName
from armature.schema_builder.compile.plan.writes import SetLink, SetNew, SetValue, Upsert, Write
from armature.schema_builder.compile.stamps import Values, created, updated, updated_instead
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.view import ObjectView

WRITTEN = "(ids)"
"""Under this name the ids of the records written are handed to a statement that shows them. No variable has it."""

IDS = FromVariable((WRITTEN,))

REFUSAL = "(out of reach) "
"""Begins what PostgreSQL can't read where a caller may not write such a record."""

MADE = "(made)"
"""Under this name the ids of the records made for a write's to-one relations are handed to it, by column."""


@dataclass(frozen=True, slots=True)
class WriteStatements:
    """How a write runs, in one transaction.

    For one record: `write` gives its JSON, or no row where there was none to write; with `show`, it gives the id, and
    `show` the JSON of that id. For many: `write` gives ids, each of `lists` their JSON for one response key; with
    `find`, that gives the ids, and `write` comes last. `links` tells which of the records to be connected are there,
    should nothing have been written, `present` when the record was updated last, `seen` whether the caller, who may
    not write it, sees it.
    """

    write: Statement
    show: Statement | None = None
    lists: Mapping[str, Statement] = field(default_factory=dict)
    find: Statement | None = None
    links: Statement | None = None
    present: Statement | None = None
    seen: Statement | None = None

    @property
    def all(self) -> Sequence[Statement]:
        known = (self.write, self.show, *self.lists.values(), self.find, self.links, self.present, self.seen)
        return [each for each in known if each is not None]


def write_statements(write: Write) -> WriteStatements:
    links, present, seen = _links_statement(write), _present_statement(write), _seen_statement(write)
    if isinstance(write.shown, tuple):
        lists = {each.key: show_statement(each.rows) for each in write.shown if each.rows}
        if write.does == "destroy_many":
            return WriteStatements(_destroy_ids(write.object), lists=lists, find=_find_ids(write))
        return WriteStatements(_ids_of(write), lists=lists, links=links)
    if write.does != "destroy" and _is_shown_after(write, write.shown):
        return WriteStatements(_ids_of(write), show_statement(write.shown), links=links, present=present, seen=seen)
    return WriteStatements(_shown_at_once(write, write.shown), links=links, present=present, seen=seen)


def _is_shown_after(write: Write, rows: Rows) -> bool:
    """Whether more than one statement is needed: what is shown, or decides what is, may be what was written."""
    read = objects_read(rows)
    if write.is_nested or write.object.name in read:
        return True
    return write.object.has_rules and not _is_checked_at_once(write, read)


def _is_checked_at_once(write: Write, read: Set[str]) -> bool:
    """Whether the row rules can be asked in the statement that writes: the same ones for what is written and shown."""
    rights = (*WRITES.get(write.does, ()), *([RIGHT_TO[write.does]] if write.does in RIGHT_TO else []))
    rule = write.object.rule("READ")
    if write.upsert is not None or any(write.object.rule(each) != rule for each in rights):
        return False
    rules = (rule, *(write.object.view[name].rule("READ") for name in read))
    return not any(write.object.name in mentioned(each) for each in rules if each is not None)


def _shown_at_once(write: Write, rows: Rows) -> Statement:
    build = Builder()
    written = _changed(build, write, *_looked_at(write.object.table, rows.outputs))
    inner = select(*build.outputs(rows.outputs, written)).select_from(written)
    if write.object.rule("READ") is not None and write.does in WRITES:
        inner = _checked(build, write, written, inner)
    return build.statement(build.as_json(inner, rows))


def _checked(build: Builder, write: Write, written: CTE, shown: Select[Any]) -> Select[Any]:
    """Undoes what must not be so afterwards: a value that can't be read ends the statement, and so its transaction."""
    after = image(build, write.object, written.c[AFTER])
    (right,) = WRITES[write.does]
    refusal = cast(literal_column(f"'{REFUSAL}'").concat(cast(written.c.id, Text())), Boolean())
    allowed = and_(true(), *build.allowed(write.object, after, right))
    return shown.select_from(after).where(case((allowed, true()), else_=refusal))


def _looked_at(table: TableClause, outputs: Sequence[Output]) -> Sequence[ColumnElement[Any]]:
    """The columns of a written record that its selection needs."""
    names = {"id"}
    for output in outputs:
        match output:
            case Column(entry=entry) | Measured(distance=Distance(entry=entry)):
                names.add(entry.column)
            case Composed(entry=entry):
                names |= {each.column for each in entry.parts.values()}
            case Link(near=near):
                names.add(near)
            case OneOf(links=found):
                names |= {each.near for each in found}
            case TypeName():
                pass
    return [each for each in table.c if each.name in names]


def _ids_of(write: Write) -> Statement:
    build = Builder()
    return build.statement(select(_changed(build, write).c.id))


def _changed(build: Builder, write: Write, *columns: ColumnElement[Any]) -> CTE:
    write_them, change = CHANGES[write.does]
    return evented(build, write_them(build, write), "UPSERTED" if write.upsert else change, *columns)


def _insert(build: Builder, write: Write) -> Insert:
    """With relations, from the records they lead to: where one is missing, nothing is inserted."""
    table = write.object.table
    given, sources, conditions = _assigned(build, write.sets)
    values = {**given, **created(build)}
    if sources:
        chosen = select(*values.values()).select_from(*sources).where(*conditions)
        made = insert(table).from_select(list(values), chosen, include_defaults=False)
    else:
        made = insert(table).values(dict(values))
    return or_update(build, made, write.object, list(given), write.upsert)


def or_update(build: Builder, made: Insert, of: ObjectView, given: Sequence[str], upsert: Upsert | None) -> Insert:
    """Names the partial index that leaves out deleted records. To update nothing is to lock, and be returned.

    What is not `given` stays as it is, also where `upsert` names it.
    """
    if upsert is None:
        return made
    table, by = of.table, [each.column for each in upsert.by]
    wanted = given if upsert.updates is None else upsert.updates
    changed = {column: made.excluded[column] for column in given if column in wanted and column not in (*by, "id")}
    live = table.c.deleted_at.is_(None)
    wanted_of_it = [*([live] if by == ["id"] else []), *build.allowed(of, table, "UPDATE")]
    return made.on_conflict_do_update(
        index_elements=by,
        index_where=None if by == ["id"] else live,
        set_={**changed, **updated_instead(made)} if changed else {"updated_at": table.c.updated_at},
        where=OfTarget(table, and_(*wanted_of_it)) if wanted_of_it else None,
    )


def _update(build: Builder, write: Write) -> Update:
    table = write.object.table
    values, _sources, conditions = _assigned(build, write.sets)
    return (
        update(table)
        .values({**values, **updated(build)})
        .where(build.visible(write.object, table, "UPDATE"), _wanted(build, write), *conditions)
    )


def _delete(build: Builder, write: Write) -> Update:
    table = write.object.table
    return (
        update(table)
        .values({"deleted_at": func.now(), **updated(build)})
        .where(build.visible(write.object, table, "DELETE"), _wanted(build, write))
    )


def _restore(build: Builder, write: Write) -> Update:
    """One record may be out of sight or not; of many, those that are out of sight."""
    table = write.object.table
    is_many = write.does == "restore_many"
    return (
        update(table)
        .values({"deleted_at": null(), **updated(build)})
        .where(_wanted(build, write), table.c.deleted_at.is_not(None) if is_many else true())
        .where(*build.allowed(write.object, table, "DELETE"))
    )


def _destroy(build: Builder, write: Write) -> Delete:
    table = write.object.table
    return delete(table).where(_wanted(build, write), *build.allowed(write.object, table, "DESTROY"))


def _wanted(build: Builder, write: Write) -> ColumnElement[bool]:
    table = write.object.table
    condition = build.condition(write.condition, table)
    return condition if write.since is None else and_(condition, build.condition(write.since, table))


CHANGES: Mapping[str, tuple[Callable[[Builder, Write], Insert | Update | Delete], Change]] = {
    "create": (_insert, "CREATED"),
    "update": (_update, "UPDATED"),
    "update_many": (_update, "UPDATED"),
    "delete": (_delete, "DELETED"),
    "delete_many": (_delete, "DELETED"),
    "restore": (_restore, "RESTORED"),
    "restore_many": (_restore, "RESTORED"),
    "destroy": (_destroy, "DESTROYED"),
}


def _assigned(
    build: Builder, sets: Sequence[SetValue | SetLink | SetNew]
) -> tuple[Values, list[FromClause], list[ColumnElement[bool]]]:
    """Values by column, the records they are taken from, and what those must meet."""
    values: dict[str, ColumnElement[Any]] = {}
    sources: list[FromClause] = []
    conditions: list[ColumnElement[bool]] = []
    for each in sets:
        if isinstance(each, SetValue):
            values[each.entry.column] = build.bound(each.value, sql_type(each.entry.scalar))
            continue
        if isinstance(each, SetNew):
            values[each.entry.near] = build.bound(FromVariable((MADE, each.entry.near)), Uuid())
            continue
        to = build.alias(each.to)
        values[each.column] = to.c.id
        sources.append(to)
        conditions += [build.visible(each.to, to), build.condition(each.condition, to)]
    return values, sources, conditions


def _present_statement(write: Write) -> Statement | None:
    """Of a record that may be written: the `updated_at` it has now, as it is shown."""
    if write.since is None:
        return None
    build = Builder()
    table = write.object.table
    found = select(func.to_json(table.c.updated_at)).where(build.condition(write.condition, table))
    return build.statement(found.where(*_there(build, write, RIGHT_TO[write.does])))


def _seen_statement(write: Write) -> Statement | None:
    """Whether the record is in sight; where a caller may write all that it sees, nobody needs to ask."""
    to = RIGHT_TO.get(write.does)
    if to is None or isinstance(write.shown, tuple) or write.object.rule(to) in (None, write.object.rule("READ")):
        return None
    build = Builder()
    found: Select[Any] = select(literal_column("1")).where(build.condition(write.condition, write.object.table))
    return build.statement(found.where(*_there(build, write, "READ")))


def _there(build: Builder, write: Write, to: Right) -> Sequence[ColumnElement[bool]]:
    """A record that may be written so: to bring one back or to destroy it, it may be deleted."""
    if write.does in ("update", "delete"):
        return (build.visible(write.object, write.object.table, to),)
    return build.allowed(write.object, write.object.table, to)


WRITES: Mapping[str, tuple[Right, ...]] = {"create": ("CREATE",), "update": ("UPDATE",), "update_many": ("UPDATE",)}
"""What a record must be let in for when it is written, too. What is deleted does not change otherwise."""

RIGHT_TO: Mapping[str, Right] = {
    "update": "UPDATE",
    "update_many": "UPDATE",
    "delete": "DELETE",
    "delete_many": "DELETE",
    "restore": "DELETE",
    "restore_many": "DELETE",
    "destroy": "DESTROY",
    "destroy_many": "DESTROY",
}


def _links_statement(write: Write) -> Statement | None:
    """A column for each relation to be connected: whether its record is there."""
    links = [each for each in write.sets if isinstance(each, SetLink)]
    if not links:
        return None
    build = Builder()
    columns = []
    for at, link in enumerate(links):
        to = build.alias(link.to)
        found: Select[Any] = (
            select(literal_column("1"))
            .select_from(to)
            .where(build.visible(link.to, to), build.condition(link.condition, to))
        )
        columns.append(found.exists().label(f"f{at}"))
    return build.statement(select(*columns))


def _by_ids(build: Builder, rows: Rows) -> Select[Any]:
    """The records with the ids written, in the order of their ids as given, in sight or not."""
    ids = (
        func.unnest(build.bound(IDS, ARRAY(Uuid()))).table_valued("id", with_ordinality="n", name="w").render_derived()
    )
    table = build.alias(rows.object)
    return (
        select(*build.outputs(rows.outputs, table))
        .select_from(ids.join(table, table.c.id == ids.c.id))
        .where(*build.allowed(rows.object, table))
        .order_by(ids.c.n)
    )


def show_statement(rows: Rows) -> Statement:
    build = Builder()
    return build.statement(build.as_json(_by_ids(build, rows), rows))


def _find_ids(write: Write) -> Statement:
    build = Builder()
    table = write.object.table
    found = select(table.c.id).where(build.condition(write.condition, table))
    return build.statement(found.where(*build.allowed(write.object, table, "DESTROY")).with_for_update())


def _destroy_ids(of: ObjectView) -> Statement:
    build = Builder()
    destroyed = delete(of.table).where(of.table.c.id == any_(build.bound(IDS, ARRAY(Uuid()))))
    return build.statement(select(evented(build, destroyed, "DESTROYED").c.id))
