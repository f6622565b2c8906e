"""What a file of a model makes of the stored documents: those that it does not name go, others come or change."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from armature.core.db import Connection
from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.model import Snapshot
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.stored import (
    Stored,
    add_document,
    change_document,
    check_document,
    check_name,
    remove_document,
)


@dataclass(frozen=True, slots=True)
class Store:
    name: str
    text: str

    def __str__(self) -> str:
        return f"Store document {self.name}"


@dataclass(frozen=True, slots=True)
class Change:
    """It keeps its id, and what names it by that finds it."""

    before: Stored
    name: str
    text: str

    def __str__(self) -> str:
        if self.name == self.before.name:
            return f"Change stored document {self.name}"
        return f"Rename stored document {self.before.name} to {self.name}"


@dataclass(frozen=True, slots=True)
class Remove:
    before: Stored

    def __str__(self) -> str:
        return f"Delete stored document {self.before.name}"


DocumentStep = Store | Change | Remove


def document_steps(stored: Sequence[Stored], wanted: Mapping[str, str] | None) -> list[DocumentStep]:
    """Of names that go and names that come with the same text, the one becomes the other. None: nothing is said."""
    return [] if wanted is None else [*_steps({each.name: each for each in stored}, wanted)]


def _steps(there: Mapping[str, Stored], wanted: Mapping[str, str]) -> Iterator[DocumentStep]:
    gone = {each.text: each for name, each in there.items() if name not in wanted}
    come = {name: text for name, text in wanted.items() if name not in there}
    renamed = {name: gone.pop(text) for name, text in come.items() if text in gone}
    yield from (Remove(each) for each in gone.values())
    yield from (Change(each, name, each.text) for name, each in renamed.items())
    yield from (Change(each, name, wanted[name]) for name, each in there.items() if _differs(each, wanted))
    yield from (Store(name, text) for name, text in come.items() if name not in renamed)


def _differs(stored: Stored, wanted: Mapping[str, str]) -> bool:
    return stored.name in wanted and wanted[stored.name] != stored.text


def concerned(steps: Sequence[DocumentStep]) -> set[str]:
    """The names of those that will not be what they were."""
    return {each.before.name for each in steps if isinstance(each, Change | Remove)}


def check_documents(steps: Sequence[DocumentStep], after: Snapshot, reader: DocumentReader) -> None:
    """Raises what is wrong with those that are new, or have another text, each with its place in the file."""
    errors: list[ArmatureError] = []
    for each in steps:
        if isinstance(each, Remove):
            continue
        try:
            check_name(each.name)
            if isinstance(each, Store) or each.text != each.before.text:
                check_document(each.text, after, reader)
        except ArmatureError as error:
            error.path = ("documents", each.name)
            errors.append(error)
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)


async def settle_documents(connection: Connection, workspace_id: UUID, steps: Sequence[DocumentStep]) -> None:
    """In the caller's transaction. Raises what `add_document` and `change_document` raise."""
    for each in steps:
        match each:
            case Remove(before):
                await remove_document(connection, workspace_id, before.id)
            case Change(before, name, text):
                await change_document(connection, workspace_id, before.id, name, text)
            case Store(name, text):
                await add_document(connection, workspace_id, name, text)
