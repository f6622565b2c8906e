"""What webhooks are told, from a write on /graphql to the receiver, and what becomes of it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial
from uuid import UUID

import asyncpg
import pytest

from armature.core.db import Database
from armature.migrations.workspace.set_aside import bring_back, resume, set_aside, suspend
from armature.webhooks import documents, slowness
from tests.support.control_plane import Site
from tests.support.receiver import Receiver, receiver
from tests.support.telling import Teller, telling
from tests.webhooks.test_signing import by_npm, by_pypi

CREATE = "mutation($data: CompanyCreateInput!) { createCompany(data: $data) { id } }"
UPDATE = "mutation($id: ID!, $data: CompanyUpdateInput!) { updateCompany(id: $id, data: $data) { id } }"
DELETE = "mutation($id: ID!) { deleteCompany(id: $id) { id } }"
RESTORE = "mutation($id: ID!) { restoreCompany(id: $id) { id } }"
DESTROY = "mutation($id: ID!) { destroyCompany(id: $id) { id } }"


@pytest.fixture
def there() -> Iterator[Receiver]:
    with receiver() as found:
        yield found


@pytest.fixture
async def teller(site: Site) -> AsyncIterator[Teller]:
    caller = await asyncio.to_thread(site.sign_up, pack="crm")
    async with telling(site, caller) as found, found.webhooks.running():
        yield found


async def company(teller: Teller, **data: object) -> str:
    return str((await teller.do(CREATE, data={"name": "Acme", **data}))["createCompany"]["id"])


async def test_a_receiver_is_told_what_was_and_what_is(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(f"{there.url}/hook", "company.*")
    id_ = await company(teller, employees=3, annualRecurringRevenueAmountMicros="9007199254740993")
    await teller.do(UPDATE, id=id_, data={"employees": 4})
    log = await webhook.until_settled(2)

    created, updated = (each.json for each in there.got)
    assert (created["type"], updated["type"]) == ("company.created", "company.updated")
    assert created["data"]["before"] is None
    after = created["data"]["after"]
    assert (after["id"], after["name"], after["employees"]) == (id_, "Acme", 3)
    assert after["annualRecurringRevenueAmountMicros"] == "9007199254740993"
    assert after["createdBy"]["source"] == "MANUAL"
    assert after["createdAt"].endswith("+00:00")
    assert updated["data"]["changedFields"] == ["employees"]
    assert (updated["data"]["before"]["employees"], updated["data"]["after"]["employees"]) == (3, 4)
    assert updated["data"]["actor"]["source"] == "MANUAL"
    assert [each["state"] for each in log] == ["DELIVERED", "DELIVERED"]
    assert [each["id"] for each in log] == [each.id for each in there.got]


ROTATE = "mutation($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret } }"


async def test_a_receiver_verifies_it_with_the_packages_of_the_standard_through_rotations(
    teller: Teller, there: Receiver
) -> None:
    webhook = await teller.new(there.url, "company.created")
    secrets = [webhook.secret]
    for overlap in (3_600, 0):
        given = {"webhook": webhook.id, "overlap": overlap}
        made = await asyncio.to_thread(teller.caller.do, ROTATE, input=given)
        secrets.append(made["rotateWebhookSecret"]["secret"])
        await company(teller)
        await webhook.until_settled(len(secrets) - 1)

    within, after = there.got
    for verified in (by_pypi, by_npm):
        assert [verified(each, within.headers, within.body.decode()) for each in secrets] == [True, True, False]
        assert [verified(each, after.headers, after.body.decode()) for each in secrets] == [False, False, True]


async def test_the_secret_before_signs_no_longer_than_the_overlap(site: Site, there: Receiver) -> None:
    caller = await asyncio.to_thread(site.sign_up, pack="crm")
    async with telling(site, caller) as still:
        webhook = await still.new(there.url, "company.created")
        made = await asyncio.to_thread(caller.do, ROTATE, input={"webhook": webhook.id, "overlap": 3_600})
        over = "UPDATE armature.webhooks SET former_secret_until = now() WHERE id = $1::text::uuid"
        await still.run(over, webhook.id)
        await company(still)
        async with still.webhooks.running():
            await webhook.until_settled(1)

    (told,) = there.got
    both = webhook.secret, made["rotateWebhookSecret"]["secret"]
    assert [by_pypi(each, told.headers, told.body.decode()) for each in both] == [False, True]


async def test_only_what_is_wanted_is_told(teller: Teller, there: Receiver) -> None:
    ended = await teller.new(f"{there.url}/ended", "*.deleted", "company.destroyed")
    every = await teller.new(f"{there.url}/every", "*.*")
    others = await teller.new(f"{there.url}/others", "person.*", "model.changed")
    id_ = await company(teller)
    for mutation in (DELETE, RESTORE, DELETE, DESTROY):
        await teller.do(mutation, id=id_)
    await every.until_settled(5)
    await ended.until_settled(3)

    assert [each.json["type"] for each in there.at("/ended")] == [
        "company.deleted",
        "company.deleted",
        "company.destroyed",
    ]
    told = [each.json["data"] for each in there.at("/every")]
    assert [each["action"] for each in told] == ["CREATED", "DELETED", "RESTORED", "DELETED", "DESTROYED"]
    first = told[0]["position"]
    assert [each["position"] - first for each in told] == [0, 1, 2, 3, 4]
    assert told[-1]["after"] is None
    assert told[-1]["before"]["name"] == "Acme"
    assert await others.log() == []


async def test_filters_ask_what_is_and_what_was(teller: Teller, there: Receiver) -> None:
    grown = await teller.new(
        there.url, "company.updated", filter={"employees": {"gt": 10}}, filterBefore={"employees": {"lte": 10}}
    )
    known = await teller.new(there.url, "company.*", filter={"people": {"some": {"city": {"eq": "Oxford"}}}})
    moved = await teller.new(there.url, "company.updated", changedFields=["addressCity"])
    small, large = await company(teller, employees=1), await company(teller, employees=100)
    for id_ in (small, large):
        await teller.do(UPDATE, id=id_, data={"employees": 101})
    await teller.do(
        'mutation($id: ID!) { createPerson(data: {city: "Oxford", company: {connect: {id: $id}}}) { id } }', id=large
    )
    await teller.do(UPDATE, id=large, data={"addressCity": "Oxford"})

    assert [each["record"] for each in await grown.until_settled(1)] == [small]
    assert [each["record"] for each in await known.until_settled(1)] == [large]
    assert [each["record"] for each in await moved.until_settled(1)] == [large]


CLERK = """mutation {
  createRole(input: {name: "clerk"}) { name }
  person: setObjectPermission(input: {role: "clerk", object: "person", rights: [READ]}) { name }
  company: setObjectPermission(input: {role: "clerk", object: "company", rights: [READ],
    readRule: {isIdealCustomer: {eq: true}}}) { name }
  setFieldPermission(input: {role: "clerk", object: "company", field: "employees", mayRead: false}) { name }
  who: setFieldPermission(input: {role: "clerk", object: "company", field: "updatedBy", mayRead: false}) { name }
}"""


async def test_a_webhook_sees_what_its_role_does(teller: Teller, there: Receiver) -> None:
    await asyncio.to_thread(teller.caller.do, CLERK)
    clerk = await teller.new(there.url, "*.*", role="clerk")
    id_ = await company(teller, employees=1)
    await teller.do(UPDATE, id=id_, data={"isIdealCustomer": True, "employees": 2})
    await teller.do(UPDATE, id=id_, data={"employees": 3, "addressCity": "Bern"})
    await teller.do(UPDATE, id=id_, data={"isIdealCustomer": False})
    await teller.do(UPDATE, id=id_, data={"employees": 4})
    await teller.do('mutation { createTask(data: {title: "out of sight"}) { id } }')
    await clerk.until_settled(3)

    came, changed, went = (each.json["data"] for each in there.got)
    assert came["before"] is None
    assert came["after"]["isIdealCustomer"] is True
    assert changed["changedFields"] == ["addressCity"]
    assert went["after"] is None
    assert [each["actor"] for each in (came, changed, went)] == [None, None, None]
    assert went["before"]["addressCity"] == "Bern"
    assert b"employees" not in b"".join(each.body for each in there.got)


AS_CLERK = 'mutation($webhook: ID!) { updateWebhook(input: {webhook: $webhook, role: "clerk"}) { role } }'


async def test_with_another_role_nothing_is_left_of_what_the_one_before_sees(teller: Teller, there: Receiver) -> None:
    await asyncio.to_thread(teller.caller.do, CLERK)
    webhook = await teller.new(there.url, "company.*")
    waiting = await teller.new(f"{there.url}/waiting", "company.*", debounce=3_600)
    await company(teller, isIdealCustomer=True, employees=7)
    await webhook.until_settled(1)
    assert len(await waiting.log()) == 1
    for each in (webhook, waiting):
        await asyncio.to_thread(teller.caller.do, AS_CLERK, webhook=each.id)
        assert await each.log() == []
    await company(teller, isIdealCustomer=True, employees=8)
    (delivery,) = await webhook.until_settled(1)
    assert "employees" not in delivery["payload"]
    assert there.at("/waiting") == []


async def test_nobody_is_told_of_updates_that_change_nothing_they_read(teller: Teller, there: Receiver) -> None:
    await asyncio.to_thread(teller.caller.do, CLERK)
    every = await teller.new(f"{there.url}/every", "company.updated")
    clerk = await teller.new(f"{there.url}/clerk", "company.updated", role="clerk")
    id_ = await company(teller, isIdealCustomer=True)
    for data in ({"name": "Acme"}, {"employees": 2}, {}, {"addressCity": "Bern"}):
        await teller.do(UPDATE, id=id_, data=data)
    await every.until_settled(2)
    await clerk.until_settled(1)

    assert [each.json["data"]["changedFields"] for each in there.at("/every")] == [["employees"], ["addressCity"]]
    assert [each.json["data"]["changedFields"] for each in there.at("/clerk")] == [["addressCity"]]


MORPH = """mutation { createField(input: {object: "company", name: "origin", type: MORPH_RELATION, targets: ["note",
  "task"]}) { id } }"""
NOTE = 'mutation { createNote(data: {title: "n"}) { id } }'


async def test_where_a_record_leads_can_be_watched(teller: Teller, there: Receiver) -> None:
    await asyncio.to_thread(teller.caller.do, MORPH)
    webhook = await teller.new(there.url, "company.updated", changedFields=["origin"])
    id_, note = await company(teller), (await teller.do(NOTE))["createNote"]["id"]
    for data in ({"employees": 1}, {"noteId": note}, {"employees": 2}, {"noteId": None}):
        await teller.do(UPDATE, id=id_, data=data)
    await webhook.until_settled(2)
    assert [each.json["data"]["after"]["noteId"] for each in there.got] == [note, None]


DOCUMENT = "query($id: ID!) { company(id: $id) { name staff: people { email } } }"


async def test_a_document_makes_the_payload(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "company.created", document=DOCUMENT)
    id_ = await company(teller)
    await webhook.until_settled(1)
    assert there.got[0].json["data"]["record"] == {"company": {"name": "Acme", "staff": []}}
    assert there.got[0].json["data"]["id"] == id_
    assert "after" not in there.got[0].json["data"]


async def test_a_document_that_fails_is_tried_again_and_sent_when_it_does_not(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "company.created", document=DOCUMENT)
    rename = """mutation($to: String!, $from: String!) { applyChangeset(allowBrokenDocuments: true, changes: [
      {updateField: {object: "person", field: $from, name: $to}}]) { version } }"""
    caller = teller.caller
    await asyncio.to_thread(lambda: caller.do(rename, **{"from": "email", "to": "address"}))
    await company(teller)
    (failed,) = await webhook.until(lambda log: bool(log and log[0]["error"]))
    assert "email" in failed["error"]
    assert (failed["state"], failed["attempts"], there.got) == ("WAITING", [], [])
    await asyncio.to_thread(lambda: caller.do(rename, **{"from": "address", "to": "email"}))
    await webhook.hurry()
    await webhook.until_settled(1)
    assert len(there.got) == 1


async def test_a_document_whose_answer_is_too_long_is_not_sent(
    teller: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "LONGEST", 100)
    webhook = await teller.new(there.url, "company.created", document=DOCUMENT)
    await company(teller, name=100 * "x")
    (failed,) = await webhook.until(lambda log: bool(log and log[0]["error"]))
    assert "100 bytes" in failed["error"]
    assert failed["payload"] is None
    assert there.got == []


async def test_documents_that_take_for_ever_leave_connections_to_others(
    teller: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "PATIENCE", 86_400)
    slow = await teller.new(f"{there.url}/slow", "company.created", document=DOCUMENT, concurrency=32)
    well = await teller.new(f"{there.url}/well", "company.created")
    connection = await asyncpg.connect(teller.db.url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(f"LOCK workspace_{UUID(teller.caller.workspace_id).hex}.people")
        for _ in range(10):
            await company(teller)
        await well.until_settled(10)
        assert there.at("/slow") == []
        await transaction.rollback()
    finally:
        await connection.close()
    await slow.until_settled(10)


async def test_what_happens_within_the_window_is_told_as_one(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "company.*", debounce=3_600)
    id_, other = await company(teller, employees=1), await company(teller)
    for employees in (2, 3):
        await teller.do(UPDATE, id=id_, data={"employees": employees})
    assert [(each["record"], each["type"], each["events"]) for each in await webhook.log()] == [
        (id_, "company.created", 3),
        (other, "company.created", 1),
    ]
    await webhook.hurry()
    await webhook.until_settled(2)
    for employees in (4, 5):
        await teller.do(UPDATE, id=id_, data={"employees": employees})
    await teller.do(DELETE, id=id_)
    await webhook.hurry()
    await webhook.until_settled(3)

    created, deleted = (each.json for each in there.got if each.json["data"]["id"] == id_)
    assert (created["data"]["before"], created["data"]["after"]["employees"]) == (None, 3)
    assert (deleted["data"]["before"]["employees"], deleted["data"]["after"]["employees"]) == (3, 5)
    assert deleted["data"]["events"] == 3


async def test_what_is_found_together_within_the_window_is_told_as_one(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "company.updated", debounce=3_600)
    id_ = await company(teller, employees=1)
    for employees in (2, 3, 4):
        await asyncio.to_thread(teller.caller.data, UPDATE, id=id_, data={"employees": employees})
    await teller.relay()
    await webhook.hurry()
    await webhook.until_settled(1)

    (told,) = (each.json["data"] for each in there.got)
    assert (told["before"]["employees"], told["after"]["employees"], told["events"]) == (1, 4, 3)
    assert told["changedFields"] == ["employees"]


async def test_a_filter_that_postgresql_cannot_ask_switches_its_webhook_off(teller: Teller, there: Receiver) -> None:
    broken = await teller.new(there.url, "company.*", filter={"name": {"regex": "("}})
    well = await teller.new(there.url, "company.*")
    await company(teller)
    await well.until_settled(1)
    shown = await asyncio.to_thread(teller.caller.do, "{ webhooks { id isEnabled disabledReason } }")
    (off,) = [each for each in shown["webhooks"] if not each["isEnabled"]]
    assert off["id"] == broken.id
    assert "told" in off["disabledReason"]


FOR_EVER = r"^(.*)(.*)(.*)(.*)\4\3\2\1y$"


async def test_a_filter_that_takes_for_ever_holds_up_nobody_for_long(
    teller: Teller, there: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slowness, "PATIENCE", 1.0)
    well = await teller.new(there.url, "company.*")
    slow = await teller.new(there.url, "company.*", filter={"name": {"regex": FOR_EVER}})
    await asyncio.to_thread(teller.caller.data, CREATE, data={"name": 300 * "ab" + "cy"})
    for _ in range(slowness.MOST_TIMES):
        with pytest.raises(TimeoutError):
            await teller.relay()
    await teller.relay()
    await well.until_settled(1)
    shown = await asyncio.to_thread(teller.caller.do, "{ webhooks { id isEnabled disabledReason } }")
    (off,) = [each for each in shown["webhooks"] if not each["isEnabled"]]
    assert off["id"] == slow.id
    assert "too long" in off["disabledReason"]


async def test_changes_of_the_model_are_told_in_order(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "model.changed")
    for name in ("one", "two", "three"):
        add = f'mutation {{ createField(input: {{object: "company", name: "{name}", type: TEXT}}) {{ id }} }}'
        await asyncio.to_thread(teller.caller.do, add)
    await webhook.until_settled(3)
    told = [each.json["data"] for each in there.got]
    assert [each["version"] for each in told] == sorted(each["version"] for each in told)
    assert [name in json.dumps(each["summary"]) for each, name in zip(told, ("one", "two", "three"), strict=True)]


async def test_a_test_event_is_sent_and_logged(teller: Teller, there: Receiver) -> None:
    webhook = await teller.new(there.url, "company.*")
    send = "mutation($webhook: ID!) { sendTestEvent(webhook: $webhook) { id state } }"
    sent = await asyncio.to_thread(teller.caller.do, send, webhook=webhook.id)
    await webhook.until_settled(1)
    assert there.got[0].id == sent["sendTestEvent"]["id"]
    assert there.got[0].json["type"] == "test"
    off = "mutation($webhook: ID!) { updateWebhook(input: {webhook: $webhook, isEnabled: false}) { id } }"
    await asyncio.to_thread(teller.caller.do, off, webhook=webhook.id)
    error = await asyncio.to_thread(teller.caller.error, send, webhook=webhook.id)
    assert error["extensions"]["code"] == "CONFLICT"
    await company(teller)
    assert len(await webhook.log()) == 1


Change = Callable[[Database, UUID], Awaitable[None]]


@pytest.mark.parametrize(("away", "back"), [(suspend, resume), (set_aside, bring_back)])
async def test_of_a_workspace_that_is_away_nothing_is_told_until_it_is_back(
    site: Site, there: Receiver, away: Change, back: Change
) -> None:
    caller, neighbour = [await asyncio.to_thread(site.sign_up, pack="crm") for _ in range(2)]
    async with telling(site, caller) as left, telling(site, neighbour) as other:
        webhook = await left.new(f"{there.url}/left", "company.*", "model.changed")
        well = await other.new(f"{there.url}/well", "company.*")
        id_ = await company(left)
        await away(left.db, UUID(caller.workspace_id))
        async with other.webhooks.running():
            for count in range(1, 4):
                await company(other)
                await well.until_settled(count)
            assert there.at("/left") == []
            waiting = "SELECT attempts, state FROM armature.deliveries WHERE webhook_id = $1::text::uuid"
            assert [tuple(row) for row in await left.run(waiting, webhook.id)] == [(0, "WAITING")]
            await back(left.db, UUID(caller.workspace_id))
            while not there.at("/left"):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert [each.json["data"]["id"] for each in there.at("/left")] == [id_]


async def test_nobody_reads_or_sends_again_what_a_role_beyond_theirs_sees(
    site: Site, teller: Teller, there: Receiver
) -> None:
    webhook = await teller.new(there.url, "company.*")
    await company(teller)
    (delivery,) = await webhook.until_settled(1)
    ops = 'mutation { createRole(input: {name: "ops", rights: [READ], permissions: [WEBHOOKS]}) { name } }'
    await asyncio.to_thread(teller.caller.do, ops)
    keys = [await asyncio.to_thread(partial(teller.caller.new_key, role=each)) for each in ("member", "ops")]
    since = f'{{webhook: "{webhook.id}", since: "2000-01-01T00:00:00Z", states: []}}'
    for caller, code in (*((each, "FORBIDDEN") for each in keys), (await asyncio.to_thread(site.sign_up), "NOT_FOUND")):
        for query in (
            f'{{ webhookDeliveries(webhook: "{webhook.id}") {{ payload }} }}',
            f'{{ webhookDelivery(id: "{delivery["id"]}") {{ payload attempts {{ responseBody }} }} }}',
            f'mutation {{ redeliver(delivery: "{delivery["id"]}") {{ payload }} }}',
            f"mutation {{ redeliverAll(input: {since}) }}",
            f'mutation {{ sendTestEvent(webhook: "{webhook.id}") {{ id }} }}',
        ):
            error = await asyncio.to_thread(caller.error, query)
            assert error["extensions"]["code"] == code, query
    assert len(there.got) == 1
