"""What relations answer and take: one-to-one, many-to-many, and of an object with itself."""

import pytest

from armature.metadata.changes import UpdateField, UpdateObject
from armature.migrations.workspace.change import change_workspace
from tests.schema_builder.conftest import add_library
from tests.support.data_api import Client, DataApi
from tests.support.small_library import (
    BLUE,
    BYRON,
    FRANKENSTEIN,
    GONE_PASSPORT,
    GONE_WRITER,
    LOST_BOOK,
    MARY,
    ODE,
    OLD,
    PERCY,
    RED,
)


@pytest.fixture
async def library(api: DataApi) -> Client:
    return Client(api, await add_library(api))


# One-to-one


async def test_both_ends_of_a_one_to_one_relation_are_a_record_or_null(library: Client) -> None:
    found = await library.data("{writers {name passport {number holder {name}}} passports {number holder {name}}}")

    assert found["writers"] == [
        {"name": "Mary", "passport": {"number": "R1", "holder": {"name": "Mary"}}},
        {"name": "Percy", "passport": None},
        {"name": "Byron", "passport": None},
    ]
    assert found["passports"] == [
        {"number": "R1", "holder": {"name": "Mary"}},
        {"number": "B2", "holder": None},
        {"number": "O3", "holder": None},
    ]


async def test_both_ends_of_a_one_to_one_relation_filter_and_order(library: Client) -> None:
    found = await library.data(
        '{with: writers(filter: {passport: {number: {eq: "R1"}}}) {name} '
        'deleted: writers(filter: {passport: {number: {eq: "G9"}}}) {name} '
        "without: writers(filter: {not: {passport: {}}}) {name} "
        "ordered: writers(orderBy: [{passport: {number: ASC_NULLS_FIRST}}, {name: ASC}]) {name} "
        'held: passports(filter: {holder: {name: {eq: "Mary"}}}) {number} '
        "back: writers(orderBy: [{passport: {holder: {name: ASC}}}]) {name}}"
    )

    assert {key: [next(iter(each.values())) for each in records] for key, records in found.items()} == {
        "with": ["Mary"],
        "deleted": [],
        "without": ["Percy", "Byron"],
        "ordered": ["Byron", "Percy", "Mary"],
        "held": ["R1"],
        "back": ["Mary", "Percy", "Byron"],
    }


async def test_a_record_has_at_most_one_partner_that_is_not_deleted(library: Client) -> None:
    taken = await library.error(f'mutation {{updatePassport(id: "{OLD}", data: {{holderId: "{MARY}"}}) {{id}}}}')
    back = await library.error(f'mutation {{restorePassport(id: "{GONE_PASSPORT}") {{id}}}}')
    many = await library.error(f'mutation {{createPassports(data: [{{holderId: "{MARY}"}}]) {{id}}}}')

    for error in (taken, back, many):
        assert (error["code"], error["field"]) == ("CONFLICT", "holder")
    assert await library.data(
        f'mutation {{deletePassport(id: "{RED}") {{id}} '
        f'updatePassport(id: "{OLD}", data: {{holder: {{connect: {{id: "{MARY}"}}}}}}) '
        "{holder {passport {number}}}}"
    ) == {"deletePassport": {"id": str(RED)}, "updatePassport": {"holder": {"passport": {"number": "O3"}}}}


async def test_the_key_of_a_one_to_one_relation_addresses_a_record(library: Client) -> None:
    found = await library.data(f'{{passportBy(where: {{holderId: "{MARY}"}}) {{number}}}}')

    assert found == {"passportBy": {"number": "R1"}}


async def test_the_end_without_the_key_has_no_id_of_the_other(library: Client) -> None:
    answer = await library.ask(f'{{writers {{passportId}} writer(id: "{MARY}") {{id}}}}')

    assert "passportId" in answer["errors"][0]["message"]


async def test_destroying_follows_the_rule_of_a_one_to_one_relation(library: Client) -> None:
    await library.data(f'mutation {{destroyWriter(id: "{GONE_WRITER}") {{id}}}}')

    assert await library.data(f'{{passport(id: "{BLUE}") {{id}}}}') == {"passport": None}


# Many-to-many


async def test_both_ends_of_a_many_to_many_relation_are_lists(library: Client) -> None:
    found = await library.data(
        "{books {title writers(orderBy: [{name: DESC}]) {name books(limit: 1, offset: 1) {title}}} "
        'writers {name books(filter: {title: {startsWith: "F"}}) {title}}}'
    )

    assert found["books"] == [
        {
            "title": "Frankenstein",
            "writers": [{"name": "Percy", "books": [{"title": "Ode"}]}, {"name": "Mary", "books": []}],
        },
        {"title": "Ode", "writers": [{"name": "Percy", "books": [{"title": "Ode"}]}]},
        {"title": "Lost", "writers": []},
    ]
    assert found["writers"] == [
        {"name": "Mary", "books": [{"title": "Frankenstein"}]},
        {"name": "Percy", "books": [{"title": "Frankenstein"}]},
        {"name": "Byron", "books": []},
    ]


async def test_a_many_to_many_relation_filters_by_some_every_and_none(library: Client) -> None:
    found = await library.data(
        '{some: books(filter: {writers: {some: {name: {eq: "Mary"}}}}) {title} '
        'every: books(filter: {writers: {every: {name: {eq: "Percy"}}}}) {title} '
        'none: books(filter: {writers: {none: {name: {eq: "Mary"}}}}) {title} '
        "any: books(filter: {writers: {some: {}}}) {title} "
        'deep: books(filter: {writers: {some: {books: {some: {title: {eq: "Ode"}}}}}}) {title} '
        'link: books(filter: {bookWriters: {some: {share: {eq: "most"}}}}) {title}}'
    )

    assert {key: [each["title"] for each in records] for key, records in found.items()} == {
        "some": ["Frankenstein"],
        "every": ["Ode", "Lost"],
        "none": ["Ode", "Lost"],
        "any": ["Frankenstein", "Ode"],
        "deep": ["Frankenstein", "Ode"],
        "link": ["Frankenstein"],
    }


async def test_a_many_to_many_relation_has_pages(library: Client) -> None:
    found = await library.data(
        f'{{book(id: "{FRANKENSTEIN}") {{writersConnection(first: 1, orderBy: [{{passport: {{number: DESC}}}}]) '
        "{totalCount pageInfo {hasNextPage} nodes {name}} all: writersConnection(last: 5) {nodes {name}}}}"
    )

    assert found["book"] == {
        "writersConnection": {"totalCount": 2, "pageInfo": {"hasNextPage": True}, "nodes": [{"name": "Percy"}]},
        "all": {"nodes": [{"name": "Mary"}, {"name": "Percy"}]},
    }


async def test_a_many_to_many_relation_is_aggregated_and_ordered_by(library: Client) -> None:
    found = await library.data(
        "{books(orderBy: [{writersAggregate: {count: DESC}}]) {title writersAggregate {count min {name}}}}"
    )

    assert found["books"] == [
        {"title": "Frankenstein", "writersAggregate": {"count": 2, "min": {"name": "Mary"}}},
        {"title": "Ode", "writersAggregate": {"count": 1, "min": {"name": "Percy"}}},
        {"title": "Lost", "writersAggregate": {"count": 0, "min": {"name": None}}},
    ]


async def test_the_records_between_are_records_with_fields_of_their_own(library: Client) -> None:
    found = await library.data(f'{{book(id: "{FRANKENSTEIN}") {{bookWriters {{share writer {{name}}}}}}}}')

    assert found["book"]["bookWriters"] == [
        {"share": "most", "writer": {"name": "Mary"}},
        {"share": "some", "writer": {"name": "Percy"}},
    ]


async def test_joining_by_a_record_between_shows_at_once(library: Client) -> None:
    found = await library.data(
        f'mutation {{createBookWriter(data: {{bookId: "{LOST_BOOK}", writerId: "{BYRON}"}}) '
        "{book {writers {name}} writer {books {title}}}}"
    )

    assert found["createBookWriter"] == {
        "book": {"writers": [{"name": "Byron"}]},
        "writer": {"books": [{"title": "Lost"}]},
    }


async def test_two_records_are_joined_once(library: Client) -> None:
    error = await library.error(
        f'mutation {{createBookWriter(data: {{bookId: "{FRANKENSTEIN}", writerId: "{MARY}"}}) {{id}}}}'
    )

    assert error["code"] == "CONFLICT"
    assert "already joins this book and this writer" in error["message"]


async def test_destroying_a_record_destroys_what_joins_it(library: Client) -> None:
    await library.data(f'mutation {{destroyWriter(id: "{PERCY}") {{id}}}}')

    found = await library.data("{books {title writers {name}} bookWriters {book {title}}}")
    assert found["books"][0] == {"title": "Frankenstein", "writers": [{"name": "Mary"}]}
    assert found["bookWriters"] == [{"book": {"title": "Frankenstein"}}, {"book": {"title": "Ode"}}, {"book": None}]


async def test_what_is_joined_is_written_beside_a_record(library: Client) -> None:
    made = await library.data(
        f'mutation {{createBook(data: {{title: "New", writers: {{connect: [{{id: "{BYRON}"}}], '
        f'create: [{{name: "Ada", friends: {{connect: [{{id: "{MARY}"}}]}}}}]}}}}) '
        "{writers(orderBy: [{name: ASC}]) {name friends {name}}}}"
    )

    assert made["createBook"]["writers"] == [
        {"name": "Ada", "friends": [{"name": "Mary"}]},
        {"name": "Byron", "friends": []},
    ]


async def test_many_new_records_may_be_joined_to_the_same(library: Client) -> None:
    each = f'{{writers: {{connect: [{{id: "{MARY}"}}]}}}}'
    made = await library.data(f"mutation {{createBooks(data: [{each}, {each}]) {{writers {{name}}}}}}")

    assert made["createBooks"] == [{"writers": [{"name": "Mary"}]}] * 2


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        (f'connect: [{{id: "{BYRON}"}}, {{id: "{MARY}"}}]', ["Byron", "Mary", "Percy"]),
        (f'disconnect: [{{id: "{MARY}"}}]', ["Percy"]),
        (f'set: [{{id: "{BYRON}"}}, {{id: "{MARY}"}}]', ["Byron", "Mary"]),
        ("set: []", []),
        (f'update: [{{id: "{MARY}", data: {{name: "M."}}}}]', ["M.", "Percy"]),
        (f'disconnect: [{{id: "{MARY}"}}], create: [{{name: "Ada"}}]', ["Ada", "Percy"]),
    ],
)
async def test_what_is_joined_changes_with_a_record(library: Client, asked: str, left: list[str]) -> None:
    changed = await library.data(
        f'mutation {{updateBook(id: "{FRANKENSTEIN}", data: {{writers: {{{asked}}}}}) '
        "{writers(orderBy: [{name: ASC}]) {name}}}"
    )

    assert [each["name"] for each in changed["updateBook"]["writers"]] == left
    other = await library.data(f'{{book(id: "{ODE}") {{writers {{name}}}}}}')
    assert other["book"]["writers"] == [{"name": "Percy"}]


async def test_what_is_unjoined_and_joined_again_is_joined_anew(library: Client) -> None:
    update = f'updateBook(id: "{FRANKENSTEIN}", data: {{writers: {{%s: [{{id: "{MARY}"}}]}}}}) {{id}}'
    await library.data(f"mutation {{a: {update % 'disconnect'} b: {update % 'connect'} c: {update % 'connect'}}}")

    found = await library.data(f'{{book(id: "{FRANKENSTEIN}") {{bookWriters {{share writer {{name}}}}}}}}')
    assert found["book"]["bookWriters"] == [
        {"share": "some", "writer": {"name": "Percy"}},
        {"share": None, "writer": {"name": "Mary"}},
    ]


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        (f'connect: [{{id: "{GONE_WRITER}"}}]', ["data", "writers", "connect", 0]),
        (f'disconnect: [{{id: "{BYRON}"}}]', ["data", "writers", "disconnect", 0]),
        (f'update: [{{id: "{BYRON}", data: {{name: "x"}}}}]', ["data", "writers", "update", 0]),
    ],
)
async def test_what_can_not_be_joined_or_unjoined_is_told(library: Client, asked: str, path: list[str | int]) -> None:
    error = await library.error(f'mutation {{updateBook(id: "{FRANKENSTEIN}", data: {{writers: {{{asked}}}}}) {{id}}}}')

    assert error["code"] == "BAD_USER_INPUT"
    assert error["message"].startswith("data.writers.")
    assert await library.data(f'{{book(id: "{FRANKENSTEIN}") {{writers {{name}}}}}}') == {
        "book": {"writers": [{"name": "Mary"}, {"name": "Percy"}]}
    }


async def test_merged_records_are_joined_to_what_each_was_joined_to(library: Client) -> None:
    found = await library.data(
        f'mutation {{mergeWriters(ids: ["{MARY}", "{PERCY}"], keep: "{MARY}") '
        "{books {title} friends {name} friendOf {name} passport {number}}}"
    )

    assert found["mergeWriters"] == {
        "books": [{"title": "Frankenstein"}, {"title": "Ode"}],
        "friends": [{"name": "Byron"}],
        "friendOf": [],
        "passport": {"number": "R1"},
    }


async def test_an_object_joined_to_itself_tells_its_two_ends_apart(library: Client) -> None:
    found = await library.data("{writers {name friends {name} friendOf {name}}}")

    assert found["writers"] == [
        {"name": "Mary", "friends": [{"name": "Percy"}, {"name": "Byron"}], "friendOf": [{"name": "Percy"}]},
        {"name": "Percy", "friends": [{"name": "Mary"}], "friendOf": [{"name": "Mary"}]},
        {"name": "Byron", "friends": [], "friendOf": [{"name": "Mary"}]},
    ]


@pytest.mark.parametrize("hidden", ["bookWriter", "bookWriter.writer"])
async def test_without_what_it_goes_through_a_many_to_many_relation_is_not_there(
    api: DataApi, library: Client, hidden: str
) -> None:
    of, _, field = hidden.partition(".")
    hide = UpdateField(object=of, field=field, is_active=False) if field else UpdateObject(object=of, is_active=False)
    after = await change_workspace(api.db, library.snapshot.workspace_id, [hide])
    api.workspaces.put(after)

    answer = await Client(api, after).ask("{books {title writers {name}}}")

    assert "writers" in answer["errors"][0]["message"]


# Of an object with itself


async def test_a_self_relation_leads_up_and_down(library: Client) -> None:
    found = await library.data(
        f'{{writer(id: "{PERCY}") {{mentor {{name mentor {{name}}}} pupils {{name mentor {{name}} pupils {{name}}}}}} '
        f'top: writer(id: "{MARY}") {{pupils {{name}}}}}}'
    )

    assert found == {
        "writer": {
            "mentor": {"name": "Mary", "mentor": None},
            "pupils": [{"name": "Byron", "mentor": {"name": "Percy"}, "pupils": []}],
        },
        "top": {"pupils": [{"name": "Percy"}]},
    }


async def test_a_self_relation_filters_and_orders_by_several_levels(library: Client) -> None:
    found = await library.data(
        '{above: writers(filter: {mentor: {mentor: {name: {eq: "Mary"}}}}) {name} '
        'below: writers(filter: {pupils: {some: {pupils: {some: {name: {eq: "Byron"}}}}}}) {name} '
        "top: writers(filter: {mentorId: {is: NULL}}) {name} "
        "ordered: writers(orderBy: [{mentor: {mentor: {name: ASC_NULLS_LAST}}}, {mentor: {name: DESC_NULLS_LAST}}]) "
        "{name}}"
    )

    assert {key: [each["name"] for each in records] for key, records in found.items()} == {
        "above": ["Byron"],
        "below": ["Mary"],
        "top": ["Mary"],
        "ordered": ["Byron", "Percy", "Mary"],
    }


async def test_records_may_lead_to_themselves_and_in_circles(library: Client) -> None:
    await library.data(f'mutation {{updateWriter(id: "{MARY}", data: {{mentorId: "{BYRON}"}}) {{id}}}}')
    own = await library.data(
        f'mutation {{updateWriter(id: "{PERCY}", data: {{mentorId: "{PERCY}"}}) {{mentor {{name}} pupils {{name}}}}}}'
    )

    assert own == {"updateWriter": {"mentor": {"name": "Percy"}, "pupils": [{"name": "Percy"}, {"name": "Byron"}]}}
    found = await library.data(f'{{writer(id: "{MARY}") {{mentor {{mentor {{mentor {{name}}}}}}}}}}')
    assert found == {"writer": {"mentor": {"mentor": {"mentor": {"name": "Percy"}}}}}
