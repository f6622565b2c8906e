"""A variable that can't be read is told as all else in an input: with the field at fault, and where it stands."""

from typing import Any

import pytest

from tests.support.control_plane import Caller, Site

CREATE = "mutation($data: CompanyCreateInput!) { createCompany(data: $data) { id } }"
CREATE_MANY = "mutation($people: [PersonCreateInput!]!) { ... { createPeople(data: $people) { id } } }"
FIND = """query($size: Int, $city: [String!]) {
  companies(filter: {or: [{employees: {gt: 1}}, {employees: {eq: $size}}]}) {
    people(filter: {city: {in: $city}}) { id }
  }
}"""


@pytest.fixture
def crm(site: Site) -> Caller:
    return site.sign_up(pack="crm")


@pytest.mark.parametrize(
    ("query", "given", "path"),
    [
        (CREATE, {"data": {"employees": "many"}}, ["data", "employees"]),
        (CREATE, {"data": {"nmae": "Acme"}}, ["data", "nmae"]),
        (
            CREATE,
            {"data": {"people": {"create": [{}, {"birthday": "soon"}]}}},
            ["data", "people", "create", 1, "birthday"],
        ),
        (CREATE, {}, ["data"]),
        (CREATE_MANY, {"people": [{}, {"firstName": None}]}, ["data", 1, "firstName"]),
        (FIND, {"size": "x"}, ["filter", "or", 1, "employees", "eq"]),
        (FIND, {"city": [1]}, ["filter", "city", "in", 0]),
    ],
    ids=str,
)
def test_on_the_data(crm: Caller, query: str, given: dict[str, Any], path: list[str | int]) -> None:
    error = crm.error(query, path="/graphql", **given)

    assert error["extensions"]["inputPath"] == path
    assert error["extensions"]["field"] == next(each for each in reversed(path) if isinstance(each, str))
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"object": "company", "name": "x", "type": "TXT"}, ["input", "type"]),
        ({"object": "company", "name": "x"}, ["input", "type"]),
        ({"object": "company", "name": "x", "type": "TEXT", "colour": "red"}, ["input", "colour"]),
        ({"object": "company", "name": 5, "type": "TEXT"}, ["input", "name"]),
    ],
    ids=str,
)
def test_on_the_model(crm: Caller, given: dict[str, Any], path: list[str]) -> None:
    error = crm.error("mutation($input: CreateFieldInput!) { createField(input: $input) { id } }", input=given)

    assert (error["extensions"]["field"], error["extensions"]["inputPath"]) == (path[-1], path)
