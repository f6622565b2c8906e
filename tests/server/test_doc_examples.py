"""The queries in docs/ can be sent: to a workspace with the CRM pack, or to the control plane."""

import re
from pathlib import Path

import pytest
from graphql import GraphQLSchema, build_client_schema, get_introspection_query, parse, validate

from tests.support.control_plane import Site

DOCS = Path(__file__).parents[2] / "docs"
PAGES = sorted(each.stem for each in DOCS.glob("*.md") if "```graphql" in each.read_text())

OF_OTHER_OBJECTS = {"kinds", "northwind", "relations", "search", "subscriptions"}
"""Pages whose examples are of objects that they, or nobody, make first."""


@pytest.fixture
def schemas(site: Site) -> list[GraphQLSchema]:
    crm = site.sign_up(pack="crm")
    return [build_client_schema(crm.do(get_introspection_query(), path)) for path in ("/graphql", "/metadata")]


def examples(page: str) -> list[str]:
    return re.findall(r"^```graphql\n(.*?)^```", (DOCS / f"{page}.md").read_text(), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("page", sorted(OF_OTHER_OBJECTS))
def test_examples_are_graphql(page: str) -> None:
    assert page in PAGES
    for each in examples(page):
        parse(each)


def test_examples_of_the_crm_and_of_the_control_plane_are_valid(schemas: list[GraphQLSchema]) -> None:
    wrong = {
        (page, each): problems
        for page in PAGES
        if page not in OF_OTHER_OBJECTS
        for each in examples(page)
        if (problems := min((validate(schema, parse(each)) for schema in schemas), key=len))
    }
    assert wrong == {}
