"""What was deleted says when it is purged, and is purged at once where somebody asks for it."""

from datetime import datetime, timedelta

import pytest

from tests.support.control_plane import Caller, Site

DELETED = """{ object(name: "company") {
  purgeAfter fields(withDeleted: true) { name deletedAt purgeAfter }
} }"""
DELETE = 'mutation { deleteField(input: {object: "company", field: "employees"}) { id } }'
PURGE = 'mutation { purgeField(input: {object: "company", field: "employees"}) { version applied } }'
PURGE_OBJECT = 'mutation { purgeObject(input: {object: "task"}) { version applied } }'


@pytest.fixture
def caller(site: Site) -> Caller:
    return site.sign_up(pack="crm")


def test_a_deleted_field_tells_when_it_goes(caller: Caller) -> None:
    caller.do(DELETE)
    company = caller.do(DELETED)["object"]
    assert company["purgeAfter"] is None
    (field,) = [each for each in company["fields"] if each["name"] == "employees"]
    kept = datetime.fromisoformat(field["purgeAfter"]) - datetime.fromisoformat(field["deletedAt"])
    assert kept == timedelta(days=30)


def test_one_is_purged_at_once(caller: Caller) -> None:
    assert caller.error(PURGE)["extensions"] == {"code": "NOT_FOUND", "inputPath": ["input", "field"]}
    caller.do(DELETE)
    version = caller.do(PURGE)["purgeField"]["version"]
    assert version == 3
    assert "employees" not in {each["name"] for each in caller.do(DELETED)["object"]["fields"]}
    history = caller.do("{ modelHistory(limit: 1) { version summary } }")["modelHistory"]
    assert history == [{"version": 3, "summary": ["Purge field company.employees"]}]
    refused = caller.error("mutation { undoChangeset(version: 3) { version } }")
    assert refused["extensions"]["code"] == "CONFLICT"


def test_an_object_is_purged_at_once(caller: Caller) -> None:
    assert caller.error(PURGE_OBJECT)["extensions"]["code"] == "NOT_FOUND"
    caller.do('mutation { deleteObject(input: {object: "task"}) { id } }')
    assert caller.do(PURGE_OBJECT)["purgeObject"]["applied"]
    caller.do('mutation { createObject(input: {nameSingular: "task"}) { id } }')
    assert caller.data("{ tasks { id } }") == {"tasks": []}
