"""Who is in one topic: as each process knows it, put together; and as it is told, which is slower to forget."""

from collections.abc import Iterable, Set
from heapq import nsmallest

from msgspec.structs import replace

from armature.server.live.topics.notices import Entry

Callers = dict[str, Entry]
"""By their ids."""


def as_one(entries: Iterable[Entry]) -> Entry:
    """Of one caller: there since the first, in the state given last."""
    first, *others = entries
    for each in others:
        newer = max(first, each, key=lambda entry: entry.at)
        first = replace(newer, since=min(first.since, each.since))
    return first


def together(own: Callers, others: dict[str, Callers], alive: Set[str]) -> Callers:
    """What this process knows, and what others do that are alive."""
    found = {**own}
    for process, callers in others.items():
        if process in alive:
            for caller, entry in callers.items():
                known = found.get(caller)
                found[caller] = entry if known is None else as_one((known, entry))
    return found


class Attendance:
    """Whoever goes is there for `grace` seconds more: a client that connects again has never been away."""

    def __init__(self, grace: float) -> None:
        self.callers: Callers = {}
        self._grace = grace
        self._going: dict[str, float] = {}

    def note(self, here: Callers, now: float) -> float | None:
        """Those who are really here. The time at which somebody will be gone who is not, if there is one."""
        going = {each: self._going.get(each, now + self._grace) for each in self.callers if each not in here}
        gone = {each for each, until in going.items() if until <= now}
        staying = {each: entry for each, entry in self.callers.items() if each not in gone}
        self.callers = staying | {each: _since(staying.get(each), entry) for each, entry in here.items()}
        self._going = {each: until for each, until in going.items() if each not in gone}
        return min(self._going.values(), default=None)

    def first(self, count: int) -> Callers:
        """So many, those who came first."""
        if len(self.callers) <= count:
            return self.callers
        return dict(nsmallest(count, self.callers.items(), key=lambda each: (each[1].since, each[0])))


def _since(known: Entry | None, entry: Entry) -> Entry:
    """The same as before where nothing has changed."""
    if known is None or known is entry or known.since > entry.since:
        return entry
    found = replace(entry, since=known.since)
    return known if found == known else found
