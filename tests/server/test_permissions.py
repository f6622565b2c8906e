"""Roles over HTTP: made on /metadata, effective at once on /graphql, and what of /metadata they open."""

import pytest

from armature.metadata.rights import RIGHTS
from armature.metadata.roles import PERMISSIONS
from armature.server.control.permissions import NEEDS, OPEN
from armature.server.control.role_types import Permission, Right
from armature.server.control.schema import control_schema
from tests.support.control_plane import Caller, Site

CREATE_ROLE = "mutation($input: CreateRoleInput!) { createRole(input: $input) { name rights permissions } }"
SET_OBJECT = """mutation($input: SetObjectPermissionInput!) {
  setObjectPermission(input: $input) { name objects { object rights readRule writeRule } }
}"""
SET_FIELD = """mutation($input: SetFieldPermissionInput!) {
  setFieldPermission(input: $input) { fields { object field mayRead mayUpdate } }
}"""
APPLY = """mutation($changes: [ChangeInput!]!, $dryRun: Boolean) {
  applyChangeset(changes: $changes, dryRun: $dryRun) { version }
}"""
COMPANIES = "{ companies(orderBy: [{name: ASC}]) { name } }"


@pytest.fixture
def crm(site: Site) -> Caller:
    """The owner of a workspace with three companies."""
    owner = site.sign_up(pack="crm")
    owner.data('mutation { createCompanies(data: [{name: "A"}, {name: "B"}, {name: "C", employees: 7}]) { id } }')
    return owner


def test_the_enums_say_all_there_is() -> None:
    assert {each.value for each in Right} == set(RIGHTS)
    assert {each.value for each in Permission} == set(PERMISSIONS)


def test_the_tables_name_what_there_is() -> None:
    schema = control_schema()
    there = {f"{of}.{name}" for of, each in schema.type_map.items() for name in getattr(each, "fields", ())}
    assert {*OPEN, *NEEDS} <= there
    assert not OPEN & NEEDS.keys()


def test_a_role_is_made_and_given_to_a_key(crm: Caller) -> None:
    assert crm.do(CREATE_ROLE, input={"label": "Sales clerk"})["createRole"] == {
        "name": "salesClerk",
        "rights": [],
        "permissions": [],
    }
    clerk = crm.new_key(role="salesClerk")
    assert "companies" in clerk.error(COMPANIES, "/graphql")["message"]

    rule = {"or": [{"name": {"eq": "B"}}, {"people": {"some": {"email": {"eq": "$me.email"}}}}]}
    given = {"role": "salesClerk", "object": "company", "rights": ["READ", "UPDATE"], "readRule": rule}
    assert crm.do(SET_OBJECT, input=given)["setObjectPermission"]["objects"] == [
        {"object": "company", "rights": ["AGGREGATE", "READ", "UPDATE"], "readRule": rule, "writeRule": None}
    ]
    assert clerk.data(COMPANIES)["companies"] == [{"name": "B"}]
    crm.do(SET_FIELD, input={"role": "salesClerk", "object": "company", "field": "employees", "mayRead": False})
    assert "employees" in clerk.error("{ companies { employees } }", "/graphql")["message"]


def test_a_rule_follows_renames(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})
    crm.do(
        SET_OBJECT, input={"role": "clerk", "object": "company", "rights": ["READ"], "readRule": {"name": {"eq": "A"}}}
    )
    clerk = crm.new_key(role="clerk")
    crm.do('mutation { updateField(input: {object: "company", field: "name", name: "title"}) { id } }')

    assert clerk.data("{ companies { title } }")["companies"] == [{"title": "A"}]
    (role,) = [each for each in crm.do("{ roles { name objects { readRule } } }")["roles"] if each["name"] == "clerk"]
    assert role["objects"] == [{"readRule": {"title": {"eq": "A"}}}]


def test_a_field_that_a_rule_needs_stays(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})
    crm.do(
        SET_OBJECT,
        input={"role": "clerk", "object": "company", "rights": ["READ"], "readRule": {"employees": {"gt": 1}}},
    )

    for mutation in (
        'mutation { deleteField(input: {object: "company", field: "employees"}) { id } }',
        'mutation { updateField(input: {object: "company", field: "employees", isActive: false}) { id } }',
    ):
        error = crm.error(mutation)
        assert error["message"] == 'A row rule of the role "clerk" for "company" needs "employees".'
        assert error["extensions"]["code"] == "CONFLICT"


@pytest.mark.parametrize(
    ("rule", "message", "path"),
    [
        ({"nme": {"eq": "A"}}, 'The object "company" has no field "nme".', ["readRule", "field"]),
        ({"name": {"eq": 5}}, "It does not fit", ["readRule", "name", "eq"]),
        ({"name": {"sounds": "A"}}, 'There is no "sounds" here.', ["readRule", "name", "sounds"]),
        ({"people": {"email": {"eq": "x"}}}, "people leads to many records", ["readRule", "people"]),
        ({"name": {"eq": "$me.phone"}}, "There is no $me.phone", ["readRule", "name", "eq"]),
        ({"name": {"contains": "$me.email"}}, "$me.email can be compared by", ["readRule", "name", "contains"]),
        ({"employees": {"eq": "$me.id"}}, "$me.id is no Int.", ["readRule", "employees", "eq"]),
        ({"name": None}, "It is null", ["readRule", "name"]),
        ([], "A rule is a filter", ["readRule"]),
    ],
)
def test_a_rule_that_cannot_be_is_refused(crm: Caller, rule: object, message: str, path: list[str]) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})

    error = crm.error(SET_OBJECT, input={"role": "clerk", "object": "company", "rights": ["READ"], "readRule": rule})
    assert error["message"].startswith(message)
    assert error["extensions"]["inputPath"] == ["input", *path]


def test_what_a_role_may_change_of_the_workspace(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk", "permissions": ["KEYS"]})
    clerk = crm.new_key(role="clerk")

    assert clerk.do("{ apiKeys { name } }")["apiKeys"]
    for query in (
        "{ roles { name } }",
        "{ modelHistory { version } }",
        "{ workspace { members { role } } }",
        'mutation { createObject(input: {nameSingular: "x"}) { id } }',
        'mutation { createRole(input: {name: "x"}) { name } }',
        'mutation { applyChangeset(changes: [{createRole: {name: "x"}}]) { version } }',
        'mutation { applyChangeset(changes: [{createObject: {nameSingular: "x"}}], dryRun: true) { version } }',
        "mutation { undoChangeset(version: 1) { version } }",
    ):
        assert clerk.error(query)["extensions"]["code"] == "FORBIDDEN"


def test_nobody_gives_more_than_they_have(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk", "permissions": ["KEYS"]})
    clerk = crm.new_key(role="clerk")

    clerk.new_key(role="clerk")
    for role in ("admin", "owner", "member", "clerk member"):
        mutation = 'mutation($role: String!) { createApiKey(input: {name: "x", role: $role}) { token } }'
        assert clerk.error(mutation, role=role)["extensions"]["code"] == "FORBIDDEN"


def test_a_role_that_is_not_there_is_not_given(crm: Caller) -> None:
    error = crm.error('mutation { createApiKey(input: {name: "x", role: "membre"}) { token } }')
    assert (error["message"], error["extensions"]["hint"]) == ('There is no role "membre".', 'Did you mean "member"?')


def test_the_model_is_told_as_far_as_it_is_seen(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})
    crm.do(SET_OBJECT, input={"role": "clerk", "object": "company", "rights": ["READ"]})
    crm.do(SET_FIELD, input={"role": "clerk", "object": "company", "field": "employees", "mayRead": False})
    clerk = crm.new_key(role="clerk")

    found = clerk.do("{ objects(withDeleted: true) { nameSingular fields(withDeleted: true) { name } } }")["objects"]
    assert [each["nameSingular"] for each in found] == ["company"]
    names = {each["name"] for each in found[0]["fields"]}
    assert "name" in names
    assert not {"employees", "people"} & names
    assert clerk.error('{ object(name: "person") { id } }')["extensions"]["code"] == "NOT_FOUND"


def test_a_role_that_somebody_has_stays(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})
    crm.do(CREATE_ROLE, input={"name": "other"})
    crm.new_key(role="clerk other")

    error = crm.error('mutation { deleteRole(input: {role: "clerk"}) }')
    assert error["message"] == 'The role "clerk" can\'t be deleted: it is in use (API keys: 1).'


def test_a_role_that_somebody_is_yet_to_get_stays(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})
    invite = "mutation($role: String!) { invite(input: {role: $role}) { invitation { id } } }"
    ids = [crm.do(invite, role=each)["invite"]["invitation"]["id"] for each in ("clerk", "guest clerk")]

    remove = 'mutation { deleteRole(input: {role: "clerk"}) }'
    assert crm.error(remove)["message"] == 'The role "clerk" can\'t be deleted: it is in use (open invitations: 2).'
    for each in ids:
        crm.do("mutation($id: ID!) { revokeInvitation(id: $id) { id } }", id=each)
    crm.do(remove)


def test_the_standard_roles(crm: Caller) -> None:
    found = {each["name"]: each for each in crm.do("{ roles { name isStandard rights } }")["roles"]}
    assert list(found) == ["owner", "admin", "member", "guest"]
    assert crm.error('mutation { deleteRole(input: {role: "member"}) }')["extensions"]["code"] == "BAD_USER_INPUT"
    assert crm.error('mutation { updateRole(input: {role: "admin", rights: []}) { name } }')
    crm.do('mutation { updateRole(input: {role: "member", rights: [READ]}) { name } }')

    member = crm.new_key(role="member")
    assert len(member.data(COMPANIES)["companies"]) == 3
    assert "delete" in member.error("mutation { deleteCompanies(filter: {}) { count } }", "/graphql")["message"]


def test_roles_are_planned_undone_and_remembered(crm: Caller) -> None:
    change = {"createRole": {"name": "clerk", "rights": ["READ"]}}
    before = crm.do(APPLY, changes=[change], dryRun=True)["applyChangeset"]["version"]
    assert "clerk" not in [each["name"] for each in crm.do("{ roles { name } }")["roles"]]
    version = crm.do(APPLY, changes=[change])["applyChangeset"]["version"]
    assert version == before
    (latest, *_) = crm.do("{ modelHistory { summary } }")["modelHistory"]
    assert latest["summary"] == ["Create role clerk"]
    crm.do("mutation($version: Int!) { undoChangeset(version: $version) { version } }", version=version)
    assert "clerk" not in [each["name"] for each in crm.do("{ roles { name } }")["roles"]]


def test_an_administrator_learns_who_gets_at_a_record_and_why(crm: Caller) -> None:
    crm.do(CREATE_ROLE, input={"name": "clerk"})
    rule = {"name": {"eq": "B"}}
    crm.do(SET_OBJECT, input={"role": "clerk", "object": "company", "rights": ["READ", "UPDATE"], "writeRule": rule})
    crm.new_key(role="clerk", name="the clerk")
    ids = {each["name"]: each["id"] for each in crm.data("{ companies { id name } }")["companies"]}
    query = """query($id: ID!) { explainAccess(object: "company", recordId: $id) {
      user { email } apiKey { name } rights reasons { role rights readRule writeRule }
    } }"""

    everything = ["AGGREGATE", "READ", "CREATE", "UPDATE", "DELETE", "DESTROY"]
    for name, rights in (("A", ["AGGREGATE", "READ"]), ("B", ["AGGREGATE", "READ", "UPDATE"])):
        owner, clerk = crm.do(query, id=ids[name])["explainAccess"]
        assert owner["rights"] == everything
        assert clerk == {
            "user": None,
            "apiKey": {"name": "the clerk"},
            "rights": rights,
            "reasons": [{"role": "clerk", "rights": rights, "readRule": None, "writeRule": rule}],
        }


def test_who_is_suspended_and_keys_that_are_over_get_at_nothing(crm: Caller) -> None:
    token = crm.do('mutation { invite(input: {role: "member"}) { token } }')["invite"]["token"]
    member = crm.site.sign_up()
    member.do("mutation($token: String!) { acceptInvitation(token: $token) { id } }", token=token)
    old = crm.new_key(name="old").session["apiKey"]["id"]
    (record, *_) = crm.data("{ companies { id } }")["companies"]

    def who() -> list[str]:
        query = 'query($id: ID!) { explainAccess(object: "company", recordId: $id) { user { id } apiKey { id } } }'
        found = crm.do(query, id=record["id"])["explainAccess"]
        return sorted((each["user"] or each["apiKey"])["id"] for each in found)

    owner_id, member_id = (each.session["user"]["id"] for each in (crm, member))
    assert who() == sorted([owner_id, member_id, old])
    crm.do("mutation($id: ID!) { suspendMember(userId: $id) { role } }", id=member_id)
    rotate = "mutation($id: ID!) { rotateApiKey(input: {id: $id, overlap: 0}) { apiKey { id } } }"
    new = crm.do(rotate, id=old)["rotateApiKey"]["apiKey"]["id"]
    assert who() == sorted([owner_id, new])


def test_what_a_role_opens_it_opens_of_its_own_workspace(crm: Caller) -> None:
    """A guest here is the owner of another workspace, and works in that one."""
    token = crm.do('mutation { invite(input: {role: "guest"}) { token } }')["invite"]["token"]
    guest = crm.site.sign_up()
    guest.do("mutation($token: String!) { acceptInvitation(token: $token) { id } }", token=token)
    at_home = guest.within(guest.workspace_id)

    for shown in ("members { role }", "apiKeys { name }"):
        assert at_home.do(f"{{ workspace {{ {shown} }} }}")["workspace"]
        error = at_home.error(f"{{ workspaces {{ id {shown} }} }}")
        assert (error["extensions"]["code"], error["path"][:1]) == ("FORBIDDEN", ["workspaces"])
    assert len(at_home.do("{ workspaces { name } }")["workspaces"]) == 2


@pytest.mark.parametrize("given", [{"documentsOnly": True}, {"mayIntrospect": False}])
def test_a_role_that_may_not_look_at_the_model_finds_it_nowhere(crm: Caller, given: dict[str, bool]) -> None:
    crm.do(CREATE_ROLE, input={"name": "kiosk", "rights": ["READ"], **given})
    kiosk = crm.new_key(role="kiosk")

    for query in ("objects { id }", 'object(name: "company") { id }', 'fields(object: "company") { id }'):
        assert kiosk.error(f"{{ {query} }}")["extensions"]["code"] == "FORBIDDEN"
    schema = crm.site.http.get(f"{crm.site.url}/schema.graphql", headers=kiosk.headers)
    assert schema.status_code == 403
    assert kiosk.error("{ __schema { types { name } } }", "/graphql")["extensions"]["code"] == "FORBIDDEN"
    crm.do('mutation { updateRole(input: {role: "kiosk", permissions: [MODEL]}) { name } }')
    assert kiosk.do("{ objects { nameSingular } }")["objects"]


def test_what_is_told_of_the_model_names_nothing_hidden(crm: Caller) -> None:
    """Not in what is made of hidden fields either: rollups, indexes and their filters, relations that are united."""
    for change in (
        """createField(input: {object: "company", name: "cityCount", type: ROLLUP,
          settings: {relation: "people", aggregate: "COUNT_DISTINCT", field: "city"}}) { id }""",
        'createIndex(input: {object: "company", fields: [{field: "employees"}], where: {employees: {gt: 7}}}) { id }',
        'createField(input: {object: "task", name: "about", type: MORPH_RELATION, settings: {}}) { id }',
    ):
        crm.post(f"mutation {{ {change} }}")
    crm.do(CREATE_ROLE, input={"name": "clerk", "rights": ["READ"]})
    for of, field in (("company", "employees"), ("person", "city")):
        crm.do(SET_FIELD, input={"role": "clerk", "object": of, "field": field, "mayRead": False})
    clerk = crm.new_key(role="clerk")
    query = "{ objects { nameSingular fields { name settings } indexes { where fields { field } error } } }"

    everything = crm.do(query)["objects"]
    (company,) = (each for each in everything if each["nameSingular"] == "company")
    assert company["indexes"]
    assert "cityCount" in str(company["fields"])
    told = str(clerk.do(query))
    assert "companyId" in told or "company" in told
    assert not [each for each in ("employees", "cityCount", "'city'") if each in told]
