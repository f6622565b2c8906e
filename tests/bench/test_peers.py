"""What can be said of the comparison with others without running them."""

from typing import Any

import pytest
from graphql import parse

from bench.answers import difference
from bench.cases import CASES
from bench.peers.directus import in_our_names as of_directus
from bench.peers.measure import PEERS
from bench.peers.peer import READS, Peer
from bench.peers.postgraphile import in_our_names as of_postgraphile
from bench.peers.values import normal


@pytest.mark.parametrize("peer", PEERS, ids=lambda each: each.name)
def test_every_peer_is_asked_every_case(peer: Peer) -> None:
    assert list(peer.questions) == [each.name for each in CASES]
    assert set(peer.goals) <= {READS, *peer.questions}
    for question in peer.questions.values():
        parse(question.operation)


def test_the_first_difference_is_told_with_its_place() -> None:
    ours: list[dict[str, Any]] = [{"id": 1, "company": {"name": "Acme"}}, {"id": 2, "company": None}]

    assert difference(ours, [dict(each) for each in ours]) is None
    assert difference(ours, ours[:1]) is not None
    assert difference(ours, [ours[0], {"id": 2, "company": {}}]) == "answer[1].company is None and {}"
    assert difference(ours, [ours[0], {"id": 2}]) is not None


def test_the_peers_names_become_ours() -> None:
    assert of_postgraphile({"nodes": [{"rowId": 1, "people": {"nodes": [{"rowId": 2}]}}]}) == [
        {"id": 1, "people": [{"id": 2}]}
    ]
    assert of_directus([{"job_title": "CTO", "company_id": {"id": 1}}]) == [{"jobTitle": "CTO", "companyId": 1}]
    assert of_directus({"point_of_contact_id": {"id": 2, "company_id": None}}) == {
        "pointOfContact": {"id": 2, "companyId": None}
    }


def test_moments_and_big_numbers_have_one_text() -> None:
    one = {"createdAt": "2024-01-01T01:00:00.000Z", "amountMicros": 1}
    other = {"createdAt": "2024-01-01T02:00:00+01:00", "amountMicros": "1"}

    assert normal([one]) == normal([other])
    assert normal({"employees": 1}) != normal({"employees": "1"})
