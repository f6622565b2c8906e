"""Options from texts, from yes and no, and from each other: found by their value or their label, in any case."""

from collections.abc import Callable, Iterator, Sequence

from sqlalchemy import Integer, Text, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from armature.metadata.conversions.conversion import Given, Sql, guarded, items_of, trimmed, words
from armature.metadata.conversions.numbers import FALSE_WORDS, TRUE_WORDS
from armature.metadata.conversions.texts import label, labels, list_from_document
from armature.metadata.model import Option


def _names(options: Sequence[Option]) -> Iterator[tuple[str, str]]:
    """What an option is found by: values go before labels."""
    yield from ((each.value, each.value) for each in options)
    yield from ((each.label, each.value) for each in options)


def option_named(text: Sql, options: Sequence[Option]) -> Sql:
    """Exactly so, or else in other capitals."""
    plain, names = trimmed(text), list(_names(options))
    exact = [(plain == words(name), words(value)) for name, value in names]
    alike = [(func.lower(plain) == func.lower(words(name.strip())), words(value)) for name, value in names]
    return cast(case(*exact, *alike), Text())


def _same_option(value: Sql, given: Given) -> Sql:
    """Of a choice, which is found by its value before its label."""
    kept = {each.value for each in given.after.options}
    own = case((value.in_([words(each) for each in sorted(kept)]), value))
    return func.coalesce(own, option_named(label(value, given.before.options), given.after.options), type_=Text())


def option_from_text(given: Given) -> Sql:
    return option_named(given.text, given.after.options)


def option_from_truth(given: Given) -> Sql:
    held, options = given.held(), given.after.options
    return cast(case((held, _meaning(TRUE_WORDS, options)), (~held, _meaning(FALSE_WORDS, options))), Text())


def _meaning(known: Sequence[str], options: Sequence[Option]) -> Sql:
    found = next((value for name, value in _names(options) if name.strip().lower() in known), None)
    return literal(found, Text())


def options_from_text(given: Given) -> Sql:
    """All that are listed, or none."""
    return _each_option(items_of(given.text), lambda item: option_named(item, given.after.options))


def options_from_list(given: Given) -> Sql:
    return _each_option(given.held(), lambda item: option_named(item, given.after.options))


def options_from_document(given: Given) -> Sql:
    return _each_option(list_from_document(given), lambda item: option_named(item, given.after.options))


def options_from_options(given: Given) -> Sql:
    return _each_option(given.held(), lambda item: _same_option(item, given))


def options_from_option(given: Given) -> Sql:
    found = _same_option(given.held(), given)
    return guarded(func.array_append(_none(), found, type_=ARRAY(Text())), found.is_not(None))


def option_from_list(given: Given) -> Sql:
    return _only(given.held(), lambda item: option_named(item, given.after.options))


def option_from_options(given: Given) -> Sql:
    return _only(given.held(), lambda item: _same_option(item, given))


def _only(items: Sql, found: Callable[[Sql], Sql]) -> Sql:
    """Of a list with one item; of others there is none to prefer."""
    only = func.array_to_string(items, words(""), type_=Text())
    return guarded(found(only), func.cardinality(items) == literal(1, Integer()))


def list_from_options(given: Given) -> Sql:
    return labels(given.before)


def _none() -> Sql:
    return cast(words("{}"), ARRAY(Text()))


def _each_option(items: Sql, found: Callable[[Sql], Sql]) -> Sql:
    item = func.unnest(items).table_valued("value", with_ordinality="n", name="item").render_derived()
    each = select(found(item.c.value).label("option"), item.c.n).correlate_except(item).subquery("each")
    once = select(each.c.option, func.min(each.c.n).label("n")).group_by(each.c.option).subquery("once")
    listed = func.array_agg(aggregate_order_by(once.c.option, once.c.n), type_=ARRAY(Text()))
    is_known = func.coalesce(func.bool_and(once.c.option.is_not(None)), literal(True))
    return guarded(select(case((is_known, func.coalesce(listed, _none())))).scalar_subquery(), items.is_not(None))
