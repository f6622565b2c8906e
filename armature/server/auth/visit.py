"""Where a request comes from, as far as it can be believed."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any

from armature.core.errors import BadUserInput

LONGEST_AGENT = 200
SHARED_BITS = 64  # of an IPv6 address: what belongs to one customer
NOWHERE = "unknown"

Address = IPv4Address | IPv6Address


class ProxyUnfit(BadUserInput):
    def __init__(self, text: str) -> None:
        super().__init__(
            f"ARMATURE_TRUSTED_PROXIES: {text!r} is no address and no network.", hint="Such as 10.0.0.0/8 or ::1."
        )


@dataclass(frozen=True, slots=True)
class Visit:
    """`address` in one form for all its spellings; `unknown` for what is no IP address, such as a local socket's."""

    address: str = NOWHERE
    user_agent: str | None = None

    @property
    def network(self) -> str:
        """What counts as one place: an IPv4 address, or the 64 bits of an IPv6 address that a customer is given."""
        if ":" not in self.address:
            return self.address
        return str(ip_network(f"{self.address}/{SHARED_BITS}", strict=False))


class Visits:
    """Believes the X-Forwarded-For of trusted proxies only; anybody may write anything into a header."""

    def __init__(self, trusted_proxies: Sequence[str]) -> None:
        """Raises ProxyUnfit."""
        self._trusted = [_network(each) for each in trusted_proxies]

    def of(self, scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> Visit:
        agent = headers.get(b"user-agent")
        return Visit(
            self.address(scope, headers),
            agent.decode("latin-1")[:LONGEST_AGENT] if agent is not None else None,
        )

    def address(self, scope: MutableMapping[str, Any], headers: Mapping[bytes, bytes]) -> str:
        """The last address of the chain that none of ours has written."""
        client = scope.get("client")
        found = _parsed(client[0]) if client else None
        if found is None or not self._is_trusted(found):
            return NOWHERE if found is None else str(found)
        for hop in reversed(headers.get(b"x-forwarded-for", b"").split(b",")):
            before = _parsed(hop.strip().decode("latin-1"))
            if before is None:
                break
            found = before
            if not self._is_trusted(before):
                break
        return str(found)

    def _is_trusted(self, address: Address) -> bool:
        return any(address in each for each in self._trusted)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        raise ProxyUnfit(text) from None


def _parsed(text: str) -> Address | None:
    """Without port, brackets and scope; an IPv4 address inside IPv6 is an IPv4 address."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
