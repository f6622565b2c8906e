"""Names: which are allowed, what the API makes of them, what columns and tables are called.

An API name is camelCase and holds no underscore, so that its snake_case is its own alone, and a column or table whose
name has a double underscore, or begins with one, is never a client's: suffixes and the engine's own tables use them.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from itertools import count

from armature.core.errors import BadUserInput, Conflict
from armature.metadata.english import name_of
from armature.metadata.kinds import KINDS, Kind
from armature.metadata.model import Field, Object

LONGEST = 63  # bytes of a PostgreSQL identifier; also of a response key, which becomes one

_NAME = re.compile(r"[a-z][a-zA-Z0-9]*\Z")
_OPTION = re.compile(r"(?!__)[_A-Za-z][_0-9A-Za-z]*\Z")
_CAPITAL = re.compile(r"[A-Z]")

RECORD_TYPES: Mapping[str, str] = {
    "record": "{}",
    "filter": "{}FilterInput",
    "list_filter": "{}ListFilterInput",
    "order": "{}OrderByInput",
    "create": "{}CreateInput",
    "update": "{}UpdateInput",
    "to_one": "{}ToOneInput",
    "to_many": "{}ToManyInput",
    "to_many_update": "{}ToManyUpdateInput",
    "connect": "{}ConnectInput",
    "where_unique": "{}WhereUniqueInput",
    "on_conflict": "{}OnConflictInput",
    "mutation_result": "{}MutationResult",
    "connection": "{}Connection",
    "edge": "{}Edge",
    "aggregate": "{}Aggregate",
    "aggregate_counts": "{}AggregateCounts",
    "aggregate_percents": "{}AggregatePercents",
    "aggregate_truths": "{}AggregateTruths",
    "aggregate_sums": "{}AggregateSums",
    "aggregate_averages": "{}AggregateAverages",
    "aggregate_extremes": "{}AggregateExtremes",
    "aggregate_order": "{}AggregateOrderByInput",
    "aggregate_values_order": "{}AggregateValuesOrderByInput",
    "aggregate_truths_order": "{}AggregateTruthsOrderByInput",
    "aggregate_numbers_order": "{}AggregateNumbersOrderByInput",
    "aggregate_extremes_order": "{}AggregateExtremesOrderByInput",
    "group": "{}Group",
    "group_key": "{}GroupKey",
    "group_by": "{}GroupByInput",
    "group_order": "{}GroupOrderByInput",
    "having": "{}HavingInput",
    "having_values": "{}HavingValuesInput",
    "having_truths": "{}HavingTruthsInput",
    "having_numbers": "{}HavingNumbersInput",
    "field_name": "{}FieldName",
    "change_event": "{}ChangeEvent",
}
"""The types of one object, made from the pascal case of its singular name."""

CHOICE_TYPES: Mapping[str, str] = {"choice": "{}{}Enum", "filter": "{}{}EnumFilterInput"}
"""The types of one field with options, made from its object's and its own name in pascal case."""

MORPH_TYPES: Mapping[str, str] = {
    "morph": "{}{}Record",
    "morph_kind": "{}{}RecordType",
    "morph_input": "{}{}RecordInput",
    "morph_filter": "{}{}RecordFilterInput",
}
"""The types of one MORPH_RELATION field, made as those of CHOICE_TYPES: first the union."""

COMPOSITE_TYPES: Mapping[str, str] = {
    "value": "{}Value",
    "input": "{}ValueInput",
    "filter": "{}ValueFilterInput",
    "order": "{}ValueOrderByInput",
}
"""The types of one composite kind, shared by all its fields."""

ROOTS: Mapping[str, str] = {
    "one": "{one}",
    "by": "{one}By",
    "list": "{many}",
    "connection": "{many}Connection",
    "aggregate": "{many}Aggregate",
    "group_by": "{many}GroupBy",
    "duplicates": "{one}Duplicates",
    "events": "{one}Events",
    "create": "create{One}",
    "create_many": "create{Many}",
    "update": "update{One}",
    "update_many": "update{Many}",
    "delete": "delete{One}",
    "delete_many": "delete{Many}",
    "restore": "restore{One}",
    "restore_many": "restore{Many}",
    "destroy": "destroy{One}",
    "destroy_many": "destroy{Many}",
    "merge": "merge{Many}",
}
"""The root fields of one object. One namespace for queries, mutations and subscriptions."""

TO_ONE_FIELDS = ("{}", "{}Id")
VECTOR_FIELDS = ("{}", "{}Distance")
TO_MANY_FIELDS = ("{}", "{}Connection", "{}Aggregate")

SCALAR_TYPES = ("String", "ID", "UUID", "Int", "Float", "Boolean", "BigInt", "Decimal", "Date", "DateTime", "JSON")


def composite_type_name(what: str, kind: str) -> str:
    """A type of COMPOSITE_TYPES: FULL_NAME gives FullNameValue."""
    return COMPOSITE_TYPES[what].format("".join(each.capitalize() for each in kind.split("_")))


RESERVED_TYPES = frozenset(
    {"Query", "Mutation", "Subscription", "Upload", "PageInfo", "NullCheck", "OrderDirection", "DateGranularity"}
    | {"VectorFilterInput", "VectorDistanceInput", "VectorNearestInput", "VectorOrderByInput", "VectorMetric"}
    | {"ChangeAction", "FieldChange", "AnyRecord", "Enum"}
    | {"SearchResult", "SearchRecord", "SearchFilterInput", "TSVectorFilterInput"}
    | {"Presence", "PresentCaller", "SaidMessage", "SpeakingCaller", "TopicInput", "TopicRecordInput", "TopicObject"}
    | set(SCALAR_TYPES)
    | {f"{each}FilterInput" for each in (*SCALAR_TYPES, "Enum", "StringList", "JSONPath")}
    | {composite_type_name(what, kind.name) for what in COMPOSITE_TYPES for kind in KINDS.values() if kind.parts}
)
SEARCH = "search"
"""The root field that searches all objects."""

MEMBER = "workspaceMember"
"""The object whose records are a workspace's users."""

PRESENCE, SAID, SAY = "presence", "said", "say"
"""The root fields of topics: who is there, what is said there, and the mutation that says it."""

RESERVED_ROOTS = frozenset({SEARCH, PRESENCE, SAID, SAY})
RESERVED_FIELDS = frozenset(
    {"and", "or", "not"}  # of filters
    | {"id", "createdAt", "updatedAt", "deletedAt", "createdBy", "updatedBy", "position"}  # every object has them
    | {"searchVector"}
)

# PostgreSQL has these columns in every table.
_HIDDEN_COLUMNS = frozenset({"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"})


class NameMalformed(BadUserInput):
    def __init__(self, name: str, place: str) -> None:
        example = name_of(name)[:LONGEST]
        super().__init__(
            f'"{_printable(name)}" can\'t be a name: names are camelCase, begin with a small letter and hold only '
            "A-Z, a-z and 0-9.",
            hint=f'Try "{example}".' if example else "Give a name written in English letters.",
            field=name,
            path=(place,),
        )


class NameTooLong(BadUserInput):
    """`because` is what is made of the name and gets too long."""

    def __init__(self, name: str, because: str, place: str) -> None:
        over = len(because) - LONGEST
        made = "" if because == name else f', for it gives "{_printable(because)}"'
        super().__init__(
            f'The name "{_printable(name)}" is {over} character{"" if over == 1 else "s"} too long{made}: '
            f"at most {LONGEST} can be used.",
            hint=f'Try "{name[: max(1, len(name) - over)]}".',
            field=name,
            path=(place,),
        )


class NameReserved(BadUserInput):
    def __init__(self, name: str, suggestion: str, place: str) -> None:
        super().__init__(
            f'"{name}" is reserved: the API uses this name itself.',
            hint=f'Try "{suggestion}".',
            field=name,
            path=(place,),
        )


class NameTaken(Conflict):
    """`clash` is the generated name two things claim, `holder` says who has it already."""

    def __init__(self, name: str, clash: str, holder: str, suggestion: str, place: str) -> None:
        both = "" if clash == name else f' (both would give "{clash}")'
        super().__init__(
            f'The name "{name}" is taken by {holder}{both}.', hint=f'Try "{suggestion}".', field=name, path=(place,)
        )


class SameName(BadUserInput):
    def __init__(self, name: str, suggestion: str) -> None:
        super().__init__(
            f'An object needs two names, but "{name}" is given as singular and as plural.',
            hint=f'Try "{suggestion}" for the plural.',
            field=name,
            path=("namePlural",),
        )


class OptionMalformed(BadUserInput):
    def __init__(self, value: str) -> None:
        super().__init__(
            f'"{_printable(value)}" can\'t be the value of an option: it becomes a GraphQL enum value of at most '
            f"{LONGEST} letters, digits and underscores, without a leading digit or double underscore.",
            hint=f'Try "{option_value_of(value)}".',
            path=("value",),
        )


def check_name(name: str, place: str) -> None:
    """Raises NameMalformed or NameTooLong; `place` is the key of the step that holds the name."""
    if not _NAME.match(name):
        raise NameMalformed(name, place)
    if len(name) > LONGEST:
        raise NameTooLong(name, name, place)


def check_option_value(value: str) -> None:
    """An option's value is a GraphQL enum value (GraphQL spec, section "Enum Value")."""
    if not _OPTION.match(value) or value in {"true", "false", "null"} or len(value) > LONGEST:
        raise OptionMalformed(value)


def option_value_of(label: str) -> str:
    """ "Won & paid" becomes "WON_AND_PAID"-like: WON_PAID; never empty."""
    return snake_case(name_of(label)).upper()[:LONGEST].rstrip("_") or "OPTION"


def snake_case(name: str) -> str:
    """Injective for API names: each capital becomes an underscore and its small letter."""
    return _CAPITAL.sub(lambda found: f"_{found.group().lower()}", name)


def pascal(name: str) -> str:
    return name[:1].upper() + name[1:]


def camel(name: str) -> str:
    """What `pascal` was made from."""
    return name[:1].lower() + name[1:]


def type_name(what: str, object_name: str) -> str:
    """A type of RECORD_TYPES for the object of this singular name."""
    return RECORD_TYPES[what].format(pascal(object_name))


def choice_type_name(what: str, object_name: str, field_name: str) -> str:
    """A type of CHOICE_TYPES for one field with options."""
    return CHOICE_TYPES[what].format(pascal(object_name), pascal(field_name))


def morph_type_name(what: str, object_name: str, field_name: str) -> str:
    """A type of MORPH_TYPES for one MORPH_RELATION field."""
    return MORPH_TYPES[what].format(pascal(object_name), pascal(field_name))


def field_type_names(object_name: str, field: Field) -> Iterator[str]:
    """The types that the API has because of one field."""
    if KINDS[field.kind].has_options:
        yield from (choice_type_name(each, object_name, field.name) for each in CHOICE_TYPES)
    if field.kind == "MORPH_RELATION":
        yield from (morph_type_name(each, object_name, field.name) for each in MORPH_TYPES)


def root_name(what: str, of: Object) -> str:
    """A root field of ROOTS for one object."""
    return _root(ROOTS[what], of.name_singular, of.name_plural)


def type_names(of: Object) -> Iterator[str]:
    """All types the API has, or will have, because of this object and its fields; deleted fields claim nothing."""
    yield from (type_name(each, of.name_singular) for each in RECORD_TYPES)
    for field in of.fields.values():
        if field.deleted_at is None:
            yield from field_type_names(of.name_singular, field)


def root_names(of: Object) -> Iterator[str]:
    """All root fields the API has, or will have, because of this object."""
    return (_root(each, of.name_singular, of.name_plural) for each in ROOTS.values())


def field_names(field: Field) -> Iterator[str]:
    """What a field claims among the fields of its object's types."""
    if field.kind == "VECTOR":
        return (each.format(field.name) for each in VECTOR_FIELDS)
    if field.relation_id is None:
        return iter((field.name,))
    return (each.format(field.name) for each in (TO_ONE_FIELDS if field.column else TO_MANY_FIELDS))


def table_at_birth(name_plural: str, taken: Collection[str]) -> str:
    """A table name nothing else has; set-aside tables keep theirs, so a second `deals` becomes `deals__2`."""
    return _free_identifier(snake_case(name_plural), taken)


def column_at_birth(name: str, kind: Kind, taken: Collection[str]) -> str:
    """As `table_at_birth`, for the column of a field; a relation's holds the id of another record.

    For a composite, what the names of its columns begin with.
    """
    base = f"{snake_case(name)}_id" if kind.name == "RELATION" else snake_case(name)
    return _free_identifier(base, taken, [part_column("", each) for each in kind.parts])


def part_column(column: str, part: str) -> str:
    """The column of a composite's part."""
    return f"{column}_{snake_case(part)}"


def columns_of(field: Field) -> Iterator[str]:
    """The columns that hold a field."""
    if field.column is not None:
        parts = KINDS[field.kind].parts
        yield from (part_column(field.column, each) for each in parts) if parts else (field.column,)


def columns(of: Object) -> set[str]:
    """All columns of an object's table, set-aside ones included."""
    return {column for each in of.fields.values() for column in columns_of(each)}


def taken_columns(of: Object) -> set[str]:
    """As `columns`, and what the columns of composites begin with."""
    return columns(of) | {each.column for each in of.fields.values() if each.column is not None}


def next_name(name: str, is_free: Callable[[str], bool]) -> str:
    """A name like this one that is free: `budget2`, `budget3`, …"""
    numbered = (f"{name[: LONGEST - 5]}{number}" for number in range(2, 1_000))
    return next((each for each in numbered if is_free(each)), f"{name[: LONGEST - 5]}1000")


def custom_name(name: str, is_free: Callable[[str], bool]) -> str:
    """A free name in place of a reserved one: `customPosition`."""
    found = f"custom{pascal(name)}"[:LONGEST]
    return found if is_free(found) else next_name(found, is_free)


def _free_identifier(base: str, taken: Collection[str], endings: Collection[str] = ()) -> str:
    """Free by itself, and with each of the endings."""

    def is_free(name: str) -> bool:
        wanted = (name, *(f"{name}{ending}" for ending in endings))
        return name not in _HIDDEN_COLUMNS and all(each not in taken for each in wanted)

    if is_free(base):
        return base
    suffixes = (f"__{number}" for number in count(2))
    return next(each for suffix in suffixes if is_free(each := base[: LONGEST - len(suffix)] + suffix))


def _root(template: str, one: str, many: str) -> str:
    return template.format(one=one, many=many, One=pascal(one), Many=pascal(many))


def _printable(name: str) -> str:
    """A name from outside inside a sentence: short, and without what no terminal or JSON can hold."""
    text = name.encode(errors="backslashreplace").decode()
    return text if len(text) <= 2 * LONGEST else f"{text[: 2 * LONGEST]}…"
