"""Webhooks on /metadata: made, changed, read; by whom; through changes of the model."""

import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from armature.core.db import open_database
from armature.core.sealing import Sealing, secret_keys
from armature.server.auth.rotation import rotate_secrets
from tests.support.control_plane import SECRET_KEY, Caller, Site

DOCUMENTED = Path(__file__).parents[2] / "docs" / "webhooks.md"
URL = "https://receiver.example/hooks"
SHOWN = """{ id url events filter filterBefore changedFields debounce document role ordering concurrency isEnabled
  disabledReason problems headers { name value isSecret } }"""
CREATE = f"mutation($input: CreateWebhookInput!) {{ createWebhook(input: $input) {{ secret webhook {SHOWN} }} }}"
UPDATE = f"mutation($input: UpdateWebhookInput!) {{ updateWebhook(input: $input) {SHOWN} }}"
ROTATE = "mutation($input: RotateWebhookSecretInput!) { rotateWebhookSecret(input: $input) { secret } }"
LIST = f"{{ webhooks {SHOWN} }}"
DOCUMENT = "query($id: ID!) { company(id: $id) { name people { email } } }"
INTROSPECTION = 'fragment A on Query { __type(name: "Company") { name } }'


@pytest.fixture
def crm(site: Site) -> Caller:
    return site.sign_up(pack="crm")


def made(caller: Caller, **given: Any) -> Any:
    whole = {"url": URL, "events": ["company.*"], "role": "admin", **given}
    return caller.do(CREATE, input=whole)["createWebhook"]["webhook"]


def refused(caller: Caller, **given: Any) -> Any:
    whole = {"url": URL, "events": ["company.*"], "role": "admin", **given}
    return caller.error(CREATE, input=whole)


def changed(caller: Caller, webhook: Any, **given: Any) -> Any:
    return caller.do(UPDATE, input={"webhook": webhook["id"], **given})["updateWebhook"]


def test_a_webhook_is_what_it_was_made(crm: Caller) -> None:
    given = {
        "url": URL,
        "events": ["company.created", "company.updated"],
        "filter": {"employees": {"gt": 10}},
        "filterBefore": {"employees": {"lte": 10}},
        "changedFields": ["employees"],
        "debounce": 30,
        "document": DOCUMENT,
        "role": "admin",
        "ordering": "PARALLEL",
        "concurrency": 2,
    }
    headers = [{"name": "X-Team", "value": "sales", "isSecret": False}, {"name": "authorization", "value": "hunter2"}]
    new = crm.do(CREATE, input={**given, "headers": headers})["createWebhook"]

    assert new["secret"].startswith("whsec_")
    assert new["webhook"].items() >= given.items()
    assert new["webhook"]["headers"] == [
        {"name": "x-team", "value": "sales", "isSecret": False},
        {"name": "authorization", "value": None, "isSecret": True},
    ]
    assert (new["webhook"]["isEnabled"], new["webhook"]["problems"]) == (True, [])
    assert crm.do(LIST)["webhooks"] == [new["webhook"]]


def test_the_example_of_the_documentation_can_be_copied(crm: Caller) -> None:
    example = DOCUMENTED.read_text().split("```graphql\n")[1].split("```")[0]
    assert crm.do(example)["createWebhook"]["secret"].startswith("whsec_")


async def test_no_secret_is_in_the_database_or_the_audit_log(crm: Caller) -> None:
    headers = [{"name": "authorization", "value": "hunter2-hunter2"}]
    new = crm.do(CREATE, input={"url": URL, "events": ["*.*"], "role": "admin", "headers": headers})["createWebhook"]
    crm.do(ROTATE, input={"webhook": new["webhook"]["id"]})
    connection = await asyncpg.connect(crm.site.database_url)
    rows = [
        *await connection.fetch("SELECT w::text FROM armature.webhooks w"),
        *await connection.fetch("SELECT e::text FROM armature.audit_entries e WHERE action LIKE 'webhook.%'"),
    ]
    await connection.close()
    told = json.dumps([row[0] for row in rows])
    assert "webhook.created" in told
    assert "hunter2" not in told
    assert new["secret"].removeprefix("whsec_") not in told


async def test_the_servers_key_can_be_rotated(crm: Caller) -> None:
    crm.do(ROTATE, input={"webhook": made(crm)["id"]})
    made(crm)  # without a former secret
    keys = secret_keys("another key of the tests, of more than thirty-two bytes", SECRET_KEY)
    db = await open_database(crm.site.database_url)
    try:
        assert await rotate_secrets(db, Sealing(keys)) >= 5
        assert await rotate_secrets(db, Sealing(secret_keys(SECRET_KEY, keys[0].decode()))) >= 5
    finally:
        await db.close()


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"url": "ftp://x.example"}, ["url"]),
        ({"url": "https://"}, ["url"]),
        ({"url": "https://user:hunter2@x.example"}, ["url"]),
        ({"url": "http://[::1"}, ["url"]),
        ({"url": "https://x.example:99999/"}, ["url"]),
        ({"url": "https://[::1]444/"}, ["url"]),
        ({"url": "https://[fe80::1%25eth0]/"}, ["url"]),
        ({"url": "https://x%2eexample/"}, ["url"]),
        ({"url": "https://x.example\\y.example/"}, ["url"]),
        ({"url": "https://xn--~127/"}, ["url"]),
        ({"url": "https://x.example/ö"}, ["url"]),
        ({"events": []}, ["events"]),
        ({"events": ["company.*"] * 51}, ["events"]),
        ({"events": ["company.*", "company.exploded"]}, ["events", 1]),
        ({"events": ["compny.created"]}, ["events", 0]),
        ({"events": ["company"]}, ["events", 0]),
        ({"events": ["model.created"]}, ["events", 0]),
        ({"events": ["*.deleted"], "filter": {"name": {"eq": "x"}}}, ["filter"]),
        ({"events": ["company.*", "person.*"], "document": DOCUMENT}, ["document"]),
        ({"filter": {"nme": {"eq": "x"}}}, ["filter"]),
        ({"filter": {"name": {"equals": "x"}}}, ["filter", "name", "equals"]),
        ({"filter": []}, ["filter"]),
        ({"filter": {"employees": {"gt": "many"}}}, ["filter", "employees", "gt"]),
        ({"filterBefore": {"and": [{"employees": {"gt": None}}]}}, ["filterBefore", "and", 0, "employees", "gt"]),
        ({"changedFields": ["nothing"]}, ["changedFields"]),
        ({"changedFields": ["name", "people"]}, ["changedFields"]),
        ({"debounce": -1}, ["debounce"]),
        ({"concurrency": 0}, ["concurrency"]),
        ({"concurrency": 1000}, ["concurrency"]),
        ({"document": "query($id: ID!) { company(id: $id) { nme } }"}, ["document"]),
        ({"document": "{ companies { name } }"}, ["document"]),
        (
            {"document": "query($id: ID!, $x: Int) { company(id: $id) { name } companies(limit: $x) { id } }"},
            ["document"],
        ),
        ({"document": "mutation($id: ID!) { deleteCompany(id: $id) { id } }"}, ["document"]),
        ({"document": "query("}, ["document"]),
        ({"document": "subscription($id: ID!) { company(id: $id) { name } }"}, ["document"]),
        ({"document": "query($id: ID!) { company(id: $id) { name } __schema { types { name } } }"}, ["document"]),
        ({"document": "query($id: ID!) { company(id: $id) { id } ...A } " + INTROSPECTION}, ["document"]),
        ({"document": "#" * 20_001}, ["document"]),
        ({"headers": [{"name": "webhook-id", "value": "x"}]}, ["headers", 0]),
        ({"headers": [{"name": "Content-Length", "value": "0"}]}, ["headers", 0]),
        ({"headers": [{"name": "webhook_signature", "value": "v1,x"}]}, ["headers", 0]),
        ({"headers": [{"name": "Host", "value": "other.example"}]}, ["headers", 0]),
        ({"headers": [{"name": "transfer-encoding", "value": "chunked"}]}, ["headers", 0]),
        ({"headers": [{"name": "x", "value": "a\r\nb: c"}]}, ["headers", 0]),
        ({"headers": [{"name": "x: y", "value": "a"}]}, ["headers", 0]),
        ({"headers": [{"name": "x"}]}, ["headers", 0]),
        ({"headers": [{"name": "x", "value": "1"}, {"name": "X", "value": "2"}]}, ["headers", 1]),
        ({"headers": [{"name": f"x{at}", "value": "1"} for at in range(21)]}, ["headers"]),
        ({"role": "nobody"}, ["role"]),
        ({"role": "guest"}, ["role"]),
        ({"role": ""}, ["role"]),
    ],
)
def test_what_cannot_be_is_refused_where_it_stands(crm: Caller, given: Any, where: list[Any]) -> None:
    error = refused(crm, **given)
    path = error["extensions"]["inputPath"]
    assert path[-len(where) :] == where, error
    assert path[0] == "input"
    assert "hunter2" not in json.dumps(error)


def test_what_is_left_out_stays(crm: Caller) -> None:
    webhook = made(crm, filter={"name": {"eq": "x"}}, document=DOCUMENT)
    after = changed(crm, webhook, debounce=5)
    assert after == {**webhook, "debounce": 5}
    after = changed(crm, webhook, filter=None, events=["*.created"], document=None)
    assert after == {**webhook, "debounce": 5, "filter": None, "events": ["*.created"], "document": None}
    error = crm.error(UPDATE, input={"webhook": webhook["id"], "filter": {"name": {"eq": "x"}}})
    assert error["extensions"]["inputPath"] == ["input", "filter"]
    error = crm.error(UPDATE, input={"webhook": webhook["id"], "isEnabled": None})
    assert error["extensions"]["inputPath"] == ["input", "isEnabled"]


def test_secret_headers_are_kept_and_go_to_no_other_server(crm: Caller) -> None:
    webhook = made(crm, headers=[{"name": "authorization", "value": "hunter2"}])
    elsewhere = {"webhook": webhook["id"], "url": "https://elsewhere.example/"}
    kept = {**elsewhere, "headers": [{"name": "authorization"}]}
    for given in (elsewhere, kept):
        assert crm.error(UPDATE, input=given)["extensions"]["inputPath"] == ["input", "headers"]
    assert changed(crm, webhook, url=f"{URL}/other")["headers"] == webhook["headers"]
    new = [*kept["headers"], {"name": "x", "value": "y", "isSecret": False}]
    assert [each["name"] for each in changed(crm, webhook, headers=new)["headers"]] == ["x", "authorization"]
    assert changed(crm, webhook, url=elsewhere["url"], headers=[])["headers"] == []


def test_the_names_of_objects_and_fields_are_those_of_now(crm: Caller) -> None:
    made(crm, filter={"people": {"some": {"city": {"eq": "Oxford"}}}}, changedFields=["employees"])
    crm.do('mutation { updateObject(input: {object: "company", nameSingular: "firm", namePlural: "firms"}) { id } }')
    crm.do('mutation { updateField(input: {object: "firm", field: "employees", name: "heads"}) { id } }')
    crm.do('mutation { updateField(input: {object: "person", field: "city", name: "town"}) { id } }')
    (webhook,) = crm.do(LIST)["webhooks"]
    assert webhook["events"] == ["firm.*"]
    assert webhook["filter"] == {"people": {"some": {"town": {"eq": "Oxford"}}}}
    assert webhook["changedFields"] == ["heads"]
    assert webhook["problems"] == []


DELETE_FIELD = """mutation($changes: [ChangeInput!]!, $dryRun: Boolean, $anyway: Boolean) {
  applyChangeset(changes: $changes, dryRun: $dryRun, allowBrokenDocuments: $anyway) {
    version brokenDocuments { name errors } } }"""


@pytest.mark.parametrize(
    ("given", "step", "problem"),
    [
        ({"document": DOCUMENT}, {"deleteField": {"object": "person", "field": "email"}}, "email"),
        (
            {"filter": {"employees": {"gt": 1}}},
            {"deleteField": {"object": "company", "field": "employees"}},
            "employees",
        ),
        ({"changedFields": ["employees"]}, {"deleteField": {"object": "company", "field": "employees"}}, "is gone"),
        ({}, {"deleteObject": {"object": "company"}}, 'The object "company" is gone.'),
    ],
)
def test_a_change_that_breaks_a_webhook_is_told_and_refused(crm: Caller, given: Any, step: Any, problem: str) -> None:
    made(crm, **given)
    dry = crm.do(DELETE_FIELD, changes=[step], dryRun=True)["applyChangeset"]
    (broken,) = dry["brokenDocuments"]
    assert broken["name"] == f"webhook {URL}"
    assert problem in broken["errors"][0]
    assert URL in crm.error(DELETE_FIELD, changes=[step])["message"]
    crm.do(DELETE_FIELD, changes=[step], anyway=True)
    (webhook,) = crm.do(LIST)["webhooks"]
    assert problem in webhook["problems"][0]
    assert changed(crm, webhook, isEnabled=False)["isEnabled"] is False


def test_a_role_that_a_webhook_has_stays(crm: Caller) -> None:
    crm.do('mutation { createRole(input: {name: "clerk", rights: [READ]}) { name } }')
    made(crm, role="clerk")
    assert "webhooks: 1" in crm.error('mutation { deleteRole(input: {role: "clerk"}) }')["message"]


def test_who_may_not_give_a_role_makes_no_webhook_that_sees_as_much(crm: Caller) -> None:
    webhook = made(crm)
    crm.do('mutation { createRole(input: {name: "ops", rights: [READ], permissions: [WEBHOOKS]}) { name } }')
    ops = crm.new_key(role="ops")
    assert refused(ops)["extensions"]["code"] == "FORBIDDEN"
    for mutation, given in ((UPDATE, {"debounce": 1}), (ROTATE, {})):
        assert ops.error(mutation, input={"webhook": webhook["id"], **given})["extensions"]["code"] == "FORBIDDEN"
    gone = f'mutation {{ deleteWebhook(id: "{webhook["id"]}") }}'
    assert ops.error(gone)["extensions"]["code"] == "FORBIDDEN"
    own = made(ops, role="ops")
    assert ops.error(UPDATE, input={"webhook": own["id"], "role": "admin"})["extensions"]["code"] == "FORBIDDEN"


def test_what_the_query_of_a_url_says_is_told_to_those_only_who_may_change_it(crm: Caller) -> None:
    url = "https://receiver.example/hooks?code=hunter2&hunter3"
    assert made(crm, url=url)["url"] == url
    crm.do('mutation { createRole(input: {name: "ops", rights: [READ], permissions: [WEBHOOKS, AUDIT]}) { name } }')
    ops = crm.new_key(role="ops")
    (shown,) = ops.do(LIST)["webhooks"]
    assert shown["url"] == "https://receiver.example/hooks?code=(secret)&(secret)"
    log = ops.do('{ auditLog(action: "webhook.created") { after } }')["auditLog"]
    assert log[0]["after"]["url"] == "https://receiver.example/hooks?(secret)"
    step = {"deleteObject": {"object": "company"}}
    (broken,) = crm.do(DELETE_FIELD, changes=[step], dryRun=True)["applyChangeset"]["brokenDocuments"]
    assert "hunter" not in json.dumps(broken)


def test_a_filter_asks_nothing_that_the_role_does_not_see(crm: Caller) -> None:
    crm.do('mutation { createRole(input: {name: "clerk", rights: [READ]}) { name } }')
    crm.do(
        """mutation { setFieldPermission(input: {role: "clerk", object: "company", field: "employees", mayRead: false})
        { name } }"""
    )
    for given in ({"filter": {"employees": {"gt": 1}}}, {"changedFields": ["employees"]}):
        assert "employees" in refused(crm, role="clerk", **given)["message"]


def test_only_who_has_the_permission_and_is_of_the_workspace_gets_at_it(crm: Caller) -> None:
    webhook = made(crm)
    member = crm.new_key(role="member")
    other = crm.site.sign_up()
    for caller, code in ((member, "FORBIDDEN"), (other, "NOT_FOUND")):
        for query in (
            f'{{ webhook(id: "{webhook["id"]}") {{ id }} }}',
            f'mutation {{ deleteWebhook(id: "{webhook["id"]}") }}',
            f'mutation {{ rotateWebhookSecret(input: {{webhook: "{webhook["id"]}"}}) {{ secret }} }}',
            f'mutation {{ updateWebhook(input: {{webhook: "{webhook["id"]}", isEnabled: false}}) {{ id }} }}',
        ):
            assert caller.error(query)["extensions"]["code"] == code
    assert other.do(LIST)["webhooks"] == []
    assert crm.do(LIST)["webhooks"] == [webhook]


def test_what_is_deleted_is_gone(crm: Caller) -> None:
    webhook = made(crm)
    assert crm.do(f'mutation {{ deleteWebhook(id: "{webhook["id"]}") }}') == {"deleteWebhook": webhook["id"]}
    for id_ in (webhook["id"], "nothing"):
        assert crm.error(f'{{ webhook(id: "{id_}") {{ id }} }}')["extensions"]["code"] == "NOT_FOUND"


def test_an_overlap_has_bounds(crm: Caller) -> None:
    error = crm.error(ROTATE, input={"webhook": made(crm)["id"], "overlap": 10**9})
    assert error["extensions"]["inputPath"] == ["input", "overlap"]
