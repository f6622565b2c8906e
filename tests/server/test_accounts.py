"""Accounts over their life: addresses proven by mail, passwords lost and changed, sessions seen and ended."""

import asyncio
from typing import Any

import asyncpg
import pytest
from redis import Redis
from structlog.testing import capture_logs

from tests.support.control_plane import PASSWORD, PUBLIC_URL, Caller, Site
from tests.support.mail_server import Mailbox, token_in
from tests.support.signing_in import NEW_PASSWORD, code, sign_in, signed_in

VERIFY = "mutation($token: String!) { verifyEmail(token: $token) { email } }"
RESEND = "mutation { requestEmailVerification }"
REQUEST_RESET = "mutation($email: String!) { requestPasswordReset(email: $email) }"
RESET = "mutation($token: String!, $password: String!) { resetPassword(input: {token: $token, password: $password}) }"
CHANGE_PASSWORD = "mutation($input: ChangePasswordInput!) { changePassword(input: $input) }"
CHANGE_EMAIL = "mutation($input: ChangeEmailInput!) { changeEmail(input: $input) }"
ACCOUNT = "{ account { isEmailVerified hasPassword hasTotp user { email } sessions { id isCurrent method address } } }"


def verified(caller: Caller) -> bool:
    return bool(caller.do("{ account { isEmailVerified } }")["account"]["isEmailVerified"])


def email_of(caller: Caller) -> str:
    return str(caller.session["user"]["email"])


# The address


def test_a_new_user_proves_the_address_with_the_token_of_a_mail(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    assert not verified(ada)
    letter = mailbox.next_to(email_of(ada))
    token = token_in(letter)
    assert f"{PUBLIC_URL}/account/verify-email#{token}" in letter.get_content()
    assert mailing_site.ask(VERIFY, token=token) == {"data": {"verifyEmail": {"email": email_of(ada)}}}
    assert verified(ada)
    assert code(mailing_site.ask(VERIFY, token=token)) == "BAD_USER_INPUT"


def test_only_the_newest_mail_counts(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    first = mailbox.token_to(email_of(ada))
    ada.do(RESEND)
    second = mailbox.token_to(email_of(ada))
    assert code(mailing_site.ask(VERIFY, token=first)) == "BAD_USER_INPUT"
    assert "errors" not in mailing_site.ask(VERIFY, token=second)
    ada.do(RESEND)
    assert mailbox.is_empty(email_of(ada))


@pytest.mark.parametrize("token", ["", "\0", "arv_" + "x" * 43, "arr_" + "x" * 43, "x" * 100_000])
def test_what_is_no_token_of_a_mail_is_refused_by_name(mailing_site: Site, token: str) -> None:
    body = mailing_site.ask(VERIFY, token=token)
    assert body["errors"][0]["extensions"]["inputPath"] == ["token"]
    assert code(mailing_site.ask(RESET, token=token, password=NEW_PASSWORD)) == "BAD_USER_INPUT"


async def test_a_token_of_a_mail_expires(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = await asyncio.to_thread(mailing_site.sign_up)
    token = await asyncio.to_thread(mailbox.token_to, email_of(ada))
    connection = await asyncpg.connect(mailing_site.database_url)
    await connection.execute("UPDATE armature.mailed_tokens SET expires_at = now()")
    await connection.close()
    assert code(await asyncio.to_thread(mailing_site.ask, VERIFY, token=token)) == "BAD_USER_INPUT"


def test_a_new_address_counts_once_its_mail_was_read(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up("ada@before.example")
    mailbox.next_to("ada@before.example")
    assert ada.error(CHANGE_EMAIL, input={"email": "ada@after.example", "password": "wrong password"})["extensions"][
        "inputPath"
    ] == ["input", "password"]
    ada.do(CHANGE_EMAIL, input={"email": "Ada@After.example", "password": PASSWORD})
    assert ada.do("{ me { email } }")["me"]["email"] == "ada@before.example"
    token = mailbox.token_to("ada@after.example")
    assert mailing_site.ask(VERIFY, token=token) == {"data": {"verifyEmail": {"email": "ada@after.example"}}}
    assert verified(ada)
    assert "ada@after.example" in mailbox.next_to("ada@before.example").get_content()
    assert sign_in(mailing_site, "ada@after.example")["user"]["email"] == "ada@after.example"


def test_an_address_that_is_taken_meanwhile_stays_whose_it_is(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    ada.do(CHANGE_EMAIL, input={"email": "wanted@example.com", "password": PASSWORD})
    token = mailbox.token_to("wanted@example.com")
    mailing_site.sign_up("wanted@example.com")
    assert code(mailing_site.ask(VERIFY, token=token)) == "CONFLICT"


@pytest.mark.parametrize("email", ["a,victim@example.com", "<a@example.com>", "a@example.com\nBcc: b@c", 'a"b@c.d'])
def test_a_mail_goes_to_one_address_only(mailing_site: Site, email: str) -> None:
    body = mailing_site.ask(REQUEST_RESET, email=email)
    assert body["errors"][0]["extensions"]["field"] == "email"


# The password


def test_a_lost_password_is_replaced_and_every_session_ends(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    mailbox.next_to(email_of(ada))
    assert mailing_site.ask(REQUEST_RESET, email=email_of(ada)) == {"data": {"requestPasswordReset": True}}
    token = mailbox.token_to(email_of(ada))
    assert code(mailing_site.ask(RESET, token=token, password="12345678")) == "BAD_USER_INPUT"
    assert mailing_site.ask(RESET, token=token, password=NEW_PASSWORD) == {"data": {"resetPassword": True}}
    assert ada.error("{ me { id } }")["message"] == "This session has ended."
    assert code(mailing_site.ask(RESET, token=token, password=NEW_PASSWORD)) == "BAD_USER_INPUT"
    assert code(signed_in(mailing_site, email_of(ada), PASSWORD)) == "UNAUTHENTICATED"
    again = Caller(mailing_site, sign_in(mailing_site, email_of(ada), NEW_PASSWORD)["accessToken"])
    assert verified(again)


def test_whoever_asks_for_a_reset_learns_not_whether_there_is_an_account(mailing_site: Site, mailbox: Mailbox) -> None:
    assert mailing_site.ask(REQUEST_RESET, email="nobody@reset.example") == {"data": {"requestPasswordReset": True}}
    mailing_site.sign_up("somebody@reset.example")
    mailbox.next_to("somebody@reset.example")
    mailing_site.ask(REQUEST_RESET, email="somebody@reset.example")
    mailbox.next_to("somebody@reset.example")
    assert mailbox.is_empty("nobody@reset.example")


def test_a_token_is_good_for_what_it_was_made_for(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    verify = mailbox.token_to(email_of(ada))
    assert code(mailing_site.ask(RESET, token=verify, password=NEW_PASSWORD)) == "BAD_USER_INPUT"
    mailing_site.ask(REQUEST_RESET, email=email_of(ada))
    reset = mailbox.token_to(email_of(ada))
    assert code(mailing_site.ask(VERIFY, token=reset)) == "BAD_USER_INPUT"


def test_nobody_is_sent_many_mails(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    mailbox.next_to(email_of(ada))
    asked = [mailing_site.ask(REQUEST_RESET, email=email_of(ada)) for _ in range(6)]
    assert [("errors" in each) for each in asked] == [False] * 4 + [True] * 2
    assert asked[-1]["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert 1 <= asked[-1]["errors"][0]["extensions"]["retryAfter"] <= 60
    with Redis.from_url(mailing_site.redis_url) as redis:
        redis.flushdb()


def test_a_password_is_changed_by_who_knows_it_and_other_sessions_end(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    mailbox.next_to(email_of(ada))
    other = Caller(mailing_site, sign_in(mailing_site, email_of(ada))["accessToken"])
    wrong = ada.error(CHANGE_PASSWORD, input={"password": "wrong password", "newPassword": NEW_PASSWORD})
    assert wrong["extensions"]["inputPath"] == ["input", "password"]
    weak = ada.error(CHANGE_PASSWORD, input={"password": PASSWORD, "newPassword": "short"})
    assert weak["extensions"]["inputPath"] == ["input", "newPassword"]
    ada.do(CHANGE_PASSWORD, input={"password": PASSWORD, "newPassword": NEW_PASSWORD})
    assert ada.do("{ me { id } }")["me"] is not None
    assert other.post("{ me { id } }").status_code == 401
    assert code(signed_in(mailing_site, email_of(ada), PASSWORD)) == "UNAUTHENTICATED"
    assert "new password" in mailbox.next_to(email_of(ada)).get_content()


@pytest.mark.parametrize("password", ["password123", "Qwertyuiop", "aaaaaaaaaaaa", "iloveyou", "someone"])
def test_passwords_that_everybody_tries_first_are_refused(mailing_site: Site, password: str) -> None:
    given = {"email": "someone@example.com", "password": password, "workspaceName": "x"}
    body = mailing_site.ask("mutation($input: SignUpInput!) { signUp(input: $input) { expiresAt } }", input=given)
    assert body["errors"][0]["extensions"]["field"] == "password"


def test_a_password_may_be_a_sentence_in_any_script(mailing_site: Site) -> None:
    password = "ключ под ковриком 🔑"
    given = {"email": "cyrillic@example.com", "password": password, "workspaceName": "x", "pack": None}
    assert "errors" not in mailing_site.ask(
        "mutation($input: SignUpInput!) { signUp(input: $input) { expiresAt } }", input=given
    )
    assert sign_in(mailing_site, "cyrillic@example.com", password)


# Sessions


def test_sessions_are_listed_and_each_can_be_ended(mailing_site: Site) -> None:
    ada = mailing_site.sign_up()
    second = sign_in(mailing_site, email_of(ada))
    other = Caller(mailing_site, second["accessToken"])
    listed: list[dict[str, Any]] = ada.do(ACCOUNT)["account"]["sessions"]
    assert [(each["isCurrent"], each["method"], each["address"]) for each in listed] == [
        (False, "PASSWORD", "127.0.0.1"),
        (True, "PASSWORD", "127.0.0.1"),
    ]
    revoke = "mutation($id: ID!) { revokeSession(id: $id) }"
    assert ada.do(revoke, id=listed[0]["id"]) == {"revokeSession": listed[0]["id"]}
    assert other.post("{ me { id } }").status_code == 401
    refreshed = mailing_site.ask(
        "mutation($t: String!) { refreshTokens(refreshToken: $t) { accessToken } }", t=second["refreshToken"]
    )
    assert code(refreshed) == "UNAUTHENTICATED"
    assert len(ada.do(ACCOUNT)["account"]["sessions"]) == 1
    stranger = mailing_site.sign_up()
    for session in (listed[1]["id"], "x", "\0"):
        assert stranger.error(revoke, id=session)["extensions"]["code"] == "NOT_FOUND"
    assert ada.do("{ me { id } }")["me"] is not None


def test_whoever_signs_out_is_out(mailing_site: Site) -> None:
    ada = mailing_site.sign_up()
    other = Caller(mailing_site, sign_in(mailing_site, email_of(ada))["accessToken"])
    assert ada.do("mutation { signOut }") == {"signOut": True}
    assert ada.post("{ me { id } }").status_code == 401
    assert other.do("mutation { revokeOtherSessions }") == {"revokeOtherSessions": True}
    assert other.do("{ me { id } }")["me"] is not None


def test_an_account_is_for_users(mailing_site: Site) -> None:
    key = mailing_site.sign_up().new_key()
    for query in ("{ account { hasTotp } }", "mutation { signOut }", "mutation { revokeOtherSessions }"):
        assert key.error(query)["extensions"]["code"] == "FORBIDDEN"


# Without mail


def test_a_server_that_cannot_send_mail_says_so_and_signs_up_all_the_same(site: Site) -> None:
    ada = site.sign_up()
    for body in (site.ask(REQUEST_RESET, email="nobody@example.com"), ada.post(RESEND).json()):
        assert code(body) == "UNAVAILABLE"
        assert "ARMATURE_SMTP_URL" in body["errors"][0]["extensions"]["hint"]


def test_tokens_of_mails_and_passwords_are_in_no_log(mailing_site: Site, mailbox: Mailbox) -> None:
    with capture_logs() as lines:
        ada = mailing_site.sign_up()
        verify = mailbox.token_to(email_of(ada))
        mailing_site.ask(VERIFY, token=verify)
        mailing_site.ask(REQUEST_RESET, email=email_of(ada))
        reset = mailbox.token_to(email_of(ada))
        mailing_site.ask(RESET, token=reset, password=NEW_PASSWORD)
    assert lines
    for secret in (verify, reset, NEW_PASSWORD):
        assert secret not in str(lines)
