"""By whom records were made and changed last, and in which order they stand."""

from typing import Any
from uuid import UUID

import msgspec

from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import SYSTEM, Caller
from tests.support.data_api import Client
from tests.support.small_crm import ACME, HATTER

ADA = Caller("MANUAL", "ada@example.com", user_id=UUID(int=7))
ROBOT = Caller("API", "Robot", api_key_id=UUID(int=8))
WHO = "createdBy {source name userId apiKeyId} updatedBy {source name}"
ADA_SHOWN = {"source": "MANUAL", "name": "ada@example.com", "userId": str(UUID(int=7)), "apiKeyId": None}


async def ask(client: Client, caller: Caller, query: str, **variables: Any) -> Any:
    answer = await client.api.engine.execute(Operation(query, variables), client.snapshot.workspace_id, caller)
    found = msgspec.json.decode(bytes(answer.body))
    assert "errors" not in found, found
    return found["data"]


async def test_a_record_remembers_who_made_and_who_changed_it(own_crm: Client) -> None:
    made = (await ask(own_crm, ADA, f"mutation {{createTask(data: {{}}) {{id {WHO}}}}}"))["createTask"]
    assert made["createdBy"] == ADA_SHOWN
    assert made["updatedBy"] == {"source": "MANUAL", "name": "ada@example.com"}

    update = f'mutation {{updateTask(id: "{made["id"]}", data: {{title: "x"}}) {{{WHO}}}}}'
    changed = (await ask(own_crm, ROBOT, update))["updateTask"]
    assert changed["createdBy"] == ADA_SHOWN
    assert changed["updatedBy"] == {"source": "API", "name": "Robot"}
    delete = f'mutation {{deleteTask(id: "{made["id"]}") {{{WHO}}}}}'
    assert (await ask(own_crm, SYSTEM, delete))["deleteTask"]["updatedBy"] == {"source": "SYSTEM", "name": None}


async def test_bulk_nested_and_conflicting_writes_remember_it_too(own_crm: Client) -> None:
    many = await ask(own_crm, ADA, f'mutation {{createTasks(data: [{{}}, {{title: "x"}}]) {{{WHO}}}}}')
    assert [each["createdBy"] for each in many["createTasks"]] == [ADA_SHOWN, ADA_SHOWN]

    nested = await ask(
        own_crm,
        ADA,
        "mutation ($id: ID!, $people: PersonToManyInput) {updateCompany(id: $id, data: {people: $people}) "
        '{people(filter: {updatedBy: {source: {eq: "MANUAL"}}}, orderBy: {firstName: ASC}) {firstName ' + WHO + "}}}",
        id=str(ACME),
        people={"create": [{"firstName": "N", "lastName": ""}], "connect": [{"id": str(HATTER)}]},
    )
    mad, new = nested["updateCompany"]["people"]
    assert (mad["firstName"], mad["createdBy"]["source"]) == ("Mad", "SYSTEM")
    assert (new["firstName"], new["createdBy"]) == ("N", ADA_SHOWN)

    upsert = (
        'mutation {createCompany(data: {name: "A", domainName: "acme.com"}, onConflict: {fields: [DOMAIN_NAME]}) '
        f"{{id {WHO}}}}}"
    )
    found = (await ask(own_crm, ROBOT, upsert))["createCompany"]
    assert (found["id"], found["createdBy"]["source"]) == (str(ACME), "SYSTEM")
    assert found["updatedBy"] == {"source": "API", "name": "Robot"}


async def test_nobody_writes_who_it_was_but_anybody_moves_a_record(own_crm: Client) -> None:
    answer = await own_crm.ask('mutation {createTask(data: {createdBy: {source: "EMAIL"}}) {id}}')
    assert "createdBy" in answer["errors"][0]["message"]

    first, second = [
        (await own_crm.data("mutation {createTask(data: {}) {id position}}"))["createTask"] for _ in range(2)
    ]
    assert first["position"] < second["position"]
    before = first["position"] - 1
    query = "mutation ($id: ID!, $to: Float) {updateTask(id: $id, data: {position: $to}) {position}}"
    assert (await own_crm.data(query, id=second["id"], to=before))["updateTask"]["position"] == before
