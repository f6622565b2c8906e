"""Who is in a topic, told to those who are in it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from time import monotonic
from typing import Any
from uuid import UUID, uuid4

import pytest

from armature.core.errors import ArmatureError, Forbidden, LimitExceeded
from armature.metadata.changes import CreateRole, SetObjectPermission
from armature.metadata.packs.crm import CRM
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.operation import Refused
from armature.server.live.following import Following
from armature.server.live.topics.board import PROCESSES
from armature.server.live.topics.notices import channel_of
from armature.server.live.topics.rooms import TICK
from tests.server.live.world import Ear, World, opened
from tests.support.data_api import Client

PRESENCE = """subscription($topic: TopicInput, $state: JSON) {
  presence(topic: $topic, state: $state) {isWhole count left members {id state}}
}"""


def somebody(id_: UUID | None = None) -> Caller:
    return Caller("MANUAL", "ada@acme.com", user_id=id_ or uuid4(), email="ada@acme.com")


async def there(ear: Ear) -> Any:
    return (await ear.data())["presence"]


def ids(members: Any) -> set[str]:
    return {each["id"] for each in members}


async def until(ear: Ear, count: int) -> dict[str, Any]:
    """Who is there, once so many are, as a client puts it together."""
    known = ear.known
    while True:
        told = await there(ear)
        if told["isWhole"]:
            known.clear()
        known.update((each["id"], each) for each in told["members"])
        for each in told["left"]:
            del known[each]
        assert len(known) == told["count"]
        if len(known) == count:
            return known


async def until_told(ear: Ear, count: int) -> Any:
    """The first result with so many."""
    while (told := await there(ear))["count"] != count:
        pass
    return told


async def leave(world: World, following: Following | None, ear: Ear) -> None:
    assert following is not None
    world.live.leave(following, ear.identity.workspace_id)


async def test_the_first_one_sees_itself(world: World) -> None:
    ada = somebody()
    ear = await world.follow(PRESENCE, ada, state={"status": "away"})

    assert await there(ear) == {
        "isWhole": True,
        "count": 1,
        "left": [],
        "members": [{"id": str(ada.user_id), "state": {"status": "away"}}],
    }


async def test_whoever_comes_and_goes_is_told_to_those_who_are_there(world: World) -> None:
    ada, bob = somebody(), somebody()
    first = await world.follow(PRESENCE, ada)
    await there(first)
    second = world.ear(bob)
    following = await world.live.follow(Operation(PRESENCE, {"state": 1}), second)

    assert await there(first) == {
        "isWhole": False,
        "count": 2,
        "left": [],
        "members": [{"id": str(bob.user_id), "state": 1}],
    }
    assert ids((await there(second))["members"]) == {str(ada.user_id), str(bob.user_id)}

    await leave(world, following, second)
    assert await there(first) == {"isWhole": False, "count": 1, "left": [str(bob.user_id)], "members": []}


# Once, however often


async def test_several_connections_of_one_count_once(world: World) -> None:
    ada, bob = somebody(), somebody()
    watching = await world.follow(PRESENCE, bob)
    await there(watching)
    tabs = [world.ear(ada) for _ in range(2)]
    one = await world.live.follow(Operation(PRESENCE, {"state": "first"}), tabs[0])
    assert [each["state"] for each in (await there(watching))["members"]] == ["first"]
    two = await world.live.follow(Operation(PRESENCE, {"state": "second"}), tabs[1])
    assert [each["state"] for each in (await there(watching))["members"]] == ["second"]

    await leave(world, two, tabs[1])
    assert await there(watching) == {
        "isWhole": False,
        "count": 2,
        "left": [],
        "members": [{"id": str(ada.user_id), "state": "first"}],
    }
    await leave(world, one, tabs[0])
    assert (await there(watching))["left"] == [str(ada.user_id)]


async def test_who_connects_again_has_never_been_away(migrated_database_url: str, worker_redis_url: str) -> None:
    since = "subscription($state: JSON) {presence(state: $state) {left members {id since state}}}"
    async with opened(migrated_database_url, worker_redis_url, grace=1_000_000) as world:
        ada, bob = somebody(), somebody()
        watching, ear = await world.follow(since, bob), world.ear(ada)
        await there(watching)
        following = await world.live.follow(Operation(since, {}), ear)
        (told,) = (await there(watching))["members"]

        await leave(world, following, ear)
        again = await world.follow(since, ada, state="again")

        assert await there(watching) == {"left": [], "members": [{**told, "state": "again"}]}
        assert {**told, "state": "again"} in (await there(again))["members"]


async def test_a_state_is_changed_by_a_subscription_that_asks_for_little(world: World) -> None:
    ada, bob = somebody(), somebody()
    watching = await world.follow(PRESENCE, bob)
    await there(watching)
    small = "subscription($state: JSON) {presence(state: $state) {count}}"
    before = None
    for state in ("here", {"typing": True}, ["away"]):
        ear = world.ear(ada)
        following = await world.live.follow(Operation(small, {"state": state}), ear)
        if before is not None:
            await leave(world, *before)
        before = following, ear
        assert [each["state"] for each in (await there(watching))["members"]] == [state]


async def test_a_crowd_is_told_in_a_few_messages(world: World) -> None:
    begun = monotonic()
    watching = await world.follow(PRESENCE, somebody())
    crowd = [somebody() for _ in range(300)]
    ears = [await world.follow(PRESENCE, each) for each in crowd]

    assert crowd[0].user_id is not None
    known = await until(watching, 301)
    assert {str(each.user_id) for each in crowd} < known.keys()
    for each in ears:
        assert (await until(each, 301)).keys() == known.keys()
    assert watching.results <= (monotonic() - begun) / TICK + 2


async def test_who_reads_slowly_is_told_the_whole_once_more(world: World) -> None:
    ear = await world.follow(PRESENCE, somebody())
    await there(ear)
    ear.is_behind = True
    await world.follow(PRESENCE, somebody())

    told = await there(ear)
    assert (told["isWhole"], told["count"], len(told["members"])) == (True, 2, 2)


# In several processes


@asynccontextmanager
async def processes(url: str, redis_url: str, count: int) -> AsyncIterator[list[World]]:
    """Of one workspace. Who goes stays for ever."""
    async with AsyncExitStack() as stack:
        found = [await stack.enter_async_context(opened(url, redis_url, grace=1_000_000)) for _ in range(count)]
        yield [replace(each, client=replace(found[0].client, api=each.api)) for each in found]


async def everything(world: World) -> None:
    await world.redis.flushdb()


async def the_process(world: World) -> None:
    await world.redis.zrem(PROCESSES, world.live.rooms.process)


async def what_is_said(world: World) -> None:
    await world.redis.client_kill_filter(_type="pubsub")


async def sense(world: World) -> None:
    topic = channel_of(f"{world.client.snapshot.workspace_id.hex}/")
    for garbage in (b"nonsense", b'{"is":"changed","seq":1}', b"[]", b"\xff"):
        await world.redis.publish(topic, garbage)
        await world.redis.hset(topic, f"{world.live.rooms.process}:{garbage!r}", garbage)


@pytest.mark.parametrize("lost", [everything, the_process, what_is_said, sense])
async def test_whatever_valkey_loses_is_put_there_again(
    migrated_database_url: str, worker_redis_url: str, lost: Callable[[World], Awaitable[None]]
) -> None:
    async with processes(migrated_database_url, worker_redis_url, 3) as (one, two, three):
        ears = [await each.follow(PRESENCE, somebody()) for each in (one, two)]
        for each in ears:
            await until(each, 2)

        await lost(one)
        last = await three.follow(PRESENCE, somebody())

        assert len(await until(last, 3)) == 3
        for each in ears:
            assert len(await until(each, 3)) == 3


async def test_a_caller_of_two_processes_is_there_once_until_both_know_better(
    migrated_database_url: str, worker_redis_url: str
) -> None:
    async with (
        opened(migrated_database_url, worker_redis_url) as one,
        opened(migrated_database_url, worker_redis_url) as b,
    ):
        other = replace(b, client=replace(one.client, api=b.api))
        ada, bob, eve = somebody(), somebody(), somebody()
        watching = await one.follow(PRESENCE, bob)
        here, there_ = one.ear(ada), other.ear(ada)
        first = await one.live.follow(Operation(PRESENCE, {"state": 1}), here)
        second = await other.live.follow(Operation(PRESENCE, {"state": 2}), there_)
        while (await until(watching, 2))[str(ada.user_id)]["state"] != 2:
            pass

        await leave(one, first, here)
        await other.follow(PRESENCE, eve)
        told = await there(watching)
        assert (ids(told["members"]), told["left"]) == ({str(eve.user_id)}, [])
        await leave(other, second, there_)
        assert (await there(watching))["left"] == [str(ada.user_id)]


# Where


async def company(world: World, name: str = "Acme") -> str:
    made = await world.client.data(f'mutation {{createCompany(data: {{name: "{name}"}}) {{id}}}}')
    return str(made["createCompany"]["id"])


def of(id_: str, **more: str) -> dict[str, Any]:
    return {"record": {"object": "COMPANY", "id": id_}, **more}


async def test_each_record_and_each_name_is_a_topic_of_its_own(world: World) -> None:
    acme, zeta = await company(world), await company(world, "Zeta")
    topics = [None, {}, {"name": "a"}, {"name": "b"}, of(acme), of(acme, name="a"), of(zeta), of(zeta, name="a")]
    callers = [somebody() for _ in topics]
    ears = [await world.follow(PRESENCE, who, topic=topic) for who, topic in zip(callers, topics, strict=True)]

    workspace = {str(each.user_id) for each in callers[:2]}
    for ear in ears[:2]:
        assert (await until(ear, 2)).keys() == workspace
    for ear, who in zip(ears[2:], callers[2:], strict=True):
        assert ids((await there(ear))["members"]) == {str(who.user_id)}


async def test_a_workspace_s_topic_is_no_other_one_s(world: World) -> None:
    ours = await world.follow(PRESENCE, somebody())
    await there(ours)
    other = replace(world, client=replace(world.client, snapshot=await world.api.workspace(CRM)))
    theirs = await other.follow(PRESENCE, somebody())

    assert (await there(theirs))["count"] == 1
    assert ours.heard.empty()


@pytest.mark.parametrize(
    ("topic", "code", "field"),
    [
        ({"name": ""}, "BAD_USER_INPUT", "name"),
        ({"name": "a/b"}, "BAD_USER_INPUT", "name"),
        ({"name": "a" * 64}, "BAD_USER_INPUT", "name"),
        ({"name": "é"}, "BAD_USER_INPUT", "name"),
        ({"name": "a\n"}, "BAD_USER_INPUT", "name"),
    ],
    ids=str,
)
async def test_a_name_is_a_short_word(world: World, topic: Any, code: str, field: str) -> None:
    with pytest.raises(ArmatureError) as refused:
        await world.follow(PRESENCE, somebody(), topic=topic)

    assert (refused.value.code, refused.value.field) == (code, field)


async def test_a_record_that_is_not_there_is_no_topic(world: World) -> None:
    ear = await world.follow(PRESENCE, somebody(), topic=of("00000000-0000-7000-8000-000000000000"))

    (error,) = (await ear.heard.get())["errors"]
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("NOT_FOUND", "id")


@pytest.mark.parametrize(
    "topic", [of("nonsense"), {"record": {"object": "NOBODY", "id": str(uuid4())}}, {"record": {}}]
)
async def test_what_is_no_topic_is_refused_at_once(world: World, topic: Any) -> None:
    with pytest.raises(Refused):
        await world.follow(PRESENCE, somebody(), topic=topic)


# Who may


async def clerks(world: World, rule: Any = None, *rights: Any) -> Client:
    """The workspace with a role that reads companies by a rule, if at all, and members."""
    permission = SetObjectPermission(role="clerk", object="company", rights=rights or ("READ",), read_rule=rule)
    members = SetObjectPermission(role="clerk", object="workspaceMember", rights=("READ",))
    return await world.client.change(CreateRole(name="clerk"), permission, members)


async def test_a_record_out_of_a_role_s_sight_is_no_topic(world: World) -> None:
    crm = await clerks(world, {"employees": {"gt": 10}})
    acme = await company(world)
    clerk = crm.acting_as("clerk").caller
    ear = await world.follow(PRESENCE, clerk, topic=of(acme))
    assert (await ear.heard.get())["errors"][0]["extensions"]["code"] == "NOT_FOUND"

    await world.client.data(f'mutation {{updateCompany(id: "{acme}", data: {{employees: 11}}) {{id}}}}')
    assert (await there(await world.follow(PRESENCE, clerk, topic=of(acme))))["count"] == 1


async def test_an_object_that_a_role_does_not_read_has_no_topics(world: World) -> None:
    crm = await clerks(world, None, "AGGREGATE")
    acme = await company(world)
    with pytest.raises(Refused) as refused:
        await world.follow(PRESENCE, crm.acting_as("clerk").caller, topic=of(acme))

    assert "COMPANY" in refused.value.errors[0].message


@pytest.mark.parametrize("change", ["employees: 1", "deleted"])
async def test_whoever_loses_sight_of_the_record_leaves(world: World, change: str) -> None:
    crm = await clerks(world, {"employees": {"gt": 10}})
    acme = await company(world)
    await world.client.data(f'mutation {{updateCompany(id: "{acme}", data: {{employees: 11}}) {{id}}}}')
    await world.tell()
    clerk, owner = crm.acting_as("clerk").caller, somebody()
    watching = await world.follow(PRESENCE, owner, topic=of(acme))
    ear = await world.follow(PRESENCE, clerk, topic=of(acme))
    await until(watching, 2)
    await until(ear, 2)

    done = f'deleteCompany(id: "{acme}")' if change == "deleted" else f'updateCompany(id: "{acme}", data: {{{change}}})'
    await world.client.data(f"mutation {{{done} {{id}}}}")
    await world.tell()

    (error,) = (await ear.heard.get())["errors"]
    assert error["extensions"]["code"] == "NOT_FOUND"
    left = await watching.heard.get()
    assert "errors" in left if change == "deleted" else left["data"]["presence"]["left"] == [str(clerk.user_id)]


async def test_a_role_that_loses_its_sight_leaves(world: World) -> None:
    crm = await clerks(world)
    acme = await company(world)
    clerk = crm.acting_as("clerk").caller
    watching = await world.follow(PRESENCE, somebody(), topic=of(acme))
    ear = await world.follow(PRESENCE, clerk, topic=of(acme))
    await until(watching, 2)
    await until(ear, 2)

    await world.client.change(SetObjectPermission(role="clerk", object="company", rights=()))

    assert "COMPANY" in (await ear.heard.get())["errors"][0]["message"]
    assert (await there(watching))["left"] == [str(clerk.user_id)]


# Of whom


MEMBERS = "subscription {presence {count members {id apiKey member {name status}}}}"


async def member(world: World, name: str) -> Caller:
    """A user with a record."""
    who = somebody()
    async with world.api.db.connection() as connection:
        await connection.execute(
            f"INSERT INTO {world.client.snapshot.schema}.workspace_members (id, name, status) "  # noqa: S608
            f"VALUES ('{who.user_id}', '{name}', 'ACTIVE')"
        )
    return who


async def test_members_are_shown_by_their_records(world: World) -> None:
    ada = await member(world, "Ada")
    key = Caller("API", "robot", api_key_id=uuid4())
    await world.follow(PRESENCE, key)
    ear = await world.follow(MEMBERS, ada)

    known = (await there(ear))["members"]
    if len(known) == 1:
        known += (await there(ear))["members"]
    assert sorted(known, key=lambda each: each["id"] == str(key.id)) == [
        {"id": str(ada.user_id), "apiKey": None, "member": {"name": "Ada", "status": "ACTIVE"}},
        {"id": str(key.id), "apiKey": "robot", "member": None},
    ]


async def test_members_whom_a_role_does_not_see_are_not_there(world: World) -> None:
    ada, bob = await member(world, "Ada"), await member(world, "Bob")
    rule = {"name": {"eq": "Ada"}}
    permission = SetObjectPermission(role="clerk", object="workspaceMember", rights=("READ",), read_rule=rule)
    crm = await world.client.change(CreateRole(name="clerk"), permission)
    everybody = await world.follow(MEMBERS, bob)
    await world.follow(MEMBERS, ada)
    assert (await there(everybody))["count"] >= 1
    ear = await world.follow(MEMBERS, crm.acting_as("clerk").caller)

    found = await there(ear)
    assert found["count"] == 1
    assert [each["member"]["name"] for each in found["members"]] == ["Ada"]


async def test_what_becomes_of_a_member_is_told(world: World) -> None:
    ada = await member(world, "Ada")
    ear = await world.follow(MEMBERS, ada)
    assert [each["member"]["name"] for each in (await there(ear))["members"]] == ["Ada"]

    await world.client.data(f'mutation {{updateWorkspaceMember(id: "{ada.user_id}", data: {{name: "Eve"}}) {{id}}}}')
    await world.tell()

    assert [each["member"]["name"] for each in (await there(ear))["members"]] == ["Eve"]


async def test_nobody_seems_to_have_left_while_members_are_looked_at_again(world: World) -> None:
    ada, bob = await member(world, "Ada"), await member(world, "Bob")
    ear = await world.follow(MEMBERS, ada)
    await there(ear)
    world.counted()
    async with world.live.rooms.turn:
        await world.follow(MEMBERS, bob)
        while not any("workspace_members" in each for each in world.statements):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        rename = f'mutation {{updateWorkspaceMember(id: "{ada.user_id}", data: {{name: "Eve"}}) {{id}}}}'
        await world.client.data(rename)
        await world.tell()
        await asyncio.sleep(0.5)

    assert {each["member"]["name"] for each in (await there(ear))["members"]} == {"Eve", "Bob"}


async def test_a_role_that_reads_no_members_sees_api_keys_only_and_not_the_workspace(world: World) -> None:
    read = SetObjectPermission(role="visitor", object="company", rights=("READ",))
    crm = await world.client.change(CreateRole(name="visitor"), read)
    acme = await company(world)
    await world.follow(PRESENCE, somebody(), topic=of(acme))
    await world.follow(PRESENCE, Caller("API", "robot", api_key_id=uuid4()), topic=of(acme))
    guest = crm.acting_as("visitor").caller
    ear = await world.follow(
        "subscription($topic: TopicInput) {presence(topic: $topic) {count members {apiKey}}}", guest, topic=of(acme)
    )

    assert [each["apiKey"] for each in (await until_told(ear, 1))["members"]] == ["robot"]
    for topic in (None, {"name": "a"}):
        with pytest.raises(Forbidden, match="members"):
            await world.follow(PRESENCE, guest, topic=topic)


async def test_whatever_is_selected_is_told(world: World) -> None:
    ada = await member(world, "Ada")
    query = """subscription($no: Boolean = false) {
      here: presence {
        __typename
        a: members {__typename one: member {__typename name} two: member {id email ...Status} id @include(if: $no)}
        b: members {nothing: id @include(if: $no) member {name @include(if: $no)}}
        ...Count
        gone: left
      }
    }
    fragment Status on WorkspaceMember {status}
    fragment Count on Presence {n: count count}"""
    ear = await world.follow(query, ada)

    assert await ear.data() == {
        "here": {
            "__typename": "Presence",
            "a": [
                {
                    "__typename": "PresentCaller",
                    "one": {"__typename": "WorkspaceMember", "name": "Ada"},
                    "two": {"id": str(ada.user_id), "email": None, "status": "ACTIVE"},
                }
            ],
            "b": [{"member": {}}],
            "n": 1,
            "count": 1,
            "gone": [],
        }
    }


# What it costs


async def test_who_watches_the_same_is_asked_for_together_and_nothing_while_idle(world: World) -> None:
    acme = await company(world)
    ears = [await world.follow(PRESENCE, somebody(), topic=of(acme)) for _ in range(40)]
    for each in ears:
        await until(each, 40)

    assert len(world.counted()) <= 40
    await asyncio.sleep(3)
    assert world.counted() == []


async def test_more_than_are_told_of_are_counted(migrated_database_url: str, worker_redis_url: str) -> None:
    async with opened(migrated_database_url, worker_redis_url, most_members=3) as world:
        callers = [somebody() for _ in range(5)]
        followings = []
        for each in callers:
            ear = world.ear(each)
            followings.append((await world.live.follow(Operation(PRESENCE, {}), ear), ear))
            await there(ear)
        last = await world.follow(PRESENCE, somebody())
        told = await there(last)
        assert (told["count"], ids(told["members"])) == (6, {str(each.user_id) for each in callers[:3]})

        await leave(world, *followings[0])
        told = await there(last)
        assert (told["count"], told["left"]) == (5, [str(callers[0].user_id)])
        assert ids(told["members"]) == {str(callers[3].user_id)}


async def test_a_state_has_a_size(world: World) -> None:
    with pytest.raises(LimitExceeded) as refused:
        await world.follow(PRESENCE, somebody(), state="x" * 600)

    assert refused.value.setting == "ARMATURE_LIVE_STATE_BYTES"
