"""Connections that have not said who they are: so many from one address and no more."""

from collections import Counter

from armature.server.live.connections import TooManyConnections


class Strangers:
    def __init__(self, most: int) -> None:
        self._most = most
        self._by_network: Counter[str] = Counter()

    def arrive(self, network: str) -> "Stranger":
        """Raises TooManyConnections."""
        if self._by_network[network] >= self._most:
            raise TooManyConnections("of strangers at one address", self._most, "live_connections_of_address")
        self._by_network[network] += 1
        return Stranger(self, network)

    def leave(self, network: str) -> None:
        self._by_network[network] -= 1
        if not self._by_network[network]:
            del self._by_network[network]


class Stranger:
    """One of them, until it is known or gone."""

    __slots__ = ("_network", "_strangers")

    def __init__(self, strangers: Strangers, network: str) -> None:
        self._strangers: Strangers | None = strangers
        self._network = network

    def leave(self) -> None:
        """May be called again."""
        if self._strangers is not None:
            self._strangers.leave(self._network)
            self._strangers = None
