"""Users delete their accounts: what goes with them, what stays, and what keeps them."""

import asyncio
from uuid import UUID

import asyncpg

from tests.server.test_member_records import ACCEPT, INVITE, email_of, id_of, joined, members
from tests.support.control_plane import PASSWORD, Caller, Site
from tests.support.mail_server import Mailbox
from tests.support.signing_in import code, signed_in, with_app

DELETE = "mutation($input: ConfirmedInput!) { deleteAccount(input: $input) }"
ME = "{ account { isEmailVerified } }"


def test_an_account_goes_with_all_that_lets_in(mailing_site: Site, mailbox: Mailbox) -> None:
    ada = mailing_site.sign_up()
    mailbox.next_to(email_of(ada))
    refresh = ada.session["refreshToken"]

    assert ada.do(DELETE, input={"password": PASSWORD})["deleteAccount"]

    assert mailbox.next_to(email_of(ada))["Subject"] == "Your account was deleted"
    assert code(ada.post(ME).json()) == "UNAUTHENTICATED"
    assert code(signed_in(mailing_site, email_of(ada))) == "UNAUTHENTICATED"
    renew = "mutation($token: String) { refreshTokens(refreshToken: $token) { accessToken } }"
    assert code(mailing_site.ask(renew, token=refresh)) == "UNAUTHENTICATED"
    again = mailing_site.sign_up(email_of(ada))
    assert again.do("{ workspaces { id } }")["workspaces"] == [{"id": again.workspace_id}]


def test_it_takes_the_password_and_the_second_factor(site: Site) -> None:
    ada = site.sign_up()
    app, _ = with_app(ada)

    assert ada.error(DELETE, input={"password": "wrong"})["extensions"]["inputPath"] == ["input", "password"]
    assert ada.error(DELETE, input={"password": PASSWORD})["extensions"]["code"] == "SECOND_FACTOR_REQUIRED"
    assert ada.do(ME)["account"]
    ada.do(DELETE, input={"password": PASSWORD, "code": app.code()})


def test_a_workspace_of_others_keeps_its_records_and_loses_what_tells_of_the_person(site: Site) -> None:
    owner = site.sign_up(pack="crm")
    ada = joined(owner)
    key = owner.new_key()
    made = 'mutation { createCompany(data: {name: "Hers"}) { createdBy { userId name } } }'
    stamp = ada.data(made)["createCompany"]["createdBy"]

    ada.within(ada.workspace_id).do(DELETE, input={"password": PASSWORD})

    left = {"id": id_of(ada), "name": None, "email": None, "role": None, "status": "LEFT"}
    assert members(owner)[1] == left
    assert owner.data("{ companies { createdBy { userId name } } }")["companies"] == [{"createdBy": stamp}]
    assert stamp == {"userId": id_of(ada), "name": email_of(ada)}
    entries = owner.do('{ auditLog(limit: 5, action: "member.deleted") { subject } }')["auditLog"]
    assert [each["subject"] for each in entries] == [id_of(ada)]
    assert key.data("{ companies { name } }") == {"companies": [{"name": "Hers"}]}


async def test_a_workspace_that_nobody_else_is_in_is_set_aside(site: Site) -> None:
    ada = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(ada.new_key)
    await asyncio.to_thread(ada.do, DELETE, input={"password": PASSWORD})

    answer = await asyncio.to_thread(key.post, "{ __typename }", "/graphql")
    assert code(answer.json()) == "UNAUTHENTICATED"
    connection = await asyncpg.connect(site.database_url)
    try:
        wanted = "SELECT deleted_at IS NOT NULL FROM armature.workspaces WHERE id = $1"
        assert await connection.fetchval(wanted, UUID(ada.workspace_id))
    finally:
        await connection.close()


def test_nobody_leaves_others_without_an_administrator(site: Site) -> None:
    owner = site.sign_up(workspace="Engines")
    ada = joined(owner)

    refused = owner.error(DELETE, input={"password": PASSWORD})
    assert refused["extensions"]["code"] == "CONFLICT"
    assert refused["message"] == "Nobody could administer Engines any more."
    assert [each["id"] for each in members(owner)] == [id_of(owner), id_of(ada)]

    owner.do('mutation($id: ID!) { setMemberRole(userId: $id, role: "owner") { role } }', id=id_of(ada))
    owner.do(DELETE, input={"password": PASSWORD})
    assert members(ada)[0]["status"] == "LEFT"


def test_a_key_deletes_nobody(site: Site) -> None:
    owner = site.sign_up()
    error = owner.new_key().error(DELETE, input={"password": PASSWORD})
    assert error["extensions"]["code"] == "FORBIDDEN"


def test_who_comes_back_after_that_is_somebody_else(site: Site) -> None:
    owner = site.sign_up()
    ada = joined(owner)
    ada.within(ada.workspace_id).do(DELETE, input={"password": PASSWORD})
    again: Caller = site.sign_up(email_of(ada))
    again.do(ACCEPT, token=owner.do(INVITE, role="guest")["invite"]["token"])

    assert [(each["id"], each["status"]) for each in members(owner)] == [
        (id_of(owner), "ACTIVE"),
        (id_of(ada), "LEFT"),
        (id_of(again), "ACTIVE"),
    ]


def test_with_the_account_goes_what_workspaces_of_before_know_of_the_person(site: Site) -> None:
    owner = site.sign_up()
    ada, bob = joined(owner), joined(owner)
    for each in (ada, bob):
        owner.do("mutation($id: ID!) { removeMember(userId: $id) }", id=id_of(each))
    bob.within(bob.workspace_id).do(ACCEPT, token=owner.do(INVITE, role="guest")["invite"]["token"])
    ada.within(ada.workspace_id).do(DELETE, input={"password": PASSWORD})

    assert [(each["id"], each["email"], each["status"]) for each in members(owner)] == [
        (id_of(owner), email_of(owner), "ACTIVE"),
        (id_of(ada), None, "LEFT"),
        (id_of(bob), email_of(bob), "ACTIVE"),
    ]
