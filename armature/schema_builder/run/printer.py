"""A process that writes one schema as text: `python -m armature.schema_builder.run.printer`.

For a large model that takes seconds and hundreds of megabytes. A thread beside the event loop would share its
interpreter and leave the memory behind. The job comes from the server by standard input; by standard output go,
for each text, its pieces, each with its length ahead, and an empty one.
"""

import gc
import pickle
import struct
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import IO, Any

import msgspec
from graphql import parse, print_schema

from armature.metadata.model import Snapshot
from armature.schema_builder.run.introspect import introspect
from armature.schema_builder.run.text import compressed
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View

LENGTHS = struct.Struct("!II")
"""Before each piece: how long it is, and how long decompressed."""

END = LENGTHS.pack(0, 0)


@dataclass(frozen=True, slots=True)
class Question:
    """A document with one operation, and the response keys whose answers are wanted, a text each."""

    document: str
    keys: tuple[str, ...]
    variables: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Job:
    """Without a question, the whole schema in the schema definition language."""

    snapshot: Snapshot
    question: Question | None


class _Pickler(pickle.Pickler):
    def reducer_override(self, of: Any) -> Any:
        return (_read_only, (dict(of),)) if isinstance(of, MappingProxyType) else NotImplemented


def _read_only(given: dict[str, Any]) -> Mapping[str, Any]:
    return MappingProxyType(given)


def write_job(job: Job, into: IO[bytes]) -> None:
    _Pickler(into, pickle.HIGHEST_PROTOCOL).dump(job)


def texts(job: Job) -> Iterator[bytes]:
    schema = WorkspaceSchema(View(job.snapshot)).graphql
    if job.question is None:
        yield print_schema(schema).encode()
        return
    asked = job.question
    found = introspect(schema, parse(asked.document), asked.variables)
    for key in asked.keys:
        yield msgspec.json.encode(found.pop(key))


def main(source: IO[bytes], into: IO[bytes]) -> None:
    """Nothing is searched for garbage: the process ends with its job."""
    gc.disable()
    job: Job = pickle.load(source)  # noqa: S301  the server's own
    for text in texts(job):
        for piece, length in compressed(text):
            into.write(LENGTHS.pack(len(piece), length) + piece)
        into.write(END)
    into.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
