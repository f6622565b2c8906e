"""An authenticator app as a second factor, and what helps when it is lost."""

import asyncio
from typing import Any

import asyncpg
import pytest
from redis import Redis

from armature.core.db import open_database
from armature.core.sealing import SealBroken, Sealing
from armature.server.auth.attempts import CODE, Counted
from armature.server.auth.rotation import KeyMissing, rotate_secrets
from tests.support.control_plane import PASSWORD, SECRET_KEY, Caller, Site
from tests.support.signing_in import BEGIN_TOTP, CONFIRM_TOTP, App, code, sign_in, signed_in, with_app

DISABLE = "mutation($password: String, $code: String) { disableTotp(input: {password: $password, code: $code}) }"
NEW_CODES = "mutation($password: String, $code: String) { newRecoveryCodes(input: {password: $password, code: $code}) }"


def email_of(caller: Caller) -> str:
    return str(caller.session["user"]["email"])


def test_with_an_app_a_password_alone_is_not_enough(site: Site) -> None:
    ada = site.sign_up()
    app, _ = with_app(ada)
    without = signed_in(site, email_of(ada))
    assert code(without) == "SECOND_FACTOR_REQUIRED"
    assert without["errors"][0]["extensions"]["inputPath"] == ["input", "code"]
    assert without["data"] is None
    assert code(signed_in(site, email_of(ada), second="000000")) == "UNAUTHENTICATED"
    assert code(signed_in(site, email_of(ada), password="wrong password", second=app.totp.now())) == "UNAUTHENTICATED"
    session = sign_in(site, email_of(ada), second=app.code())
    again = Caller(site, session["accessToken"])
    assert again.do("{ account { hasTotp sessions { hasSecondFactor } } }")["account"] == {
        "hasTotp": True,
        "sessions": [{"hasSecondFactor": True}, {"hasSecondFactor": True}],
    }


def test_a_code_is_good_once(site: Site) -> None:
    ada = site.sign_up()
    app, _ = with_app(ada)
    used = app.code()
    assert sign_in(site, email_of(ada), second=used)
    assert code(signed_in(site, email_of(ada), second=used)) == "UNAUTHENTICATED"


def test_a_recovery_code_is_good_once_however_it_is_typed(site: Site) -> None:
    ada = site.sign_up()
    _, codes = with_app(ada)
    assert len(set(codes)) == 10
    assert sign_in(site, email_of(ada), second=f" {codes[0].upper()} ")
    assert code(signed_in(site, email_of(ada), second=codes[0])) == "UNAUTHENTICATED"
    assert sign_in(site, email_of(ada), second=codes[1].replace("-", ""))


def test_an_app_that_was_not_confirmed_asks_for_nothing(site: Site) -> None:
    ada = site.sign_up()
    assert code(ada.post(CONFIRM_TOTP, code="123456").json()) == "BAD_USER_INPUT"
    first = ada.do(BEGIN_TOTP, password=PASSWORD)["beginTotp"]["secret"]
    assert ada.do(BEGIN_TOTP, password=PASSWORD)["beginTotp"]["secret"] != first
    assert code(ada.post(CONFIRM_TOTP, code=App(first).code()).json()) == "UNAUTHENTICATED"
    assert sign_in(site, email_of(ada))


def test_an_app_is_set_up_and_taken_away_by_who_knows_the_password(site: Site) -> None:
    ada = site.sign_up()
    assert ada.error(BEGIN_TOTP, password="wrong password")["extensions"]["inputPath"] == ["input", "password"]
    app, codes = with_app(ada)
    assert code(ada.post(BEGIN_TOTP, password=PASSWORD).json()) == "CONFLICT"
    assert code(ada.post(DISABLE, password=PASSWORD).json()) == "SECOND_FACTOR_REQUIRED"
    assert code(ada.post(DISABLE, code=app.totp.now()).json()) == "UNAUTHENTICATED"
    renewed: list[str] = ada.do(NEW_CODES, password=PASSWORD, code=codes[0])["newRecoveryCodes"]
    assert not set(renewed) & set(codes)
    assert code(signed_in(site, email_of(ada), second=codes[1])) == "UNAUTHENTICATED"
    assert ada.do(DISABLE, password=PASSWORD, code=renewed[0]) == {"disableTotp": True}
    assert sign_in(site, email_of(ada))


@pytest.mark.parametrize(
    "second", ["", " ", "12345", "1234567", "\uff11\uff12\uff13\uff14\uff15\uff16", "\0", "x" * 100_000]
)
def test_what_is_no_code_is_refused(site: Site, second: str) -> None:
    ada = site.sign_up()
    with_app(ada)
    assert code(signed_in(site, email_of(ada), second=second)) in ("UNAUTHENTICATED", "SECOND_FACTOR_REQUIRED")


def test_codes_cannot_be_tried_out(site: Site) -> None:
    ada = site.sign_up()
    app, _ = with_app(ada)
    with Redis.from_url(site.redis_url) as redis:
        redis.hset(Counted(CODE, str(ada.session["user"]["id"])).key, "failures", 20)
    assert code(signed_in(site, email_of(ada), second="000000")) == "UNAUTHENTICATED"
    assert code(signed_in(site, email_of(ada), second=app.code())) == "LIMIT_EXCEEDED"


async def test_the_secret_is_sealed_and_its_key_can_be_rotated(site: Site) -> None:
    ada: Caller = await asyncio.to_thread(site.sign_up)
    app, _ = await asyncio.to_thread(with_app, ada)
    connection = await asyncpg.connect(site.database_url)
    kept: Any = await connection.fetchval(
        "SELECT secret FROM armature.totp_secrets WHERE user_id = $1", ada.session["user"]["id"]
    )
    assert app.totp.secret.encode() not in kept
    new, old = b"another key, of more than thirty-two bytes", SECRET_KEY.encode()
    database = await open_database(site.database_url)
    try:
        with pytest.raises(KeyMissing, match="ARMATURE_OLD_SECRET_KEY"):
            await rotate_secrets(database, Sealing([new]))
        count = await connection.fetchval("SELECT count(*) FROM armature.totp_secrets")
        assert await rotate_secrets(database, Sealing([new, old])) == count
        assert await rotate_secrets(database, Sealing([new, old])) == 0
        place = f"totp_secrets.secret:{ada.session['user']['id']}"
        kept = await connection.fetchval(
            "SELECT secret FROM armature.totp_secrets WHERE user_id = $1", ada.session["user"]["id"]
        )
        assert Sealing([new]).open(kept, place).decode() == app.totp.secret
        with pytest.raises(SealBroken):
            Sealing([old]).open(kept, place)
        assert await rotate_secrets(database, Sealing([old, new])) == count
    finally:
        await database.close()
        await connection.close()
