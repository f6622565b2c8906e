"""Aggregates as SQL: a level that shows what its records come to."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import FromClause, Select, Text, cast, select

from armature.schema_builder.compile.plan.levels import Link, Summary
from armature.schema_builder.compile.plan.orders import Aggregate
from armature.schema_builder.compile.plan.summaries import Aggregated, AggregatedFields, SummaryField
from armature.schema_builder.compile.statement import Parts, Sql, keyed
from armature.schema_builder.types.scalars import is_shown_as_text


def summary_json(build: Parts, summary: Summary, link: Link | None, above: FromClause | None) -> Select[Any]:
    """All aggregates in one pass, then each where it belongs."""
    table = build.alias(summary.object)
    found: list[Sql] = [
        aggregate_column(build, each, table).label(f"a{at}") for at, each in enumerate(aggregates_of(summary.fields))
    ]
    whole = build.narrowed(select(*found).select_from(table), summary, table, link, above).subquery(f"s{build.level()}")
    columns = iter([whole.c[each.name] for each in found])
    shown = select(*summary_columns(build, summary.fields, columns, whole))
    return build.as_record(shown.select_from(whole) if found else shown)


def aggregates_of(fields: Iterable[SummaryField]) -> Iterator[Aggregate]:
    """Those that are shown, in their order."""
    for each in fields:
        if isinstance(each, Aggregated):
            yield each.aggregate
        elif isinstance(each, AggregatedFields):
            yield from (field.aggregate for field in each.fields if isinstance(field, Aggregated))


def aggregate_column(build: Parts, aggregate: Aggregate, table: FromClause) -> Sql:
    """As it is shown."""
    _, value = build.aggregate(aggregate, table)
    return cast(value, Text) if is_shown_as_text(aggregate.scalar) else value


def summary_columns(
    build: Parts, fields: Iterable[SummaryField], columns: Iterator[Sql], whole: FromClause
) -> Iterator[Sql]:
    """The fields of a summary, made of the columns that hold its aggregates, in their order."""
    for each in fields:
        if isinstance(each, Aggregated):
            yield keyed(each.key, next(columns))
        elif isinstance(each, AggregatedFields):
            below = [
                keyed(field.key, next(columns) if isinstance(field, Aggregated) else build.type_name(field))
                for field in each.fields
            ]
            yield keyed(each.key, build.as_record(select(*below).correlate(whole)).scalar_subquery())
        else:
            yield keyed(each.key, build.type_name(each))
