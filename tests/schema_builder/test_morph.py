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


async def written(library: Client, mutation: str, **variables: object) -> object:
    (found,) = (await library.data(mutation, **variables)).values()
    return found


SUBJECT = "subject {__typename ... on Book {title} ... on Writer {name}}"


async def test_it_is_set_by_itself_and_leads_nowhere_else_then(library: Client) -> None:
    data = f'{{text: "New", subject: {{book: {{connect: {{id: "{ODE}"}}}}}}}}'
    made = await library.data(f"mutation {{createReview(data: {data}) {{id {SUBJECT}}}}}")
    assert made["createReview"]["subject"] == {"__typename": "Book", "title": "Ode"}
    update = f"mutation($id: ID!, $data: ReviewUpdateInput!) {{updateReview(id: $id, data: $data) {{{SUBJECT}}}}}"
    id_ = made["createReview"]["id"]

    moved = {"subject": {"writer": {"connect": {"id": str(BYRON)}}}}
    assert await written(library, update, id=id_, data=moved) == {"subject": {"__typename": "Writer", "name": "Byron"}}
    new = {"subject": {"book": {"create": {"title": "Don Juan"}}}}
    assert await written(library, update, id=id_, data=new) == {"subject": {"__typename": "Book", "title": "Don Juan"}}
    for nothing in ({"disconnect": True}, None, {"writer": {"disconnect": True}}):
        assert await written(library, update, id=id_, data=new)
        assert await written(library, update, id=id_, data={"subject": nothing}) == {"subject": None}


async def test_it_is_set_in_bulk_and_in_nested_writes(library: Client) -> None:
    data = [
        {"text": "a", "subject": {"book": {"connect": {"id": str(ODE)}}}},
        {"text": "b", "subject": {"writer": {"create": {"name": "Keats"}}}},
        {"text": "c"},
        {"text": "d", "subject": None},
    ]
    create = f"mutation($data: [ReviewCreateInput!]!) {{createReviews(data: $data) {{id {SUBJECT}}}}}"
    made = (await library.data(create, data=data))["createReviews"]
    assert [each["subject"] for each in made] == [
        {"__typename": "Book", "title": "Ode"},
        {"__typename": "Writer", "name": "Keats"},
        None,
        None,
    ]
    nested = (
        f"mutation($id: ID!, $data: BookUpdateInput!) {{updateBook(id: $id, data: $data) {{reviews {{{SUBJECT}}}}}}}"
    )
    away = {
        "reviews": {"update": [{"id": made[0]["id"], "data": {"subject": {"writer": {"connect": {"id": str(MARY)}}}}}]}
    }
    assert await written(library, nested, id=str(ODE), data=away) == {"reviews": []}
    moved = await library.data(f'{{review(id: "{made[0]["id"]}") {{{SUBJECT}}}}}')
    assert moved["review"]["subject"] == {"__typename": "Writer", "name": "Mary"}


async def test_it_is_set_where_a_record_is_there_already(library: Client) -> None:
    arguments = "data: $data, onConflict: {fields: ID}"
    upsert = f"mutation($data: [ReviewCreateInput!]!) {{createReviews({arguments}) {{{SUBJECT}}}}}"
    id_ = (await library.data('{reviews(filter: {text: {eq: "Grim"}}) {id}}'))["reviews"][0]["id"]
    data = [{"id": id_, "subject": {"writer": {"connect": {"id": str(BYRON)}}}}]

    assert await written(library, upsert, data=data) == [{"subject": {"__typename": "Writer", "name": "Byron"}}]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{subject: {book: {disconnect: true}}, writerId: null}", '"subject" says it already'),
        ("{subject: null, book: {disconnect: true}}", '"subject" says it already'),
        ("{subject: {disconnect: false}}", "disconnect takes true"),
        ("{subject: {}}", "exactly one"),
        ("{subject: {book: null}}", "must be non-null"),
    ],
)
async def test_what_it_can_not_be_set_to_is_refused(library: Client, data: str, said: str) -> None:
    error = await library.error(f"mutation {{createReview(data: {data}) {{id}}}}")

    assert error["code"] == "BAD_USER_INPUT"
    assert said in error["message"]


@pytest.mark.parametrize(
    ("subject", "place"),
    [
        ({"book": {"connect": {"id": str(BYRON)}}}, ["book"]),
        ({"writer": {"create": {"passport": {"connect": {"id": str(BYRON)}}}}}, ["writer", "create", "passport"]),
        ({"writer": {"disconnect": False}}, ["writer"]),
        ({"disconnect": False}, []),
    ],
)
async def test_what_is_wrong_with_it_is_told_with_its_place(
    library: Client, subject: dict[str, object], place: list[str]
) -> None:
    create = "mutation($data: ReviewCreateInput!) {createReview(data: $data) {id}}"
    single = await library.error(create, data={"subject": subject})
    create = "mutation($data: [ReviewCreateInput!]!) {createReviews(data: $data) {id}}"
    bulk = await library.error(create, data=[{"subject": subject}])

    assert single["inputPath"][: 2 + len(place)] == ["data", "subject", *place]
    assert bulk["inputPath"][: 3 + len(place)] == ["data", 0, "subject", *place]
    assert ".".join(["data", "subject", *place]) in single["message"]


@pytest.mark.parametrize(
    ("filter", "texts"),
    [
        ("{type: Book}", ["Grim"]),
        ("{type: [Book, Writer]}", ["Grim", "Kind"]),
        ("{type: []}", []),
        ("{is: NULL}", ["Lost", "None"]),
        ("{is: NOT_NULL}", ["Grim", "Kind"]),
        ('{writer: {name: {eq: "Mary"}}}', ["Kind"]),
        ('{type: Book, book: {title: {eq: "Ode"}}}', []),
    ],
)
async def test_it_is_filtered_by_what_it_leads_to(library: Client, filter: str, texts: list[str]) -> None:
    found = await library.data(f"{{reviews(filter: {{subject: {filter}}}) {{text}}}}")
    assert [each["text"] for each in found["reviews"]] == texts
    rest = await library.data(f"{{reviews(filter: {{not: {{subject: {filter}}}}}) {{text}}}}")
    assert sorted(each["text"] for each in rest["reviews"]) == sorted({"Grim", "Kind", "Lost", "None"} - {*texts})


async def test_a_null_in_its_filter_is_refused(library: Client) -> None:
    assert (await library.error("{reviews(filter: {subject: {type: null}}) {id}}"))["code"] == "BAD_USER_INPUT"


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
