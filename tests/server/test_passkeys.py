"""Passkeys: a device of the user signs in, and nothing that looks like one."""

from typing import Any

import pytest

from tests.support.authenticator import PRESENT, Device, encoded
from tests.support.control_plane import PASSWORD, PUBLIC_URL, Caller, Site
from tests.support.signing_in import BEGIN_TOTP, CONFIRM_TOTP, App, code, sign_in, with_app

BEGIN = "mutation($input: ConfirmedInput!) { beginPasskey(input: $input) { challenge options } }"
ADD = "mutation($input: AddPasskeyInput!) { addPasskey(input: $input) { passkeys { id name lastUsedAt } } }"
REMOVE = "mutation($id: ID!, $input: ConfirmedInput!) { removePasskey(id: $id, input: $input) { passkeys { id } } }"
BEGIN_SIGN_IN = "mutation { beginPasskeySignIn { challenge options } }"
SIGN_IN = "mutation($input: SignInWithPasskeyInput!) { signInWithPasskey(input: $input) { accessToken user { id } } }"
KNOWN = {"password": PASSWORD}


def with_device(caller: Caller, **other: Any) -> Device:
    device = Device(PUBLIC_URL, **other)
    begun = caller.do(BEGIN, input=KNOWN)["beginPasskey"]
    credential = device.create(begun["options"])
    caller.do(ADD, input={"name": "A telephone", "challenge": begun["challenge"], "credential": credential})
    return device


def begin(site: Site) -> Any:
    return site.ask(BEGIN_SIGN_IN)["data"]["beginPasskeySignIn"]


def finish(site: Site, begun: Any, credential: Any) -> Any:
    return site.ask(SIGN_IN, input={"challenge": begun["challenge"], "credential": credential})


def test_a_device_signs_its_user_in_with_two_factors_at_once(mailing_site: Site) -> None:
    ada = mailing_site.sign_up()
    device = with_device(ada)
    for _ in range(2):
        begun = begin(mailing_site)
        session = finish(mailing_site, begun, device.get(begun["options"]))["data"]["signInWithPasskey"]
        assert session["user"]["id"] == ada.session["user"]["id"]
    again = Caller(mailing_site, session["accessToken"])
    account = again.do("{ account { sessions { isCurrent method hasSecondFactor } passkeys { name lastUsedAt } } }")
    assert {"isCurrent": True, "method": "PASSKEY", "hasSecondFactor": True} in account["account"]["sessions"]
    (passkey,) = account["account"]["passkeys"]
    assert passkey["name"] == "A telephone"
    assert passkey["lastUsedAt"] is not None


def test_an_answer_is_good_once(mailing_site: Site) -> None:
    device = with_device(mailing_site.sign_up())
    begun = begin(mailing_site)
    credential = device.get(begun["options"])
    assert "errors" not in finish(mailing_site, begun, credential)
    assert code(finish(mailing_site, begun, credential)) == "BAD_USER_INPUT"
    assert code(finish(mailing_site, begin(mailing_site), credential)) == "UNAUTHENTICATED"


def changed(credential: Any, **response: str) -> Any:
    return {**credential, "response": {**credential["response"], **response}}


@pytest.mark.parametrize(
    "how",
    [
        "a page of another site",
        "a user who was not verified",
        "another key",
        "a key that is not known",
        "a count that went back",
        "another user",
        "no signature",
        "another site's authenticator data",
    ],
)
def test_what_only_looks_like_a_passkey_lets_nobody_in(mailing_site: Site, how: str) -> None:
    device = with_device(mailing_site.sign_up(), count=5)
    begun = begin(mailing_site)
    options = begun["options"]
    match how:
        case "a page of another site":
            device.origin = "https://armature.example.evil.example"
        case "a user who was not verified":
            device.flags = PRESENT
        case "another key":
            device.key = Device(PUBLIC_URL).key
        case "a key that is not known":
            device.id = b"another"
        case "a count that went back":
            device.count = 1
        case "another user":
            device.user = bytes(16)
        case "another site's authenticator data":
            options = {**options, "rpId": "evil.example"}
    credential = device.get(options)
    if how == "no signature":
        credential = changed(credential, signature="")
    assert code(finish(mailing_site, begun, credential)) == "UNAUTHENTICATED"


@pytest.mark.parametrize("credential", [None, 1, "x", [], {}, {"rawId": 1}, {"rawId": "eA", "response": None}])
def test_what_is_no_passkey_at_all_is_refused(mailing_site: Site, credential: Any) -> None:
    assert code(finish(mailing_site, begin(mailing_site), credential)) in ("UNAUTHENTICATED", "BAD_USER_INPUT")
    ada = mailing_site.sign_up()
    begun = ada.do(BEGIN, input=KNOWN)["beginPasskey"]
    body = ada.post(ADD, input={"name": "x", "challenge": begun["challenge"], "credential": credential}).json()
    assert code(body) == "BAD_USER_INPUT"


def test_a_new_passkey_is_made_for_this_site_this_user_and_this_request(mailing_site: Site) -> None:
    ada, other = mailing_site.sign_up(), mailing_site.sign_up()

    def added(caller: Caller, device: Device, begun: Any) -> Any:
        given = {"name": "x", "challenge": begun["challenge"], "credential": device.create(begun["options"])}
        return caller.post(ADD, input=given).json()

    assert ada.error(BEGIN, input={"password": "wrong password"})["extensions"]["inputPath"] == ["input", "password"]
    for device in (Device("https://evil.example"), Device(PUBLIC_URL, flags=PRESENT)):
        assert code(added(ada, device, ada.do(BEGIN, input=KNOWN)["beginPasskey"])) == "BAD_USER_INPUT"
    assert code(added(other, Device(PUBLIC_URL), ada.do(BEGIN, input=KNOWN)["beginPasskey"])) == "BAD_USER_INPUT"
    begun = ada.do(BEGIN, input=KNOWN)["beginPasskey"]
    elsewhere = {**begun, "options": {**begun["options"], "challenge": encoded(b"another challenge")}}
    assert code(added(ada, Device(PUBLIC_URL), elsewhere)) == "BAD_USER_INPUT"
    device = with_device(ada)
    assert code(added(other, device, other.do(BEGIN, input=KNOWN)["beginPasskey"])) == "CONFLICT"
    assert code(finish(mailing_site, ada.do(BEGIN, input=KNOWN)["beginPasskey"], {})) == "BAD_USER_INPUT"


def test_a_passkey_that_was_removed_lets_nobody_in(mailing_site: Site) -> None:
    ada = mailing_site.sign_up()
    device = with_device(ada)
    ((passkey,),) = (ada.do("{ account { passkeys { id } } }")["account"]["passkeys"],)
    stranger = mailing_site.sign_up()
    assert stranger.error(REMOVE, id=passkey["id"], input=KNOWN)["extensions"]["code"] == "NOT_FOUND"
    assert ada.error(REMOVE, id=passkey["id"], input={})["extensions"]["inputPath"] == ["input", "password"]
    assert ada.do(REMOVE, id=passkey["id"], input=KNOWN) == {"removePasskey": {"passkeys": []}}
    begun = begin(mailing_site)
    assert code(finish(mailing_site, begun, device.get(begun["options"]))) == "UNAUTHENTICATED"


def test_who_has_an_authenticator_app_shows_it_before_a_passkey_is_made(mailing_site: Site) -> None:
    ada = mailing_site.sign_up()
    _, codes = with_app(ada)
    assert ada.error(BEGIN, input=KNOWN)["extensions"]["code"] == "SECOND_FACTOR_REQUIRED"
    assert ada.do(BEGIN, input={**KNOWN, "code": codes[0]})["beginPasskey"]["options"]["rp"]["id"] == "armature.example"


def test_a_server_that_does_not_know_its_address_has_no_passkeys(site: Site) -> None:
    body = site.ask(BEGIN_SIGN_IN)
    assert code(body) == "UNAVAILABLE"
    assert "ARMATURE_PUBLIC_URL" in body["errors"][0]["extensions"]["hint"]


def test_a_password_alone_changes_nothing_where_passkeys_are_the_second_factor(mailing_site: Site) -> None:
    """Whoever got hold of the password would make a second factor of their own, and be as good as the user."""
    ada = mailing_site.sign_up()
    device = with_device(ada)
    thief = Caller(mailing_site, sign_in(mailing_site, ada.session["user"]["email"])["accessToken"])
    (passkey,) = thief.do("{ account { passkeys { id } } }")["account"]["passkeys"]

    for mutation in ("beginPasskey(input: $input) { challenge }", "beginTotp(input: $input) { secret }"):
        error = thief.error(f"mutation($input: ConfirmedInput!) {{ {mutation} }}", input=KNOWN)
        assert error["extensions"]["code"] == "SECOND_FACTOR_REQUIRED"
    assert thief.error(REMOVE, id=passkey["id"], input=KNOWN)["extensions"]["code"] == "SECOND_FACTOR_REQUIRED"

    begun = begin(mailing_site)
    session = finish(mailing_site, begun, device.get(begun["options"]))["data"]["signInWithPasskey"]
    assert with_device(Caller(mailing_site, session["accessToken"]))


def test_an_authenticator_app_that_was_begun_before_a_passkey_is_not_confirmed_without_it(mailing_site: Site) -> None:
    ada = mailing_site.sign_up()
    thief = Caller(mailing_site, sign_in(mailing_site, ada.session["user"]["email"])["accessToken"])
    app = App(thief.do(BEGIN_TOTP, password=PASSWORD)["beginTotp"]["secret"])
    begun = thief.do(BEGIN, input=KNOWN)["beginPasskey"]
    with_device(ada)

    assert thief.error(CONFIRM_TOTP, code=app.code())["extensions"]["code"] == "SECOND_FACTOR_REQUIRED"
    credential = Device(PUBLIC_URL).create(begun["options"])
    given = {"name": "x", "challenge": begun["challenge"], "credential": credential}
    assert thief.error(ADD, input=given)["extensions"]["code"] == "SECOND_FACTOR_REQUIRED"
