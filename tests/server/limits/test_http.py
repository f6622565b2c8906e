"""Limits as clients meet them, at servers of their own."""

import itertools
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest
from msgspec.structs import replace

from armature.server.app import create_app
from tests.support.control_plane import Caller, Site, settings
from tests.support.serving import serving

PEOPLE = "{ people { id } }"
WHO = "{ me { email } }"
NOWHERE = "redis://127.0.0.1:1/0"


class Sites:
    """Servers of one database and one Valkey."""

    def __init__(self, database_url: str, redis_url: str, stack: ExitStack) -> None:
        self._database_url, self._redis_url, self._stack = database_url, redis_url, stack

    def start(self, **given: Any) -> Site:
        made = replace(settings(self._database_url, self._redis_url), **given)
        url = self._stack.enter_context(serving(create_app(made)))
        http = self._stack.enter_context(httpx2.Client(timeout=None))
        return Site(url, self._database_url, http, self._redis_url)


@pytest.fixture
def sites(migrated_database_url: str, redis_url: str) -> Iterator[Sites]:
    with ExitStack() as stack:
        yield Sites(migrated_database_url, redis_url, stack)


def statuses(caller: Caller, query: str, times: int, path: str = "/graphql") -> list[int]:
    return [caller.post(query, path).status_code for _ in range(times)]


def test_a_caller_is_told_what_is_left_and_refused_when_nothing_is(sites: Sites) -> None:
    caller = sites.start(rate_limit=10, rate_limit_anonymous=0).sign_up(pack="crm")
    first = caller.post(PEOPLE, "/graphql")
    assert first.headers["ratelimit-policy"] == '"caller";q=10;w=60'
    assert first.headers["ratelimit"] == '"caller";r=9'
    assert statuses(caller, PEOPLE, 9) == [200] * 9

    refused = caller.post(PEOPLE, "/graphql")

    assert refused.status_code == 429
    (error,) = refused.json()["errors"]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert error["extensions"]["limit"] == 10
    assert int(refused.headers["retry-after"]) == error["extensions"]["retryAfter"] >= 1
    assert refused.headers["ratelimit-policy"] == first.headers["ratelimit-policy"]
    assert refused.headers["ratelimit"] == '"caller";r=0'
    assert caller.post(WHO, "/metadata").status_code == 429  # one bucket for both


def test_records_that_are_asked_for_cost_points(sites: Sites) -> None:
    caller = sites.start(rate_limit=60, rate_limit_anonymous=0).sign_up(pack="crm")
    query = "query($n: Int!) { companies(limit: $n) { people(limit: 10) { id } } }"
    left = [int(caller.post(query, "/graphql", n=n).headers["ratelimit"].partition("r=")[2]) for n in (1, 300, 10, 1)]
    assert [before - after for before, after in itertools.pairwise(left)] == [1 + 33, 1 + 1, 1]


def test_records_that_are_written_cost_points(sites: Sites) -> None:
    caller = sites.start(rate_limit=1_000, rate_limit_anonymous=0).sign_up(pack="crm")
    query = "mutation($data: [NoteCreateInput!]!) { createNotes(data: $data) { id } }"
    answer = caller.post(query, "/graphql", data=[{"title": "x"}] * 250)
    assert answer.headers["ratelimit"] == '"caller";r=997'


def test_each_root_field_costs_a_point(sites: Sites) -> None:
    """A request that tries to sign in fifty times is not one."""
    site = sites.start(rate_limit=60, rate_limit_anonymous=10)
    caller = site.sign_up(pack="crm")
    three = "a: {0} b: {0} ...C }} fragment C on {1} {{ c: {0}"
    asked = (
        ("query", "me { email }", "Query", "/metadata", 57),
        ("query", "peopleAggregate { count }", "Query", "/graphql", 54),
        ("mutation", "deletePeople(filter: {}) { count }", "Mutation", "/graphql", 51),
    )
    for kind, field, of, path, left in asked:
        answer = caller.post(f"{kind} {{ {three.format(field, of)} }}", path)
        assert answer.headers["ratelimit"] == f'"caller";r={left}', answer.text

    again = 'signIn(input: {email: "x@example.com", password: "x"}) { accessToken }'
    refused = site.post(f"mutation {{ {three.format(again, 'Mutation')} }}", "/metadata", {})
    assert refused.headers["ratelimit"] == '"caller";r=6'  # and one for signing up


def test_a_key_has_no_more_points_than_the_server_gives(sites: Sites) -> None:
    caller = sites.start(rate_limit=5, rate_limit_anonymous=0).sign_up(pack="crm")
    assert statuses(caller.new_key(rateLimit=1_000_000), PEOPLE, 6) == [200] * 5 + [429]
    assert statuses(caller.new_key(rateLimit=2), PEOPLE, 3) == [200] * 2 + [429]


ROLE = """mutation($name: String!, $limit: Int) {
  createRole(input: {name: $name, rights: [READ], rateLimit: $limit}) { rateLimit } }"""


def policy(caller: Caller) -> str:
    found: str = caller.post(PEOPLE, "/graphql").headers["ratelimit-policy"]
    return found


def test_a_role_has_a_limit_and_several_have_the_highest(sites: Sites) -> None:
    owner = sites.start(rate_limit=1_000, rate_limit_anonymous=0).sign_up(pack="crm")
    for name, limit in (("slow", 100), ("slower", 10), ("free", None), ("fast", 5_000)):
        assert owner.do(ROLE, name=name, limit=limit)["createRole"] == {"rateLimit": limit}
    expected = {"slow": 100, "slow slower": 100, "slow free": 1_000, "fast": 1_000, "member": 1_000}
    for role, limit in expected.items():
        assert policy(owner.new_key(role=role)) == f'"caller";q={limit};w=60', role
    assert policy(owner.new_key(role="slow", rateLimit=7)) == '"caller";q=7;w=60'
    assert policy(owner.new_key(role="slow", rateLimit=700)) == '"caller";q=100;w=60'
    assert statuses(owner.new_key(role="slower"), PEOPLE, 20)[-1] == 429


def test_a_limit_of_a_role_counts_for_members_and_a_change_of_it_in_every_process(sites: Sites) -> None:
    one = sites.start(rate_limit=1_000, rate_limit_anonymous=0)
    owner = one.sign_up(pack="crm")
    update = 'mutation($limit: Int) { updateRole(input: {role: "member", rateLimit: $limit}) { rateLimit } }'
    member = one.sign_up()
    link = owner.do('mutation { invite(input: {role: "member"}) { token } }')["invite"]["token"]
    member.do("mutation($token: String!) { acceptInvitation(token: $token) { id } }", token=link)
    member = member.within(owner.workspace_id)
    elsewhere = sites.start(rate_limit=1_000, rate_limit_anonymous=0)
    other = Caller(elsewhere, member.token, named_workspace=owner.workspace_id)
    for limit, told in ((50, 50), (None, 1_000)):
        owner.do(update, limit=limit)
        for each in (member, other):
            while policy(each) != f'"caller";q={told};w=60':
                pass


@pytest.mark.parametrize("limit", [0, -1, 2**31 - 1])
def test_a_limit_of_a_role_has_bounds(sites: Sites, limit: int) -> None:
    owner = sites.start().sign_up()
    assert owner.error(ROLE, name="slow", limit=limit)["extensions"]["inputPath"] == ["input", "rateLimit"]


def test_callers_have_buckets_of_their_own(sites: Sites) -> None:
    site = sites.start(rate_limit=5, rate_limit_anonymous=0)
    one, other = site.sign_up(pack="crm"), site.sign_up(pack="crm")
    key = one.new_key()
    assert statuses(one, PEOPLE, 6)[-1] == 429
    assert statuses(other, PEOPLE, 5) == [200] * 5
    assert statuses(key, PEOPLE, 6) == [200] * 5 + [429]


def test_processes_count_together(sites: Sites) -> None:
    one = sites.start(rate_limit=8, rate_limit_anonymous=0)
    caller = one.sign_up(pack="crm")
    other = Caller(sites.start(rate_limit=8, rate_limit_anonymous=0), caller.token)
    found = [each for _ in range(8) for each in (*statuses(caller, PEOPLE, 1), *statuses(other, PEOPLE, 1))]
    assert found.count(200) == 8


def test_who_is_unknown_is_counted_by_address(sites: Sites) -> None:
    site = sites.start(rate_limit_anonymous=4)
    found = [site.post(WHO, "/metadata", {}).status_code for _ in range(6)]
    assert found[3] != 429
    assert found[4:] == [429, 429]


def test_without_valkey_the_setting_decides(sites: Sites) -> None:
    caller = sites.start(rate_limit=5, rate_limit_anonymous=0).sign_up(pack="crm")
    open_ = sites.start(rate_limit=5, redis_url=NOWHERE, limits_without_valkey="open")
    closed = sites.start(rate_limit=5, redis_url=NOWHERE, limits_without_valkey="closed")
    assert statuses(Caller(open_, caller.token), PEOPLE, 8) == [200] * 8
    assert statuses(Caller(closed, caller.token), PEOPLE, 3) == [503] * 3


def test_no_limit_is_no_header(sites: Sites) -> None:
    caller = sites.start(rate_limit=0, rate_limit_anonymous=0).sign_up(pack="crm")
    assert "ratelimit" not in caller.post(PEOPLE, "/graphql").headers
