"""Receivers that fail in every way, workers that die: what is told gets there, in order, with the same id."""

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from msgspec.structs import replace
from starlette.responses import JSONResponse, Response

from armature.migrations.workspace.set_aside import resume, suspend
from armature.webhooks import round as round_module
from armature.webhooks import sending
from armature.webhooks.ledger import _WRITE
from armature.webhooks.patience import FAILING_FROM, MOST_ATTEMPTS
from armature.webhooks.turn import Turn
from armature.workers import couriers
from tests.server.test_webhook_deliveries import CREATE as COMPANY
from tests.server.test_webhook_deliveries import UPDATE, company
from tests.support.asked import listened_to
from tests.support.control_plane import SECRET_KEY, Site
from tests.support.receiver import (
    Got,
    Receiver,
    answering_once,
    endless,
    pretending,
    receiver,
    redirect,
    resetting,
    status,
    taken,
)
from tests.support.self_signed import self_signed
from tests.support.telling import LOOPBACK, POOL, Teller, Told, telling, worker_settings

CHANCE = random.Random(20_261_121)  # noqa: S311

ENABLE = "mutation($webhook: ID!) { updateWebhook(input: {webhook: $webhook, isEnabled: true}) { disabledReason } }"
REDELIVER = "mutation($delivery: ID!) { redeliver(delivery: $delivery) { id state attemptCount } }"
REDELIVER_ALL = "mutation($input: RedeliverAllInput!) { redeliverAll(input: $input) }"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
async def still(site: Site) -> AsyncIterator[Teller]:
    """Nothing is delivered until the test lets it."""
    caller = await asyncio.to_thread(site.sign_up, pack="crm")
    async with telling(site, caller) as found:
        yield found


@pytest.fixture
async def teller(still: Teller) -> AsyncIterator[Teller]:
    async with still.webhooks.running():
        yield still


async def test_what_fails_is_sent_again_with_the_same_id_and_body(teller: Teller, there: Receiver) -> None:
    there.answer = status(500)
    webhook = await teller.new(there.url, "company.created")
    await company(teller)
    await webhook.until_tried(1)
    there.answer = taken
    await webhook.hurry()
    (delivery,) = await webhook.until_settled(1)
    assert delivery["state"] == "DELIVERED"
    assert [each["status"] for each in delivery["attempts"]] == [500, 204]
    assert delivery["attempts"][0]["responseBody"] == "what I say"
    assert {each.id for each in there.got} == {delivery["id"]}
    assert there.got[0].body == there.got[1].body
    assert there.got[0].headers["webhook-timestamp"] <= there.got[1].headers["webhook-timestamp"]


async def test_what_never_gets_through_is_dead_and_can_be_sent_again(teller: Teller, there: Receiver) -> None:
    there.answer = status(400)
    webhook = await teller.new(there.url, "company.created", ordering="PARALLEL")
    await company(teller)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        await webhook.until_tried(attempt)
        await webhook.hurry()
    (dead,) = await webhook.until_settled(1)
    assert (dead["state"], dead["attemptCount"]) == ("DEAD", MOST_ATTEMPTS)
    assert dead["error"] == "It answered with the status 400."

    there.answer = taken
    again = await asyncio.to_thread(teller.caller.do, REDELIVER, delivery=dead["id"])
    assert again["redeliver"] == {"id": dead["id"], "state": "WAITING", "attemptCount": 0}
    await webhook.until(lambda log: log[0]["state"] == "DELIVERED")
    assert {each.id for each in there.got} == {dead["id"]}


async def test_what_waits_for_one_before_it_gathers_more(still: Teller, there: Receiver) -> None:
    there.answer = status(500)
    webhook = await still.new(there.url, "company.updated", debounce=3_600)
    id_ = await company(still)
    for employees in (1, 2, 3):
        await still.do(UPDATE, id=id_, data={"employees": employees})
        await webhook.hurry()
        async with still.webhooks.running():
            await webhook.until_tried(employees)
    assert [each["events"] for each in await webhook.log()] == [1, 2]

    there.answer = taken
    async with still.webhooks.running():
        while [each["state"] for each in await webhook.log()] != 2 * ["DELIVERED"]:
            await webhook.hurry()
    assert [each.json["data"]["after"]["employees"] for each in there.got[-2:]] == [1, 3]


async def test_a_range_is_sent_again(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "company.created")
    for _ in range(3):
        await company(teller)
    log = await webhook.until_settled(3)
    earliest = "SELECT min(at) FROM armature.deliveries WHERE webhook_id = $1::text::uuid"
    since = (await teller.run(earliest, webhook.id))[0][0]
    given = {"webhook": webhook.id, "since": since.isoformat()}
    for states, count in (([], 3), (["DEAD"], 0)):
        found = await asyncio.to_thread(teller.caller.do, REDELIVER_ALL, input={**given, "states": states})
        assert found["redeliverAll"] == count
        await webhook.until(lambda log: all(each["state"] == "DELIVERED" for each in log))
    assert sorted(each.id for each in there.got) == sorted(2 * [each["id"] for each in log])


async def test_a_record_is_told_in_order_and_others_do_not_wait(teller: Teller, there: Receiver) -> None:
    late: list[str] = []
    there.answer = lambda got: status(500)(got) if got.json["data"]["id"] in late else taken(got)
    ordered = await teller.new(f"{there.url}/ordered", "company.updated")
    parallel = await teller.new(f"{there.url}/parallel", "company.updated", ordering="PARALLEL")
    first, other = await company(teller), await company(teller)
    late.append(first)
    for number, id_ in enumerate((first, first, other), 1):
        await teller.do(UPDATE, id=id_, data={"employees": number})
    await ordered.until(lambda log: {each["record"] for each in log if each["attempts"]} == {first, other})
    await parallel.until_tried(3)
    told = {(each.json["data"]["id"], each.json["data"]["position"]) for each in there.at("/ordered")}
    begun = min(position for _, position in told)
    assert told == {(first, begun), (other, begun + 2)}
    late.clear()
    while [each["state"] for each in await ordered.log()] != 3 * ["DELIVERED"]:
        await ordered.hurry()
    positions = [each.json["data"]["position"] for each in there.at("/ordered") if each.json["data"]["id"] == first]
    again = len(positions) - 1
    assert again >= 2  # it may have been tried in between as well
    assert positions == [*[begun] * again, begun + 1]


async def test_who_asks_to_wait_is_waited_for(teller: Teller, there: Receiver) -> None:
    there.answer = status(429, retry_after="40000")
    webhook = await teller.new(there.url, "company.created", concurrency=1)
    await company(teller)
    await webhook.until_tried(1)
    await company(teller)
    (row,) = await teller.run(
        """SELECT min(d.due_at) > now() + interval '11 hours' AND min(open_until) > now() + interval '11 hours'
        FROM armature.deliveries d JOIN armature.webhook_endpoints e USING (webhook_id)
        WHERE d.webhook_id = $1::text::uuid AND attempts = 1""",
        webhook.id,
    )
    assert row[0]
    assert len(there.got) == 1


async def attempt(teller: Teller, url: str) -> Any:
    """What became of the first attempt of telling that url."""
    webhook = await teller.new(url, "company.created")
    await company(teller)
    (delivery,) = await webhook.until_tried(1)
    return delivery


async def test_a_receiver_that_hangs_is_given_up(
    teller: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.3)
    there.is_held = True
    delivery = await attempt(teller, there.url)
    assert (delivery["state"], delivery["attempts"][0]["status"]) == ("WAITING", None)
    assert "did not answer" in delivery["error"]


async def test_a_connection_that_breaks_off_is_a_failure(teller: Teller) -> None:
    with resetting() as url:
        delivery = await attempt(teller, url)
    assert "broke off" in delivery["error"]


async def test_a_connection_that_breaks_off_when_it_is_used_again_is_no_failure(still: Teller) -> None:
    asked: list[bytes] = []
    with answering_once(asked) as url:
        webhook = await still.new(url, "person.created", concurrency=1)
        await dead(still, webhook, 3)
        async with still.webhooks.running():
            log = await webhook.until_settled(3)
    assert [[each["status"] for each in one["attempts"]] for one in log] == [[204], [204], [204]]
    assert len(asked) == 3


async def test_an_answer_without_end_is_taken_and_cut(teller: Teller, there: Receiver) -> None:
    there.answer = endless
    delivery = await attempt(teller, there.url)
    assert delivery["state"] == "DELIVERED"
    assert len(delivery["attempts"][0]["responseBody"]) == sending.MOST_KEPT


async def test_redirects_lead_nowhere(teller: Teller, there: Receiver) -> None:
    there.answer = redirect("http://169.254.169.254/latest/meta-data/")
    delivery = await attempt(teller, there.url)
    assert (delivery["state"], delivery["attempts"][0]["status"]) == ("WAITING", 307)
    assert "redirects are not followed" in delivery["error"]


async def test_who_cannot_prove_who_they_are_is_told_nothing(teller: Teller, there: Receiver) -> None:
    delivery = await attempt(teller, there.url.replace("http://", "https://"))
    assert "could not be reached" in delivery["error"]
    assert there.got == []


async def test_who_shows_a_certificate_of_their_own_is_told_nothing(teller: Teller, tmp_path: Path) -> None:
    read: list[bytes] = []
    with pretending(self_signed(tmp_path), read) as url:
        delivery = await attempt(teller, url)
    assert "self-signed certificate" in delivery["error"]
    assert b"".join(read) == b""


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "169.254.169.254", "10.1.2.3"])
async def test_nothing_private_is_called(site: Site, there: Receiver, host: str) -> None:
    caller = await asyncio.to_thread(site.sign_up, pack="crm")
    given = replace(worker_settings(site), outbound_networks=())
    async with telling(site, caller, given) as teller, teller.webhooks.running():
        delivery = await attempt(teller, there.url.replace("127.0.0.1", host))
    assert "not a public one, nor in ARMATURE_OUTBOUND_NETWORKS" in delivery["error"]
    assert there.got == []


async def test_headers_are_sent_and_secret_ones_are_in_no_log(
    teller: Teller, there: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = [{"name": "authorization", "value": "hunter2"}, {"name": "x-team", "value": "a", "isSecret": False}]
    there.answer = status(204, set_cookie="hunter3=1", x_own="yes")
    webhook = await teller.new(f"{there.url}/hook?code=hunter4", "company.created", headers=headers)
    await company(teller)
    (delivery,) = await webhook.until_settled(1)
    assert delivery["attempts"][0]["url"] == f"{there.url}/hook?code=(secret)"
    assert (there.got[0].headers["authorization"], there.got[0].headers["x-team"]) == ("hunter2", "a")
    shown = delivery["attempts"][0]
    assert (shown["requestHeaders"]["authorization"], shown["requestHeaders"]["x-team"]) == ("(secret)", "a")
    assert shown["requestHeaders"]["webhook-id"] == delivery["id"]
    assert shown["responseHeaders"]["x-own"] == "yes"
    rows = await teller.run("SELECT (to_jsonb(a) - 'url')::text FROM armature.delivery_attempts a")
    logged = "".join([capsys.readouterr().out, *(row[0] for row in rows)])
    assert "hunter" not in logged
    assert webhook.secret.removeprefix("whsec_") not in logged


def echo(got: Got) -> Response:
    """As servers for trying out webhooks do."""
    return JSONResponse({"url": got.url, "headers": got.headers}, 500, {"x-echo": got.headers["authorization"]})


async def test_an_answer_that_repeats_secrets_is_in_the_log_without_them(teller: Teller, there: Receiver) -> None:
    there.answer = echo
    values = {"authorization": "Bearer hunter2", "x-key": 'hunter"3'}
    headers = [{"name": name, "value": value} for name, value in values.items()]
    webhook = await teller.new(f"{there.url}/hook?code=hunter%204", "company.created", headers=headers)
    await company(teller)
    (delivery,) = await webhook.until_tried(1)
    (shown,) = delivery["attempts"]
    assert "(secret)" in shown["responseBody"]
    assert shown["responseHeaders"]["x-echo"] == "(secret)"
    rows = await teller.run("SELECT (to_jsonb(a) - 'url')::text FROM armature.delivery_attempts a")
    assert "hunter" not in json.dumps([shown, *(row[0] for row in rows)])


async def dead(teller: Teller, webhook: Told, count: int) -> None:
    """So many deliveries, due."""
    await teller.run(
        """INSERT INTO armature.deliveries (webhook_id, type, subject, position, at, payload, state)
        SELECT $1::text::uuid, 'test', uuidv7(), number, now(), '{}', 'WAITING'
        FROM generate_series(1, $2::int) number""",
        webhook.id,
        count,
    )
    await webhook.hurry()


async def test_ten_thousand_to_a_dead_receiver_delay_no_other(still: Teller, there: Receiver) -> None:
    there.answer = lambda got: status(500)(got) if got.path == "/dead" else taken(got)
    first = await still.new(f"{there.url}/dead", "person.created")
    well = await still.new(f"{there.url}/well", "company.created")
    await dead(still, first, 10_000)
    async with still.webhooks.running():
        for _ in range(10):
            await company(still)
        await well.until_settled(10)
        assert len(there.at("/well")) == 10
        assert len(there.at("/dead")) <= FAILING_FROM + 8 + 2  # those under way at once, and one or two that tried


async def test_a_workspace_whose_receivers_all_hang_leaves_room_for_others(
    still: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "AT_ONCE", 6)
    monkeypatch.setattr(couriers, "OF_A_WORKSPACE", 2)
    monkeypatch.setattr(couriers, "AT_A_TIME", 1)
    other = Teller(still.db, still.webhooks, await asyncio.to_thread(still.caller.site.sign_up, pack="crm"))
    with receiver() as hanging:
        hanging.is_held = True
        for number in range(8):
            await still.new(f"{hanging.url}/{number}", "company.created")
        well = await other.new(there.url, "company.created")
        await company(still)
        async with still.webhooks.running():
            while len(hanging.got) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            await company(other)
            await well.until_settled(1)
            assert len(hanging.got) == 2
            hanging.is_held = False
            while len(hanging.got) < 8:  # noqa: ASYNC110
                await asyncio.sleep(0.02)


async def test_many_are_told_with_few_statements(
    still: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(round_module, "MOMENT", 60)  # it looks when most is done, however long a machine takes for that
    webhook = await still.new(there.url, "person.created")
    await dead(still, webhook, 400)
    asked = await listened_to(still.db, POOL)
    left = "SELECT count(*) FROM armature.deliveries WHERE webhook_id = $1::text::uuid AND state = 'WAITING'"
    async with still.webhooks.running():
        while (await still.run(left, webhook.id))[0][0]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    del asked[left], asked[_WRITE]  # what got through together is written together
    assert sorted(each.id for each in there.got) == sorted({each.id for each in there.got})
    assert len(there.got) == 400
    assert asked.total() < 100


WELL = {"failingSince": None, "leftAloneUntil": None}


async def fares(teller: Teller, webhook: Told) -> Any:
    query = f'{{ webhook(id: "{webhook.id}") {{ {" ".join(WELL)} }} }}'
    return (await asyncio.to_thread(teller.caller.do, query))["webhook"]


async def test_a_receiver_that_fails_is_left_alone_and_then_tried_with_one(still: Teller, there: Receiver) -> None:
    there.answer = status(503)
    webhook = await still.new(there.url, "person.created", concurrency=5)
    await dead(still, webhook, 50)
    assert await fares(still, webhook) == WELL
    async with still.webhooks.running():
        while (badly := await fares(still, webhook))["leftAloneUntil"] is None:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert badly["failingSince"] < badly["leftAloneUntil"]
    tried = len(there.got)
    assert FAILING_FROM <= tried < 50
    free = "SELECT holder IS NULL AND due_at <= now() FROM armature.webhook_endpoints WHERE webhook_id = $1::text::uuid"
    assert (await still.run(free, webhook.id))[0][0]
    there.is_held = True
    await webhook.hurry()
    async with still.webhooks.running():
        while len(there.got) == tried:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.3)
        assert len(there.got) == tried + 1
        there.answer, there.is_held = taken, False
        await webhook.hurry()
        await webhook.until_settled(50)
    assert await fares(still, webhook) == WELL


async def test_what_was_taken_ahead_is_not_sent_once_somebody_else_looks_after_it(
    still: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(couriers, "HEARTBEAT", 0.05)
    webhook = await still.new(there.url, "person.created", concurrency=1)
    await dead(still, webhook, 5)
    there.is_held = True
    async with still.webhooks.running():
        while not there.got:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        courier = still.webhooks._courier
        assert courier is not None
        mine = courier._rounds[UUID(webhook.id)]
        await still.run(
            """UPDATE armature.webhook_endpoints SET holder = uuidv7(), lease_until = now() + interval '1 hour'
            WHERE webhook_id = $1::text::uuid""",
            webhook.id,
        )
        while mine._is_ours():  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        there.is_held = False
        while UUID(webhook.id) in courier._rounds:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert len(there.got) == 1
    assert [each["state"] for each in await webhook.log()].count("WAITING") == 4


async def test_what_was_taken_ahead_is_not_sent_once_the_workspace_is_away(
    still: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[Turn] = []

    class Noted(Turn):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            turns.append(self)

    monkeypatch.setattr(round_module, "Turn", Noted)
    webhook = await still.new(there.url, "person.created", concurrency=1)
    await dead(still, webhook, 5)
    there.is_held = True
    workspace_id = UUID(still.caller.workspace_id)
    async with still.webhooks.running():
        while not there.got:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        await suspend(still.db, workspace_id)
        (turn,) = [each for each in turns if str(each.target.webhook.id) == webhook.id]
        while not turn.is_over:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        there.is_held = False
        held = "SELECT count(holder) FROM armature.webhook_endpoints WHERE webhook_id = $1::text::uuid"
        while (await still.run(held, webhook.id))[0][0]:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert len(there.got) == 1
        await resume(still.db, workspace_id)
        await webhook.until_settled(5)
    assert len(there.got) == 5


async def test_after_days_without_success_it_is_switched_off(teller: Teller, there: Receiver) -> None:
    there.answer = status(500)
    webhook = await teller.new(there.url, "company.created")
    await company(teller)
    await webhook.until_tried(1)
    await teller.run(
        """UPDATE armature.webhook_endpoints SET failing_since = now() - interval '73 hours'
        WHERE webhook_id = $1::text::uuid""",
        webhook.id,
    )
    await company(teller)
    log = await webhook.until_settled(2)
    assert [each["state"] for each in log] == ["DEAD", "DEAD"]
    (shown,) = (await asyncio.to_thread(teller.caller.do, "{ webhooks { isEnabled disabledReason } }"))["webhooks"]
    assert shown == {"isEnabled": False, "disabledReason": "Nothing got through for 3 days."}
    jobs = await teller.run("SELECT kind FROM armature.jobs WHERE subject = $1::text::uuid", webhook.id)
    assert [row[0] for row in jobs] == ["webhook notice"]

    there.answer = taken
    error = await asyncio.to_thread(teller.caller.error, REDELIVER, delivery=log[0]["id"])
    assert error["extensions"]["code"] == "CONFLICT"
    assert (await asyncio.to_thread(teller.caller.do, ENABLE, webhook=webhook.id))["updateWebhook"] == {
        "disabledReason": None
    }
    given = {"webhook": webhook.id, "since": "2000-01-01T00:00:00Z"}
    assert (await asyncio.to_thread(teller.caller.do, REDELIVER_ALL, input=given))["redeliverAll"] == 2
    await webhook.until(lambda log: all(each["state"] == "DELIVERED" for each in log))


async def test_a_receiver_that_is_gone_is_told_nothing_more(teller: Teller, there: Receiver) -> None:
    there.answer = status(410)
    webhook = await teller.new(there.url, "company.created")
    await company(teller)
    await webhook.until_settled(1)
    (shown,) = (await asyncio.to_thread(teller.caller.do, "{ webhooks { disabledReason } }"))["webhooks"]
    assert "410" in shown["disabledReason"]


@contextmanager
def worker_process(site: Site) -> Iterator["subprocess.Popen[bytes]"]:
    environment = {
        **os.environ,
        "DATABASE_URL": site.database_url,
        "REDIS_URL": site.redis_url,
        "ARMATURE_SECRET_KEY": SECRET_KEY,
        "ARMATURE_OUTBOUND_NETWORKS": ",".join(LOOPBACK),
    }
    process = subprocess.Popen([sys.executable, "-m", "armature", "worker"], env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_worker_killed_in_the_middle_is_replaced_and_the_message_sent_again(
    still: Teller, there: Receiver
) -> None:
    there.is_held = True
    webhook = await still.new(there.url, "company.created")
    await asyncio.to_thread(still.caller.data, 'mutation { createCompany(data: {name: "Acme"}) { id } }')
    with worker_process(still.caller.site) as process:
        while not there.got:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGKILL)
        process.wait()
    there.is_held = False
    await still.run("UPDATE armature.webhook_endpoints SET lease_until = now() WHERE holder IS NOT NULL")
    with worker_process(still.caller.site):
        (delivery,) = await webhook.until_settled(1)
    assert delivery["state"] == "DELIVERED"
    assert [each.id for each in there.got] == [delivery["id"], delivery["id"]]
    assert there.got[0].body == there.got[1].body


def write_all(teller: Teller) -> None:
    for number in range(40):
        made = teller.caller.data(COMPANY, data={"name": str(number)})["createCompany"]["id"]
        for employees in (1, 2):
            teller.caller.data(UPDATE, id=made, data={"employees": employees})


async def test_workers_killed_while_much_is_written_lose_nothing(still: Teller, there: Receiver) -> None:
    """Whole processes, with events that wait for their positions, or with deliveries under way."""
    webhook = await still.new(there.url, "company.*")
    writing = asyncio.create_task(asyncio.to_thread(write_all, still))
    for _ in range(3):
        enough = min(len(there.got) + CHANCE.randrange(1, 10), 100)
        with worker_process(still.caller.site) as process:
            while len(there.got) < enough:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            process.send_signal(signal.SIGKILL)
        await still.run("UPDATE armature.webhook_endpoints SET lease_until = now() WHERE holder IS NOT NULL")
    with worker_process(still.caller.site):
        await writing
        log = await webhook.until_settled(120)

    assert {each["state"] for each in log} == {"DELIVERED"}
    positions = [each.json["data"]["position"] for each in there.got]
    assert len({*positions}) == len({each.id for each in there.got}) == len(log) == 120
    by_record: defaultdict[str, list[int]] = defaultdict(list)
    for each in there.got:
        by_record[each.json["data"]["id"]].append(each.json["data"]["position"])
    assert all(each == sorted(each) for each in by_record.values())
    assert len(by_record) == 40
