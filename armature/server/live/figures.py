"""What `/metrics` tells of subscriptions: those of this process."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from armature.server.live.connections import Connections
from armature.server.live.places import Live
from armature.server.live.watch import Watch


class LiveFigures(Collector):
    """Gathered when somebody looks."""

    def __init__(self, live: Live, connections: Connections) -> None:
        self._live = live
        self._connections = connections

    def collect(self) -> Iterator[Metric]:
        connections, counts = self._connections, self._live.counts
        there = Counter(each.transport for each in connections.known)
        yield _gauge("connections", "Clients that are connected and known.", there, "transport")
        yield _single("strangers", "WebSockets that have not said who they are.", connections.strangers)
        yield _gauge("subscriptions", "Subscriptions that run.", self._by_kind(_subscriptions), "kind")
        yield _gauge("watches", "What they watch: who watches the same is told together.", self._by_kind(_one), "kind")
        yield _gauge("busy", "Watches that are asked of PostgreSQL, or wait for it.", self._by_kind(_busy), "kind")
        unsent = [each.outgoing.unsent for each in connections.known]
        yield _single("unsent_messages", "Messages that wait for clients.", sum(each.messages for each in unsent))
        yield _single("unsent_bytes", "Bytes of them.", sum(each.bytes for each in unsent))
        yield _counter("runs", "Statements for subscriptions.", counts.runs, "kind")
        yield _counter("unchanged", "Those that there was nothing to tell of.", counts.unchanged, "kind")
        yield _counter("results", "Results for clients.", counts.results, "kind")
        yield _counter("dropped", "Clients that have read too slowly.", connections.dropped, "transport")

    def _by_kind(self, figure: Callable[[Watch], int]) -> Mapping[str, int]:
        found: Counter[str] = Counter()
        for place in self._live.places.values():
            for watch in place.watches.values():
                found[watch.kind] += figure(watch)
        return found


def _subscriptions(watch: Watch) -> int:
    return len(watch.followings)


def _one(_watch: Watch) -> int:
    return 1


def _busy(watch: Watch) -> int:
    return int(watch.running.is_busy)


LABELS = {"kind": ("query", "events", "topic"), "transport": ("websocket", "stream")}
"""Their values: each is told of, also where there is none."""


def _gauge(name: str, what: str, found: Mapping[str, int], label: str) -> Metric:
    family = GaugeMetricFamily(f"armature_live_{name}", what, labels=[label])
    for value in LABELS[label]:
        family.add_metric([value], found.get(value, 0))
    return family


def _counter(name: str, what: str, found: Mapping[str, int], label: str) -> Metric:
    family = CounterMetricFamily(f"armature_live_{name}", what, labels=[label])
    for value in LABELS[label]:
        family.add_metric([value], found.get(value, 0))
    return family


def _single(name: str, what: str, found: int) -> Metric:
    return GaugeMetricFamily(f"armature_live_{name}", what, found)
