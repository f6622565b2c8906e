"""Indexes over /metadata: asked for, looked at, deleted; and what they keep out of the data."""

from typing import Any

import pytest

from armature.metadata.indexes import MOST_INDEXES
from tests.support.control_plane import Caller, Site

CREATE = """mutation($input: CreateIndexInput!) {
  createIndex(input: $input) {
    id name type isUnique where fields { field order } state progress error job { kind state subject }
  }
}"""
DELETE = """mutation($index: String!) {
  deleteIndex(input: {object: "company", index: $index}) { indexes { name } }
}"""
INDEXES = '{ object(name: "company") { indexes { name state } } }'
APPLY = "mutation($changes: [ChangeInput!]!) { applyChangeset(changes: $changes) { version } }"
DRY_RUN = """mutation($changes: [ChangeInput!]!) {
  applyChangeset(changes: $changes, dryRun: true) { statements { sql lock isLater } }
}"""


@pytest.fixture
def caller(site: Site) -> Caller:
    return site.sign_up(pack="crm")


def index(*fields: str, **more: Any) -> dict[str, Any]:
    return {"object": "company", "fields": [{"field": each} for each in fields], **more}


def test_one_is_made_shown_and_deleted(caller: Caller) -> None:
    where = {"name": {"startsWith": "A"}, "employees": {"gt": 10}}
    given = index("name", where=where)
    given["fields"].append({"field": "employees", "order": "DESC_NULLS_LAST"})
    made = caller.do(CREATE, input=given)["createIndex"]
    assert made["name"] == "byNameEmployees"
    assert made["fields"] == [
        {"field": "name", "order": "ASC"},
        {"field": "employees", "order": "DESC_NULLS_LAST"},
    ]
    assert (made["type"], made["isUnique"], made["where"]) == ("BTREE", False, where)
    assert (made["state"], made["progress"], made["error"]) == ("BUILDING", 0, None)
    assert made["job"] == {"kind": "index", "state": "QUEUED", "subject": made["id"]}
    assert caller.do(INDEXES)["object"]["indexes"] == [{"name": "byNameEmployees", "state": "BUILDING"}]
    assert caller.do(DELETE, index=made["id"])["deleteIndex"]["indexes"] == []


def test_one_of_a_new_object_is_ready_and_keeps_its_word(caller: Caller) -> None:
    ticket = {
        "nameSingular": "ticket",
        "fields": [{"name": "code", "type": "TEXT"}, {"name": "year", "type": "NUMBER"}],
    }
    unique = index("code", "year", object="ticket", isUnique=True)
    caller.do(APPLY, changes=[{"createObject": ticket}, {"createIndex": unique}])
    (made,) = caller.do('{ object(name: "ticket") { indexes { name state } } }')["object"]["indexes"]
    assert made == {"name": "byCodeYear", "state": "READY"}

    create = 'mutation { createTicket(data: {code: "A", year: 1}) { id } }'
    first = caller.data(create)["createTicket"]["id"]
    error = caller.error(create, "/graphql")
    assert error["extensions"]["code"] == "CONFLICT"
    assert error["message"] == "data.code: another Ticket already has this code and this year."
    assert "unique together" in error["extensions"]["hint"]
    caller.data('mutation { createTicket(data: {code: "A", year: 2}) { id } }')
    caller.data("mutation($id: ID!) { deleteTicket(id: $id) { id } }", id=first)
    caller.data(create)  # of those that are not deleted, it is the only one


def test_a_dry_run_tells_what_a_job_will_do(caller: Caller) -> None:
    (planned,) = caller.do(DRY_RUN, changes=[{"createIndex": index("name")}])["applyChangeset"]["statements"]
    assert planned["sql"].startswith("CREATE INDEX CONCURRENTLY")
    assert planned["isLater"] is True
    assert caller.do(INDEXES)["object"]["indexes"] == []


def test_all_that_is_wrong_is_told_at_once(caller: Caller) -> None:
    changes = [{"createIndex": index("nmae")}, {"createIndex": index("name", where={"nmae": {"eq": "x"}})}]
    paths = [each["extensions"]["inputPath"] for each in caller.errors(APPLY, changes=changes)]
    assert paths == [
        ["changes", 0, "createIndex", "fields", 0, "field"],
        ["changes", 1, "createIndex", "where", "nmae"],
    ]


def test_there_is_a_limit(caller: Caller) -> None:
    changes = [
        {"createIndex": index("name", name=f"i{number}", where={"name": {"eq": f"{number}"}})}
        for number in range(MOST_INDEXES + 1)
    ]
    assert caller.error(APPLY, changes=changes)["extensions"]["code"] == "LIMIT_EXCEEDED"


def test_history_tells_of_them(caller: Caller) -> None:
    caller.do(CREATE, input=index("name", isUnique=True))
    caller.do(DELETE, index="byName")
    history = caller.do("{ modelHistory(limit: 2) { summary changes } }")["modelHistory"]
    assert [each["summary"] for each in history] == [
        ["Delete index company.byName"],
        ["Create unique index of company over name"],
    ]
    caller.do(APPLY, changes=history[1]["changes"])
    assert caller.do(INDEXES)["object"]["indexes"] == [{"name": "byName", "state": "BUILDING"}]
