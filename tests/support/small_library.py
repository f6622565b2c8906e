"""A model with every kind of relation, and a few records known by heart.

Writers have at most one passport, mentors and pupils among themselves, friends, and books that they wrote together.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from armature.metadata.changes import Change, CreateField, CreateObject, NewField, NewRelation
from armature.metadata.model import Snapshot
from armature.metadata.names import columns
from tests.support.small_crm import CREATED, DELETED, NOBODY, UPDATED, record_id
from tests.support.worlds.data import State

MARY, PERCY, BYRON, GONE_WRITER = (record_id(1, each) for each in (1, 2, 3, 9))
FRANKENSTEIN, ODE, LOST_BOOK, GONE_BOOK = (record_id(3, each) for each in (1, 2, 3, 9))
RED, BLUE, OLD, GONE_PASSPORT = (record_id(2, each) for each in (1, 2, 3, 9))


def _text(name: str) -> NewField:
    return NewField(name=name, type="TEXT")


def _rollup(name: str, **settings: Any) -> NewField:
    return NewField(name=name, type="ROLLUP", settings=settings)


def _relation(name: str, type: Any, target: str, inverse: str, **more: Any) -> NewField:
    relation = NewRelation(type=type, target=target, inverse_name=inverse, **more)
    return NewField(name=name, type="RELATION", relation=relation)


LIBRARY: Sequence[Change] = (
    CreateObject(
        name_singular="writer", fields=(_text("name"), _relation("mentor", "MANY_TO_ONE", "writer", "pupils"))
    ),
    CreateObject(
        name_singular="passport",
        fields=(_text("number"), _relation("holder", "ONE_TO_ONE", "writer", "passport", on_delete="CASCADE")),
    ),
    CreateObject(
        name_singular="book", fields=(_text("title"), _relation("writers", "MANY_TO_MANY", "writer", "books"))
    ),
    CreateField(object="bookWriter", field=_text("share")),
    CreateField(object="writer", field=_relation("friends", "MANY_TO_MANY", "writer", "friendOf")),
    CreateObject(
        name_singular="review",
        fields=(
            _text("text"),
            NewField(name="subject", type="MORPH_RELATION"),
            _relation("book", "MANY_TO_ONE", "book", "reviews", morph="subject"),
            _relation("writer", "MANY_TO_ONE", "writer", "reviews", morph="subject"),
        ),
    ),
    CreateField(object="writer", field=_rollup("bookCount", relation="books", aggregate="COUNT")),
    CreateField(
        object="writer",
        field=_rollup(
            "lastPupil",
            relation="pupils",
            aggregate="MAX",
            field="name",
            filter={"or": [{"bookCount": {"gt": 0}}, {"passport": {"number": {"startsWith": "R"}}}]},
        ),
    ),
)

RECORDS: Mapping[str, Sequence[dict[str, Any]]] = {
    "writer": (
        {"id": MARY, "name": "Mary"},
        {"id": PERCY, "name": "Percy", "mentor_id": MARY},
        {"id": BYRON, "name": "Byron", "mentor_id": PERCY},
        {"id": GONE_WRITER, "name": "Gone", "mentor_id": MARY, "deleted_at": DELETED},
    ),
    "passport": (
        {"id": RED, "number": "R1", "holder_id": MARY},
        {"id": BLUE, "number": "B2", "holder_id": GONE_WRITER},
        {"id": OLD, "number": "O3"},
        {"id": GONE_PASSPORT, "number": "G9", "holder_id": MARY, "deleted_at": DELETED},
    ),
    "book": (
        {"id": FRANKENSTEIN, "title": "Frankenstein"},
        {"id": ODE, "title": "Ode"},
        {"id": LOST_BOOK, "title": "Lost"},
        {"id": GONE_BOOK, "title": "Gone", "deleted_at": DELETED},
    ),
    "bookWriter": (
        {"id": record_id(4, 1), "book_id": FRANKENSTEIN, "writer_id": MARY, "share": "most"},
        {"id": record_id(4, 2), "book_id": FRANKENSTEIN, "writer_id": PERCY, "share": "some"},
        {"id": record_id(4, 3), "book_id": ODE, "writer_id": PERCY},
        {"id": record_id(4, 4), "book_id": ODE, "writer_id": GONE_WRITER},
        {"id": record_id(4, 5), "book_id": GONE_BOOK, "writer_id": MARY},
        {"id": record_id(4, 9), "book_id": ODE, "writer_id": MARY, "deleted_at": DELETED},
    ),
    "review": (
        {"id": record_id(6, 1), "text": "Grim", "book_id": FRANKENSTEIN},
        {"id": record_id(6, 2), "text": "Kind", "writer_id": MARY},
        {"id": record_id(6, 3), "text": "Lost", "writer_id": GONE_WRITER},
        {"id": record_id(6, 4), "text": "None"},
    ),
    "writerLink": (
        {"id": record_id(5, 1), "source_id": MARY, "target_id": PERCY},
        {"id": record_id(5, 2), "source_id": MARY, "target_id": BYRON},
        {"id": record_id(5, 3), "source_id": PERCY, "target_id": MARY},
    ),
}


def small_library(snapshot: Snapshot) -> State:
    """The rows, complete: what is not named is null."""
    found: dict[UUID, dict[UUID, dict[str, Any]]] = {}
    for name, records in RECORDS.items():
        of = snapshot.kept_objects[name]
        nothing = dict.fromkeys(columns(of))
        always = {**nothing, "created_at": CREATED, "updated_at": UPDATED, **NOBODY}
        found[of.id] = {record["id"]: {**always, **record} for record in records}
    return found
