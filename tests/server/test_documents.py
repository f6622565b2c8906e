"""Operations that are named instead of sent: stored documents, and queries known by their hash."""

from hashlib import sha256
from typing import Any

import httpx2
import pytest
from redis import Redis

from armature.server.app import create_app
from tests.support.control_plane import Caller, Site, settings
from tests.support.serving import serving

FIELDS = '[{name: "title", type: TEXT}, {name: "size", type: NUMBER}]'
OBJECT = f'mutation {{ createObject(input: {{nameSingular: "ticket", fields: {FIELDS}}}) {{ id }} }}'
CREATE = (
    "mutation($input: CreateDocumentInput!) { createDocument(input: $input) { id name text hash operations errors } }"
)
UPDATE = "mutation($input: UpdateDocumentInput!) { updateDocument(input: $input) { name text hash } }"
DELETE = "mutation($document: String!) { deleteDocument(input: {document: $document}) { name } }"
DOCUMENTS = "{ documents { name errors } }"
APPLY = """mutation($changes: [ChangeInput!]!, $dryRun: Boolean, $allow: Boolean) {
  applyChangeset(changes: $changes, dryRun: $dryRun, allowBrokenDocuments: $allow) {
    applied version brokenDocuments { name errors }
  }
}"""
TITLES = "query Titles($size: Float) { tickets(filter: {size: {eq: $size}}) { title } }"
MAKE = 'mutation Make { createTicket(data: {title: "New", size: 1}) { title } }'


@pytest.fixture
def caller(site: Site) -> Caller:
    """The administrator of a workspace with a ticket."""
    caller = site.sign_up()
    caller.do(OBJECT)
    caller.data('mutation { createTicket(data: {title: "First", size: 1}) { id } }')
    return caller


def stored(caller: Caller, name: str = "titles", text: str = TITLES) -> dict[str, Any]:
    found: dict[str, Any] = caller.do(CREATE, input={"name": name, "text": text})["createDocument"]
    return found


def post(caller: Caller, path: str = "/graphql", **body: Any) -> httpx2.Response:
    return caller.site.http.post(f"{caller.site.url}{path}", json=body, headers=caller.headers)


def get(caller: Caller, **parameters: str) -> httpx2.Response:
    return caller.site.http.get(f"{caller.site.url}/graphql", params=parameters, headers=caller.headers)


def by_hash(text: str) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": sha256(text.encode()).hexdigest()}}


def code_of(response: httpx2.Response) -> str:
    (error,) = response.json()["errors"]
    assert isinstance(error["extensions"]["code"], str)
    return str(error["extensions"]["code"])


ANSWER = {"data": {"tickets": [{"title": "First"}]}}


# Stored documents


def test_it_is_run_by_id_name_and_hash(caller: Caller) -> None:
    document = stored(caller)
    assert document["hash"] == sha256(TITLES.encode()).hexdigest()
    assert (document["operations"], document["errors"]) == (["Titles"], [])
    for reference in (document["id"], "titles", f"sha256:{document['hash']}"):
        assert post(caller, documentId=reference, variables={"size": 1}).json() == ANSWER
        assert get(caller, documentId=reference, variables='{"size": 1}').json() == ANSWER
    assert post(caller, extensions=by_hash(TITLES), variables={"size": 1}).json() == ANSWER


def test_an_unknown_one_is_told_by_what_named_it(caller: Caller) -> None:
    for answer in (post(caller, documentId="nothing"), get(caller, documentId="nothing")):
        extensions = answer.json()["errors"][0]["extensions"]
        assert (extensions["code"], extensions["inputPath"]) == ("NOT_FOUND", ["documentId"])


def test_one_of_several_operations_is_chosen_by_its_name(caller: Caller) -> None:
    stored(caller, text=f"{TITLES} {MAKE}")
    assert post(caller, documentId="titles", operationName="Make").json() == {
        "data": {"createTicket": {"title": "New"}}
    }
    assert get(caller, documentId="titles", operationName="Make").status_code == 405
    assert "Must provide operation name" in post(caller, documentId="titles").json()["errors"][0]["message"]


def test_a_change_and_a_deletion_are_seen_at_once(caller: Caller) -> None:
    stored(caller)
    assert post(caller, documentId="titles", variables={"size": 1}).json() == ANSWER
    text = "{ tickets { size } }"
    changed = caller.do(UPDATE, input={"document": "titles", "text": text})["updateDocument"]
    assert changed == {"name": "titles", "text": text, "hash": sha256(text.encode()).hexdigest()}
    assert post(caller, documentId="titles").json() == {"data": {"tickets": [{"size": 1}]}}
    caller.do(UPDATE, input={"document": "titles", "name": "sizes"})
    assert code_of(post(caller, documentId="titles")) == "NOT_FOUND"
    assert post(caller, documentId="sizes").json() == {"data": {"tickets": [{"size": 1}]}}
    caller.do(DELETE, document="sizes")
    assert code_of(post(caller, documentId="sizes")) == "NOT_FOUND"


def test_another_process_hears_of_it(caller: Caller, worker_redis_url: str) -> None:
    with serving(create_app(settings(caller.site.database_url, worker_redis_url))) as url:
        other = Caller(Site(url, caller.site.database_url, caller.site.http), caller.token)
        assert code_of(post(other, documentId="titles")) == "NOT_FOUND"
        stored(caller)
        while post(other, documentId="titles", variables={"size": 1}).json() != ANSWER:
            pass


def test_another_workspace_has_its_own(site: Site, caller: Caller) -> None:
    stored(caller)
    other = site.sign_up()
    other.do(OBJECT)
    assert code_of(post(other, documentId="titles")) == "NOT_FOUND"
    assert code_of(post(other, extensions=by_hash(TITLES))) == "PERSISTED_QUERY_NOT_FOUND"
    assert stored(other)["name"] == "titles"


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"name": "x", "text": "{ nothing }"}, "BAD_USER_INPUT", "text"),
        ({"name": "x", "text": "{"}, "BAD_USER_INPUT", "text"),
        ({"name": "x", "text": ""}, "BAD_USER_INPUT", "text"),
        ({"name": "x", "text": '{ tickets(filter: {title: {eq: "\x00"}}) { title } }'}, "BAD_USER_INPUT", "text"),
        ({"name": "x", "text": "{ tickets " * 40 + "}" * 40}, "LIMIT_EXCEEDED", "text"),
        ({"name": "", "text": MAKE}, "BAD_USER_INPUT", "name"),
        ({"name": "a\nb", "text": MAKE}, "BAD_USER_INPUT", "name"),
        ({"name": "sha256:00", "text": MAKE}, "BAD_USER_INPUT", "name"),
        ({"name": "0198f4d5-0000-7000-8000-000000000000", "text": MAKE}, "BAD_USER_INPUT", "name"),
        ({"name": "titles", "text": MAKE}, "CONFLICT", "name"),
        ({"name": "others", "text": TITLES}, "CONFLICT", "text"),
    ],
)
def test_what_can_not_be_stored_is_told(caller: Caller, given: dict[str, str], code: str, path: str) -> None:
    stored(caller)
    error = caller.error(CREATE, input=given)
    assert error["extensions"]["code"] == code
    assert error["extensions"]["inputPath"][-1] == path


def test_who_may_not_change_the_model_stores_nothing_and_runs_what_is_stored(caller: Caller) -> None:
    stored(caller)
    limited = caller.new_key(role="member")
    for refused in (
        limited.error(DOCUMENTS),
        limited.error(CREATE, input={"name": "x", "text": MAKE}),
        limited.error(UPDATE, input={"document": "titles", "name": "x"}),
        limited.error(DELETE, document="titles"),
        limited.error("mutation { undoChangeset(version: 2, dryRun: true) { version } }"),
    ):
        assert refused["extensions"]["code"] == "FORBIDDEN"
    assert post(limited, documentId="titles", variables={"size": 1}).json() == ANSWER


# Roles that run some of them, and nothing else


KIOSK = """mutation($documents: [String!]) {
  createRole(input: {name: "kiosk", rights: [READ], documentsOnly: true, documents: $documents}) { documents } }"""
NARROW = 'mutation($documents: [String!]) { updateRole(input: {role: "kiosk", documents: $documents}) { documents } }'


def test_a_key_runs_two_stored_operations_and_nothing_else(caller: Caller) -> None:
    size = "{ tickets { size } }"
    for name, text in (("titles", TITLES), ("sizes", size), ("secret", "{ tickets { id } }")):
        stored(caller, name, text)
    assert caller.do(KIOSK, documents=["titles", "sizes"])["createRole"] == {"documents": ["titles", "sizes"]}
    key = caller.new_key(role="kiosk")

    assert post(key, documentId="titles", variables={"size": 1}).json() == ANSWER
    assert get(key, documentId="sizes").json() == {"data": {"tickets": [{"size": 1}]}}
    digest = by_hash(size)["persistedQuery"]["sha256Hash"]
    assert post(key, documentId=f"sha256:{digest}").json() == post(key, extensions=by_hash(size)).json()
    assert post(key, extensions=by_hash(size)).json() == {"data": {"tickets": [{"size": 1}]}}

    for unknown in ("secret", "nothing"):
        answer = post(key, documentId=unknown).json()
        assert answer["errors"][0]["message"] == f'There is no stored document "{unknown}".'
        assert code_of(get(key, documentId=unknown)) == "NOT_FOUND"
    assert code_of(post(key, extensions=by_hash("{ tickets { id } }"))) == "FORBIDDEN"
    for sent in ({"query": size}, {"query": TITLES, "extensions": by_hash(TITLES[:-1])}, {"query": "{ __typename }"}):
        assert "data" not in post(key, **sent).json()


def test_which_documents_a_role_runs_is_changed_and_undone(caller: Caller) -> None:
    stored(caller)
    caller.do(KIOSK, documents=None)
    key = caller.new_key(role="kiosk")
    assert post(key, documentId="titles", variables={"size": 1}).json() == ANSWER
    caller.do(NARROW, documents=[])
    assert code_of(post(key, documentId="titles")) == "NOT_FOUND"
    version = caller.do("{ modelHistory(limit: 1) { version } }")["modelHistory"][0]["version"]
    caller.do("mutation($version: Int!) { undoChangeset(version: $version) { version } }", version=version)
    assert post(key, documentId="titles", variables={"size": 1}).json() == ANSWER


def test_documents_that_a_role_runs_are_there_and_keep_their_names(caller: Caller) -> None:
    missing = caller.error(KIOSK, documents=["titles"])
    assert (missing["extensions"]["code"], missing["extensions"]["field"]) == ("CONFLICT", "documents")
    assert '"kiosk" is restricted to the stored document "titles"' in missing["message"]
    stored(caller)
    caller.do(KIOSK, documents=["titles"])
    for refused in (
        caller.error(UPDATE, input={"document": "titles", "name": "headings"}),
        caller.error(DELETE, document="titles"),
    ):
        assert refused["message"] == missing["message"]
    assert [each["name"] for each in caller.do(DOCUMENTS)["documents"]] == ["titles"]
    caller.do(UPDATE, input={"document": "titles", "text": "{ tickets { size } }"})
    caller.do(NARROW, documents=None)
    caller.do(DELETE, document="titles")


def test_documents_are_for_roles_that_run_nothing_else(caller: Caller) -> None:
    stored(caller)
    given = 'mutation { createRole(input: {name: "kiosk", documents: ["titles"]}) { name } }'
    assert caller.error(given)["extensions"]["inputPath"] == ["input", "documents"]


def test_requests_that_mean_nothing_are_refused(caller: Caller) -> None:
    stored(caller)
    digest = sha256(MAKE.encode()).hexdigest()
    for body in (
        {},
        {"documentId": "titles", "query": TITLES},
        {"documentId": ""},
        {"documentId": "x" * 300},
        {"documentId": "a\x00b"},
        {"extensions": {"persistedQuery": {"version": 2, "sha256Hash": digest}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "abc"}}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": 7}},
    ):
        response = post(caller, **body)
        assert (response.status_code, code_of(response)) == (400, "BAD_USER_INPUT"), body
    mismatch = post(caller, query=TITLES, extensions=by_hash(MAKE))
    assert code_of(mismatch) == "BAD_USER_INPUT"
    assert "sha256Hash" in mismatch.json()["errors"][0]["message"]


# What a change of the model would break


def delete_size(**more: Any) -> dict[str, Any]:
    return {"changes": [{"deleteField": {"object": "ticket", "field": "size"}}], **more}


def test_a_change_that_would_break_one_is_refused_unless_that_is_allowed(caller: Caller) -> None:
    stored(caller)
    stored(caller, "unharmed", "{ tickets { title } }")
    error = caller.error(APPLY, **delete_size())
    assert error["extensions"]["code"] == "CONFLICT"
    assert 'would break a stored document. "titles": ' in error["message"]
    assert "allowBrokenDocuments" in error["extensions"]["hint"]
    assert caller.errors('mutation { deleteField(input: {object: "ticket", field: "size"}) { id } }') != []

    planned = caller.do(APPLY, **delete_size(dryRun=True))["applyChangeset"]
    (broken,) = planned["brokenDocuments"]
    assert broken["name"] == "titles"
    assert planned["applied"] is False

    version = caller.do(APPLY, **delete_size(allow=True))["applyChangeset"]["version"]
    errors = {each["name"]: each["errors"] for each in caller.do(DOCUMENTS)["documents"]}
    assert errors == {"titles": broken["errors"], "unharmed": []}
    assert post(caller, documentId="titles").json()["errors"][0]["message"] == broken["errors"][0]

    caller.do("mutation($version: Int!) { undoChangeset(version: $version) { version } }", version=version)
    assert [each["errors"] for each in caller.do(DOCUMENTS)["documents"]] == [[], []]


def test_a_conversion_breaks_what_filters_by_the_old_type(caller: Caller) -> None:
    stored(caller)
    change = {"updateField": {"object": "ticket", "field": "size", "type": "TEXT"}}
    planned = caller.do(APPLY, changes=[change], dryRun=True)["applyChangeset"]
    assert [each["name"] for each in planned["brokenDocuments"]] == ["titles"]


def test_what_adds_or_only_describes_breaks_nothing(caller: Caller) -> None:
    stored(caller)
    caller.do('mutation { createField(input: {object: "ticket", name: "more", type: TEXT}) { id } }')
    caller.do('mutation { updateField(input: {object: "ticket", field: "size", label: "How large"}) { id } }')


def test_an_undo_may_break_one_too(caller: Caller) -> None:
    made = caller.do(APPLY, changes=[{"createField": {"object": "ticket", "name": "more", "type": "TEXT"}}])
    version = made["applyChangeset"]["version"]
    stored(caller, "more", "{ tickets { more } }")
    undo = """mutation($version: Int!, $dryRun: Boolean, $allow: Boolean) {
      undoChangeset(version: $version, dryRun: $dryRun, allowBrokenDocuments: $allow) {
        version applied statements { sql } brokenDocuments { name }
      }
    }"""
    assert "would break a stored document" in caller.error(undo, version=version)["message"]
    planned = caller.do(undo, version=version, dryRun=True)["undoChangeset"]
    assert planned == {
        "version": version + 1,
        "applied": False,
        "statements": [],
        "brokenDocuments": [{"name": "more"}],
    }
    assert caller.do(undo, version=version, allow=True)["undoChangeset"]["applied"] is True


# Automatic persisted queries


def test_a_query_is_sent_once_and_then_known_by_its_hash(caller: Caller) -> None:
    first = post(caller, extensions=by_hash(TITLES), variables={"size": 1})
    assert first.status_code == 200
    (error,) = first.json()["errors"]
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"

    sent = post(caller, query=TITLES, extensions=by_hash(TITLES), variables={"size": 1})
    assert sent.json() == ANSWER
    assert post(caller, extensions=by_hash(TITLES), variables={"size": 1}).json() == ANSWER
    digest = by_hash(TITLES)["persistedQuery"]["sha256Hash"]
    extensions = f'{{"persistedQuery": {{"version": 1, "sha256Hash": "{digest.upper()}"}}}}'
    answer = get(caller, extensions=extensions, variables='{"size": 1}')
    assert answer.json() == ANSWER
    assert post(caller, documentId=f"sha256:{digest}").json()["errors"] != []  # it is no stored document


def test_other_processes_know_it_from_valkey(caller: Caller, worker_redis_url: str) -> None:
    text = "{ tickets { title size } }"
    post(caller, query=text, extensions=by_hash(text))
    with serving(create_app(settings(caller.site.database_url, worker_redis_url))) as url:
        other = Caller(Site(url, caller.site.database_url, caller.site.http), caller.token)
        assert post(other, extensions=by_hash(text)).json() == {"data": {"tickets": [{"title": "First", "size": 1}]}}
    with Redis.from_url(worker_redis_url) as redis:
        keys = list(redis.scan_iter(f"armature:queries:{caller.workspace_id.replace('-', '')}:*"))
        assert keys
        assert all(0 < int(str(redis.ttl(each))) <= 86_400 for each in keys)
        for each in keys:
            redis.set(each, b"{ another }")  # as if one that shares its place had come since
    with serving(create_app(settings(caller.site.database_url, worker_redis_url))) as url:
        other = Caller(Site(url, caller.site.database_url, caller.site.http), caller.token)
        assert code_of(post(other, extensions=by_hash(text))) == "PERSISTED_QUERY_NOT_FOUND"


def test_the_control_plane_asks_for_the_query(caller: Caller) -> None:
    response = post(caller, "/metadata", extensions=by_hash("{ me { id } }"))
    assert (response.status_code, code_of(response)) == (200, "PERSISTED_QUERY_NOT_SUPPORTED")
    assert post(caller, "/metadata", query="{ me { email } }", extensions=by_hash("{ me { email } }")).json()["data"]
