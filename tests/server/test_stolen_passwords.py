"""New passwords are looked for in a list of stolen ones, which does not learn them."""

from collections.abc import Iterator

import httpx2
import pytest
from msgspec.structs import replace

from armature.server.app import create_app
from tests.support.control_plane import PASSWORD, SIGN_UP, Site, settings
from tests.support.servers import Databases, flush
from tests.support.serving import serving
from tests.support.signing_in import NEW_PASSWORD, signed_in
from tests.support.stolen_passwords import Thieves, thieves

STOLEN, PADDING = "tea party at the hatter", "what only hides how many there are"


@pytest.fixture(scope="module")
def known() -> Iterator[Thieves]:
    with thieves({STOLEN: 12, PADDING: 0}) as found:
        yield found


@pytest.fixture(scope="module")
def watched(databases: Databases, migrated_template_url: str, worker_redis_url: str, known: Thieves) -> Iterator[Site]:
    flush(worker_redis_url)
    database_url = databases.create(template=migrated_template_url)
    given = replace(
        settings(database_url, worker_redis_url), stolen_passwords_url=known.url, outbound_networks=("127.0.0.0/8",)
    )
    with serving(create_app(given)) as url, httpx2.Client(timeout=None) as http:
        yield Site(url, database_url, http, worker_redis_url)
    databases.drop(database_url)


def test_a_stolen_password_is_refused_wherever_one_is_chosen(watched: Site, known: Thieves) -> None:
    given = {"email": "ann@example.com", "password": STOLEN, "workspaceName": "x", "pack": None}
    (error,) = watched.ask(SIGN_UP, input=given)["errors"]
    assert error["extensions"]["inputPath"] == ["input", "password"]
    assert "stolen" in error["message"]

    owner = watched.sign_up()
    invite = 'mutation { invite(input: {role: "guest"}) { token } }'
    invited = {"email": "bob@example.com", "password": STOLEN, "invitation": owner.do(invite)["invite"]["token"]}
    assert watched.ask(SIGN_UP, input=invited)["errors"][0]["extensions"]["inputPath"] == ["input", "password"]

    change = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) }"
    error = owner.error(change, input={"password": PASSWORD, "newPassword": STOLEN})
    assert error["extensions"]["inputPath"] == ["input", "newPassword"]
    assert owner.do(change, input={"password": PASSWORD, "newPassword": NEW_PASSWORD})
    assert "errors" not in signed_in(watched, str(owner.session["user"]["email"]), NEW_PASSWORD)
    assert all(len(head) == 5 and padding == "true" for head, padding in known.saw)


def test_what_is_only_there_as_padding_is_no_stolen_password(watched: Site) -> None:
    given = {"email": "padding@example.com", "password": PADDING, "workspaceName": "x", "pack": None}
    assert "errors" not in watched.ask(SIGN_UP, input=given)


def test_while_the_list_is_away_passwords_pass(watched: Site, known: Thieves) -> None:
    known.is_away = True
    try:
        given = {"email": "away@example.com", "password": STOLEN, "workspaceName": "x", "pack": None}
        assert "errors" not in watched.ask(SIGN_UP, input=given)
    finally:
        known.is_away = False


def test_nobody_is_asked_where_no_list_is_named(site: Site, known: Thieves) -> None:
    before = len(known.saw)
    site.sign_up()
    assert len(known.saw) == before
