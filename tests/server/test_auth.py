"""Who is calling: signing up and in, tokens, API keys, workspaces of one's own and of others."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import jwt
import pytest
from argon2 import PasswordHasher
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from structlog.testing import capture_logs

from armature.core.db import open_database
from armature.core.errors import ArmatureError, BadUserInput, Unauthenticated
from armature.core.notices import Listener
from armature.core.sealing import key_id
from armature.migrations.workspace.delete import delete_workspace
from armature.server.auth.access_tokens import AccessTokens
from armature.server.auth.api_keys import create_api_key, revoke_api_key
from armature.server.auth.identity import Identities, Identity, WorkspaceIdentity
from armature.server.auth.sessions import Entry, begin_session
from armature.server.auth.visit import Visit
from armature.server.control.mutations.accounts import SignInInput, SignUpInput
from armature.server.control.schema import control_schema
from tests.support.control_plane import PASSWORD, SECRET_KEY, SIGN_UP, Caller, Site

SIGN_IN = """mutation($email: String!, $password: String!) {
  signIn(input: {email: $email, password: $password}) { accessToken user { email } workspaces { name } }
}"""
REFRESH = "mutation($token: String!) { refreshTokens(refreshToken: $token) { accessToken refreshToken } }"
MODEL = "{ objects { nameSingular } }"
MEMBERS = {"nameSingular": "workspaceMember"}


def code(body: Any) -> str:
    (error,) = body["errors"]
    return str(error["extensions"]["code"])


# Signing up


def test_whoever_signs_up_has_a_workspace_and_can_use_it_at_once(site: Site) -> None:
    given = {"email": " Ada@Example.com ", "password": PASSWORD, "workspaceName": "Engines"}
    session = site.ask(SIGN_UP, input=given)["data"]["signUp"]
    assert session["user"]["email"] == "ada@example.com"
    assert [each["name"] for each in session["workspaces"]] == ["Engines"]
    assert datetime.fromisoformat(session["expiresAt"]) > datetime.now(UTC)
    headers = {"authorization": f"Bearer {session['accessToken']}"}
    created = 'mutation { createCompany(data: {name: "Analytical"}) { name } }'
    assert site.ask(created, "/graphql", headers) == {"data": {"createCompany": {"name": "Analytical"}}}


def test_a_workspace_may_begin_empty(site: Site) -> None:
    assert site.sign_up(pack=None).do(MODEL) == {"objects": [MEMBERS]}
    names = {each["nameSingular"] for each in site.sign_up(pack="crm").do(MODEL)["objects"]}
    assert names == {"workspaceMember", "company", "person", "opportunity", "note", "task"}


def test_all_that_is_wrong_with_a_sign_up_is_told_at_once(site: Site) -> None:
    body = site.ask(SIGN_UP, input={"email": "ada", "password": "short", "workspaceName": " "})
    assert body["data"] is None
    assert [each["extensions"]["inputPath"] for each in body["errors"]] == [
        ["input", "email"],
        ["input", "password"],
        ["input", "workspaceName"],
    ]
    assert {each["extensions"]["code"] for each in body["errors"]} == {"BAD_USER_INPUT"}


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({"email": "ada@"}, "email"),
        ({"email": "@example.com"}, "email"),
        ({"email": "a b@example.com"}, "email"),
        ({"email": "a@b@example.com"}, "email"),
        ({"email": "ada\0@example.com"}, "email"),
        ({"email": "a" * 65 + "@example.com"}, "email"),
        ({"email": "ada@" + "e" * 250 + ".com"}, "email"),
        ({"password": "1234567"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": "GRACE@example.com"}, "password"),
        ({"workspaceName": ""}, "workspaceName"),
        ({"workspaceName": "x" * 101}, "workspaceName"),
        ({"workspaceName": "a\0b"}, "workspaceName"),
        ({"pack": "erp"}, "pack"),
    ],
)
def test_a_sign_up_that_will_not_do_names_what_is_wrong(site: Site, given: dict[str, str], at_fault: str) -> None:
    usual = {"email": "grace@example.com", "password": PASSWORD, "workspaceName": "Navy"}
    body = site.ask(SIGN_UP, input={**usual, **given})
    assert code(body) == "BAD_USER_INPUT"
    assert body["errors"][0]["extensions"]["inputPath"] == ["input", at_fault]
    assert body["errors"][0]["extensions"]["field"] == at_fault


def test_an_email_address_signs_up_once_however_it_is_written(site: Site) -> None:
    site.sign_up("twice@example.com")
    body = site.ask(
        SIGN_UP, input={"email": "TWICE@example.com", "password": PASSWORD, "workspaceName": "Second", "pack": None}
    )
    assert code(body) == "CONFLICT"
    assert body["errors"][0]["extensions"]["field"] == "email"


# Signing in


def test_whoever_signed_up_can_sign_in(site: Site) -> None:
    site.sign_up("in@example.com", "Inside")
    session = site.ask(SIGN_IN, email="IN@example.com", password=PASSWORD)["data"]["signIn"]
    assert session["user"] == {"email": "in@example.com"}
    assert session["workspaces"] == [{"name": "Inside"}]


@pytest.mark.parametrize("password", ["wrong horse battery staple", "", "x" * 100_000, "\0"])
@pytest.mark.parametrize("email", ["known@example.com", "nobody@example.com", "", "a\0b"])
def test_a_sign_in_that_fails_tells_not_why(site: Site, email: str, password: str) -> None:
    if email == "known@example.com":
        site.ask(SIGN_UP, input={"email": email, "password": PASSWORD, "workspaceName": "Known", "pack": None})
    body = site.ask(SIGN_IN, email=email, password=password)
    assert code(body) == "UNAUTHENTICATED"
    assert body["errors"][0]["message"] == "The e-mail address or the password is wrong."


async def test_a_hash_with_older_parameters_is_replaced_at_the_next_sign_in(site: Site) -> None:
    site.sign_up("old@example.com")
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
    connection = await asyncpg.connect(site.database_url)
    await connection.execute("UPDATE armature.users SET password_hash = $1 WHERE email = 'old@example.com'", weak)
    for _ in range(2):
        body = await asyncio.to_thread(site.ask, SIGN_IN, email="old@example.com", password=PASSWORD)
        assert "errors" not in body
    now = await connection.fetchval("SELECT password_hash FROM armature.users WHERE email = 'old@example.com'")
    await connection.close()
    assert now.startswith("$argon2id$")
    assert now != weak


# Refresh tokens


def test_a_refresh_token_gives_new_tokens(site: Site) -> None:
    caller = site.sign_up()
    first = site.ask(REFRESH, token=caller.session["refreshToken"])["data"]["refreshTokens"]
    second = site.ask(REFRESH, token=first["refreshToken"])["data"]["refreshTokens"]
    headers = {"authorization": f"Bearer {second['accessToken']}"}
    assert site.ask("{ me { email } }", headers=headers)["data"]["me"]["email"] == caller.session["user"]["email"]


def test_a_refresh_token_used_twice_ends_its_whole_family(site: Site) -> None:
    caller = site.sign_up("stolen@example.com")
    stolen = caller.session["refreshToken"]
    theirs = site.ask(REFRESH, token=stolen)["data"]["refreshTokens"]["refreshToken"]
    other = site.ask(
        "mutation($email: String!, $password: String!) {"
        " signIn(input: {email: $email, password: $password}) { refreshToken } }",
        email="stolen@example.com",
        password=PASSWORD,
    )["data"]["signIn"]["refreshToken"]
    assert code(site.ask(REFRESH, token=stolen)) == "UNAUTHENTICATED"
    assert code(site.ask(REFRESH, token=theirs)) == "UNAUTHENTICATED"
    assert "errors" not in site.ask(REFRESH, token=other)


@pytest.mark.parametrize("token", ["", "arr_", "arr_" + "x" * 43, "arm_" + "x" * 43, "\0", "x" * 100_000])
def test_what_is_no_refresh_token_is_refused(site: Site, token: str) -> None:
    assert code(site.ask(REFRESH, token=token)) == "UNAUTHENTICATED"


async def test_an_expired_refresh_token_is_refused(site: Site) -> None:
    caller = await asyncio.to_thread(site.sign_up)
    database = await open_database(site.database_url)
    async with database.transaction() as connection:
        entry = Entry("PASSWORD", Visit())
        opened = await begin_session(connection, UUID(caller.session["user"]["id"]), entry, lifetime=-1)
    await database.close()
    body = await asyncio.to_thread(site.ask, REFRESH, token=opened.refresh_token)
    assert code(body) == "UNAUTHENTICATED"


# Access tokens


def claims(**other: Any) -> dict[str, Any]:
    now = datetime.now(UTC)
    usual = {"sub": str(uuid4()), "sid": str(uuid4()), "iat": now, "exp": now + timedelta(minutes=5), "jti": "1"}
    return {**usual, "iss": "armature", "aud": "armature", "type": "access", **other}


KEY_ID = key_id(SECRET_KEY.encode()).hex()


def signed(key: str = SECRET_KEY, algorithm: str = "HS256", kid: Any = KEY_ID, **other: Any) -> str:
    said = {name: value for name, value in claims(**other).items() if value is not None}
    return jwt.encode(said, key, algorithm=algorithm, headers={"kid": kid})


def unsigned(**other: Any) -> str:
    parts = ({"alg": "none", "typ": "JWT", "kid": KEY_ID}, {**claims(**other), "iat": 0, "exp": 9_999_999_999})
    return ".".join(base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in parts) + "."


def of_session(caller: Caller) -> dict[str, str]:
    """The claims that a token of this caller has to have."""
    said = jwt.decode(caller.token, options={"verify_signature": False})
    return {name: said[name] for name in ("sub", "sid")}


FORGED: dict[str, dict[str, Any]] = {
    "signed with another key": {"key": "another key, of more than thirty-two bytes"},
    "signed with another algorithm": {"algorithm": "HS384"},
    "with a key that is not ours": {"kid": "0" * 16},
    "with a key that is a path": {"kid": "../../dev/null"},
    "for somebody else": {"aud": "another service"},
    "for nobody": {"aud": None},
    "of no session": {"sid": None},
    "of a session that is none": {"sid": "x"},
    "of a session there is not": {"sid": str(uuid4())},
    "of a user there is not": {"sub": str(uuid4())},
    "of nobody": {"sub": None},
    "of no user": {"sub": "ada"},
    "for ever": {"exp": None},
    "expired": {"exp": datetime(2020, 1, 1, tzinfo=UTC)},
    "of another kind": {"type": "refresh"},
    "of another issuer": {"iss": "somebody"},
}
"""In what each differs from one that lets in."""


@pytest.mark.parametrize("path", ["/metadata", "/graphql"])
@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED)
def test_a_forged_token_lets_nobody_in(site: Site, forged: dict[str, Any], path: str) -> None:
    ours = of_session(site.sign_up())
    for given, status in (({}, 200), (forged, 401)):
        response = site.post("{ __typename }", path, {"authorization": f"Bearer {signed(**{**ours, **given})}"})
        assert response.status_code == status
    assert code(response.json()) == "UNAUTHENTICATED"
    assert "data" not in response.json()


def test_a_token_that_nobody_signed_lets_nobody_in(site: Site) -> None:
    ours = of_session(site.sign_up())
    for unfit in (unsigned(**ours), signed(**ours).rpartition(".")[0] + "."):
        response = site.post("{ __typename }", "/metadata", {"authorization": f"Bearer {unfit}"})
        assert (response.status_code, code(response.json())) == (401, "UNAUTHENTICATED")


NESTED = base64.urlsafe_b64encode(b"[" * 1_200).decode()

NO_TOKENS = {
    "garbage": "garbage",
    "dots": "..",
    "nested": f"{NESTED}.{NESTED}.x",
    "huge": "x" * 20_000,
    "an unknown API key": "arm_" + "x" * 43,
    "a short API key": "arm_x",
    "two words": "a b",
    "one character": "x",
}


@pytest.mark.parametrize("path", ["/metadata", "/graphql"])
@pytest.mark.parametrize("token", NO_TOKENS.values(), ids=NO_TOKENS)
def test_what_is_no_token_lets_nobody_in(site: Site, token: str, path: str) -> None:
    response = site.post("{ __typename }", path, {"authorization": f"Bearer {token}"})
    assert response.status_code == 401
    assert code(response.json()) == "UNAUTHENTICATED"
    assert "data" not in response.json()


@pytest.mark.parametrize("scheme", ["Basic eDp5", "bearer", "Bearer", "Token x", "\xff\xfe"])
def test_other_schemes_are_refused_with_the_right_one(site: Site, scheme: str) -> None:
    response = site.post("{ __typename }", "/metadata", {"authorization": scheme})
    assert response.status_code == 401
    assert "Bearer <access token or API key>" in response.json()["errors"][0]["extensions"]["hint"]


def test_an_expired_access_token_says_so(site: Site) -> None:
    token = signed(exp=datetime.now(UTC) - timedelta(seconds=1))
    body = site.ask(MODEL, headers={"authorization": f"Bearer {token}"})
    assert body["errors"][0]["message"] == "The access token has expired."
    assert "refreshTokens" in body["errors"][0]["extensions"]["hint"]


def test_a_secret_key_must_be_long_enough() -> None:
    for key in (None, "", "x" * 31):
        with pytest.raises(BadUserInput, match="ARMATURE_SECRET_KEY"):
            AccessTokens(key, 900)


# Without a caller


PUBLIC = {
    "signUp",
    "signIn",
    "refreshTokens",
    "verifyEmail",
    "requestPasswordReset",
    "resetPassword",
    "beginPasskeySignIn",
    "signInWithPasskey",
    "signInWithTicket",
}


def literal(of: Any) -> str:
    """Some value of an input type, with no more than it must have."""
    if isinstance(of, GraphQLNonNull):
        return literal(of.of_type)
    if isinstance(of, GraphQLList):
        return "[]"
    if isinstance(of, GraphQLEnumType):
        return str(next(iter(of.values)))
    if isinstance(of, GraphQLInputObjectType):
        needed = {name: each for name, each in of.fields.items() if is_required_input_field(each)}
        chosen = dict([*of.fields.items()][:1]) if of.is_one_of else needed
        return "{" + ", ".join(f"{name}: {literal(each.type)}" for name, each in chosen.items()) + "}"
    known = {"Int": "1", "Float": "1", "Boolean": "true", "DateTime": '"2026-01-01T00:00:00Z"'}
    return known.get(of.name, f'"{uuid4()}"')


def asked(name: str, field: GraphQLField) -> str:
    needed = {each: of for each, of in field.args.items() if is_required_argument(of)}
    arguments = ", ".join(f"{each}: {literal(of.type)}" for each, of in needed.items())
    shown = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return name + (f"({arguments})" if arguments else "") + shown


def test_without_a_caller_one_can_only_sign_up_and_in(site: Site) -> None:
    schema = control_schema()
    for kind, of in (("query", schema.query_type), ("mutation", schema.mutation_type)):
        assert of is not None
        for name, field in of.fields.items():
            if name not in PUBLIC:
                body = site.ask(f"{kind} {{ {asked(name, field)} }}")
                assert code(body) == "UNAUTHENTICATED", name


# API keys


def test_a_key_is_shown_once_and_lets_in(site: Site) -> None:
    owner = site.sign_up()
    key = owner.new_key(name="Importer")
    assert key.token.startswith("arm_")
    assert key.do("{ me { id } workspace { id } workspaces { id } }") == {
        "me": None,
        "workspace": {"id": owner.workspace_id},
        "workspaces": [{"id": owner.workspace_id}],
    }
    key.do('mutation { createObject(input: {nameSingular: "ticket"}) { id } }')
    listed = owner.do("{ apiKeys { name role hint createdBy { email } workspace { name } expiresAt revokedAt } }")
    assert listed["apiKeys"] == [
        {
            "name": "Importer",
            "role": "admin",
            "hint": key.token[-4:],
            "createdBy": {"email": owner.session["user"]["email"]},
            "workspace": {"name": "Acme"},
            "expiresAt": None,
            "revokedAt": None,
        }
    ]


async def test_no_token_and_no_password_is_in_the_database(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(owner.new_key)
    connection = await asyncpg.connect(site.database_url)
    kept = [
        str(dict(row))
        for table in ("users", "sessions", "api_keys")
        for row in await connection.fetch(f"SELECT * FROM armature.{table}")  # noqa: S608
    ]
    await connection.close()
    for secret in (PASSWORD, key.token, key.token.removeprefix("arm_"), owner.session["refreshToken"]):
        assert not any(secret in row for row in kept)


def test_a_key_opens_no_other_workspace(site: Site) -> None:
    mine, theirs = site.sign_up(), site.sign_up()
    secret = theirs.new_key(name="theirs")
    secret.do('mutation { createObject(input: {nameSingular: "secret"}) { id } }')
    key = mine.new_key()
    assert key.do(MODEL) == {"objects": [MEMBERS]}
    assert "Secret" not in str(key.data("{ __schema { types { name } } }"))
    stolen = f'mutation {{ revokeApiKey(id: "{secret.session["apiKey"]["id"]}") {{ id }} }}'
    assert key.error(stolen)["extensions"]["code"] == "NOT_FOUND"
    for caller in (key, mine):
        elsewhere = caller.within(theirs.workspace_id).post(MODEL)
        assert elsewhere.status_code == 403
        assert "X-Workspace-Id" in elsewhere.json()["errors"][0]["message"]
    assert secret.do(MODEL) == {"objects": [MEMBERS, {"nameSingular": "secret"}]}


def test_a_revoked_key_is_refused_at_once(site: Site) -> None:
    owner = site.sign_up()
    key = owner.new_key()
    key.do(MODEL)
    revoke = "mutation($id: ID!) { revokeApiKey(id: $id) { id revokedAt } }"
    revoked = owner.do(revoke, id=key.session["apiKey"]["id"])["revokeApiKey"]
    assert revoked["revokedAt"] is not None
    assert key.post(MODEL).status_code == 401
    assert key.error(MODEL)["message"] == "This API key was revoked."
    assert owner.do(revoke, id=key.session["apiKey"]["id"])["revokeApiKey"] == revoked


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({"name": ""}, "name"),
        ({"name": "a\nb"}, "name"),
        ({"role": "nobody"}, "role"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": "9999-12-31T23:59:59-12:00"}, "expiresAt"),
        ({"expiresAt": "0001-01-01T00:00:00+12:00"}, "expiresAt"),
    ],
)
def test_a_key_that_will_not_do_names_what_is_wrong(site: Site, given: dict[str, str], at_fault: str) -> None:
    error = site.sign_up().error(
        "mutation($input: CreateApiKeyInput!) { createApiKey(input: $input) { token } }", input={"name": "x", **given}
    )
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["inputPath"] == ["input", at_fault]


@pytest.mark.parametrize("key", ["x", "\0", "01a1fcfe-0000-7000-8000-000000000000"])
def test_a_key_that_is_not_there_cannot_be_revoked(site: Site, key: str) -> None:
    error = site.sign_up().error("mutation($id: ID!) { revokeApiKey(id: $id) { id } }", id=key)
    assert error["extensions"]["code"] == "NOT_FOUND"


# Several workspaces


def test_whoever_has_several_workspaces_says_which(site: Site) -> None:
    ada = site.sign_up(workspace="First")
    second = ada.do('mutation { createWorkspace(input: {name: "Second", pack: null}) { id name version } }')
    assert second["createWorkspace"]["name"] == "Second"
    assert [each["name"] for each in ada.do("{ workspaces { name } }")["workspaces"]] == ["First", "Second"]
    for path in ("/metadata", "/graphql"):
        error = ada.error(MODEL if path == "/metadata" else "{ __typename }", path)
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "X-Workspace-Id" in error["extensions"]["hint"]
    there = ada.within(second["createWorkspace"]["id"])
    assert there.do("{ workspace { name members { role user { email } } } }")["workspace"] == {
        "name": "Second",
        "members": [{"role": "owner", "user": {"email": ada.session["user"]["email"]}}],
    }
    assert there.data("{ __typename }") == {"__typename": "Query"}


@pytest.mark.parametrize("workspace", ["x", "", "00000000", "a,b"])
def test_a_workspace_id_that_is_none_is_refused_by_name(site: Site, workspace: str) -> None:
    error = site.sign_up().within(workspace).error(MODEL)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "X-Workspace-Id" in error["message"]


def test_workspaces_are_for_users(site: Site) -> None:
    key = site.sign_up().new_key()
    assert key.error('mutation { createWorkspace(input: {name: "x"}) { id } }')["extensions"]["code"] == "FORBIDDEN"


# What a process remembers


@asynccontextmanager
async def process(database_url: str) -> AsyncIterator[tuple[Identities, Listener, Any]]:
    async with AsyncExitStack() as stack:
        database = await open_database(database_url, pool_size=2)
        stack.push_async_callback(database.close)
        listener = Listener(database_url)
        identities = Identities(database, listener, AccessTokens(SECRET_KEY, 900))
        await listener.start()
        stack.push_async_callback(listener.stop)
        yield identities, listener, database


async def test_a_caller_seen_before_needs_no_database(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(owner.new_key)
    async with process(site.database_url) as (identities, _, database):
        for caller in (owner, key):
            header = caller.headers["authorization"].encode()
            first = await identities.identify(header, None)
            async with database.connection(), database.connection():  # none is left to ask with
                again = await asyncio.wait_for(identities.identify(header, None), 10)
            assert again is first
            assert isinstance(again, WorkspaceIdentity)
            assert str(again.workspace_id) == owner.workspace_id


async def test_a_key_revoked_in_one_process_is_refused_in_another(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(owner.new_key)
    header = key.headers["authorization"].encode()
    async with process(site.database_url) as (here, _, database), process(site.database_url) as (there, listener, _):
        heard = asyncio.Event()
        listener.on_notice(lambda _: heard.set())
        assert await there.identify(header, None) is not None
        await revoke_api_key(database, UUID(owner.workspace_id), key.session["apiKey"]["id"])
        await heard.wait()
        with pytest.raises(Unauthenticated, match="revoked"):
            await there.identify(header, None)
        with pytest.raises(Unauthenticated, match="revoked"):
            await here.identify(header, None)


async def test_while_notices_may_be_missed_the_database_is_asked(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(owner.new_key)
    header = key.headers["authorization"].encode()
    async with process(site.database_url) as (identities, listener, database):
        assert await identities.identify(header, None) is not None
        await listener.stop()
        await revoke_api_key(database, UUID(owner.workspace_id), key.session["apiKey"]["id"])
        with pytest.raises(Unauthenticated, match="revoked"):
            await identities.identify(header, None)


async def test_a_workspace_that_is_deleted_lets_nobody_in(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(owner.new_key)
    headers = [each.headers["authorization"].encode() for each in (owner, key)]
    assert (await asyncio.to_thread(key.data, "{ __typename }")) == {"__typename": "Query"}
    async with process(site.database_url) as (identities, listener, database):
        heard = asyncio.Event()
        listener.on_notice(lambda notice: heard.set() if "workspace" in notice else None)
        for header in headers:
            assert await identities.identify(header, None) is not None
        await delete_workspace(database, UUID(owner.workspace_id))
        await heard.wait()
        with pytest.raises(BadUserInput):
            await identities.in_workspace(headers[0], None)
        with pytest.raises(Unauthenticated):
            await identities.identify(headers[1], None)
    assert (await asyncio.to_thread(key.post, "{ __typename }", "/graphql")).status_code == 401


async def test_a_remembered_key_expires_by_the_clock(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    async with process(site.database_url) as (identities, _, database):
        soon = datetime.now(UTC) + timedelta(seconds=3)
        new = await create_api_key(database, UUID(owner.workspace_id), "soon gone", expires_at=soon)
        header = f"Bearer {new.token}".encode()
        assert await identities.identify(header, None) is not None
        await asyncio.sleep((soon - datetime.now(UTC)).total_seconds() + 0.1)
        with pytest.raises(Unauthenticated, match="expired"):
            await identities.identify(header, None)


async def test_a_new_workspace_is_known_in_every_process(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    header = owner.headers["authorization"].encode()
    async with process(site.database_url) as (identities, listener, _):
        heard = asyncio.Event()
        listener.on_notice(lambda notice: heard.set() if "identity" in notice else None)
        assert isinstance(await identities.identify(header, None), WorkspaceIdentity)
        await asyncio.to_thread(owner.do, 'mutation { createWorkspace(input: {name: "x", pack: null}) { id } }')
        await heard.wait()
        assert type(await identities.identify(header, None)) is Identity
        with pytest.raises(BadUserInput):
            await identities.in_workspace(header, None)


async def test_what_is_refused_is_not_remembered(site: Site) -> None:
    async with process(site.database_url) as (identities, _, _database):
        for number in range(20):
            with pytest.raises(ArmatureError):
                await identities.identify(f"Bearer arm_{number:043}".encode(), None)
        assert len(identities._known) == 0


async def test_secrets_are_in_no_repr(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    async with process(site.database_url) as (_, _, database):
        new = await create_api_key(database, UUID(owner.workspace_id), "x")
    assert new.token not in repr(new)
    assert SECRET_KEY not in repr(AccessTokens(SECRET_KEY, 900))
    assert "hunter2" not in repr(SignUpInput(email="a@b.c", password="hunter2", workspace_name="x"))
    assert "hunter2" not in repr(SignInInput(email="a@b.c", password="hunter2"))


SECRET = "wonderland-4711"
BY_VARIABLE = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }"


@pytest.mark.parametrize(
    ("query", "given"),
    [
        (BY_VARIABLE, {"email": "a@example.com", "password": SECRET, "cod": "1"}),
        (BY_VARIABLE, {"password": SECRET}),
        (BY_VARIABLE, {"email": "a@example.com", "password": [SECRET]}),
        (BY_VARIABLE, {"email": "a@example.com", "password": {"is": SECRET}}),
        (BY_VARIABLE, SECRET),
        (f'mutation {{ signIn(input: {{email: "a", password: "{SECRET}", cod: 1}}) {{ accessToken }} }}', None),
        (f'mutation {{ signIn(input: {{password: "{SECRET}"}}) {{ accessToken }} }}', None),
        (f'mutation {{ refreshTokens(refreshToken: ["{SECRET}"]) {{ accessToken }} }}', None),
        (f"mutation {{ refreshTokens(refreshToken: {SECRET.replace('-', '')}) {{ accessToken }} }}", None),
        (f'mutation {{ revokeApiKey(id: {{is: "{SECRET}"}}) {{ id }} }}', None),
        (f'mutation {{ signOut("{SECRET}") }}', None),
        (f'mutation {{ signOut """{SECRET}""" }}', None),
    ],
)
def test_what_is_refused_is_not_repeated(site: Site, query: str, given: Any) -> None:
    """Clients hand errors on to logs of their own."""
    (error, *_) = site.ask(query, input=given)["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert "wonderland" not in str(error)
    assert error["message"].endswith((".", "?"))


def test_secrets_are_in_no_log(site: Site) -> None:
    with capture_logs() as lines:
        owner = site.sign_up()
        key = owner.new_key()
        key.do(MODEL)
        site.ask(SIGN_IN, email=owner.session["user"]["email"], password=PASSWORD)
        site.ask(SIGN_IN, email=owner.session["user"]["email"], password="hunter2!")
        site.ask(REFRESH, token=owner.session["refreshToken"])
    assert len(lines) >= 6
    for secret in (PASSWORD, "hunter2!", key.token, owner.token, owner.session["refreshToken"]):
        assert secret not in str(lines)


def test_who_has_signed_in_may_send_much_and_others_less(site: Site) -> None:
    caller = site.sign_up(pack="crm")
    data = [{"title": f"{at:1000}"} for at in range(3_000)]
    create = "mutation($data: [NoteCreateInput!]!) {createNotes(data: $data) {title}}"
    assert len(caller.data(create, data=data)["createNotes"]) == 3_000

    long = "x" * 1_048_576
    query = "query($x: String!) {me {id} __type(name: $x) {name}}"
    assert caller.post(query, x=long).json()["data"]["__type"] is None
    refused = site.post(query, "/metadata", {}, x=long)
    assert refused.status_code == 413
    assert refused.json()["errors"][0]["extensions"]["limit"] == 1_048_576

    many = caller.error(create, "/graphql", data=[{}] * 500_002)
    assert many["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert "500,002 values" in many["message"]
