"""The root field `search` becomes a plan."""

from collections.abc import Iterator, Sequence

from graphql import FieldNode

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata.resolve import did_you_mean
from armature.schema_builder.compile.conditions import condition_of, whole_record
from armature.schema_builder.compile.plan.conditions import All, Terms
from armature.schema_builder.compile.plan.levels import Among, Cursor, Finds, FoundField, Link, OneOf, Rows, Score
from armature.schema_builder.compile.plan.outputs import TypeName
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.compile.sought import terms_of
from armature.schema_builder.types.search import OBJECTS, RECORD, RESULT
from armature.schema_builder.view import ObjectView

MAX_OBJECTS = 50


class NotSearchable(BadUserInput):
    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(
            f'There is no object "{name[:100]}" to search.',
            hint=did_you_mean(name, known) or "Objects are named as in company.",
            field=OBJECTS,
        )


class NothingToSearch(BadUserInput):
    def __init__(self) -> None:
        super().__init__("objects names none.", hint="Leave it out to search all of them.", field=OBJECTS)


class TooManyObjects(ArmatureError):
    """Each is a part of the statement; no setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, actual: int) -> None:
        super().__init__(
            f"A search looks through {actual:,} objects; at most {MAX_OBJECTS} fit.",
            hint="Name those that are meant in objects.",
            field=OBJECTS,
        )


def finds(reading: Reading, nodes: Sequence[FieldNode], given: Given) -> Finds:
    terms = terms_of(given["text"])
    objects = tuple(_objects(reading, given))
    if not objects:
        raise NothingToSearch
    if len(objects) > MAX_OBJECTS:
        raise TooManyObjects(len(objects))
    shown = reading.collected(nodes, RESULT)
    fields = tuple(_field(reading, objects, key, each, given) for key, each in shown.items())
    among = tuple(_among(reading, of, terms, given) for of in objects)
    return Finds(among, fields, reading.limit(given), given.get("after"))


def _objects(reading: Reading, given: Given) -> Iterator[ObjectView]:
    """Part of the statement's text: operation.py makes a plan for each value of its variables."""
    searchable = reading.schema.view.searchable
    asked = given.get(OBJECTS)
    if asked is None:
        yield from searchable.values()
        return
    for name in dict.fromkeys(asked.read(reading.variables)):
        if name not in searchable:
            raise NotSearchable(name, list(searchable))
        yield searchable[name]


def _among(reading: Reading, of: ObjectView, terms: Terms, given: Given) -> Among:
    sought = whole_record(of, terms)
    narrowing = (given.get("filter") or {}).get(of.name)
    condition = sought if narrowing is None else All((sought, condition_of(reading.schema.view, of, narrowing)))
    return Among(of, sought, condition, reading.with_deleted(given))


def _field(
    reading: Reading, objects: Sequence[ObjectView], key: str, nodes: Sequence[FieldNode], given: Given
) -> FoundField:
    match nodes[0].name.value:
        case "score":
            return Score(key)
        case "cursor":
            return Cursor(key)
        case "record":
            deleted = reading.with_deleted(given)
            shown = (Rows(of, reading.outputs(of, nodes, RECORD), with_deleted=deleted) for of in objects)
            return OneOf(key, tuple(Link(key, "id", "id", each) for each in shown))
        case _:
            return TypeName(key, RESULT)
