"""Who is in a workspace: invited, joined by domain, suspended, removed; and workspaces that are set aside."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from armature.core.db import open_database
from armature.metadata.roles import ADMIN
from armature.metadata.store import WorkspaceNotFound
from armature.migrations.workspace import delete, set_aside
from tests.support.control_plane import PASSWORD, PUBLIC_URL, SIGN_UP, Caller, Site
from tests.support.mail_server import Mailbox, token_in
from tests.support.signing_in import code, sign_in, verified, with_app

INVITE = (
    "mutation($input: InviteInput!) { invite(input: $input) { token invitation { id email role createdBy { id } } } }"
)
ACCEPT = "mutation($token: String!) { acceptInvitation(token: $token) { id name } }"
MEMBERS = "{ workspace { members { user { id email } role suspendedAt } } }"
NAME = "{ workspace { name } }"


def email_of(caller: Caller) -> str:
    return str(caller.session["user"]["email"])


def id_of(caller: Caller) -> str:
    return str(caller.session["user"]["id"])


def link(owner: Caller) -> str:
    return str(owner.do(INVITE, input={"role": ADMIN})["invite"]["token"])


def joined(owner: Caller) -> Caller:
    """A second member of the owner's workspace, working there."""
    member = owner.site.sign_up()
    member.do(ACCEPT, token=link(owner))
    return member.within(owner.workspace_id)


# Invitations


def test_who_is_invited_by_mail_signs_up_and_is_a_member(mailing_site: Site, mailbox: Mailbox) -> None:
    owner = mailing_site.sign_up(workspace="Engines")
    made = owner.do(INVITE, input={"role": ADMIN, "email": "Invited@Example.com"})["invite"]
    assert made["token"] is None
    assert made["invitation"]["email"] == "invited@example.com"
    letter = mailbox.next_to("invited@example.com")
    token = token_in(letter)
    assert f"{PUBLIC_URL}/account/accept-invitation#{token}" in letter.get_content()
    assert letter["Subject"] == "You are invited to Engines"
    given = {"email": "invited@example.com", "password": PASSWORD, "invitation": token}
    session = mailing_site.ask(SIGN_UP, input=given)["data"]["signUp"]
    assert [each["name"] for each in session["workspaces"]] == ["Engines"]
    member = Caller(mailing_site, session["accessToken"])
    assert member.do("{ account { isEmailVerified } }")["account"]["isEmailVerified"]
    assert member.data("{ __typename }") == {"__typename": "Query"}
    assert {each["user"]["email"] for each in owner.do(MEMBERS)["workspace"]["members"]} == {
        email_of(owner),
        "invited@example.com",
    }
    again = mailing_site.ask(SIGN_UP, input={**given, "email": "second@example.com"})
    assert again["errors"][0]["extensions"]["inputPath"] == ["input", "invitation"]


def test_who_has_an_account_accepts_and_switches_between_workspaces(mailing_site: Site, mailbox: Mailbox) -> None:
    owner, ada = mailing_site.sign_up(workspace="Theirs"), mailing_site.sign_up(workspace="Own")
    mailbox.next_to(email_of(ada))
    owner.do(INVITE, input={"role": ADMIN, "email": email_of(ada)})
    token = mailbox.token_to(email_of(ada))
    stranger = mailing_site.sign_up()
    assert stranger.error(ACCEPT, token=token)["extensions"]["code"] == "FORBIDDEN"
    assert ada.do(ACCEPT, token=token)["acceptInvitation"]["name"] == "Theirs"
    assert code(ada.post(ACCEPT, token=token).json()) == "BAD_USER_INPUT"
    assert ada.do("{ account { isEmailVerified } }")["account"]["isEmailVerified"]
    assert ada.within(owner.workspace_id).do(NAME)["workspace"]["name"] == "Theirs"
    assert ada.within(ada.workspace_id).do(NAME)["workspace"]["name"] == "Own"


def test_a_mail_that_comes_later_makes_the_one_before_void(mailing_site: Site, mailbox: Mailbox) -> None:
    owner, ada = mailing_site.sign_up(), mailing_site.sign_up()
    mailbox.next_to(email_of(ada))
    for _ in range(2):
        owner.do(INVITE, input={"role": ADMIN, "email": email_of(ada)})
    first, second = (mailbox.token_to(email_of(ada)) for _ in range(2))
    assert code(ada.post(ACCEPT, token=first).json()) == "BAD_USER_INPUT"
    assert ada.do(ACCEPT, token=second)


def test_a_link_is_for_whoever_has_it_until_it_is_revoked(site: Site) -> None:
    owner = site.sign_up(workspace="Linked")
    made = owner.do(INVITE, input={"role": ADMIN})["invite"]
    for _ in range(2):
        assert site.sign_up().do(ACCEPT, token=made["token"])["acceptInvitation"]["name"] == "Linked"
    revoke = "mutation($id: ID!) { revokeInvitation(id: $id) { revokedAt } }"
    stranger = site.sign_up()
    assert stranger.error(revoke, id=made["invitation"]["id"])["extensions"]["code"] == "NOT_FOUND"
    assert owner.do(revoke, id=made["invitation"]["id"])["revokeInvitation"]["revokedAt"] is not None
    assert code(stranger.post(ACCEPT, token=made["token"]).json()) == "BAD_USER_INPUT"
    listed = owner.do("{ invitations { id email } }")["invitations"]
    assert listed == [{"id": made["invitation"]["id"], "email": None}]
    assert len(owner.do(MEMBERS)["workspace"]["members"]) == 3


async def test_an_invitation_expires(site: Site) -> None:
    owner, ada = await asyncio.to_thread(site.sign_up), await asyncio.to_thread(site.sign_up)
    token = await asyncio.to_thread(link, owner)
    connection = await asyncpg.connect(site.database_url)
    await connection.execute("UPDATE armature.invitations SET expires_at = now()")
    await connection.close()
    assert code((await asyncio.to_thread(ada.post, ACCEPT, token=token)).json()) == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [
        ({"role": "king"}, "role"),
        ({"email": "x"}, "email"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
        ({"expiresAt": (datetime.now(UTC) + timedelta(days=100)).isoformat()}, "expiresAt"),
    ],
)
def test_an_invitation_that_will_not_do_names_what_is_wrong(site: Site, given: dict[str, Any], at_fault: str) -> None:
    error = site.sign_up().error(INVITE, input={"role": ADMIN, **given})
    assert error["extensions"]["inputPath"] == ["input", at_fault]


@pytest.mark.parametrize("token", ["", "\0", "ari_" + "x" * 43, "arv_" + "x" * 43])
def test_what_is_no_invitation_is_refused(site: Site, token: str) -> None:
    assert site.sign_up().error(ACCEPT, token=token)["extensions"]["inputPath"] == ["token"]


def test_nobody_sees_or_makes_the_invitations_of_others(site: Site) -> None:
    owner, stranger = site.sign_up(), site.sign_up()
    link(owner)
    assert stranger.do("{ invitations { id } }") == {"invitations": []}
    assert stranger.within(owner.workspace_id).post(INVITE, input={"role": ADMIN}).status_code == 403


# Members


def test_a_member_who_is_suspended_is_out_at_once_and_back_when_resumed(site: Site) -> None:
    owner = site.sign_up()
    member = joined(owner)
    assert member.data("{ __typename }") == {"__typename": "Query"}
    suspended = owner.do("mutation($id: ID!) { suspendMember(userId: $id) { suspendedAt } }", id=id_of(member))
    assert suspended["suspendMember"]["suspendedAt"] is not None
    for path in ("/graphql", "/metadata"):
        error = member.error("{ __typename }" if path == "/graphql" else NAME, path)
        assert error["message"] == "Your membership of this workspace is suspended."
    assert member.within(member.workspace_id).do("{ me { id } }")["me"]["id"] == id_of(member)
    owner.do("mutation($id: ID!) { resumeMember(userId: $id) { role } }", id=id_of(member))
    assert member.data("{ __typename }") == {"__typename": "Query"}


def test_a_member_who_is_removed_is_out_at_once(site: Site) -> None:
    owner = site.sign_up()
    member = joined(owner)
    assert owner.do("mutation($id: ID!) { removeMember(userId: $id) }", id=id_of(member))
    assert member.post("{ __typename }", "/graphql").status_code == 403
    again = owner.error("mutation($id: ID!) { removeMember(userId: $id) }", id=id_of(member))
    assert again["extensions"]["code"] == "NOT_FOUND"


@pytest.mark.parametrize("user", ["x", "\0", "01a1fcfe-0000-7000-8000-000000000000"])
def test_who_is_no_member_cannot_be_changed(site: Site, user: str) -> None:
    owner = site.sign_up()
    for mutation in ("suspendMember(userId: $id) { role }", "removeMember(userId: $id)"):
        error = owner.error(f"mutation($id: ID!) {{ {mutation} }}", id=user)
        assert error["extensions"]["code"] == "NOT_FOUND"


def test_a_workspace_is_never_without_somebody_who_administers_it(site: Site) -> None:
    owner = site.sign_up()
    for mutation in (
        f'suspendMember(userId: "{id_of(owner)}") {{ role }}',
        f'removeMember(userId: "{id_of(owner)}")',
        "leaveWorkspace",
    ):
        assert owner.error(f"mutation {{ {mutation} }}")["extensions"]["code"] == "CONFLICT"
    member = joined(owner)
    assert owner.do("mutation { leaveWorkspace }") == {"leaveWorkspace": True}
    assert [each["user"]["id"] for each in member.do(MEMBERS)["workspace"]["members"]] == [id_of(member)]


async def test_two_who_put_each_other_out_at_once_do_not_both_succeed(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    member = await asyncio.to_thread(joined, owner)
    remove = "mutation($id: ID!) { removeMember(userId: $id) }"
    answers = await asyncio.gather(
        asyncio.to_thread(owner.post, remove, id=id_of(member)),
        asyncio.to_thread(member.post, remove, id=id_of(owner)),
    )
    assert sorted("errors" in each.json() for each in answers) == [False, True]


# Domains


def test_who_has_a_verified_address_at_an_approved_domain_may_join(mailing_site: Site, mailbox: Mailbox) -> None:
    approve = "mutation($input: ApproveDomainInput!) { approveDomain(input: $input) { domain role } }"
    join = "mutation($id: ID!) { joinWorkspace(id: $id) { name } }"
    owner = verified(mailing_site, mailbox, "owner@engines.example")
    approved = owner.do(approve, input={"domain": "@Engines.example", "role": ADMIN})
    assert approved["approveDomain"] == {"domain": "engines.example", "role": ADMIN}
    ada = mailing_site.sign_up("ada@engines.example")
    assert ada.do("{ joinableWorkspaces { id } }") == {"joinableWorkspaces": []}
    assert ada.error(join, id=owner.workspace_id)["extensions"]["code"] == "FORBIDDEN"
    token = mailbox.token_to("ada@engines.example")
    mailing_site.ask("mutation($token: String!) { verifyEmail(token: $token) { id } }", token=token)
    assert ada.do("{ joinableWorkspaces { id } }") == {"joinableWorkspaces": [{"id": owner.workspace_id}]}
    assert ada.do(join, id=owner.workspace_id)["joinWorkspace"]["name"] == "Acme"
    assert ada.do("{ joinableWorkspaces { id } }") == {"joinableWorkspaces": []}
    ada_id = ada.session["user"]["id"]
    owner.do('mutation($id: ID!) { setMemberRole(userId: $id, role: "guest") { role } }', id=ada_id)
    owner.do("mutation($id: ID!) { suspendMember(userId: $id) { role } }", id=ada_id)
    assert ada.do(join, id=owner.workspace_id)["joinWorkspace"]["name"] == "Acme"  # and stays what they are
    members = owner.do("{ workspace { members { user { id } role suspendedAt } } }")["workspace"]["members"]
    (as_it_was,) = [each for each in members if each["user"]["id"] == ada_id]
    assert (as_it_was["role"], as_it_was["suspendedAt"] is None) == ("guest", False)
    elsewhere = verified(mailing_site, mailbox, "ada@elsewhere.example")
    for workspace in (owner.workspace_id, "x", "01a1fcfe-0000-7000-8000-000000000000"):
        assert elsewhere.error(join, id=workspace)["extensions"]["code"] == "FORBIDDEN"
    assert owner.do('mutation { forgetDomain(domain: "engines.example") }') == {"forgetDomain": True}
    assert owner.do("{ approvedDomains { domain } }") == {"approvedDomains": []}


def test_nobody_approves_a_domain_that_is_not_theirs(mailing_site: Site, mailbox: Mailbox) -> None:
    approve = 'mutation($domain: String!) { approveDomain(input: {domain: $domain, role: "admin"}) { domain } }'
    unproven = mailing_site.sign_up("somebody@unproven.example")
    gmail = verified(mailing_site, mailbox, "somebody@gmail.com")
    for caller, domain in (
        (unproven, "unproven.example"),
        (gmail, "engines.example"),
        (gmail, "gmail.com"),
        (gmail, ""),
        (gmail, "\0"),
    ):
        assert caller.error(approve, domain=domain)["extensions"]["inputPath"] == ["input", "domain"]


# The workspace


def test_a_workspace_is_renamed_and_has_features(site: Site) -> None:
    owner = site.sign_up()
    renamed = owner.do('mutation { updateWorkspace(input: {name: " Engines "}) { name requiresSecondFactor } }')
    assert renamed["updateWorkspace"] == {"name": "Engines", "requiresSecondFactor": False}
    feature = "mutation($name: String!, $on: Boolean) { setFeature(name: $name, isOn: $on) { name isOn } }"
    owner.do(feature, name="search.v2", on=True)
    assert owner.do(feature, name="beta", on=False)["setFeature"] == [
        {"name": "beta", "isOn": False},
        {"name": "search.v2", "isOn": True},
    ]
    owner.do(feature, name="beta", on=None)
    assert owner.do("{ workspace { features { name isOn } } }")["workspace"] == {
        "features": [{"name": "search.v2", "isOn": True}]
    }
    for name in ("", "a b", "x" * 64, "\0", "1"):
        assert owner.error(feature, name=name, on=True)["extensions"]["field"] == "name"
    assert site.sign_up().do("{ workspace { features { name } } }") == {"workspace": {"features": []}}


@pytest.mark.parametrize(
    ("unfit", "at_fault"),
    [
        ({"requiresSecondFactor": True}, "requiresSecondFactor"),
        ({"corsOrigins": ["https://app.example.com/"]}, "corsOrigins"),
        ({"corsOrigins": ["https://app.example.com"], "auditRetentionDays": 1}, "auditRetentionDays"),
    ],
)
def test_where_one_setting_of_a_workspace_will_not_do_none_is_changed(
    site: Site, unfit: dict[str, Any], at_fault: str
) -> None:
    owner = site.sign_up(workspace="Engines")
    update = "mutation($input: UpdateWorkspaceInput!) { updateWorkspace(input: $input) { name } }"
    refused = owner.error(update, input={"name": "Looms", **unfit})
    assert refused["extensions"]["inputPath"] == ["input", at_fault]
    assert owner.do("{ workspace { name corsOrigins } }") == {"workspace": {"name": "Engines", "corsOrigins": []}}


def test_a_workspace_that_asks_for_a_second_factor_lets_nobody_in_without(site: Site) -> None:
    owner = site.sign_up()
    member = joined(owner)
    require = "mutation { updateWorkspace(input: {requiresSecondFactor: true}) { requiresSecondFactor } }"
    refused = owner.error(require)
    assert refused["extensions"]["inputPath"] == ["input", "requiresSecondFactor"]
    with_app(owner)
    assert owner.do(require) == {"updateWorkspace": {"requiresSecondFactor": True}}
    assert owner.data("{ __typename }") == {"__typename": "Query"}
    assert member.error("{ __typename }", "/graphql")["extensions"]["code"] == "FORBIDDEN"
    assert "beginTotp" in member.error(NAME)["extensions"]["hint"]
    _, codes = with_app(member)
    assert member.data("{ __typename }") == {"__typename": "Query"}
    again = Caller(site, sign_in(site, email_of(member), second=codes[0])["accessToken"]).within(owner.workspace_id)
    assert again.data("{ __typename }") == {"__typename": "Query"}


def test_a_workspace_is_set_aside_and_brought_back_as_it_was(site: Site) -> None:
    owner = site.sign_up(workspace="Short-lived", pack="crm")
    member, key = joined(owner), owner.new_key()
    owner.data('mutation { createCompany(data: {name: "Kept"}) { id } }')
    delete = "mutation($name: String!) { deleteWorkspace(name: $name) }"
    assert owner.error(delete, name="short-lived")["extensions"]["field"] == "name"
    assert owner.do(delete, name="Short-lived") == {"deleteWorkspace": True}
    assert key.post("{ __typename }", "/graphql").status_code == 401
    assert member.post("{ __typename }", "/graphql").status_code == 403
    assert owner.do("{ workspaces { id } deletedWorkspaces { name } }") == {
        "workspaces": [],
        "deletedWorkspaces": [{"name": "Short-lived"}],
    }
    restore = "mutation($id: ID!) { restoreWorkspace(id: $id) { name } }"
    stranger = site.sign_up()
    assert stranger.error(restore, id=owner.workspace_id)["extensions"]["code"] == "NOT_FOUND"
    assert owner.do(restore, id=owner.workspace_id) == {"restoreWorkspace": {"name": "Short-lived"}}
    assert owner.data("{ companies { name } }") == {"companies": [{"name": "Kept"}]}
    assert key.data("{ __typename }") == {"__typename": "Query"}


async def test_what_was_set_aside_is_purged_when_its_time_has_come(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    workspace_id = UUID(owner.workspace_id)
    database = await open_database(site.database_url)
    connection = await asyncpg.connect(site.database_url)
    try:
        await set_aside.set_aside(database, workspace_id)
        waits = await connection.fetchval(
            "SELECT due_at - now() FROM armature.jobs WHERE kind = $1 AND subject = $2", set_aside.KIND, workspace_id
        )
        assert timedelta(days=29) < waits <= delete.KEPT
        there = "SELECT count(*) FROM armature.workspaces WHERE id = $1"
        await set_aside.purge(database, workspace_id)
        assert await connection.fetchval(there, workspace_id) == 1
        await set_aside.bring_back(database, workspace_id)
        await set_aside.purge(database, workspace_id)
        assert await connection.fetchval(there, workspace_id) == 1
        await connection.execute(
            "UPDATE armature.workspaces SET deleted_at = now() - $1::interval WHERE id = $2",
            delete.KEPT,
            workspace_id,
        )
        with pytest.raises(WorkspaceNotFound):
            await set_aside.bring_back(database, workspace_id)
        await set_aside.purge(database, workspace_id)
        assert await connection.fetchval(there, workspace_id) == 0
        await set_aside.purge(database, workspace_id)
    finally:
        await database.close()
        await connection.close()


def answered(caller: Caller, status: int) -> Any:
    """With this status, once the server has heard of what changed."""
    while (answer := caller.post("{ __typename }", "/graphql")).status_code != status:
        time.sleep(0.01)
    return answer.json()


async def test_a_suspended_workspace_lets_nobody_in_until_it_is_resumed(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    key = await asyncio.to_thread(owner.new_key)
    database = await open_database(site.database_url)
    try:
        await set_aside.suspend(database, UUID(owner.workspace_id))
        for caller in (owner, key):
            answer = await asyncio.to_thread(answered, caller, 403)
            assert answer["errors"][0]["message"] == "This workspace is suspended."
        assert (await asyncio.to_thread(owner.do, "{ me { id } }"))["me"] is not None
        await set_aside.resume(database, UUID(owner.workspace_id))
        for caller in (owner, key):
            await asyncio.to_thread(answered, caller, 200)
    finally:
        await database.close()


def test_a_rule_by_address_is_met_by_who_has_proven_it(mailing_site: Site, mailbox: Mailbox) -> None:
    """Who comes by a link may have signed up with anybody's address."""
    owner = mailing_site.sign_up(pack="crm")
    rule = {"people": {"some": {"email": {"eq": "$me.email"}}}}
    given = {"role": "guest", "object": "company", "rights": ["READ"], "readRule": rule}
    owner.do("mutation($i: SetObjectPermissionInput!) { setObjectPermission(input: $i) { name } }", i=given)
    company = {"name": "Secret", "people": {"create": [{"email": "boss@rules.example"}]}}
    owner.data("mutation($data: CompanyCreateInput!) { createCompany(data: $data) { id } }", data=company)
    invited = owner.do(INVITE, input={"role": "guest"})["invite"]["token"]

    boss = mailing_site.sign_up("boss@rules.example")
    boss.do(ACCEPT, token=invited)
    there = boss.within(owner.workspace_id)
    assert there.data("{ companies { name } }") == {"companies": []}

    token = mailbox.token_to("boss@rules.example")
    mailing_site.ask("mutation($token: String!) { verifyEmail(token: $token) { id } }", token=token)
    assert there.data("{ companies { name } }") == {"companies": [{"name": "Secret"}]}
