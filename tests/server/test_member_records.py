"""The members of a workspace as records of it: there, in step, referred to, and marked when they leave."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from armature.core.db import open_database
from armature.metadata.edits.members import with_members
from armature.metadata.model import Snapshot
from armature.migrations.workspace.delete import delete_workspace
from tests.support.control_plane import PASSWORD, Caller, Site
from tests.support.mail_server import Mailbox
from tests.support.signing_in import sign_in

INVITE = "mutation($role: String!) { invite(input: {role: $role}) { token } }"
ACCEPT = "mutation($token: String!) { acceptInvitation(token: $token) { id } }"
MEMBERS = "{ workspaceMembers(orderBy: [{id: ASC}]) { id name email role status } }"

TICKETS = """mutation { createObject(input: {nameSingular: "ticket", fields: [
  {name: "title", type: TEXT},
  {name: "owner", type: RELATION, relation: {type: MANY_TO_ONE, target: "workspaceMember", inverseName: "tickets"}}
]}) { id } }"""
CREATE = "mutation($data: TicketCreateInput!) { createTicket(data: $data) { id owner { email status } } }"

OWN_ONLY = """mutation { applyChangeset(changes: [
  {createRole: {name: "agent", rights: [READ]}}
  {setObjectPermission: {role: "agent", object: "ticket", rights: [READ, CREATE, UPDATE],
    readRule: {owner: {id: {eq: "$me.id"}}}}}
]) { version } }"""


def id_of(caller: Caller) -> str:
    return str(caller.session["user"]["id"])


def email_of(caller: Caller) -> str:
    return str(caller.session["user"]["email"])


def joined(owner: Caller, role: str = "member") -> Caller:
    member = owner.site.sign_up()
    member.do(ACCEPT, token=owner.do(INVITE, role=role)["invite"]["token"])
    return member.within(owner.workspace_id)


def members(owner: Caller) -> list[Any]:
    found: list[Any] = owner.data(MEMBERS)["workspaceMembers"]
    return found


def record(caller: Caller, role: str | None, status: str = "ACTIVE") -> dict[str, Any]:
    return {"id": id_of(caller), "name": None, "email": email_of(caller), "role": role, "status": status}


@pytest.mark.parametrize("pack", [None, "crm"])
def test_a_workspace_begins_with_its_owner_as_a_record(site: Site, pack: str | None) -> None:
    owner = site.sign_up(pack=pack)

    assert members(owner) == [record(owner, "owner")]


def test_members_that_come_change_and_go_are_records_at_once(site: Site) -> None:
    owner = site.sign_up()
    ada = joined(owner)
    assert members(owner) == [record(owner, "owner"), record(ada, "member")]

    owner.do('mutation($id: ID!) { setMemberRole(userId: $id, role: "admin") { role } }', id=id_of(ada))
    assert members(owner)[1] == record(ada, "admin")
    owner.do("mutation($id: ID!) { suspendMember(userId: $id) { role } }", id=id_of(ada))
    assert members(owner)[1] == record(ada, "admin", "SUSPENDED")
    owner.do("mutation($id: ID!) { resumeMember(userId: $id) { role } }", id=id_of(ada))
    assert members(owner)[1] == record(ada, "admin")
    owner.do("mutation($id: ID!) { removeMember(userId: $id) }", id=id_of(ada))
    assert members(owner)[1] == record(ada, None, "LEFT")

    ada.within(ada.workspace_id).do(ACCEPT, token=owner.do(INVITE, role="guest")["invite"]["token"])
    assert members(owner)[1] == record(ada, "guest")


@pytest.mark.parametrize("has_keys", [False, True])
async def test_what_becomes_of_members_leaves_events(site: Site, has_keys: bool) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    ada = await asyncio.to_thread(joined, owner)
    desk = """mutation { createField(input: {object: "workspaceMember", name: "boss", type: RELATION,
      relation: {type: MANY_TO_ONE, target: "workspaceMember", inverseName: "team"}}) { id } }"""
    if has_keys:  # foreign keys tell of their doing by a trigger
        await asyncio.to_thread(owner.do, desk)
    await asyncio.to_thread(owner.do, "mutation($id: ID!) { removeMember(userId: $id) }", id=id_of(ada))
    connection = await asyncpg.connect(site.database_url)
    try:
        found = await connection.fetch(
            f"""SELECT action, record::text, before ->> 'status' AS was, after ->> 'status' AS is, actor ->> 'source'
            FROM workspace_{UUID(owner.workspace_id).hex}._events WHERE "table" = 'workspace_members' ORDER BY seq"""  # noqa: S608
        )
    finally:
        await connection.close()

    assert [tuple(each) for each in found] == [
        ("CREATED", id_of(owner), None, "ACTIVE", "SYSTEM"),
        ("CREATED", id_of(ada), None, "ACTIVE", "SYSTEM"),
        ("UPDATED", id_of(ada), "ACTIVE", "LEFT", "SYSTEM"),
    ]


def test_a_new_address_is_in_every_workspace(mailing_site: Site, mailbox: Mailbox) -> None:
    owner = mailing_site.sign_up()
    ada = joined(owner)
    mailbox.next_to(email_of(ada))
    ada.do('mutation($p: String!) { changeEmail(input: {email: "ada@lovelace.example", password: $p}) }', p=PASSWORD)
    token = mailbox.token_to("ada@lovelace.example")
    mailing_site.ask("mutation($token: String!) { verifyEmail(token: $token) { id } }", token=token)

    assert members(owner)[1]["email"] == "ada@lovelace.example"
    session = sign_in(mailing_site, "ada@lovelace.example")
    own = Caller(mailing_site, session["accessToken"]).within(ada.workspace_id)
    assert [each["email"] for each in members(own)] == ["ada@lovelace.example"]


def test_records_refer_to_members_also_to_those_who_left(site: Site) -> None:
    owner = site.sign_up()
    ada = joined(owner)
    owner.do(TICKETS)

    made = owner.data(CREATE, data={"title": "Hers", "ownerId": id_of(ada)})["createTicket"]
    assert made["owner"] == {"email": email_of(ada), "status": "ACTIVE"}
    owner.do("mutation($id: ID!) { removeMember(userId: $id) }", id=id_of(ada))

    seen = owner.data("{ tickets { owner { email status tickets { title } } } }")["tickets"]
    assert seen == [{"owner": {"email": email_of(ada), "status": "LEFT", "tickets": [{"title": "Hers"}]}}]


def test_a_row_rule_asks_for_the_member_who_calls(site: Site) -> None:
    owner = site.sign_up()
    owner.do(TICKETS)
    owner.do(OWN_ONLY)
    ada, bob = joined(owner, "agent"), joined(owner, "agent")
    ada.data(CREATE, data={"title": "Hers", "ownerId": id_of(ada)})

    assert ada.data("{ tickets { title } }") == {"tickets": [{"title": "Hers"}]}
    assert bob.data("{ tickets { title } ticketsAggregate { count } }") == {
        "tickets": [],
        "ticketsAggregate": {"count": 0},
    }
    refused = bob.error(CREATE, "/graphql", data={"title": "Not his", "ownerId": id_of(ada)})
    assert refused["extensions"]["code"] == "FORBIDDEN"


def test_nobody_makes_or_ends_members_by_writing_records(site: Site) -> None:
    owner = site.sign_up()
    owner.do(TICKETS)

    named = owner.data('{ __type(name: "Mutation") { fields { name } } }')["__type"]["fields"]
    assert {each["name"] for each in named if "WorkspaceMember" in each["name"]} == {
        "updateWorkspaceMember",
        "updateWorkspaceMembers",
    }
    fields = owner.data('{ __type(name: "WorkspaceMemberUpdateInput") { inputFields { name } } }')["__type"]
    assert {each["name"] for each in fields["inputFields"]} == {"name", "position", "tickets"}
    for data in ({"owner": {"create": {"name": "Eve"}}}, {"owner": {"connect": {"id": id_of(owner)}}, "status": "X"}):
        assert owner.errors(CREATE, "/graphql", data={"title": "x", **data})
    renamed = 'mutation($id: ID!) { updateWorkspaceMember(id: $id, data: {name: "Ada"}) { name email } }'
    assert owner.data(renamed, id=id_of(owner))["updateWorkspaceMember"] == {"name": "Ada", "email": email_of(owner)}


def test_a_role_that_does_not_speak_of_members_only_reads_them(site: Site) -> None:
    owner = site.sign_up()
    ada = joined(owner)

    assert [each["id"] for each in members(ada)] == [id_of(owner), id_of(ada)]
    rename = 'mutation($id: ID!) { updateWorkspaceMember(id: $id, data: {name: "Eve"}) { name } }'
    assert "updateWorkspaceMember" in ada.errors(rename, "/graphql", id=id_of(ada))[0]["message"]
    set_rights = """mutation($rights: [Right!]) { applyChangeset(changes: [
      {setObjectPermission: {role: "member", object: "workspaceMember", rights: $rights,
        writeRule: {id: {eq: "$me.id"}}}}]) { version } }"""
    refused = owner.error(set_rights, rights=["READ", "CREATE"])
    assert refused["extensions"]["code"] == "BAD_USER_INPUT"
    assert "CREATE" in refused["message"]
    owner.do(set_rights, rights=["READ", "UPDATE"])
    assert ada.data(rename, id=id_of(ada))["updateWorkspaceMember"] == {"name": "Eve"}
    assert ada.error(rename, "/graphql", id=id_of(owner))["extensions"]["code"] == "FORBIDDEN"


def test_the_object_gets_fields_of_ones_own_but_none_that_keep_members_out(site: Site) -> None:
    owner = site.sign_up()
    owner.do(TICKETS)
    create = "mutation($input: CreateFieldInput!) { createField(input: $input) { id } }"
    for field in (
        {"name": "badge", "type": "TEXT", "isNullable": False},
        {"name": "badge", "type": "TEXT", "isUnique": True, "defaultValue": "none"},
        {
            "name": "desk",
            "type": "RELATION",
            "relation": {"type": "MANY_TO_ONE", "target": "ticket", "inverseName": "people", "onDelete": "CASCADE"},
        },
    ):
        assert (
            owner.error(create, input={"object": "workspaceMember", **field})["extensions"]["code"] == "BAD_USER_INPUT"
        ), field
    unique = """mutation { createIndex(input: {object: "workspaceMember", fields: [{field: "role"}], isUnique: true})
      { id } }"""
    assert owner.error(unique)["extensions"]["code"] == "BAD_USER_INPUT"
    for gone in (
        'deleteObject(input: {object: "workspaceMember"})',
        'deleteField(input: {object: "workspaceMember", field: "status"})',
    ):
        assert owner.error(f"mutation {{ {gone} {{ id }} }}")["extensions"]["code"] == "BAD_USER_INPUT"

    owner.do(create, input={"object": "workspaceMember", "name": "badge", "type": "TEXT", "isUnique": True})
    owner.do(
        create,
        input={
            "object": "workspaceMember",
            "name": "team",
            "type": "TEXT",
            "isNullable": False,
            "defaultValue": "none",
        },
    )
    ada, _ = joined(owner), joined(owner)
    assert (
        owner.data('{ workspaceMembers(filter: {team: {eq: "none"}}) { badge } }')["workspaceMembers"]
        == [{"badge": None}] * 3
    )
    assert members(owner)[1] == record(ada, "member")


async def test_a_workspace_goes_with_its_members(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    db = await open_database(site.database_url, pool_size=2)
    try:
        await delete_workspace(db, UUID(owner.workspace_id))
        async with db.connection() as connection:
            left = await connection.fetchval(
                "SELECT count(*) FROM armature.memberships WHERE user_id = $1", UUID(id_of(owner))
            )
    finally:
        await db.close()
    assert left == 0


def test_the_object_is_the_same_in_every_workspace() -> None:
    one, other = (
        with_members(Snapshot(uuid7(), "workspace_x", 0, {}, {}), now=datetime.now(UTC), new_id=uuid7) for _ in range(2)
    )

    assert one.fingerprint == other.fingerprint
