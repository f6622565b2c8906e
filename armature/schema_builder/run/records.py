"""The records that a mutation's data is about: new ones, and ones that are there."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asyncpg.pgproto import pgproto
from uuid_utils import uuid7

from armature.schema_builder.compile.references import Path
from armature.schema_builder.view import ObjectView

Row = Mapping[str, Any]


@dataclass(slots=True)
class NewRecord:
    """What the client gave for a record, and where; `keys` are its relations to other records of the mutation.

    Not frozen: of ten thousand, that would take longer to make than all they hold.
    """

    id: UUID
    row: Row
    path: Path
    keys: Mapping[str, "Record"]


@dataclass(slots=True)
class Existing:
    """One that the client names by a unique field. Its id is known once it has been looked for."""

    of: ObjectView
    by: str
    value: Any
    path: Path
    found: UUID | None = None

    @property
    def id(self) -> UUID:
        assert self.found is not None  # noqa: S101  looked for before
        return self.found


Record = NewRecord | Existing

NO_KEYS: Mapping[str, Record] = {}


def new_record(row: Row, path: Path, keys: Mapping[str, Record] = NO_KEYS) -> NewRecord:
    return NewRecord(row.get("id") or pgproto.UUID(uuid7().bytes), row, path, keys)
