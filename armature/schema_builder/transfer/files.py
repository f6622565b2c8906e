"""CSV (RFC 4180, or with another separator) and NDJSON, read line by line: never more than one record in memory."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

import msgspec

from armature.core.errors import BadUserInput
from armature.schema_builder.transfer.refusals import Refusals

LONGEST_CELL = 16 * 2**20
SEPARATORS = ",;\t|"
MOST_KEYS = 2_000

Record = tuple[int, Sequence[Any]]
"""The line it begins on, and a cell for each header; see values.Cell."""


class FileUnreadable(BadUserInput):
    def __init__(self, reason: str, line: int | None = None) -> None:
        super().__init__(f"The file can't be read{'' if line is None else f' from line {line} on'}: {reason}.")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to import, with its headers; `records` tells lines that are none to the refusals."""

    headers: Sequence[str]
    is_text: bool
    records: Callable[[Refusals], Iterable[Record]]


Progress = Callable[[int], None]
"""Told how many bytes were read since it was told last."""


def csv_source(path: Path, progress: Progress) -> Source:
    with _text(path) as file, _reading():
        separator = _separator(file.readline())
        file.seek(0)
        headers = [each.strip() for each in next(_csv(file, separator), [])]
    if not any(headers):
        raise FileUnreadable("its first line should name the columns")
    if twice := {each for each in headers if headers.count(each) > 1}:
        raise FileUnreadable(f'its first line names "{min(twice)[:100]}" twice')
    return Source(headers, True, partial(_csv_records, path, separator, len(headers), progress))


def ndjson_source(path: Path, progress: Progress, missing: object, nested: Iterable[str]) -> Source:
    """The headers are all keys there are, which takes a look at the whole file.

    Objects under the keys `nested` are taken apart: `{"company": {"id": …}}` has the header `company.id`.
    """
    taken_apart = frozenset(nested)
    found: dict[str, None] = {}
    with path.open("rb") as file:
        for line in _limited(file):
            record = _decoded(line, taken_apart)
            if isinstance(record, dict):
                found |= dict.fromkeys(record)
            if len(found) > MOST_KEYS:
                raise FileUnreadable(f"its records have more than {MOST_KEYS:,} different keys")
    headers = list(found)
    return Source(headers, False, partial(_json_records, path, headers, missing, taken_apart, progress))


def _csv_records(path: Path, separator: str, width: int, progress: Progress, refusals: Refusals) -> Iterator[Record]:
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        reader = _csv(file, separator)
        next(reader)
        read, line = 0, reader.line_num + 1
        try:
            for cells in reader:
                if len(cells) == width:
                    yield line, [each or None for each in cells]
                elif cells:
                    refusals.add(line, "", None, f"It has {len(cells)} cells, and the first line {width}.")
                line = reader.line_num + 1
                if line % 1_000 < 2:
                    progress(-read + (read := raw.tell()))
        except (csv.Error, UnicodeDecodeError) as error:
            reason = "it is not text in UTF-8" if isinstance(error, UnicodeDecodeError) else str(error)
            raise FileUnreadable(reason, line) from None


def _json_records(
    path: Path, headers: Sequence[str], missing: object, nested: frozenset[str], progress: Progress, refusals: Refusals
) -> Iterator[Record]:
    read = 0
    with path.open("rb") as file:
        for number, line in enumerate(_limited(file), 1):
            record = _decoded(line, nested)
            if isinstance(record, dict):
                yield number, [record.get(each, missing) for each in headers]
            elif line.strip():
                refusals.add(number, "", None, record)
            if number % 1_000 == 0:
                progress(-read + (read := file.tell()))


def _limited(file: IO[bytes]) -> Iterator[bytes]:
    number = 0
    while line := file.readline(LONGEST_CELL):
        number += 1
        if len(line) == LONGEST_CELL:
            raise FileUnreadable(f"it has more than {LONGEST_CELL:,} bytes in a line", number)
        yield line


def _decoded(line: bytes, nested: frozenset[str]) -> dict[str, Any] | str:
    """The record, or what is wrong with it."""
    try:
        found = msgspec.json.decode(line.removeprefix(b"\xef\xbb\xbf"))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return "It is not JSON."
    if not isinstance(found, dict):
        return "It is not a JSON object."
    if nested.isdisjoint(found):
        return found
    flat: dict[str, Any] = {}
    for key, value in found.items():
        if key not in nested or not isinstance(value, dict | None):
            flat[key] = value
        else:
            flat |= {f"{key}.{name}": each for name, each in (value or {}).items()}
    return flat


def _separator(line: str) -> str:
    """The one that the first line has most of; outside of quotes, where names have few of them."""
    bare = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=bare.count)


def _csv(file: TextIOWrapper, separator: str) -> Any:
    csv.field_size_limit(LONGEST_CELL)
    return csv.reader(file, delimiter=separator, strict=True)


@contextmanager
def _reading() -> Iterator[None]:
    try:
        yield
    except UnicodeDecodeError:
        raise FileUnreadable("it is not text in UTF-8") from None
    except csv.Error as error:
        raise FileUnreadable(str(error)) from None


@contextmanager
def _text(path: Path) -> Iterator[TextIOWrapper]:
    with path.open("rb") as raw, TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        yield file
