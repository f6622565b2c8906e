"""Signing in with an account elsewhere, at a real provider, and at one that lies."""

import base64
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import jwt
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs

from armature.metadata.roles import ADMIN
from armature.server.app import create_app
from tests.support.control_plane import Caller, Site, settings
from tests.support.mail_server import Mailbox
from tests.support.oidc_server import CLIENT_ID, CLIENT_SECRET, Provider, new_key, oidc_server
from tests.support.servers import Databases, flush
from tests.support.serving import serving
from tests.support.signing_in import code, verified

APP = "https://app.example"
CREATE = """mutation($input: CreateSignInProviderInput!) {
  createSignInProvider(input: $input) { id name issuer role startPath redirectUri } }"""
TICKET = """mutation($ticket: String!) {
  signInWithTicket(ticket: $ticket) { accessToken refreshToken user { id email } workspaces { id } } }"""


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc_server() as found:
        yield found


@pytest.fixture
def honest(provider: Provider) -> Provider:
    provider.is_honest()
    return provider


@pytest.fixture(scope="module")
def home(databases: Databases, migrated_template_url: str, worker_redis_url: str, mailbox: Mailbox) -> Iterator[Site]:
    """A server that knows where it is reached, and may call providers on this machine."""
    flush(worker_redis_url)
    database_url = databases.create(template=migrated_template_url)
    given = replace(
        settings(database_url, worker_redis_url),
        smtp_url=mailbox.url,
        public_url="http://armature.test",
        cors_origins=(APP,),
        outbound_networks=("127.0.0.0/8",),
    )
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http, worker_redis_url)
    databases.drop(database_url)


def with_provider(owner: Caller, provider: Provider, role: str | None = ADMIN, at: str = "") -> str:
    """Where a browser begins."""
    given = {
        "name": "Ours",
        "issuer": provider.url + at,
        "clientId": CLIENT_ID,
        "clientSecret": CLIENT_SECRET,
        "role": role,
    }
    made = owner.do(CREATE, input=given)["createSignInProvider"]
    assert made["redirectUri"] == f"http://armature.test/auth/callback/{made['id']}"
    return str(made["startPath"])


class Browser:
    """Follows one redirect at a time, and keeps cookies."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.cookies: dict[str, str] = {}

    def go(self, path: str, **query: str) -> httpx2.Response:
        answer = httpx2.get(self.site.url + path, params=query, cookies=self.cookies, timeout=None)
        self.cookies |= dict(answer.cookies)
        return answer

    def there(self, start: str, **query: str) -> httpx2.Response:
        """What comes back to our callback, of a person who signs in at once."""
        sent = self.go(start, **query)
        assert sent.status_code == 302, sent.text
        return httpx2.get(sent.headers["location"], timeout=None)

    def back(self, answer: httpx2.Response) -> httpx2.Response:
        """To our callback, which the provider knows by the server's public address."""
        parts = urlsplit(answer.headers["location"])
        assert f"{parts.scheme}://{parts.netloc}{parts.path}".startswith("http://armature.test/auth/callback/")
        return self.go(parts.path, **{name: values[0] for name, values in parse_qs(parts.query).items()})

    def ticket(self, start: str, **query: str) -> str:
        returned = self.back(self.there(start, **query))
        assert returned.status_code == 302, returned.text
        return returned.headers["location"].partition("#signInTicket=")[2]


def entered(site: Site, start: str) -> Any:
    """The session of somebody who comes in by the provider."""
    return site.ask(TICKET, ticket=Browser(site).ticket(start))["data"]["signInWithTicket"]


def refused(site: Site, start: str) -> str:
    browser = Browser(site)
    answer = browser.back(browser.there(start))
    assert answer.status_code in (401, 403, 503), answer.text
    return code(answer.json())


def test_a_newcomer_comes_in_by_the_provider_and_is_known_the_next_time(home: Site, honest: Provider) -> None:
    owner = home.sign_up()
    start = with_provider(owner, honest)
    honest.person = {"sub": "ada", "email": "ada@idp.example", "email_verified": True}
    first = entered(home, start)
    assert first["user"]["email"] == "ada@idp.example"
    assert [each["id"] for each in first["workspaces"]] == [owner.workspace_id]
    ada = Caller(home, first["accessToken"])
    assert ada.data("{ __typename }") == {"__typename": "Query"}
    honest.person = {"sub": "ada", "email": "ada@renamed.example", "email_verified": True}
    assert entered(home, start)["user"]["id"] == first["user"]["id"]
    assert [each["id"] for each in ada.do("{ workspaces { id } }")["workspaces"]] == [owner.workspace_id]


def test_what_a_provider_says_counts_in_its_workspace_only(home: Site, honest: Provider, mailbox: Mailbox) -> None:
    """Whoever administers a workspace could name a provider that says it is anybody."""
    victim, attacker = verified(home, mailbox, "victim@example.com"), home.sign_up()
    start = with_provider(attacker, honest)
    honest.person = {"sub": "x", "email": "victim@example.com", "email_verified": True}
    session = entered(home, start)
    assert session["user"]["id"] == victim.session["user"]["id"]
    forged = Caller(home, session["accessToken"])
    assert session["workspaces"] == [{"id": attacker.workspace_id}]
    assert forged.do("{ workspace { id } workspaces { id } }") == {
        "workspace": {"id": attacker.workspace_id},
        "workspaces": [{"id": attacker.workspace_id}],
    }
    for query in ("account { hasPassword }", "deletedWorkspaces { id }", "joinableWorkspaces { id }"):
        assert forged.error(f"{{ {query} }}")["extensions"]["code"] == "FORBIDDEN"
    assert forged.within(victim.workspace_id).post("{ __typename }", "/graphql").status_code == 403
    for mutation in (
        'changePassword(input: {newPassword: "battery staple"})',
        'changeEmail(input: {email: "x@example.com"})',
        "beginTotp(input: {}) { secret }",
        "beginPasskey(input: {}) { challenge }",
        "revokeOtherSessions",
        'createWorkspace(input: {name: "x"}) { id }',
        'acceptInvitation(token: "x") { id }',
        'approveDomain(input: {domain: "example.com", role: "guest"}) { domain }',
    ):
        assert forged.error(f"mutation {{ {mutation} }}")["extensions"]["code"] == "FORBIDDEN"
    refreshed = home.ask(
        "mutation($t: String!) { refreshTokens(refreshToken: $t) { accessToken workspaces { id } } }",
        t=session["refreshToken"],
    )
    assert refreshed["data"]["refreshTokens"]["workspaces"] == [{"id": attacker.workspace_id}]
    again = Caller(home, refreshed["data"]["refreshTokens"]["accessToken"])
    assert again.within(victim.workspace_id).post("{ __typename }", "/graphql").status_code == 403


@pytest.mark.parametrize("said", [{}, {"email_verified": False}, {"email_verified": "true"}])
def test_an_address_that_the_provider_has_not_verified_is_nobodys(
    home: Site, honest: Provider, said: dict[str, Any]
) -> None:
    owner = home.sign_up()
    start = with_provider(owner, honest)
    honest.person = {"sub": "mallory", "email": owner.session["user"]["email"], **said}
    assert refused(home, start) == "FORBIDDEN"


def test_without_a_role_only_members_and_those_of_an_approved_domain_come_in(
    home: Site, honest: Provider, mailbox: Mailbox
) -> None:
    owner = home.sign_up("owner@approved.example")
    start = with_provider(owner, honest, role=None)
    honest.person = {"sub": "1", "email": "owner@approved.example", "email_verified": True}
    assert entered(home, start)["user"]["id"] == owner.session["user"]["id"]
    honest.person = {"sub": "2", "email": "new@approved.example", "email_verified": True}
    assert refused(home, start) == "FORBIDDEN"
    token = mailbox.token_to("owner@approved.example")
    home.ask("mutation($token: String!) { verifyEmail(token: $token) { id } }", token=token)
    owner.do('mutation { approveDomain(input: {domain: "approved.example", role: "admin"}) { domain } }')
    assert entered(home, start)["user"]["email"] == "new@approved.example"
    honest.person = {"sub": "3", "email": "new@elsewhere.example", "email_verified": True}
    assert refused(home, start) == "FORBIDDEN"


def test_who_was_removed_does_not_come_back_by_the_provider(home: Site, honest: Provider) -> None:
    owner = home.sign_up()
    start = with_provider(owner, honest)
    honest.person = {"sub": "leaver", "email": "leaver@idp.example", "email_verified": True}
    session = entered(home, start)
    owner.do("mutation($id: ID!) { removeMember(userId: $id) }", id=session["user"]["id"])
    assert code(Caller(home, session["accessToken"]).post("{ __typename }", "/graphql").json()) == "BAD_USER_INPUT"
    assert refused(home, start) == "FORBIDDEN"


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "for somebody else": {"aud": "another client"},
    "for several, and not for us": {"aud": [CLIENT_ID, "another"]},
    "for another party": {"azp": "another client"},
    "expired": {"exp": int(time.time()) - 3_600},
    "without an end": {"exp": None},
    "another nonce": {"nonce": "another"},
    "without a nonce": {"nonce": None},
    "nobody": {"sub": None},
    "a number": {"sub": 1},
    "a subject without end": {"sub": "x" * 300},
}


@pytest.mark.parametrize("claims", LIES.values(), ids=LIES)
def test_an_id_token_that_is_not_for_this_sign_in_lets_nobody_in(
    home: Site, honest: Provider, claims: dict[str, Any]
) -> None:
    start = with_provider(home.sign_up(), honest)
    honest.person = {"sub": "ada", "email": "ada@lies.example", "email_verified": True}
    honest.claims = claims
    assert refused(home, start) == "UNAUTHENTICATED"


def test_why_somebody_was_not_let_in_is_in_the_log(home: Site, honest: Provider) -> None:
    flush(home.redis_url)  # so many begin at one place here that they would have to wait
    owner = home.sign_up()
    start = with_provider(owner, honest)
    honest.person, honest.claims = {"sub": "ada", "email": "ada@lies.example"}, {"nonce": "another"}
    with capture_logs() as lines:
        assert refused(home, start) == "UNAUTHENTICATED"
        browser = Browser(home)
        answer = browser.there(start)
        honest.codes.clear()
        assert browser.back(answer).status_code == 401
    told = [(each["issuer"], each["cause"]) for each in lines if each["event"] == "sign-in refused"]
    assert told == [(honest.url, "InvalidClaimError: nonce"), (honest.url, "OAuthError: invalid_grant")]
    assert "ada@lies.example" not in str(lines)


def test_an_id_token_that_is_not_signed_by_the_provider_lets_nobody_in(home: Site, honest: Provider) -> None:
    start = with_provider(home.sign_up(), honest)
    honest.person = {"sub": "ada", "email": "ada@lies.example", "email_verified": True}
    honest.published, honest.key = honest.key, new_key()
    assert refused(home, start) == "UNAUTHENTICATED"
    honest.key, honest.published = honest.published, None
    said = {"iss": honest.url, "aud": CLIENT_ID, "sub": "ada", "exp": 9_999_999_999, "iat": 1}
    encoded = [
        base64.urlsafe_b64encode(json.dumps(each).encode()).decode().rstrip("=") for each in ({"alg": "none"}, said)
    ]
    for forged in (".".join(encoded) + ".", jwt.encode(said, CLIENT_SECRET * 4, "HS256"), "x", "a.b.c", ""):
        honest.id_token = forged or " "
        assert refused(home, start) == "UNAUTHENTICATED"


def test_a_provider_may_change_its_keys(home: Site, honest: Provider) -> None:
    start = with_provider(home.sign_up(), honest)
    honest.person = {"sub": "ada", "email": "ada@rotated.example", "email_verified": True}
    assert entered(home, start)
    honest.key, honest.kid = new_key(), "2"
    assert entered(home, start)


def test_only_the_browser_that_began_can_finish_and_only_once(home: Site, honest: Provider) -> None:
    start = with_provider(home.sign_up(), honest)
    honest.person = {"sub": "ada", "email": "ada@csrf.example", "email_verified": True}
    browser, other = Browser(home), Browser(home)
    assert other.back(browser.there(start)).status_code == 401
    other.go(start)  # has begun, too, and so has a cookie of its own
    assert other.back(browser.there(start)).status_code == 401
    answer = browser.there(start)
    returned = browser.back(answer)
    ticket = returned.headers["location"].partition("#signInTicket=")[2]
    assert browser.back(answer).status_code == 400
    assert "errors" not in home.ask(TICKET, ticket=ticket)
    assert code(home.ask(TICKET, ticket=ticket)) == "BAD_USER_INPUT"
    state = parse_qs(urlsplit(browser.go(start).headers["location"]).query)["state"][0]
    assert code(home.ask(TICKET, ticket=state)) == "BAD_USER_INPUT"
    for query in ({}, {"code": "x"}, {"state": state}, {"state": "\0", "code": "x"}, {"error": "access_denied"}):
        assert browser.go(start.replace("start", "callback"), **query).status_code in (400, 401)
    assert browser.go("/auth/callback/x", state=state, code="x").status_code in (400, 401)


def test_a_provider_is_not_brought_what_another_gave(home: Site, honest: Provider) -> None:
    """The mix-up (RFC 9700, section 4.4): a page of the attacker's provider leads on to the victim's, with what the
    attacker's own sign-in there began with; the code would come to the attacker, and fit that sign-in.
    """
    theirs = with_provider(home.sign_up(), honest)
    honest.person = {"sub": "victim", "email": "victim@mixed.example", "email_verified": True}
    with oidc_server() as evil:
        start = with_provider(home.sign_up(), evil)
        attacker, victim = Browser(home), Browser(home)
        begun = urlsplit(attacker.go(theirs).headers["location"])
        state = parse_qs(urlsplit(victim.go(start).headers["location"]).query)["state"][0]
        asked = {name: values[0] for name, values in parse_qs(begun.query).items()}
        came_back = httpx2.get(f"{honest.url}{begun.path}", params={**asked, "state": state}, timeout=None)

        assert victim.back(came_back).status_code == 401
        assert evil.tried == []
        query = parse_qs(urlsplit(came_back.headers["location"]).query)
        assert query["state"] == [state]


def test_an_account_that_nobody_has_proven_to_be_theirs_gets_no_place_by_its_address(
    home: Site, honest: Provider, mailbox: Mailbox
) -> None:
    """Whoever signed up with somebody else's address would be let in where that person is."""
    squatter = home.sign_up("ceo@squatted.example")
    owner = home.sign_up()
    start = with_provider(owner, honest)
    honest.person = {"sub": "ceo", "email": "ceo@squatted.example", "email_verified": True}

    assert refused(home, start) == "FORBIDDEN"
    assert len(owner.do("{ workspace { members { role } } }")["workspace"]["members"]) == 1
    assert squatter.within(owner.workspace_id).post("{ __typename }", "/graphql").status_code == 403

    token = mailbox.token_to("ceo@squatted.example")
    home.ask("mutation($token: String!) { verifyEmail(token: $token) { id } }", token=token)
    assert entered(home, start)["user"]["email"] == "ceo@squatted.example"


def test_the_cookie_of_a_sign_in_is_for_nothing_else(home: Site, honest: Provider) -> None:
    sent = Browser(home).go(with_provider(home.sign_up(), honest))
    cookie = sent.headers["set-cookie"].lower()
    assert {"httponly", "samesite=lax", "path=/auth"} <= {each.strip() for each in cookie.split(";")}
    assert sent.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "page",
    [
        "https://evil.example/",
        "//evil.example",
        "https://app.example.evil.example/",
        "https://app.example@evil.example/",
        "javascript:alert(1)",
        "https://app.example\\@evil.example",
        "/relative",
        "https://[",
        "http://armature.test\n.evil.example",
    ],
)
def test_a_ticket_is_handed_to_no_other_site(home: Site, honest: Provider, page: str) -> None:
    start = with_provider(home.sign_up(), honest)
    answer = Browser(home).go(start, returnTo=page)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["field"] == "returnTo"


def test_a_ticket_is_handed_to_a_page_that_may_call(home: Site, honest: Provider) -> None:
    start = with_provider(home.sign_up(), honest)
    honest.person = {"sub": "ada", "email": "ada@app.example", "email_verified": True}
    browser = Browser(home)
    returned = browser.back(browser.there(start, returnTo=f"{APP}/signed-in?x=1#y"))
    assert returned.headers["location"].startswith(f"{APP}/signed-in?x=1#signInTicket=arc_")


ACME, EVIL = "11111111-2222-4333-8444-555555555555", "66666666-7777-4888-8999-aaaaaaaaaaaa"
SHARED = "/organizations/v2.0"


def of_tenant(provider: Provider, tenant: str, **more: Any) -> dict[str, Any]:
    return {"iss": f"{provider.url}/{tenant}/v2.0", "tid": tenant, **more}


def test_a_provider_of_many_tenants_lets_in_whom_their_domain_has_verified(home: Site, honest: Provider) -> None:
    owner = home.sign_up()
    start, email = with_provider(owner, honest, role=None, at=SHARED), owner.session["user"]["email"]
    flush(home.redis_url)
    honest.person = {"sub": "ann", "email": email, "email_verified": True, **of_tenant(honest, EVIL)}
    assert refused(home, start) == "FORBIDDEN"

    honest.person = {"sub": "ann", "email": email, **of_tenant(honest, ACME, xms_edov=True)}
    assert entered(home, start)["user"]["id"] == id_of(owner)
    honest.person = {"sub": "ann", **of_tenant(honest, ACME)}
    assert entered(home, start)["user"]["id"] == id_of(owner)
    honest.person = {"sub": "ann", **of_tenant(honest, EVIL)}
    assert refused(home, start) == "FORBIDDEN"


def test_a_token_of_one_tenant_is_none_of_another(home: Site, honest: Provider) -> None:
    owner = home.sign_up()
    start = with_provider(owner, honest, role=None, at=SHARED)
    person = {"sub": "ann", "email": owner.session["user"]["email"], "xms_edov": True}
    for lie in (
        of_tenant(honest, ACME) | {"tid": EVIL},
        of_tenant(honest, ACME) | {"tid": None},
        of_tenant(honest, ACME) | {"tid": 7},
        of_tenant(honest, "{tenantid}"),
        of_tenant(honest, f"{ACME}/../{EVIL}"),
        {"iss": honest.url, "tid": ACME},
    ):
        honest.person = person | lie
        flush(home.redis_url)  # who fails often has to wait
        assert refused(home, start) == "UNAUTHENTICATED", lie


def test_a_provider_that_anybody_can_join_gives_newcomers_no_role(home: Site, honest: Provider) -> None:
    given = {"name": "x", "issuer": honest.url + SHARED, "clientId": "x", "clientSecret": "x", "role": ADMIN}
    assert home.sign_up().error(CREATE, input=given)["extensions"]["inputPath"] == ["input", "role"]


def id_of(caller: Caller) -> str:
    return str(caller.session["user"]["id"])


def test_a_provider_is_asked_whether_it_is_one(home: Site, honest: Provider) -> None:
    owner = home.sign_up()
    for issuer in (
        f"{honest.url}/elsewhere",
        f"{honest.url}/",
        "http://idp.example",
        "https://169.254.169.254",
        "https://10.0.0.1",
        "file:///etc/passwd",
        "https://user:password@idp.example",
        "https://[",
        "x",
        "",
        "\0",
    ):
        given = {"name": "x", "issuer": issuer, "clientId": "x", "clientSecret": "x"}
        assert owner.error(CREATE, input=given)["extensions"]["inputPath"] == ["input", "issuer"], issuer
    for key in ("clientId", "clientSecret", "name"):
        given = {"name": "x", "issuer": honest.url, "clientId": "x", "clientSecret": "x", key: "\0"}
        assert owner.error(CREATE, input=given)["extensions"]["inputPath"] == ["input", key]
    for issuer in ("https://accounts.google.com", "https://login.microsoftonline.com/common/v2.0"):
        given = {"name": "x", "issuer": issuer, "clientId": "x", "clientSecret": "x", "role": ADMIN}
        assert owner.error(CREATE, input=given)["extensions"]["inputPath"] == ["input", "role"]


def test_a_server_that_may_not_call_private_addresses_does_not(site: Site, honest: Provider) -> None:
    honest.saw.clear()
    given = {"name": "x", "issuer": honest.url, "clientId": "x", "clientSecret": "x"}
    assert site.sign_up().error(CREATE, input=given)["extensions"]["inputPath"] == ["input", "issuer"]
    assert honest.saw == []


def test_a_provider_is_its_workspaces_and_its_secret_is_never_shown(home: Site, honest: Provider) -> None:
    owner, stranger = home.sign_up(), home.sign_up()
    start = with_provider(owner, honest)
    listed = owner.do("{ signInProviders { id name issuer clientId role startPath } }")["signInProviders"]
    assert [each["startPath"] for each in listed] == [start]
    assert CLIENT_SECRET not in str(listed)
    assert stranger.do("{ signInProviders { id } }") == {"signInProviders": []}
    delete = "mutation($id: ID!) { deleteSignInProvider(id: $id) }"
    assert stranger.error(delete, id=listed[0]["id"])["extensions"]["code"] == "NOT_FOUND"
    assert owner.do(delete, id=listed[0]["id"])
    assert Browser(home).go(start).status_code == 404
    assert Browser(home).go("/auth/start/x").status_code == 404
