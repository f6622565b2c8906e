"""What has changed between two results, as JSON Patch (RFC 6902), with the numbers by which a client tells them apart.

The form is that of @n1ru4l/graphql-live-query-patch-json-patch: a first result has `revision: 1`, and those that follow
have `patch` instead of `data`, with paths within `data`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any

import msgspec

LARGEST = 200_000
"""Bytes of a result that is compared: nobody should wait for it."""

LONGEST_LIST = 1_000
"""Items; a longer one is not looked at item by item."""

SHORTEST = 26
"""Bytes of a change: as many as that are not worth it."""

KEPT = 64

ID = b"id "

Change = dict[str, Any]

_decode = msgspec.json.Decoder(dict[str, Any]).decode
_encode = msgspec.json.encode


class Revisions:
    """What one subscription has been sent."""

    __slots__ = ("_last", "_number")

    def __init__(self) -> None:
        self._last: bytes | None = None
        self._number = 0

    def whole(self, result: bytes) -> bytes:
        """The message for an execution result without errors, whatever the client has of those before."""
        self._last, self._number = result, 1
        return b'%b,"revision":1}' % result[:-1]

    def next(self, result: bytes) -> bytes:
        """The same, for a client that has all those before."""
        patch = None if self._last is None else patch_between(self._last, result)
        if patch is None:
            return self.whole(result)
        self._last = result
        self._number += 1
        return b'{"patch":%b,"revision":%d}' % (patch, self._number)


@lru_cache(KEPT)
def patch_between(before: bytes, after: bytes) -> bytes | None:
    """None where the whole is shorter, or too much to be compared."""
    if len(before) + len(after) > LARGEST:
        return None
    most = len(after) // SHORTEST
    try:
        changes = [*islice(_changes("", _decode(before)["data"], _decode(after)["data"]), most + 1)]
        found = _encode(changes) if len(changes) <= most else after
    except (msgspec.DecodeError, RecursionError):  # JSON of a client's may be anything
        return None
    return found if len(found) < len(after) else None


def _changes(path: str, before: Any, after: Any) -> Iterator[Change]:
    match before, after:
        case dict(), dict():
            yield from _of_objects(path, before, after)
        case list(), list():
            yield from _of_lists(path, before, after)
        case _ if type(before) is not type(after) or before != after:
            yield {"op": "replace", "path": path, "value": after}


def _of_objects(path: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in before.keys() - after.keys():
        yield {"op": "remove", "path": f"{path}/{_escaped(name)}"}
    for name, value in after.items():
        if name in before:
            yield from _changes(f"{path}/{_escaped(name)}", before[name], value)
        else:
            yield {"op": "add", "path": f"{path}/{_escaped(name)}", "value": value}


def _of_lists(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    """By records: those that are gone, those that are new, and those that stand elsewhere."""
    if max(len(before), len(after)) > LONGEST_LIST:
        yield from _whole(path, before, after)
        return
    held, wanted = [_mark(each) for each in before], [_mark(each) for each in after]
    if len(set(held)) < len(held) or len(set(wanted)) < len(wanted):
        yield from _whole(path, before, after)
        return
    known, staying = dict(zip(held, before, strict=True)), set(wanted)
    for at in reversed(range(len(held))):
        if held[at] not in staying:
            del held[at]
            yield {"op": "remove", "path": f"{path}/{at}"}
    for at, mark in enumerate(wanted):
        if mark not in known:
            held.insert(at, mark)
            yield {"op": "add", "path": f"{path}/{at}", "value": after[at]}
            continue
        if held[at] != mark:
            place = held.index(mark, at)
            held.insert(at, held.pop(place))
            yield {"op": "move", "from": f"{path}/{place}", "path": f"{path}/{at}"}
        if mark.startswith(ID):  # others are the same by all that they are
            yield from _changes(f"{path}/{at}", known[mark], after[at])


def _whole(path: str, before: Sequence[Any], after: Sequence[Any]) -> Iterator[Change]:
    if _encode(before) != _encode(after):  # true is not 1
        yield {"op": "replace", "path": path, "value": after}


def _mark(item: Any) -> bytes:
    """What an item is the same by: a record's id, or all of it."""
    if isinstance(item, dict) and "id" in item:
        return ID + _encode(item["id"])
    return _encode(item)


def _escaped(name: str) -> str:
    """As a part of a JSON Pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
