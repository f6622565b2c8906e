"""From a folder with nothing in it to a colleague who sees their own records and nothing else."""

import email
import time
from collections.abc import Iterator
from email import policy
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.command_line import Up, upped
from tests.support.mail_server import token_in
from tests.support.servers import make_folder, remove_folder
from tests.support.signing_in import App

PASSWORD = "battery staple horse correct"

OWN_ONLY = """mutation { applyChangeset(changes: [
  {createRole: {name: "seller", label: "Seller"}}
  {setObjectPermission: {role: "seller", object: "company", rights: [READ, CREATE, UPDATE],
    readRule: {createdBy: {userId: {eq: "$me.id"}}}}}
]) { version } }"""


@pytest.fixture(scope="module")
def up() -> Iterator[Up]:
    made = make_folder()
    with upped(made) as running:
        yield running
    remove_folder(made)


def ask(up: Up, query: str, token: str | None = None, path: str = "/metadata", **variables: Any) -> Any:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    body = {"query": query, "variables": variables}
    answer = httpx2.post(f"{up.ready['url']}{path}", json=body, headers=headers, timeout=None).json()
    assert "errors" not in answer, answer["errors"]
    return answer["data"]


def mailed(folder: Path) -> str:
    """The token of the newest mail, which `armature up` writes as a file."""
    while not (files := sorted((folder / "mail").glob("*.eml"))):
        time.sleep(0.02)
    return token_in(email.message_from_bytes(files[-1].read_bytes(), policy=policy.default))


def test_a_colleague_is_invited_by_mail_signs_in_with_an_app_and_sees_their_own_records(up: Up) -> None:
    key = up.ready["apiKey"]
    ask(up, OWN_ONLY, key)
    ask(up, 'mutation { invite(input: {role: "seller", email: "grace@example.com"}) { token } }', key)
    given = {"email": "grace@example.com", "password": PASSWORD, "invitation": mailed(up.printed.parent)}
    session = ask(up, "mutation($i: SignUpInput!) { signUp(input: $i) { accessToken } }", i=given)["signUp"]
    begun = ask(
        up, "mutation($p: String) { beginTotp(input: {password: $p}) { secret } }", session["accessToken"], p=PASSWORD
    )
    app = App(begun["beginTotp"]["secret"])
    ask(up, "mutation($c: String!) { confirmTotp(code: $c) }", session["accessToken"], c=app.code())
    ask(up, "mutation { signOut }", session["accessToken"])

    credentials = {"email": "grace@example.com", "password": PASSWORD, "code": app.code()}
    signed_in = ask(up, "mutation($i: SignInInput!) { signIn(input: $i) { accessToken } }", i=credentials)["signIn"]
    grace = signed_in["accessToken"]

    seen = "{ companies { name } companiesAggregate { count } }"
    assert ask(up, seen, grace, "/graphql") == {"companies": [], "companiesAggregate": {"count": 0}}
    ask(up, 'mutation { createCompany(data: {name: "Her own"}) { id } }', grace, "/graphql")
    assert ask(up, seen, grace, "/graphql") == {"companies": [{"name": "Her own"}], "companiesAggregate": {"count": 1}}
    assert ask(up, "{ companiesAggregate { count } }", key, "/graphql")["companiesAggregate"]["count"] > 1


def test_a_key_for_two_stored_operations_runs_them_and_nothing_else(up: Up) -> None:
    key = up.ready["apiKey"]
    texts = {
        "count": "{ companiesAggregate { count } }",
        "first": "{ companies(limit: 1) { name } }",
        "not its": "{ people(limit: 1) { id } }",
    }
    for name, text in texts.items():
        store = "mutation($i: CreateDocumentInput!) { createDocument(input: $i) { id } }"
        ask(up, store, key, i={"name": name, "text": text})
    role = {"name": "screen", "rights": ["READ"], "documentsOnly": True, "documents": ["count", "first"]}
    ask(up, "mutation($i: CreateRoleInput!) { createRole(input: $i) { name } }", key, i=role)
    made = ask(up, 'mutation { createApiKey(input: {name: "Screen", role: "screen"}) { token } }', key)["createApiKey"]
    headers = {"authorization": f"Bearer {made['token']}"}

    def run(**body: Any) -> Any:
        return httpx2.post(f"{up.ready['url']}/graphql", json=body, headers=headers, timeout=None).json()

    assert run(documentId="count")["data"]["companiesAggregate"]["count"] > 1
    assert len(run(documentId="first")["data"]["companies"]) == 1
    assert "data" not in run(documentId="not its")
    for other in ("{ companies(limit: 1) { name } }", "{ __schema { types { name } } }", "{ __typename }"):
        assert "data" not in run(query=other), other
