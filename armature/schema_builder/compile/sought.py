"""A search as SQL: which records it finds, and how well each fits.

What is sought comes in a few arrays, so that a statement's text is the same whatever that is.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    any_,
    case,
    cast,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.sql.selectable import LateralFromClause, TableValuedAlias
from sqlalchemy.types import TypeEngine

from armature.schema_builder.compile.binds import Bind, Changed
from armature.schema_builder.compile.plan.conditions import Terms
from armature.schema_builder.compile.websearch import PATTERNS, read_search
from armature.schema_builder.search import BLANK, plain

Sql = ColumnElement[Any]
Once = Callable[[Bind, TypeEngine[Any]], Sql]

TEXTS = ARRAY(Text())
BEST = 1_000
"""The score of a record that is called just what is sought."""

NAME = {"is it": 100, "begins": 80, "within": 50}
REST = {"is it": 40, "begins": 30, "within": 10}
"""What a word counts, of a hundred, by where it is found."""


def terms_of(text: Bind) -> Terms:
    """To be shared by all conditions of a statement that seek the same."""
    return Terms(
        Changed(text, lambda sought: read_search(sought).terms),
        Changed(text, lambda sought: read_search(sought).groups),
        Changed(text, lambda sought: read_search(sought).are_wanted),
        tuple(_patterns(text, at) for at in range(PATTERNS)),
    )


def _patterns(text: Bind, at: int) -> Bind:
    return Changed(text, lambda sought: read_search(sought).patterns[at])


@dataclass(frozen=True, slots=True)
class Searched:
    """What of the records of a table is searched, and for what; `name` is what of it a record is called.

    `indexed` is what an index is made of, and has in it what `whole` has. `once` makes the parameter for a bind.
    """

    whole: Sql
    name: Sql
    indexed: Sql
    table: FromClause
    terms: Terms
    once: Once


def found_sql(searched: Searched) -> Sql:
    """Whether a record is found. The first conditions are what an index serves; each group of terms implies them."""
    table = searched.table
    text = _texts(searched, whole=searched.whole)
    term = _terms(searched)
    is_met = func.bool_and((func.strpos(text.c.whole, term.c.term) > _number(0)) == term.c.is_wanted)
    groups = select(term.c.at).select_from(text, term).group_by(term.c.at).having(is_met)
    patterns = (cast(_plain_each(searched.once(each, TEXTS)), TEXTS) for each in searched.terms.patterns)
    return and_(*(searched.indexed.like(any_(each)) for each in patterns), exists(groups.correlate(table)))


def score_sql(searched: Searched) -> Sql:
    """From 0 to BEST: by where each word is found, and by how much of what the record is called it makes up."""
    text = _texts(searched, whole=searched.whole, name=searched.name)
    term = _terms(searched)
    word: Sql = func.btrim(term.c.term)
    worth = case(*_worth(text.c.name, word, NAME), *_worth(text.c.whole, word, REST), else_=_number(0))
    in_name = case((func.strpos(text.c.name, word) > _number(0), func.length(word) + _number(1)), else_=_number(0))
    called = func.greatest(func.length(text.c.name) - _number(1), _number(1))
    share = func.least((_number(100) * func.sum(in_name)).op("/")(func.min(called)), _number(100))
    score = _number(8) * func.sum(worth).op("/")(func.count()) + _number(2) * share
    return (
        select(func.coalesce(cast(score, Integer()), _number(0)))
        .select_from(text, term)
        .where(term.c.is_wanted)
        .correlate(searched.table)
        .scalar_subquery()
    )


def _worth(text: Sql, word: Sql, worth: dict[str, int]) -> Sequence[tuple[Any, Sql]]:
    there = {"is it": BLANK + word + BLANK, "begins": BLANK + word, "within": word}
    return [(func.strpos(text, there[where]) > _number(0), _number(count)) for where, count in worth.items()]


def _texts(searched: Searched, **texts: Sql) -> LateralFromClause:
    """A row with these; its OFFSET keeps PostgreSQL from making each text as often as it is looked at."""
    columns = [each.label(name) for name, each in texts.items()]
    return select(*columns).correlate(searched.table).offset(_number(0)).lateral("d")


def _terms(searched: Searched) -> TableValuedAlias:
    """A row a term."""
    terms, once = searched.terms, searched.once
    arrays = (
        _plain_each(once(terms.terms, TEXTS)),
        once(terms.groups, ARRAY(Integer())),
        once(terms.are_wanted, ARRAY(Boolean())),
    )
    return func.unnest(*arrays).table_valued("term", "at", "is_wanted").render_derived(name="q")


def _plain_each(texts: Sql) -> Sql:
    """Asked of PostgreSQL once a statement."""
    each = func.unnest(texts).table_valued("text", with_ordinality="n").render_derived(name="w")
    made = func.array_agg(aggregate_order_by(plain(each.c.text), each.c.n), type_=TEXTS)
    return select(made).select_from(each).scalar_subquery()


def _number(value: int) -> Sql:
    return literal_column(str(value))
