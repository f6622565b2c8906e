"""What is said in a topic: told to whoever listens, kept by nobody."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from armature.metadata.changes import CreateRole, SetObjectPermission
from armature.schema_builder.run.caller import Caller
from tests.server.live.test_presence import clerks, company, member, of, somebody
from tests.server.live.world import Ear, World, opened
from tests.support.data_api import Client

SAID = "subscription($topic: TopicInput) {said(topic: $topic) {from {id apiKey} payload at}}"
SAY = "mutation($topic: TopicInput, $payload: JSON!) {say(topic: $topic, payload: $payload)}"


async def listen(world: World, caller: Caller, topic: Any = None, query: str = SAID) -> Ear:
    """Returns when all that is said from now on is heard."""
    ear = await world.follow(query, caller, topic=topic)
    probe = world.speaker(Caller("API", "probe", api_key_id=uuid4()))
    while ear.heard.empty():
        await probe.data(SAY, topic=topic, payload="listening?")
        await asyncio.sleep(0.12)  # more than ten in a second are refused
    while not ear.heard.empty():
        await ear.heard.get()
    return ear


async def said(ear: Ear) -> list[Any]:
    """The next messages that are no leftovers."""
    while not (found := [each for each in (await ear.data())["said"] if each["payload"] != "listening?"]):
        pass
    return found


async def test_what_is_said_is_told_to_all_who_listen(world: World) -> None:
    ada = somebody()
    ears = [await listen(world, somebody()) for _ in range(3)]

    payload = {"typing": True, "in": [1, 2.5, None, 'ä\u2028"</script>']}
    assert await world.speaker(ada).data(SAY, payload=payload) == {"say": True}

    for ear in ears:
        (message,) = await said(ear)
        assert message.pop("at") > "2020"
        assert message == {"from": {"id": str(ada.user_id), "apiKey": None}, "payload": payload}


async def test_a_topic_s_messages_are_not_another_s(world: World) -> None:
    acme, zeta = await company(world), await company(world, "Zeta")
    topics = [None, {"name": "a"}, of(acme), of(acme, name="a"), of(zeta)]
    ears = [await listen(world, somebody(), topic) for topic in topics]
    speaker = world.speaker(somebody())
    for at, topic in enumerate(topics):
        await speaker.data(SAY, topic=topic, payload=at)
    for at, ear in enumerate(ears):
        assert [each["payload"] for each in await said(ear)] == [at]
    assert all(ear.heard.empty() for ear in ears)


async def test_who_says_it_is_known_by_credentials_only(world: World) -> None:
    """Whatever a payload says."""
    ear = await listen(world, somebody())
    key = Caller("API", "robot", api_key_id=uuid4())
    spoofed = {"from": {"id": str(uuid4())}, "by": {"id": "ada"}, "is": "changed", "seq": 1, "process": "x"}
    await world.speaker(key).data(SAY, payload=spoofed)

    (message,) = await said(ear)
    assert message["from"] == {"id": str(key.id), "apiKey": "robot"}
    assert message["payload"] == spoofed
    error = await world.speaker(key).error('mutation {say(payload: 1, from: "ada")}')
    assert 'Unknown argument "from"' in error["message"].replace("'", '"')


async def test_who_says_it_is_not_told_to_those_who_do_not_see_them(world: World) -> None:
    ada, eve = await member(world, "Ada"), await member(world, "Eve")
    rule = {"name": {"eq": "Ada"}}
    permission = SetObjectPermission(role="clerk", object="workspaceMember", rights=("READ",), read_rule=rule)
    crm = await world.client.change(CreateRole(name="clerk"), permission)
    query = "subscription {said {from {id member {name}} payload}}"
    ear = await listen(world, crm.acting_as("clerk").caller, query=query)

    found = []
    for who in (ada, eve):
        await world.speaker(who).data(SAY, payload=str(who.user_id))
        found += await said(ear)

    assert found == [
        {"from": {"id": str(ada.user_id), "member": {"name": "Ada"}}, "payload": str(ada.user_id)},
        {"from": None, "payload": str(eve.user_id)},
    ]


async def test_nobody_says_anything_at_a_record_out_of_sight(world: World) -> None:
    crm = await clerks(world, {"employees": {"gt": 10}})
    acme = await company(world)
    clerk = crm.acting_as("clerk")

    for topic in (of(acme), of(str(uuid4()))):
        error = await clerk.error(SAY, topic=topic, payload=1)
        assert (error["code"], error["field"]) == ("NOT_FOUND", "id")


async def test_a_payload_has_a_size_and_a_depth(world: World) -> None:
    speaker = world.speaker(somebody())
    error = await speaker.error(SAY, payload="x" * 5_000)
    assert (error["code"], error["setting"]) == ("LIMIT_EXCEEDED", "ARMATURE_LIVE_MESSAGE_BYTES")

    deep: Any = 1
    for _ in range(150):
        deep = [deep]
    assert "100 levels" in (await speaker.error(SAY, payload=deep))["message"]
    literal = "[" * 150 + "]" * 150
    assert (await speaker.error(f"mutation {{say(payload: {literal})}}"))["code"] in (
        "BAD_USER_INPUT",
        "LIMIT_EXCEEDED",
    )
    assert (await speaker.error("mutation {say(payload: null)}"))["code"] == "BAD_USER_INPUT"


async def test_so_many_messages_a_second_and_no_more(migrated_database_url: str, worker_redis_url: str) -> None:
    async with opened(migrated_database_url, worker_redis_url, limits=(3, 5)) as world:
        ada, bob = world.speaker(somebody()), world.speaker(somebody())

        async def refusal(speaker: Client) -> Any:
            while not (answer := await speaker.ask(SAY, payload=1)).get("errors"):
                pass
            return answer["errors"][0]["extensions"]

        assert (await refusal(ada))["setting"] == "ARMATURE_LIVE_MESSAGES_OF_CALLER"
        many = [world.speaker(somebody()) for _ in range(100)]
        found = set()
        while "ARMATURE_LIVE_MESSAGES" not in found:
            for each in many:
                errors = (await each.ask(SAY, payload=1)).get("errors", ())
                found |= {error["extensions"]["setting"] for error in errors}
        while "errors" in await bob.ask(SAY, payload=1):
            """A second later there is room again."""


async def test_it_can_be_said_beside_what_is_written_but_not_undone(world: World) -> None:
    ear = await listen(world, somebody())
    speaker = world.speaker(somebody())
    both = 'mutation {a: say(payload: 1) createCompany(data: {name: "Acme"}) {name} b: say(payload: 2) __typename}'
    assert await speaker.data(both) == {
        "a": True,
        "createCompany": {"name": "Acme"},
        "b": True,
        "__typename": "Mutation",
    }
    payloads: list[Any] = []
    while len(payloads) < 2:
        payloads += [each["payload"] for each in await said(ear)]
    assert payloads == [1, 2]

    error = await speaker.error("mutation @atomic {say(payload: 3)}")
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "say")


@pytest.mark.parametrize(
    "query", ["{say(payload: 1)}", "subscription {say(payload: 1)}", "{said {at}}", "{presence {count}}"]
)
async def test_each_has_its_kind_of_operation(world: World, query: str) -> None:
    assert "Cannot query field" in (await world.client.error(query))["message"]
