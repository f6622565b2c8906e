"""The packages that front ends use: graphql-ws, graphql-sse, and one that puts patches together."""

from typing import Any

import pytest

from tests.server.live.test_queries import NAMES, create, named
from tests.support.control_plane import Caller
from tests.support.live_client import Relay
from tests.support.live_packages import client


def result(*names: str) -> Any:
    return {"result": {"data": named(*names)}}


async def test_graphql_ws_hears_of_changes(own: Caller, told: Relay) -> None:
    with client("ws.js", own.site.url, own.token, NAMES) as ws:
        assert ws.hears() == {"opened": True}
        assert ws.hears() == result()
        create(own, "Acme")
        await told.announce("companies")
        assert ws.hears() == result("Acme")


async def test_patches_are_put_together(own: Caller, told: Relay) -> None:
    for each in ("Acme", "Beta", "Gamma", "Delta"):
        create(own, each)
    with client("ws.js", own.site.url, own.token, NAMES.replace("subscription", "subscription @jsonPatch")) as ws:
        assert ws.hears() == {"opened": True}
        assert ws.hears() == result("Acme", "Beta", "Delta", "Gamma")
        create(own, "Epsilon")
        await told.announce("companies")
        assert ws.hears() == result("Acme", "Beta", "Delta", "Epsilon", "Gamma")
        own.data("mutation {deleteCompanies(filter: {}) {count}}")
        await told.announce("companies")
        assert ws.hears() == result()
        create(own, "Acme")
        await told.announce("companies")
        assert ws.hears() == result("Acme")


async def test_graphql_sse_hears_of_changes(own: Caller, told: Relay) -> None:
    with client("sse.js", own.site.url, own.token, NAMES) as sse:
        assert sse.hears() == result()
        create(own, "Acme")
        await told.announce("companies")
        assert sse.hears() == result("Acme")


@pytest.mark.parametrize("script", ["ws.js", "sse.js"])
def test_queries_are_answered_and_errors_told(own: Caller, script: str) -> None:
    def heard(query: str) -> list[Any]:
        with client(script, own.site.url, own.token, query) as asked:
            lines = [asked.hears()]
            while not {"complete", "error"} & lines[-1].keys():
                lines.append(asked.hears())
        return [each for each in lines if not {"opened", "closed"} & each.keys()]

    assert heard("{companies {name}}") == [result(), {"complete": True}]
    (*_, told) = heard("subscription {nonsense}")
    assert "nonsense" in str(told) or "nonsense" in str(heard("subscription {nonsense}")[0])


def test_graphql_ws_is_told_that_nobody_is_signed_in(own: Caller) -> None:
    with client("ws.js", own.site.url, "nonsense", NAMES) as ws:
        heard = [ws.hears() for _ in range(3)]

    assert {"closed": 4401} in heard
