"""The history of a model over /metadata: who changed what, and taking it back."""

from typing import Any

import pytest

from tests.support.control_plane import Caller, Site

HISTORY = """query($limit: Int, $before: Int) {
  modelHistory(limit: $limit, before: $before) {
    version createdAt summary changes createdBy { email } createdByApiKey { name }
  }
}"""
UNDO = "mutation($version: Int!) { undoChangeset(version: $version) { version applied } }"
CREATE = """mutation($name: String!) {
  createObject(input: {nameSingular: $name, fields: [{name: "title", type: TEXT}]}) { id }
}"""
RENAME = 'mutation($id: String!) { updateObject(input: {object: $id, nameSingular: "issue"}) { id } }'
APPLY = "mutation($changes: [ChangeInput!]!) { applyChangeset(changes: $changes) { version } }"
MODEL = """{
  objects { nameSingular fields { name type isNullable settings defaultValue options { value label color } } }
}"""
KEY = 'mutation { createApiKey(input: {name: "robot", role: "admin"}) { token } }'


@pytest.fixture
def caller(site: Site) -> Caller:
    return site.sign_up()


def history(caller: Caller, **variables: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = caller.do(HISTORY, **variables)["modelHistory"]
    return found


def test_every_version_tells_who_when_and_what(site: Site, caller: Caller) -> None:
    robot = Caller(site, caller.do(KEY)["createApiKey"]["token"])
    id_ = caller.do(CREATE, name="ticket")["createObject"]["id"]
    robot.do(RENAME, id=id_)

    last, made, first = history(caller)

    assert [each["version"] for each in (last, made, first)] == [3, 2, 1]
    assert made["summary"] == ["Create object ticket with title"]
    assert made["changes"] == [
        {"createObject": {"nameSingular": "ticket", "fields": [{"name": "title", "type": "TEXT"}]}}
    ]
    assert made["createdBy"]["email"] == caller.session["user"]["email"]
    assert made["createdByApiKey"] is None
    assert last["summary"] == ["Rename object ticket to issue"]
    assert (last["createdBy"], last["createdByApiKey"]) == (None, {"name": "robot"})
    assert first["createdAt"] <= made["createdAt"] <= last["createdAt"]


def test_it_is_read_in_pages(caller: Caller) -> None:
    for name in ("a", "b", "c"):
        caller.do(CREATE, name=name)
    assert [each["version"] for each in history(caller, limit=2)] == [4, 3]
    assert [each["version"] for each in history(caller, limit=2, before=3)] == [2, 1]
    for limit in (0, -1, 201):
        assert caller.errors(HISTORY, limit=limit)[0]["extensions"]["code"] == "BAD_USER_INPUT"


def test_others_see_nothing_of_it(site: Site, caller: Caller) -> None:
    caller.do(CREATE, name="ticket")
    assert [each["version"] for each in history(site.sign_up())] == [1]
    assert site.ask(HISTORY)["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


def test_the_last_changeset_is_taken_back_at_once_and_the_history_says_so(caller: Caller) -> None:
    caller.do(CREATE, name="ticket")
    assert caller.data("{ tickets { title } }") == {"tickets": []}
    assert caller.do(UNDO, version=2)["undoChangeset"] == {"version": 3, "applied": True}
    assert "tickets" in caller.errors("{ tickets { title } }", "/graphql")[0]["message"]
    assert history(caller)[0]["summary"] == ["Undo version 2: Create object ticket with title"]
    assert history(caller)[0]["changes"] == [{"undo": {"version": 2}}]
    caller.do(UNDO, version=3)
    assert caller.data("{ tickets { title } }") == {"tickets": []}


def test_it_is_refused_where_there_are_records(caller: Caller) -> None:
    caller.do(CREATE, name="ticket")
    caller.data('mutation { createTicket(data: {title: "Kept"}) { id } }')
    [error] = caller.errors(UNDO, version=2)
    assert error["extensions"]["code"] == "CONFLICT"
    assert "1 record" in error["message"]
    assert caller.data("{ tickets { title } }") == {"tickets": [{"title": "Kept"}]}
    assert caller.errors(UNDO, version=9)[0]["extensions"]["code"] == "NOT_FOUND"


def by_name(model: Any) -> Any:
    return {each["nameSingular"]: each for each in model["objects"]}


def test_what_the_history_shows_can_be_sent_again(site: Site) -> None:
    crm, other = site.sign_up(pack="crm"), site.sign_up()
    [version] = history(crm)
    other.do(APPLY, changes=version["changes"])
    assert by_name(other.do(MODEL)) == by_name(crm.do(MODEL))


def test_a_summary_tells_names_where_ids_were_sent(caller: Caller) -> None:
    caller.do(CREATE, name="ticket")
    found = caller.do('{ object(name: "ticket") { id fields { id name } } }')["object"]
    field = next(each["id"] for each in found["fields"] if each["name"] == "title")
    rename = {"updateField": {"object": found["id"], "field": field, "name": "subject", "isNullable": False}}
    caller.do(APPLY, changes=[rename, {"deleteObject": {"object": found["id"]}}])
    assert history(caller)[0]["summary"] == [
        "Rename field ticket.title to subject, and change isNullable false",
        "Delete object ticket",
    ]
