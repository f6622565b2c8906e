"""Groups as SQL: one pass over the records for keys, aggregates and the ids of the records that are shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    Date,
    DateTime,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    cast,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.elements import Grouping
from sqlalchemy.sql.selectable import NamedFromClause

from armature.schema_builder.compile.aggregate import aggregate_column, aggregates_of, summary_columns
from armature.schema_builder.compile.binds import Constant
from armature.schema_builder.compile.comparisons import compared
from armature.schema_builder.compile.plan.conditions import EVERY_RECORD
from armature.schema_builder.compile.plan.group_keys import Combined, GroupKey, GroupOrder, Having, KeyField, KeyFields
from armature.schema_builder.compile.plan.levels import GroupRecords, Groups, Rows
from armature.schema_builder.compile.plan.orders import Aggregate
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.plan.summaries import SummaryField
from armature.schema_builder.compile.statement import Key, Parts, Sql, Ways, keyed
from armature.schema_builder.types.scalars import is_shown_as_text
from armature.schema_builder.view import Rolled

UTC = Constant("UTC")
ONE: Sql = literal_column("1")

PARTS: Mapping[str, str] = {"DAY_OF_WEEK": "isodow", "MONTH_OF_YEAR": "month", "QUARTER_OF_YEAR": "quarter"}
"""What PostgreSQL calls a part of the calendar. Other granularities are periods, and called the same there."""


def groups_json(build: Parts, groups: Groups) -> Select[Any]:
    grouped = _grouped(build, groups).subquery(f"g{build.level()}")
    aggregates = iter([each for each in grouped.c if each.name.startswith("a")])
    columns: list[Sql] = []
    for at, field in enumerate(groups.fields):
        match field:
            case KeyFields():
                columns.append(_key(build, groups, field, grouped))
            case GroupRecords():
                columns.append(keyed(field.key, _records(build, field.rows, grouped, grouped.c[f"r{at}"])))
            case _:
                columns += summary_columns(build, [field], aggregates, grouped)
    return build.as_list(select(*columns).select_from(grouped))


def _grouped(build: Parts, groups: Groups) -> Select[Any]:
    """A row for each group: its keys, its aggregates, for each list of records their ids."""
    table = build.alias(groups.object)
    ways = Ways(build, table)
    keys = [_key_sql(build, each, ways) for each in groups.keys]
    summary: list[SummaryField] = [each for each in groups.fields if not isinstance(each, KeyFields | GroupRecords)]
    ids = [
        _ids(build, each.rows, ways).label(f"r{at}")
        for at, each in enumerate(groups.fields)
        if isinstance(each, GroupRecords)
    ]
    inner: Select[Any] = select(
        *(each.label(f"k{at}") for at, each in enumerate(keys)),
        *(aggregate_column(build, each, table).label(f"a{at}") for at, each in enumerate(aggregates_of(summary))),
        *ids,
    ).select_from(ways.joined)
    inner = build.narrowed(inner, groups, table, None, None).group_by(*keys)
    for each in groups.keys:
        if each.time_zone is not None:  # a wrong one is refused even where there are no records
            zone = build.bound(each.time_zone, Text())
            inner = inner.where(func.timezone(zone, func.now()).is_not(None))
    if groups.having is not None:
        inner = inner.having(_having(build, groups.having, table))
    order = [_sorted(build, groups, each, keys, table) for each in groups.group_orders]
    inner = inner.order_by(*order).limit(build.count(groups.limit))
    return inner if groups.offset is None else inner.offset(build.count(groups.offset))


def _having(build: Parts, having: Having | Combined, table: NamedFromClause) -> Sql:
    match having:
        case Having(aggregate=aggregate):
            value, _ = build.aggregate(aggregate, table)
            return compared("Decimal", having.operator, value, having.value, build.bound)
        case Combined(how="all", of=parts):
            return and_(true(), *(_having(build, each, table) for each in parts))
        case Combined(how="some", of=parts):
            return or_(false(), *(_having(build, each, table) for each in parts))
        case Combined(of=parts):
            return and_(*(_having(build, each, table).is_not(true()) for each in parts))


def _key_sql(build: Parts, key: GroupKey, ways: Ways) -> Sql:
    column = _reached(build, key, ways.to(key.through))
    if key.granularity is None:
        return column
    zone = build.bound(key.time_zone or UTC, Text())
    is_date = key.entry.scalar == "Date"
    if key.granularity in PARTS:
        local = column if is_date else func.timezone(zone, column)
        return cast(func.date_part(literal_column(f"'{PARTS[key.granularity]}'"), local), Integer)
    unit: Sql = literal_column(f"'{key.granularity.lower()}'")
    if is_date:
        return cast(func.date_trunc(unit, cast(column, DateTime())), Date())
    return func.date_trunc(unit, column, zone)


def _reached(build: Parts, key: GroupKey, table: NamedFromClause) -> Sql:
    """A record that leads to none has nothing there, not a count of 0."""
    value = build.value(key.entry, table)
    return case((table.c.id.is_not(None), value)) if key.through and isinstance(key.entry, Rolled) else value


def _ids(build: Parts, rows: Rows, ways: Ways) -> Sql:
    """The ids of a group's records that are shown, in their order."""
    keys = build.keys_by(rows.orders, rows.object, ways)
    table = ways.table
    found: Any = func.array_agg(aggregate_order_by(table.c.id, *(each.sorted for each in keys)))
    shown = [] if rows.condition == EVERY_RECORD else [build.condition(rows.condition, table)]
    if rows.object.rule("READ") != rows.object.rule("AGGREGATE"):
        shown += build.allowed(rows.object, table)
    if shown:
        found = found.filter(and_(*shown))
    assert rows.limit is not None  # noqa: S101  it is a list
    limit = build.count(rows.limit)
    if rows.offset is None:
        return Grouping(found)[ONE:limit]
    start = build.count(rows.offset)
    return Grouping(found)[start + ONE : start + limit]


def _records(build: Parts, rows: Rows, grouped: Subquery, ids: Sql) -> Sql:
    wanted = func.unnest(ids).table_valued("id", with_ordinality="n").render_derived(name=f"w{build.level()}")
    table = build.alias(rows.object)
    source, columns = build.shown(rows.outputs, table, wanted.join(table, table.c.id == wanted.c.id), joins=True)
    named = [keyed(output.key, column) for output, column in zip(rows.outputs, columns, strict=True)]
    inner = select(*named).select_from(source).order_by(wanted.c.n).correlate(grouped)
    return build.as_list(inner).scalar_subquery()


def _key(build: Parts, groups: Groups, fields: KeyFields, grouped: Subquery) -> Sql:
    def column(field: KeyField | KeyFields | TypeName) -> Sql:
        match field:
            case KeyFields():
                return _key(build, groups, field, grouped)
            case TypeName():
                return keyed(field.key, build.type_name(field))
            case KeyField():
                key, value = groups.keys[field.at], grouped.c[f"k{field.at}"]
                shown = cast(value, Text) if key.granularity is None and is_shown_as_text(key.entry.scalar) else value
                return keyed(field.key, shown)

    shown = select(*map(column, fields.fields)).correlate(grouped)
    return keyed(fields.key, build.as_record(shown).scalar_subquery())


def _sorted(build: Parts, groups: Groups, order: GroupOrder, keys: Sequence[Sql], table: NamedFromClause) -> Sql:
    of: Any
    if isinstance(order.by, Aggregate):
        of, (value, held) = order.by, build.aggregate(order.by, table)
    else:
        of, held = groups.keys[order.by].entry, keys[order.by]
        value = build.place(of.options, held) if of.options else held
    return Key(of, order.direction, value, held, can_be_null=True).sorted
