"""From where a request comes: what a proxy of ours says, and nobody else."""

import pytest

from armature.core.errors import BadUserInput
from armature.server.auth.visit import Visit, Visits

PROXIES = ("10.0.0.0/8", "::1")


def address(peer: str | None, forwarded: str | None = None, trusted: tuple[str, ...] = PROXIES) -> str:
    headers = {} if forwarded is None else {b"x-forwarded-for": forwarded.encode("latin-1")}
    return Visits(trusted).of({"client": None if peer is None else (peer, 1)}, headers).address


@pytest.mark.parametrize(
    ("peer", "forwarded", "found"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7", "198.51.100.7"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.7, 10.2.3.4", "198.51.100.7"),
        ("10.0.0.1", "127.0.0.1, 10.2.3.4", "127.0.0.1"),
        ("10.0.0.1", "10.2.3.4", "10.2.3.4"),
        ("10.0.0.1", "1.1.1.1, nonsense", "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "198.51.100.7:4711", "198.51.100.7"),
        ("::1", "[2001:db8::1]:4711", "2001:db8::1"),
        ("::ffff:10.0.0.1", "::ffff:198.51.100.7", "198.51.100.7"),
        ("::1", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "\xff\xfe", "10.0.0.1"),
        (None, "198.51.100.7", "unknown"),
        ("testclient", "198.51.100.7", "unknown"),
    ],
)
def test_the_last_address_that_none_of_our_proxies_wrote(peer: str | None, forwarded: str | None, found: str) -> None:
    assert address(peer, forwarded) == found


def test_without_trusted_proxies_headers_mean_nothing() -> None:
    assert address("10.0.0.1", "198.51.100.7", ()) == "10.0.0.1"


def test_an_ipv6_customer_is_one_place() -> None:
    assert Visit("2001:db8::1").network == Visit("2001:db8::ffff:1").network
    assert Visit("2001:db8::1").network != Visit("2001:db8:0:1::1").network
    assert Visit("198.51.100.7").network != Visit("198.51.100.8").network


@pytest.mark.parametrize("proxy", ["proxy.example", "10.0.0.0/99", ""])
def test_a_proxy_that_is_no_address_names_its_setting(proxy: str) -> None:
    with pytest.raises(BadUserInput, match="ARMATURE_TRUSTED_PROXIES"):
        Visits([proxy])
