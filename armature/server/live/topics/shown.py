"""What is told of a topic as JSON, by what a subscription has selected."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from armature.schema_builder.compile.plan.topics import LISTED, Told
from armature.schema_builder.run.answer import object_of
from armature.schema_builder.types.topics import IS_THERE, MESSAGE, PRESENT, SPEAKING
from armature.server.live.topics.notices import Entry, Spoken, encode

Row = Sequence[bytes]
"""What is shown of a member's record, in each form."""

Values = Mapping[str, Callable[[Told], bytes | None]]


@dataclass(frozen=True, slots=True)
class News:
    """Of who is there: by caller, what is shown of them under each response key of `members`."""

    is_whole: bool
    members: Sequence[Sequence[bytes]]
    left: Sequence[str]
    count: int


def presence_json(told: Sequence[Told], news: News) -> bytes:
    lists = dict(zip(_lists(told), zip(*news.members, strict=True), strict=False))
    return _object(
        told,
        {
            "isWhole": lambda _: b"true" if news.is_whole else b"false",
            LISTED: lambda each: b"[%b]" % b",".join(lists.get(each, ())),
            "left": lambda _: encode([str(UUID(each)) for each in news.left]),
            "count": lambda _: b"%d" % news.count,
            "__typename": lambda _: _text(IS_THERE),
        },
    )


def present_json(told: Sequence[Told], caller: str, entry: Entry, row: Row) -> tuple[bytes, ...]:
    """One who is there, under each response key of `members`."""
    values = {
        **_who(caller, entry.key, row),
        "since": lambda _: _moment(entry.since),
        "state": lambda _: bytes(entry.state),
        "__typename": lambda _: _text(PRESENT),
    }
    return tuple(_object(each.below, values) for each in _lists(told))


def message_json(told: Sequence[Told], spoken: Spoken, row: Row | None) -> bytes:
    """`row` None: who has said it is out of sight."""

    def by(each: Told) -> bytes | None:
        if spoken.by is None or row is None:
            return None
        typename = {"__typename": lambda _: _text(SPEAKING)}
        return _object(each.below, {**_who(spoken.by.id, spoken.by.key, row), **typename})

    return _object(
        told,
        {
            "from": by,
            "payload": lambda _: bytes(spoken.payload),
            "at": lambda _: _moment(spoken.at),
            "__typename": lambda _: _text(MESSAGE),
        },
    )


def _lists(told: Sequence[Told]) -> list[Told]:
    return [each for each in told if each.name == LISTED]


def _who(caller: str, key: str | None, row: Row) -> Values:
    return {
        "id": lambda _: _text(str(UUID(caller))),
        "apiKey": lambda _: encode(key),
        "member": lambda each: row[each.at] if row else None,
    }


def _object(told: Sequence[Told], values: Values) -> bytes:
    return object_of([(each.key, values[each.name](each)) for each in told])


def _moment(milliseconds: int) -> bytes:
    return _text(datetime.fromtimestamp(milliseconds / 1_000, UTC).isoformat(timespec="milliseconds"))


def _text(plain: str) -> bytes:
    return b'"%b"' % plain.encode()
