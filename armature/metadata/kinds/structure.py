"""UUID, RAW_JSON, RELATION, MORPH_RELATION, TS_VECTOR: what a record points at, holds whole, or is sought by."""

from typing import Any
from uuid import UUID

from msgspec.json import encode
from sqlalchemy import ColumnElement, Text, Uuid, cast, func, literal
from sqlalchemy.dialects.postgresql import JSONB
from uuid_utils.compat import uuid7

from armature.metadata.kinds.kind import Kind, Special, Storage, Unfit, always
from armature.metadata.kinds.numbers import real
from armature.metadata.kinds.text import text

DEEPEST_JSON = 100
WIDEST_INTEGER = 3_000  # Python writes no integers of more than 4,300 digits


def identifier(value: Any) -> str:
    if isinstance(value, str) and len(value) == len("8d1ffe69-bb80-e877-0000-000000000000"):
        try:
            return str(UUID(value))
        except ValueError:
            pass
    raise Unfit("a UUID")


def document(value: Any, depth: int = 0) -> Any:
    """JSON that jsonb can hold, with its keys sorted so that equal documents look equal."""
    if depth > DEEPEST_JSON:
        raise Unfit(f"JSON of at most {DEEPEST_JSON} levels")
    match value:
        case None | bool():
            return value
        case int():
            if value.bit_length() > WIDEST_INTEGER:
                raise Unfit(f"JSON with integers of at most {WIDEST_INTEGER:,} bits")
            return value
        case float():
            return real(value)
        case str():
            return text(value)
        case list() | tuple():
            return [document(each, depth + 1) for each in value]
        case dict():
            return {text(key): document(value[key], depth + 1) for key in sorted(value)}
        case _:
            raise Unfit("JSON")


_UUID = Storage("UUID", Uuid(), identifier, UUID)


def document_sql(value: Any) -> ColumnElement[Any]:
    return cast(literal(encode(value).decode(), Text()), JSONB())


_JSON = Storage("JSON", JSONB(), document, sql=document_sql)
_RELATION = Storage(None, Uuid(), identifier, UUID)  # the foreign key at the many side

UUID_KIND = Kind(
    name="UUID",
    storage=always(_UUID),
    specials={"uuid": Special(lambda: func.uuidv7(type_=Uuid()), uuid7, is_anew=True)},
    can_be_unique=True,
)
RAW_JSON = Kind(name="RAW_JSON", storage=always(_JSON))
RELATION = Kind(name="RELATION", storage=always(_RELATION), can_be_unique=True, can_have_default=False)
# It unites to-one relations and holds nothing itself.
MORPH_RELATION = Kind(name="MORPH_RELATION", storage=always(_RELATION), can_have_default=False, has_column=False)
# The text of a record's searchable fields: asked for by filters, and neither held nor shown.
TS_VECTOR = Kind(
    name="TS_VECTOR", storage=always(Storage(None, Text(), text)), can_have_default=False, has_column=False
)


KINDS = (UUID_KIND, RAW_JSON, RELATION, MORPH_RELATION, TS_VECTOR)
