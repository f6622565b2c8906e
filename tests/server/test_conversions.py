"""A field changes its type over /metadata, and /graphql has it at once."""

from typing import Any

import pytest

from tests.support.control_plane import Caller, Site

APPLY = """mutation($changes: [ChangeInput!]!, $dryRun: Boolean) {
  applyChangeset(changes: $changes, dryRun: $dryRun) {
    version applied statements { sql lock rewrites }
    conversions { object field fromType toType records failing examples { id value } isRefused }
  }
}"""
UPDATE = "mutation($input: UpdateFieldInput!) { updateField(input: $input) { id type settings options { value } } }"
CREATE = 'mutation { createObject(input: {nameSingular: "ticket", fields: [{name: "size", type: TEXT}]}) { id } }'


@pytest.fixture
def tickets(site: Site) -> Caller:
    """The administrator of a workspace with tickets of sizes 1, 2 and large."""
    caller = site.sign_up()
    caller.do(CREATE)
    caller.do('mutation { createTickets(data: [{size: "1"}, {size: "2"}, {size: "large"}]) { id } }', "/graphql")
    return caller


def to_number(**more: Any) -> dict[str, Any]:
    return {"object": "ticket", "field": "size", "type": "NUMBER", "settings": {"dataType": "int"}, **more}


def sizes(caller: Caller) -> list[Any]:
    return [each["size"] for each in caller.do("{ tickets { size } }", "/graphql")["tickets"]]


def test_the_same_field_has_another_type(tickets: Caller) -> None:
    ids = {each["name"]: each["id"] for each in tickets.do('{ fields(object: "ticket") { id name } }')["fields"]}
    made = tickets.do(UPDATE, input=to_number(onFailure="NULL"))["updateField"]
    assert made == {"id": ids["size"], "type": "NUMBER", "settings": {"dataType": "int"}, "options": []}
    assert sizes(tickets) == [1, 2, None]
    assert tickets.do("{ tickets(filter: {size: {gt: 1}}) { size } }", "/graphql")["tickets"] == [{"size": 2}]
    tickets.do("mutation { createTicket(data: {size: 3}) { id } }", "/graphql")


def test_a_dry_run_shows_what_does_not_fit(tickets: Caller) -> None:
    found = tickets.do(APPLY, changes=[{"updateField": to_number()}], dryRun=True)["applyChangeset"]
    (conversion,) = found["conversions"]
    (example,) = conversion.pop("examples")
    assert example["value"] == "large"
    assert conversion == {
        "object": "ticket",
        "field": "size",
        "fromType": "TEXT",
        "toType": "NUMBER",
        "records": 3,
        "failing": 1,
        "isRefused": True,
    }
    assert found["applied"] is False
    assert sizes(tickets) == ["1", "2", "large"]


def test_a_refusal_names_the_field_and_the_values(tickets: Caller) -> None:
    error = tickets.error(UPDATE, input=to_number())
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("CONFLICT", "size")
    assert error["extensions"]["inputPath"] == ["input", "type"]
    assert '1 record has a value that does not fit: "large" of ' in error["message"]
    assert sizes(tickets) == ["1", "2", "large"]


def test_history_tells_of_it_and_takes_it_back(tickets: Caller) -> None:
    tickets.do(UPDATE, input=to_number(onFailure="NULL"))
    (last,) = tickets.do("{ modelHistory(limit: 1) { version summary } }")["modelHistory"]
    assert last["summary"] == ['Change field ticket.size: type "NUMBER", onFailure "NULL", settings {"dataType":"int"}']
    tickets.do("mutation($version: Int!) { undoChangeset(version: $version) { version } }", version=last["version"])
    assert sizes(tickets) == ["1", "2", "large"]


def test_null_is_no_type(tickets: Caller) -> None:
    error = tickets.error(UPDATE, input={"object": "ticket", "field": "size", "type": None})
    assert error["extensions"]["inputPath"] == ["input", "type"]


def test_a_relation_becomes_many_to_many_and_is_read_as_one(site: Site) -> None:
    crm = site.sign_up(pack="crm")
    ada = '{firstName: "Ada", lastName: "K", company: {create: {name: "Acme"}}}'
    crm.data(f"mutation {{ createPerson(data: {ada}) {{ id }} }}")
    crm.do(
        "mutation($input: UpdateFieldInput!) { updateField(input: $input) { relation { type } } }",
        input={"object": "person", "field": "company", "name": "companies", "relationType": "MANY_TO_MANY"},
    )
    assert crm.data("{ people { companies { name people { firstName } } } }") == {
        "people": [{"companies": [{"name": "Acme", "people": [{"firstName": "Ada"}]}]}]
    }
