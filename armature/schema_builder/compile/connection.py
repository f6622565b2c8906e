"""A connection as SQL: one page of records between two cursors, and what lies beyond it.

From the inside out: the page's rows in the order they are looked for, one more than asked for where it matters what
comes after them; their numbers; all of them at once, as lists in the order they are shown.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import (
    FromClause,
    Select,
    Subquery,
    Text,
    and_,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause, NamedFromClause

from armature.schema_builder.compile.binds import Bind, Changed, Constant
from armature.schema_builder.compile.cursors import FLIPPED, bound_as, cursor_sql, fingerprint, values_read
from armature.schema_builder.compile.plan.levels import (
    Cursor,
    Edges,
    Link,
    Node,
    Nodes,
    Output,
    Page,
    PageFact,
    PageField,
    PageInfo,
    TotalCount,
)
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.statement import NO_ROWS, Key, Parts, Sql, keyed

Values = Sequence[tuple[Key, Sql]]
"""The keys of an order with a cursor's values."""


@dataclass(frozen=True, slots=True)
class Paged:
    """A page of the records that `link` leads to from a row `above`, or of all there are."""

    build: Parts
    page: Page
    link: Link | None
    above: FromClause | None

    def narrowed(self, inner: Select[Any], table: NamedFromClause) -> Select[Any]:
        return self.build.narrowed(inner, self.page, table, self.link, self.above)


@dataclass(frozen=True, slots=True)
class Numbered:
    """The page's rows, numbered as they were found: what is shown of each, and its cursor."""

    rows: Subquery
    columns: Sequence[Sql]
    cursor: Sql


def page_json(build: Parts, page: Page, link: Link | None, above: FromClause | None) -> Select[Any]:
    paged = Paged(build, page, link, above)
    whole = _gathered(paged).subquery(f"p{build.level()}")
    shown = select(*(keyed(each.key, _field(paged, whole, at)) for at, each in enumerate(page.fields)))
    return build.as_record(shown.select_from(whole) if len(whole.c) else shown)


def _field(paged: Paged, whole: Subquery, at: int) -> Sql:
    build = paged.build
    field: PageField = paged.page.fields[at]
    match field:
        case Edges() | Nodes():
            return whole.c[f"a{at}"]
        case PageInfo():
            facts = [keyed(each.key, _fact(paged, whole, each)) for each in field.fields]
            return build.as_record(select(*facts).correlate(whole)).scalar_subquery()
        case TotalCount():
            table = build.alias(paged.page.object)
            return paged.narrowed(select(func.count()).select_from(table), table).scalar_subquery()
        case TypeName():
            return build.type_name(field)


def _fact(paged: Paged, whole: Subquery, fact: PageFact | TypeName) -> Sql:
    if isinstance(fact, TypeName):
        return paged.build.type_name(fact)
    end = ENDS.get((fact.what, paged.page.is_backward))
    found: list[Sql] = [whole.c[end]] if end else []
    match fact.what:
        case "hasNextPage":
            return or_(false(), *found, *_beyond(paged, "before", paged.page.before))
        case "hasPreviousPage":
            return or_(false(), *found, *_beyond(paged, "after", paged.page.after))
        case _:
            return found[0]


def _beyond(paged: Paged, argument: str, cursor: Bind | None) -> list[Sql]:
    """Whether there are records on the other side of a cursor."""
    if cursor is None:
        return []
    table = paged.build.alias(paged.page.object)
    joined, keys = paged.build.keys(paged.page, table, paged.link)
    others = paged.narrowed(select(literal_column("1")).select_from(joined), table)
    return [exists(others.where(_within(paged, keys, argument, cursor).is_not(true())))]


ENDS: Mapping[tuple[str, bool], str] = {
    ("hasNextPage", False): "more",
    ("startCursor", False): "first",
    ("endCursor", False): "last",
    ("hasPreviousPage", True): "more",
    ("startCursor", True): "last",
    ("endCursor", True): "first",
}
"""What a fact of a page is called where its rows are gathered, in the order they were found."""


def _ends_wanted(page: Page) -> set[str]:
    return {ENDS[fact, page.is_backward] for fact in page.facts if (fact, page.is_backward) in ENDS}


def _gathered(paged: Paged) -> Select[Any]:
    """All rows of the page at once: its lists, whether there are more, its first and last cursor."""
    page, found = paged.page, _numbered(paged)
    wanted = _ends_wanted(page)
    rows, limit = found.rows, paged.build.count(page.limit)
    source: FromClause = rows
    columns: list[Sql] = []
    for at, row in _list_rows(paged, found):
        source = source.join(row, true())
        record: Any = row.table_valued()
        listed: Any = func.json_agg(aggregate_order_by(record, rows.c.n.desc()) if page.is_backward else record)
        listed = listed.filter(rows.c.n <= limit) if wanted else listed
        columns.append(func.coalesce(listed, NO_ROWS).label(f"a{at}"))
    ends = {
        "more": func.count() > limit,
        "first": func.max(found.cursor).filter(rows.c.n == func.least(literal_column("1"), limit)),
        "last": func.max(found.cursor).filter(rows.c.n == func.least(rows.c.found, limit)),
    }
    columns += [each.label(name) for name, each in ends.items() if name in wanted]
    return select(*columns).select_from(source)


def _list_rows(paged: Paged, found: Numbered) -> Iterator[tuple[int, LateralFromClause]]:
    """What one row adds to each list of the page."""
    build, columns = paged.build, iter(found.columns)

    def record(outputs: Sequence[Output]) -> LateralFromClause:
        named = [keyed(each.key, next(columns)) for each in outputs]
        return select(*named).correlate(found.rows).lateral(build.record_name())

    for at, field in enumerate(paged.page.fields):
        if isinstance(field, Nodes):
            yield at, record(field.outputs)
        elif isinstance(field, Edges):
            yield at, _edge(build, found, field, record)


def _edge(
    build: Parts, found: Numbered, edges: Edges, record: Callable[[Sequence[Output]], LateralFromClause]
) -> LateralFromClause:
    named: list[Sql] = []
    nodes: list[LateralFromClause] = []
    for each in edges.fields:
        match each:
            case Cursor():
                named.append(keyed(each.key, found.cursor))
            case Node():
                nodes.append(record(each.outputs))
                named.append(keyed(each.key, func.row_to_json(nodes[-1].table_valued())))
            case TypeName():
                named.append(keyed(each.key, build.type_name(each)))
    return select(*named).select_from(*nodes).correlate(found.rows).lateral(build.record_name())


def _numbered(paged: Paged) -> Numbered:
    build, page = paged.build, paged.page
    table = build.alias(page.object)
    joined, keys = build.keys(page, table, paged.link)
    outputs = [each for shown in page.shown for each in shown]
    source, columns = build.shown(outputs, table, joined, joins=paged.link is not None)
    held = [each.held for each in keys]
    inner: Select[Any] = select(
        *(each.label(f"o{at}") for at, each in enumerate(columns)),
        *(each.label(f"k{at}") for at, each in enumerate(held)),
    ).select_from(source)
    inner = paged.narrowed(inner, table)
    for argument, cursor in (("after", page.after), ("before", page.before)):
        if cursor is not None:
            inner = inner.where(_within(paged, keys, argument, cursor))
    inner = inner.order_by(*(each.sorted for each in (_flipped(keys) if page.is_backward else keys)))
    limit = _one_more(page.limit) if _ends_wanted(page) else page.limit
    page_rows = inner.limit(build.count(limit)).subquery(f"p{build.level()}")
    rows = select(*page_rows.c, func.row_number().over().label("n"), func.count().over().label("found")).subquery(
        f"p{build.level()}"
    )
    mark = build.bound(Constant(fingerprint(page)), Text())
    cursor_of = cursor_sql(mark, keys, [rows.c[f"k{at}"] for at in range(len(keys))])
    return Numbered(rows, [rows.c[f"o{at}"] for at in range(len(columns))], cursor_of)


def _one_more(limit: Bind) -> Bind:
    return Constant(limit.value + 1) if isinstance(limit, Constant) else Changed(limit, lambda count: count + 1)


def _flipped(keys: Sequence[Key]) -> list[Key]:
    return [replace(each, direction=FLIPPED[each.direction]) for each in keys]


def _within(paged: Paged, keys: Sequence[Key], argument: str, cursor: Bind) -> Sql:
    """Whether a row is on the page's side of a cursor: after `after`, before `before`."""
    binds = values_read(paged.page, argument, cursor)
    values = [paged.build.bound(bind, bound_as(key)) for key, bind in zip(keys, binds, strict=True)]
    return _later(list(zip(_flipped(keys) if argument == "before" else keys, values, strict=True)))


def _later(values: Values) -> Sql:
    """Whether a row comes later in an order than these values.

    Where all keys have one direction and none can be null, it is one comparison of rows, which an index on them serves.
    Otherwise key by key; the first key by itself once more, which an index on it serves.
    """
    directions = {key.direction.partition("_")[0] for key, _ in values}
    if len(directions) == 1 and not any(key.can_be_null for key, _ in values):
        row, given = tuple_(*(key.value for key, _ in values)), tuple_(*(value for _, value in values))
        return row > given if directions == {"ASC"} else row < given
    first, value = values[0]
    ways = [and_(*(_same(*each) for each in values[:at]), _beyond_value(*values[at])) for at in range(len(values))]
    if first.can_be_null:
        return or_(*ways)
    return and_(first.value >= value if first.is_ascending else first.value <= value, or_(*ways))


def _same(key: Key, value: Sql) -> Sql:
    return key.value.is_not_distinct_from(value) if key.can_be_null else key.value == value


def _beyond_value(key: Key, value: Sql) -> Sql:
    """By this key alone."""
    beyond: Sql = key.value > value if key.is_ascending else key.value < value
    if not key.can_be_null:
        return beyond
    if key.has_nulls_first:
        return or_(beyond, and_(value.is_(None), key.value.is_not(None)))
    return or_(beyond, and_(value.is_not(None), key.value.is_(None)))
