"""Two workspaces of one model on one server: whatever of one is used in the other, nothing comes back."""

from uuid import uuid4

import pytest

from tests.support.control_plane import Caller, Site

PAGE = """query($after: String) { companiesConnection(first: 1, after: $after, orderBy: [{name: ASC}]) {
  nodes { name } pageInfo { endCursor }
} }"""


@pytest.fixture
def both(site: Site) -> tuple[Caller, Caller]:
    """The owners of two, which have one company each."""
    ours, theirs = site.sign_up(pack="crm"), site.sign_up(pack="crm")
    for caller, name in ((ours, "Ours"), (theirs, "Theirs")):
        caller.data(
            f'mutation {{ createCompany(data: {{name: "{name}", domainName: "{name.lower()}.example"}}) {{ id }} }}'
        )
    return ours, theirs


def id_of(caller: Caller) -> str:
    return str(caller.data("{ companies { id } }")["companies"][0]["id"])


@pytest.mark.parametrize(
    "query",
    [
        "query($id: ID!) { found: company(id: $id) { id } }",
        "query($id: ID!) { found: companies(filter: {id: {eq: $id}}, withDeleted: true) { id } }",
        "query($id: ID!) { found: people(filter: {companyId: {eq: $id}}) { id } }",
        "query($id: ID!) { found: companyDuplicates(id: $id) { id } }",
        'mutation($id: ID!) { found: updateCompany(id: $id, data: {name: "x"}) { id } }',
        "mutation($id: ID!) { found: deleteCompany(id: $id) { id } }",
        "mutation($id: ID!) { found: restoreCompany(id: $id) { id } }",
        "mutation($id: ID!) { found: destroyCompany(id: $id) { id } }",
        "mutation($id: ID!) { found: createPerson(data: {companyId: $id}) { id } }",
        "mutation($id: ID!) { found: createPeople(data: [{company: {connect: {id: $id}}}]) { id } }",
        "mutation($id: ID!) { found: mergeCompanies(ids: [$id, $id]) { id } }",
        'mutation($id: ID!) { found: updateCompanies(filter: {id: {eq: $id}}, data: {name: "x"}) { records { id } } }',
    ],
)
def test_an_id_of_the_other_is_like_one_that_nothing_has(both: tuple[Caller, Caller], query: str) -> None:
    ours, theirs = both
    ids = (id_of(theirs), str(uuid4()))
    answers = [str(ours.post(query, "/graphql", id=each).json()).replace(each, "…") for each in ids]
    assert answers[0] == answers[1]
    assert theirs.data("{ companies(withDeleted: true) { name deletedAt } }")["companies"] == [
        {"name": "Theirs", "deletedAt": None}
    ]


def test_a_cursor_of_the_other_leads_through_ours(both: tuple[Caller, Caller]) -> None:
    """It holds values, which anybody may name in a filter, and no record."""
    ours, theirs = both
    cursor = ours.data(PAGE)["companiesConnection"]["pageInfo"]["endCursor"]
    assert theirs.data(PAGE, after=cursor)["companiesConnection"]["nodes"] == [{"name": "Theirs"}]
    assert ours.data(PAGE, after=cursor)["companiesConnection"]["nodes"] == []


def test_a_token_or_key_opens_one_workspace(both: tuple[Caller, Caller]) -> None:
    ours, theirs = both
    for caller in (ours, ours.new_key()):
        for path in ("/graphql", "/metadata"):
            answer = caller.within(theirs.workspace_id).post("{ __typename }", path)
            assert answer.status_code == 403, path


@pytest.mark.parametrize(
    "query",
    [
        f'query($id: String!) {{ found: explainAccess(object: $id, recordId: "{uuid4()}") {{ rights }} }}',
        "query($id: String!) { found: fields(object: $id) { id } }",
        "mutation($id: String!) { found: deleteObject(input: {object: $id}) { id } }",
        'mutation($id: String!) { found: updateField(input: {object: "company", field: $id, label: "x"}) { id } }',
    ],
)
def test_an_id_of_the_others_model_is_like_one_that_nothing_has(both: tuple[Caller, Caller], query: str) -> None:
    ours, theirs = both
    ids = (theirs.do('{ object(name: "company") { id } }')["object"]["id"], str(uuid4()))
    answers = [str(ours.post(query, id=each).json()).replace(each, "…") for each in ids]
    assert answers[0] == answers[1]
    assert "'data': None" in answers[0] or "'errors'" in answers[0]


def test_a_key_or_role_of_the_other_is_not_ours_to_touch(both: tuple[Caller, Caller]) -> None:
    ours, theirs = both
    theirs.do('mutation { createRole(input: {name: "clerk", rights: [READ]}) { name } }')
    key = theirs.new_key(role="clerk")
    revoke = "mutation($id: ID!) { revokeApiKey(id: $id) { id } }"

    assert ours.error(revoke, id=key.session["apiKey"]["id"])["extensions"]["code"] == "NOT_FOUND"
    error = ours.error('mutation { createApiKey(input: {name: "x", role: "clerk"}) { token } }')
    assert error["message"] == 'There is no role "clerk".'
    assert key.data("{ companies { name } }")["companies"] == [{"name": "Theirs"}]
