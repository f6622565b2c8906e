"""Objects of many records get the indexes that their searches and duplicates use, and keep them up to date."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from armature.metadata.changes import CreateField, DeleteField, NewField, UpdateField, UpdateObject
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.tending import ask_for_tending, tend, untended
from tests.migrations.living import Living
from tests.support.data_api import Client, DataApi, data_api
from tests.support.explain import explained, nodes_of

PEOPLE = 20_000
SOME = 1_000

SEARCH = 'search(text: "%s", objects: ["person"]) {record {... on Person {lastName}}}'


@pytest.fixture
async def api(migrated_database_url: str) -> AsyncIterator[DataApi]:
    async with data_api(migrated_database_url) as api:
        yield api


@pytest.fixture
async def large(api: DataApi) -> Living:
    """A CRM with many people in it and few of everything else."""
    crm = Living(api.db, await api.workspace(CRM))
    await crm.run(
        "INSERT INTO {}.people (first_name, last_name, email) "
        "SELECT 'Ada', 'Number' || n, 'n' || n || '@example.com' FROM generate_series(1, $1) AS n",
        PEOPLE,
    )
    await crm.run("ANALYZE {}.people")
    return crm


async def tended(crm: Living) -> dict[str, bool]:
    """Whether what tending made is valid, by the table and what it is."""
    await tend(crm.db, crm.id, SOME, lambda _: None)
    rows = await crm.run(
        "SELECT relname::text, indisvalid FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid "
        "JOIN pg_namespace n ON n.oid = relnamespace WHERE nspname = $1 AND relname LIKE '%\\_\\_\\_%'",
        crm.schema,
    )
    return {name[: -len("__0123456789abcdef_01234567")]: is_valid for name, is_valid in rows}


async def used(api: DataApi, crm: Living, query: str) -> set[str]:
    """The indexes that a query goes by, but for primary keys."""
    api.workspaces.put(crm.snapshot)
    plan = await explained(Client(api, crm.snapshot), f"{{{query}}}", {})
    names = {str(each.get("Index Name", "")) for each in nodes_of(plan)}
    return {name[: -len("__0123456789abcdef_01234567")] for name in names if "___" in name}


async def found(api: DataApi, crm: Living, text: str) -> Any:
    api.workspaces.put(crm.snapshot)
    return (await Client(api, crm.snapshot).data(f"{{{SEARCH % text}}}"))["search"]


async def test_large_objects_get_them_and_others_do_not(api: DataApi, large: Living) -> None:
    assert await used(api, large, SEARCH % "number777") == set()

    assert await tended(large) == {
        "people___search": True,
        "people___duplicates_1": True,
        "people___duplicates_2": True,
    }
    await large.assert_healthy()


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (SEARCH % "number777", "people___search"),
        (SEARCH % "ada number777 -charles", "people___search"),
        (SEARCH % "umber777 or n888@ex", "people___search"),
        ('people(filter: {searchVector: {search: "number777"}}) {id}', "people___search"),
        ('personDuplicates(data: {email: "N777@example.com"}) {id}', "people___duplicates_2"),
        ('personDuplicates(data: {firstName: "ada", lastName: "number 777"}) {id}', "people___duplicates_1"),
    ],
)
async def test_they_are_used(api: DataApi, large: Living, query: str, index: str) -> None:
    await tended(large)
    await large.run("ANALYZE {}.people")

    assert await used(api, large, query) == {index}


async def test_what_is_searched_changes_at_once_and_the_index_after_it(api: DataApi, large: Living) -> None:
    await tended(large)
    motto = NewField(name="motto", type="TEXT", default_value="Nothing ventured")
    await large.change(CreateField(object="person", field=motto))
    await large.run("UPDATE {}.people SET motto = 'Per aspera' WHERE last_name = 'Number7'")

    assert await found(api, large, "aspera") == [{"record": {"lastName": "Number7"}}]
    assert await used(api, large, SEARCH % "aspera") == set()

    assert (await tended(large))["people___search"]
    assert await used(api, large, SEARCH % "aspera") == {"people___search"}
    assert await found(api, large, "aspera") == [{"record": {"lastName": "Number7"}}]


async def test_what_is_no_longer_needed_goes(large: Living) -> None:
    await tended(large)
    await large.change(
        UpdateObject(object="person", duplicate_criteria=(("email",),)),
        *(
            UpdateField(object="person", field=each, settings={"isSearchable": False})
            for each in ("firstName", "lastName", "phone", "jobTitle", "city")
        ),
        DeleteField(object="person", field="email"),
    )

    assert await tended(large) == {}
    await large.assert_healthy()


async def test_what_was_broken_off_is_made_anew(large: Living) -> None:
    await tended(large)
    await large.run(
        "UPDATE pg_index SET indisvalid = false FROM pg_class, pg_namespace n WHERE pg_class.oid = indexrelid "
        "AND n.oid = relnamespace AND nspname = $1 AND relname LIKE 'people\\_\\_\\_search%'",
        large.schema,
    )

    assert (await tended(large))["people___search"]


async def test_the_doctor_tells_of_large_objects_that_nobody_looks_after(large: Living) -> None:
    assert await untended(large.db, None, PEOPLE + 1) == []
    (finding,) = await untended(large.db, large.id, PEOPLE)
    assert (finding.workspace, '"people"' in finding.what, finding.fix) == (large.id, True, "armature worker")

    async with large.db.connection() as connection:
        await ask_for_tending(connection, PEOPLE)
    assert await untended(large.db, None, PEOPLE) == []
    await large.run("UPDATE armature.tended SET tended_at = now() - interval '1 day'")
    assert len(await untended(large.db, None, PEOPLE)) == 1


async def test_a_job_is_asked_for_where_something_large_has_changed(api: DataApi, large: Living) -> None:
    await api.workspace(CRM)
    jobs = "SELECT count(*) FROM armature.jobs WHERE kind = 'tend' AND workspace_id = $1"

    async def ask(from_: int) -> list[Any]:
        async with api.db.connection() as connection:
            await ask_for_tending(connection, from_)
        await large.run("UPDATE armature.jobs SET state = 'succeeded', finished_at = now()")
        return await large.run(jobs, large.id) + await large.run("SELECT count(*) FROM armature.jobs")

    assert await ask(PEOPLE + 1) == [(0,), (0,)]
    assert await ask(SOME) == [(1,), (1,)]
    assert await ask(SOME) == [(1,), (1,)]
    await large.change(CreateField(object="person", field=NewField(name="motto", type="TEXT")))
    assert await ask(SOME) == [(2,), (2,)]
