"""One caller in one topic, by however many subscriptions to this process."""

from msgspec.structs import replace

from armature.server.live.following import Following
from armature.server.live.topics.notices import Entry


class Connected:
    """Those who came first are first; `_stated` are those that have given a state."""

    __slots__ = ("_all", "_stated")

    def __init__(self) -> None:
        self._all: dict[Following, Entry] = {}
        self._stated: dict[Following, Entry] = {}

    def add(self, following: Following, entry: Entry, *, has_state: bool) -> None:
        self._all[following] = entry
        if has_state:
            self._stated[following] = entry

    def drop(self, following: Following) -> None:
        self._all.pop(following, None)
        self._stated.pop(following, None)

    @property
    def as_one(self) -> Entry | None:
        """There since the first, in the state given last; None: gone. Takes no longer where there are many."""
        first = next(iter(self._all.values()), None)
        newest = next(reversed(self._stated.values()), None)
        if first is None or newest is None:
            return first
        return replace(newest, since=first.since)
