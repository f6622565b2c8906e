"""A relation that may lead to records of several objects: shown as a union, written and filtered by its parts."""

import pytest

from armature.metadata.changes import UpdateObject
from armature.migrations.workspace.change import change_workspace
from tests.schema_builder.conftest import add_library
from tests.support.data_api import Client, DataApi
from tests.support.small_library import BYRON, FRANKENSTEIN, MARY, ODE


@pytest.fixture
async def library(api: DataApi) -> Client:
    return Client(api, await add_library(api))


async def test_it_shows_the_record_it_leads_to(library: Client) -> None:
    found = await library.data(
        "{reviews {text subject {__typename ... on Book {title writers {name}} ...Author}}} "
        "fragment Author on Writer {name passport {number}}"
    )

    assert found["reviews"] == [
        {
            "text": "Grim",
            "subject": {
                "__typename": "Book",
                "title": "Frankenstein",
                "writers": [{"name": "Mary"}, {"name": "Percy"}],
            },
        },
        {"text": "Kind", "subject": {"__typename": "Writer", "name": "Mary", "passport": {"number": "R1"}}},
        {"text": "Lost", "subject": None},
        {"text": "None", "subject": None},
    ]


async def test_fragments_may_be_on_the_union_and_equal_keys_merge(library: Client) -> None:
    found = await library.data(
        "{reviews(limit: 2) {subject {...Any ... on ReviewSubjectRecord {... on Book {id}} ... on Book {label: title} "
        "... on Writer {label: name}} kind: subject {__typename}}} "
        "fragment Any on ReviewSubjectRecord {t: __typename}"
    )

    assert found["reviews"] == [
        {"subject": {"t": "Book", "id": str(FRANKENSTEIN), "label": "Frankenstein"}, "kind": {"__typename": "Book"}},
        {"subject": {"t": "Writer", "label": "Mary"}, "kind": {"__typename": "Writer"}},
    ]


async def test_a_type_that_it_does_not_lead_to_is_refused(library: Client) -> None:
    for query in (
        "{reviews {subject {... on Passport {number}}}}",
        "{reviews {subject {title}}}",
        "{reviews {subject}}",
    ):
        answer = await library.ask(query)
        assert "errors" in answer
        assert "data" not in answer


async def test_introspection_knows_its_types(library: Client) -> None:
    found = await library.data('{__type(name: "ReviewSubjectRecord") {kind possibleTypes {name}}}')

    assert found["__type"] == {"kind": "UNION", "possibleTypes": [{"name": "Book"}, {"name": "Writer"}]}


async def test_it_is_filtered_and_ordered_by_its_parts(library: Client) -> None:
    found = await library.data(
        "{type: reviews(filter: {writerId: {is: NOT_NULL}}) {text} "
        'inside: reviews(filter: {or: [{book: {title: {eq: "Ode"}}}, {writer: {name: {eq: "Mary"}}}]}) {text} '
        "ordered: reviews(orderBy: [{book: {title: ASC}}, {writer: {name: ASC}}]) {text} "
        f'inverse: book(id: "{FRANKENSTEIN}") {{reviews {{text subject {{__typename}}}}}}}}'
    )

    assert {key: [each["text"] for each in found[key]] for key in ("type", "inside", "ordered")} == {
        "type": ["Kind", "Lost"],
        "inside": ["Kind"],
        "ordered": ["Grim", "Kind", "Lost", "None"],
    }
    assert found["inverse"] == {"reviews": [{"text": "Grim", "subject": {"__typename": "Book"}}]}


async def test_a_record_leads_to_one_at_most(library: Client) -> None:
    made = await library.data(
        f'mutation {{createReview(data: {{text: "New", book: {{connect: {{id: "{ODE}"}}}}}}) '
        "{id subject {... on Book {title}}}}"
    )
    assert made["createReview"]["subject"] == {"title": "Ode"}
    id_ = made["createReview"]["id"]

    error = await library.error(f'mutation {{updateReview(id: "{id_}", data: {{writerId: "{BYRON}"}}) {{id}}}}')
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", "subject")
    assert "at most one of book, writer" in error["message"]
    many = await library.error(f'mutation {{createReviews(data: [{{bookId: "{ODE}", writerId: "{MARY}"}}]) {{id}}}}')
    assert (many["code"], many["field"]) == ("BAD_USER_INPUT", "subject")

    moved = await library.data(
        f'mutation {{updateReview(id: "{id_}", data: {{writerId: "{BYRON}", bookId: null}}) '
        "{subject {... on Writer {name}}}}"
    )
    assert moved["updateReview"]["subject"] == {"name": "Byron"}


async def test_it_leads_nowhere_that_is_hidden(api: DataApi, library: Client) -> None:
    hide = UpdateObject(object="book", is_active=False)
    after = await change_workspace(api.db, library.snapshot.workspace_id, [hide])
    api.workspaces.put(after)
    client = Client(api, after)

    found = await client.data(
        '{reviews {subject {__typename}} __type(name: "ReviewSubjectRecord") {possibleTypes {name}}}'
    )
    assert [each["subject"] for each in found["reviews"]] == [None, {"__typename": "Writer"}, None, None]
    assert found["__type"] == {"possibleTypes": [{"name": "Writer"}]}
