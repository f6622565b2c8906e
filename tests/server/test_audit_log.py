"""The audit log as members of a workspace see it."""

import asyncio
from uuid import UUID

import pytest

from armature.core.db import open_database
from armature.workers.relay import relay_batch
from tests.support.control_plane import Site

LOG = """query($action: String, $limit: Int! = 50, $before: Int) {
  auditLog(action: $action, limit: $limit, before: $before) {
    number action subject before after via address userAgent requestId hash user { email } apiKey { name }
  }
}"""
CREATE_OBJECT = """mutation {
  createObject(input: {nameSingular: "ticket", namePlural: "tickets", labelSingular: "T", labelPlural: "Ts"}) { id }
}"""


def test_an_administrator_sees_who_did_what_and_from_where(site: Site) -> None:
    ada = site.sign_up()
    answer = site.post(CREATE_OBJECT, "/metadata", {**ada.headers, "user-agent": "tests", "x-request-id": "r-17"})
    assert "errors" not in answer.json()
    (newest, *_) = ada.do(LOG, action="model.created")["auditLog"]
    assert newest["user"] == {"email": ada.session["user"]["email"]}
    assert newest["apiKey"] is None
    assert (newest["via"], newest["address"]) == ("api", "127.0.0.1")
    assert (newest["userAgent"], newest["requestId"]) == ("tests", "r-17")
    assert newest["after"]["summary"] != []
    assert len(newest["hash"]) == 64


def test_it_tells_of_keys_too(site: Site) -> None:
    ada = site.sign_up()
    key = ada.new_key(name="reports")
    key.do(CREATE_OBJECT)
    (newest, *_) = ada.do(LOG, action="model.created")["auditLog"]
    assert newest["user"] is None
    assert newest["apiKey"] == {"name": "reports"}
    (created,) = ada.do(LOG, action="apiKey.created")["auditLog"]
    assert key.token not in str(created)
    assert "token_hash" not in created["after"]


def test_it_tells_of_stored_documents_and_what_they_said(site: Site) -> None:
    ada = site.sign_up()
    for step in (
        'createDocument(input: {name: "who", text: "{ __typename }"}) { id }',
        'updateDocument(input: {document: "who", text: "{ a: __typename }"}) { id }',
        'deleteDocument(input: {document: "who"}) { id }',
    ):
        ada.do(f"mutation {{ {step} }}")
    log = [each for each in ada.do(LOG)["auditLog"] if each["action"].startswith("document.")]
    assert [each["action"] for each in log] == ["document.deleted", "document.updated", "document.created"]
    texts = [[each[when] and each[when]["text"] for when in ("before", "after")] for each in log]
    assert texts == [["{ a: __typename }", None], ["{ __typename }", "{ a: __typename }"], [None, "{ __typename }"]]


def test_nobody_sees_that_of_another_workspace(site: Site) -> None:
    ada, eve = site.sign_up(), site.sign_up()
    ada.do(CREATE_OBJECT)
    subjects = {each["subject"] for each in eve.do(LOG)["auditLog"] if each["action"] == "workspace.created"}
    assert subjects == {eve.workspace_id}
    assert [each["action"] for each in eve.do(LOG, action="model.created")["auditLog"]] == ["model.created"]


def test_it_is_read_in_pages(site: Site) -> None:
    ada = site.sign_up()
    for at in range(3):
        ada.new_key(name=f"key {at}")
    whole = [each["number"] for each in ada.do(LOG)["auditLog"]]
    first = [each["number"] for each in ada.do(LOG, limit=2)["auditLog"]]
    rest = [each["number"] for each in ada.do(LOG, before=first[-1])["auditLog"]]
    assert whole == first + rest == sorted(whole, reverse=True)
    assert ada.error(LOG, limit=0)["extensions"]["inputPath"] == ["limit"]


def test_who_has_not_signed_in_sees_nothing(site: Site) -> None:
    (error,) = site.ask(LOG)["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"


def test_it_is_for_those_whose_role_says_so(site: Site) -> None:
    ada = site.sign_up()
    member = ada.new_key(name="reports", role="member")
    assert member.error(LOG)["extensions"]["code"] == "FORBIDDEN"


def test_times_without_an_offset_are_utc(site: Site) -> None:
    ada = site.sign_up()
    query = "query($since: DateTime, $until: DateTime) { auditLog(since: $since, until: $until) { number } }"
    found = ada.do(query, since="2020-01-01T00:00:00", until="2199-01-01T00:00:00")["auditLog"]
    assert found == ada.do(query, since="2020-01-01T00:00:00Z")["auditLog"] != []
    assert ada.do(query, until="2020-01-01T00:00:00")["auditLog"] == []


AUDITED = """mutation {
  createObject(input: {
    nameSingular: "contract", namePlural: "contracts", isAudited: true,
    fields: [{name: "title", type: TEXT}, {name: "value", type: CURRENCY}]
  }) { isAudited }
}"""


def test_what_is_written_to_audited_records_stands_there_too(site: Site) -> None:
    ada = site.sign_up()
    assert ada.do(AUDITED) == {"createObject": {"isAudited": True}}
    ada.do('mutation { createObject(input: {nameSingular: "draft", namePlural: "drafts"}) { id } }')
    money = '{amountMicros: 5, currencyCode: "EUR"}'
    made = ada.do(f'mutation {{ createContract(data: {{title: "Rent", value: {money}}}) {{ id }} }}', "/graphql")
    id_ = made["createContract"]["id"]
    ada.do(f'mutation {{ updateContract(id: "{id_}", data: {{title: "Lease"}}) {{ id }} }}', "/graphql")
    ada.do(f'mutation {{ deleteContract(id: "{id_}") {{ id }} }}', "/graphql")
    ada.do("mutation { createDraft(data: {}) { id } }", "/graphql")
    relayed(site.database_url, ada.workspace_id)

    entries = [each for each in ada.do(LOG)["auditLog"] if each["action"].startswith("record.")]
    assert {each["subject"] for each in entries} == {f"contract/{id_}"}
    deleted, updated, created = entries
    assert [each["action"] for each in entries] == ["record.deleted", "record.updated", "record.created"]
    assert (updated["before"], updated["after"]) == ({"title": "Rent"}, {"title": "Lease"})
    assert created["after"]["value.currencyCode"] == "EUR"
    assert created["before"] is None
    assert deleted["after"]["deletedAt"]
    assert {each["user"]["email"] for each in entries} == {ada.session["user"]["email"]}
    assert all(each["requestId"] and each["via"] == "api" for each in entries)


def relayed(database_url: str, workspace_id: str) -> None:
    async def relay() -> None:
        db = await open_database(database_url)
        while (done := await relay_batch(db, UUID(workspace_id))) is None or done.batch.is_cut:
            pass
        await db.close()

    asyncio.run(relay())


KEEP = "mutation($days: Int) { updateWorkspace(input: {auditRetentionDays: $days}) { id } }"


@pytest.mark.parametrize("days", [-1, 1, 29, 36_501, 2**31 - 1])
def test_for_how_long_it_is_kept_has_bounds(site: Site, days: int) -> None:
    error = site.sign_up().error(KEEP, days=days)
    assert error["extensions"]["inputPath"] == ["input", "auditRetentionDays"]


def test_only_who_administers_says_for_how_long_it_is_kept_and_that_stands_there(site: Site) -> None:
    ada = site.sign_up()
    ada.do('mutation { createRole(input: {name: "auditor", permissions: [AUDIT, MODEL, ROLES]}) { name } }')
    for role in ("member", "guest", "auditor"):
        assert ada.new_key(role=role).error(KEEP, days=30)["extensions"]["code"] == "FORBIDDEN"
    for days in (30, None, 0):
        ada.do(KEEP, days=days)
    log = ada.do('{ auditLog(action: "workspaceSettings.updated") { before after } }')["auditLog"]
    (entry,) = [each for each in log if each["after"]["audit_retention_days"] is None]
    assert entry["before"]["audit_retention_days"] == 30
