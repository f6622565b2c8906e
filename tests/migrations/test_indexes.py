"""Indexes that somebody asked for, in a real database: jobs build them, and they follow their model."""

import asyncio
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from armature.jobs.job import Job
from armature.jobs.ledger import jobs_of
from armature.metadata.changes import (
    Change,
    CreateIndex,
    CreateObject,
    DeleteField,
    DeleteIndex,
    NewField,
    NewIndexField,
    NewOption,
    UpdateField,
)
from armature.migrations.workspace.doctor import diagnose
from armature.migrations.workspace.index_build import NotUniqueYet, ValuesTooLong, indexes_there, settle_index
from armature.migrations.workspace.index_standing import Standing, standings
from armature.migrations.workspace.preview import preview_changes
from armature.migrations.workspace.undo import undo_changeset
from armature.schema_builder.indexes import built_indexes
from tests.metadata.models import add_field, text
from tests.migrations.living import Living


def index(*fields: str, of: str = "company", **more: Any) -> CreateIndex:
    return CreateIndex(object=of, fields=tuple(NewIndexField(field=each) for each in fields), **more)


async def waiting(crm: Living) -> list[Job]:
    found = await jobs_of(crm.db, crm.id, states=["queued"])
    return found[::-1]


async def work(crm: Living) -> None:
    """Do what waits, as a worker would."""
    for job in await waiting(crm):
        await settle(crm, job)
    await crm.run("UPDATE armature.jobs SET state = 'succeeded'")


async def settle(crm: Living, job: Job) -> None:
    await settle_index(crm.db, crm.id, UUID(job.arguments["object"]), job.arguments["key"], lambda _: None)


async def there(crm: Living, table: str = "companies") -> dict[str, bool]:
    async with crm.db.connection() as connection:
        return await indexes_there(connection, crm.schema, table)


async def definitions(crm: Living, table: str = "companies") -> list[str]:
    """What PostgreSQL says of the built ones, after the table's name."""
    rows = await crm.run("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = $1", crm.schema)
    names = await there(crm, table)
    return sorted(definition.split(" USING ")[1] for name, definition in rows if name in names)


async def standing(crm: Living) -> Standing:
    of = crm.object("company")
    (built,) = built_indexes(crm.snapshot, of)
    async with crm.db.connection() as connection:
        return (await standings(connection, [(crm.schema, built.id, built.name)]))[0]


async def test_a_second_one_that_is_the_same_is_refused(crm: Living) -> None:
    tall = {"employees": {"gt": 100}}
    await crm.change(index("name"), index("name", "employees", where=tall))
    for change, there in (
        (index("name", name="again"), "byName"),
        (index("name", "employees", where=tall, name="again"), "byNameEmployees"),
    ):
        (error,) = await crm.errors(change)
        assert (error.code, error.message) == ("CONFLICT", f'The index "{there}" of "company" is just this one.')
    await crm.change(
        index("name", is_unique=True),
        index("name", type="TRIGRAM"),
        index("employees", "name"),
        index("name", "employees"),
        CreateIndex(object="company", fields=(NewIndexField(field="name", order="DESC"),)),
    )
    assert len(crm.object("company").indexes) == 7


async def companies(crm: Living, *names: str) -> None:
    for name in names:
        await crm.run("INSERT INTO {}.companies (name) VALUES ($1)", name)


async def test_a_job_builds_it_and_its_standing_tells(crm: Living) -> None:
    await crm.change(index("name"))
    assert await there(crm) == {}
    assert (await standing(crm)).state == "BUILDING"
    await work(crm)
    assert await definitions(crm) == ["btree (name, id)"]
    assert (await standing(crm)).state == "READY"
    await crm.assert_healthy()


@pytest.mark.parametrize(
    ("change", "definition"),
    [
        (index("name", "createdBy.source"), "btree (name, created_by_source, id)"),
        (index("name", is_unique=True), "btree (name) WHERE (deleted_at IS NULL)"),
        (index("createdAt", "id"), "btree (created_at, id)"),
        (index("name", where={"employees": {"gt": 10}}), "btree (name, id) WHERE (employees > 10)"),
        (
            index("name", where={"or": [{"name": {"like": "O'Neil\\:%"}}, {"not": {"employees": {"in": [1, 2]}}}]}),
            None,
        ),
        (index("birthday", of="person", where={"birthday": {"in": ["2000-02-29"], "gt": "1999-01-01"}}), None),
        (index("name", where={"updatedAt": {"in": ["2024-01-01T00:00:00Z"]}, "isIdealCustomer": {"eq": True}}), None),
        (index("probability", of="opportunity", where={"probability": {"in": ["1.50"], "lt": "99"}}), None),
        (index("name", where={"profile": {"contains": {"a": ["'"]}, "hasKey": "a"}}), None),
        (index("name", where={"name": {"isEmpty": False, "notIn": ["x"], "regex": "^a", "neq": "%"}}), None),
        (index("name", where={"deletedAt": {"is": "NULL"}}), "btree (name, id) WHERE (deleted_at IS NULL)"),
        (index("name", where={"createdAt": {"gte": "2024-01-01T00:00:00Z"}}), None),
        (index("name", where={"createdBy": {"source": {"eq": "API"}}}), None),
        (index("name", where={"createdBy": {"is": "NULL"}}), None),
        (
            CreateIndex(
                object="company",
                fields=(
                    NewIndexField(field="employees", order="DESC"),
                    NewIndexField(field="name", order="ASC_NULLS_FIRST"),
                ),
            ),
            "btree (employees DESC, name NULLS FIRST, id)",
        ),
        (index("company", of="person"), "btree (company_id, id)"),
        (index("profile", type="GIN"), "gin (profile)"),
        (index("name", type="TRIGRAM"), None),
        (
            index(
                "name",
                where={"profile": {"path": [{"path": ["a", "b"], "gt": 3, "like": "x'%"}]}},
            ),
            None,
        ),
        (
            index(
                "name",
                where={"name": {"in": ["a", 'b"', "c'"]}, "id": {"in": [f"{UUID(int=1)}"]}},
            ),
            None,
        ),
        (
            index("name", of="opportunity", where={"stage": {"in": ["NEW", "MEETING"]}, "companyId": {"is": "NULL"}}),
            None,
        ),
    ],
    ids=str,
)
async def test_what_it_is_in_postgresql(crm: Living, change: CreateIndex, definition: str | None) -> None:
    await crm.change(change)
    await work(crm)
    (found,) = await definitions(crm, crm.object(change.object).table)
    assert definition in (found, None)
    await crm.assert_healthy()


async def test_vectors_have_indexes_of_their_own(crm: Living) -> None:
    await crm.change(add_field("company", NewField(name="place", type="VECTOR", settings={"dimensions": 3})))
    (error,) = await crm.errors(index("place"))
    assert "values that can be compared" in error.message
    (error,) = await crm.errors(index("place", "name", type="HNSW_L2"))
    assert tuple(error.path or ())[3:] == ("fields", 1, "field")

    for type_ in ("HNSW_COSINE", "HNSW_L2", "HNSW_INNER_PRODUCT"):
        await crm.change(index("place", type=type_))
    while await waiting(crm):
        await work(crm)

    found = {each.rpartition("USING ")[2] for each in await definitions(crm)}
    assert {each.rpartition(" ")[2] for each in found} == {"vector_cosine_ops)", "vector_l2_ops)", "vector_ip_ops)"}
    await crm.assert_healthy()


async def test_a_new_table_has_its_indexes_at_once(crm: Living) -> None:
    make = CreateObject(name_singular="ticket", fields=(text("title"), text("code")))
    await crm.change(make, index("title", of="ticket"), index("code", of="ticket", is_unique=True))
    assert await waiting(crm) == []
    assert await definitions(crm, "tickets") == ["btree (code) WHERE (deleted_at IS NULL)", "btree (title, id)"]
    await crm.assert_healthy()


async def test_deleting_it_takes_it_away(crm: Living) -> None:
    await crm.change(index("name", name="byName"))
    await work(crm)
    await crm.change(DeleteIndex(object="company", index="byName"))
    assert len(await there(crm)) == 1
    await work(crm)
    assert await there(crm) == {}
    await crm.assert_healthy()


async def test_undo_takes_it_away_and_brings_it_back(crm: Living) -> None:
    after = await crm.change(index("name"))
    await work(crm)
    crm.snapshot = await undo_changeset(crm.db, crm.id, after.version)
    await work(crm)
    assert await there(crm) == {}
    crm.snapshot = await undo_changeset(crm.db, crm.id, crm.snapshot.version)
    await work(crm)
    assert await definitions(crm) == ["btree (name, id)"]
    assert crm.snapshot.objects == (await crm.stored()).objects


async def test_it_goes_with_a_field_it_is_over_which_a_dry_run_tells(crm: Living) -> None:
    await crm.change(index("addressCity"), index("name", where={"addressCity": {"eq": "Paris"}}))
    await work(crm)
    gone = DeleteField(object="company", field="addressCity")
    preview = await preview_changes(crm.db, crm.id, [gone])
    later = [each for each in preview.statements if each.is_later]
    assert [each.sql.split()[:3] for each in later] == [["DROP", "INDEX", "CONCURRENTLY"]] * 2
    await crm.change(gone)
    await work(crm)
    assert crm.object("company").indexes == ()
    assert await there(crm) == {}


async def test_a_unique_one_keeps_its_fields_from_becoming_what_it_can_not_be_over(crm: Living) -> None:
    converted = UpdateField(object="company", field="addressCity", type="ARRAY")
    await crm.change(index("name", "addressCity", is_unique=True, name="twins"), index("addressCity"))

    (error,) = await crm.errors(converted)

    assert error.message == 'The unique index "twins" of "company" can\'t be over "addressCity" as ARRAY.'
    assert tuple(error.path or ())[2:] == ("updateField", "type")
    await crm.change(DeleteIndex(object="company", index="twins"), converted)
    assert crm.object("company").indexes == ()


async def test_a_unique_one_keeps_what_its_where_asks_for(crm: Living) -> None:
    await crm.change(index("name", of="opportunity", is_unique=True, name="once", where={"stage": {"eq": "NEW"}}))
    stage = crm.object("opportunity").kept_fields["stage"]
    others = tuple(NewOption(id=str(each.id), value=each.value) for each in stage.options if each.value != "NEW")
    for change in (
        UpdateField(object="opportunity", field="stage", options=others, default_value=None),
        UpdateField(object="opportunity", field="stage", type="MULTI_SELECT", default_value=None),
    ):
        (error,) = await crm.errors(change)
        assert error.code == "CONFLICT", error.message
        assert '"once"' in error.message
    assert len(crm.object("opportunity").indexes) == 1
    await crm.change(DeleteField(object="opportunity", field="stage"))
    assert crm.object("opportunity").indexes == ()


async def test_a_dry_run_tells_what_a_job_will_do(crm: Living) -> None:
    preview = await preview_changes(crm.db, crm.id, [index("name")])
    (statement,) = preview.statements
    assert statement.sql.startswith("CREATE INDEX CONCURRENTLY")
    assert (statement.lock, statement.is_later) == ("SHARE UPDATE EXCLUSIVE", True)
    assert await waiting(crm) == []


async def test_it_follows_renames_without_being_built_anew(crm: Living) -> None:
    await crm.change(index("name", of="opportunity", where={"stage": {"eq": "NEW"}}))
    await work(crm)
    before = await there(crm, "opportunities")
    await crm.change(UpdateField(object="opportunity", field="stage", name="phase"))
    assert await waiting(crm) == []
    (kept,) = crm.object("opportunity").indexes
    assert kept.where == {"phase": {"eq": "NEW"}}
    assert await there(crm, "opportunities") == before


async def test_the_old_one_serves_until_the_new_one_is_there(crm: Living) -> None:
    await crm.change(index("name", of="opportunity", where={"stage": {"eq": "NEW"}}))
    await work(crm)
    stage = crm.object("opportunity").kept_fields["stage"]
    options = tuple(
        NewOption(id=str(each.id), value="FRESH" if each.value == "NEW" else each.value) for each in stage.options
    )
    await crm.change(UpdateField(object="opportunity", field="stage", options=options))
    (old,) = await there(crm, "opportunities")
    await work(crm)
    assert [each for each in await there(crm, "opportunities") if each != old]
    assert await definitions(crm, "opportunities") == ["btree (name, id) WHERE (stage = 'FRESH'::text)"]
    await crm.assert_healthy()


async def test_values_that_are_there_twice_are_counted_and_not_told(crm: Living) -> None:
    await companies(crm, "Secret Ltd", "Secret Ltd", "Secret Ltd", "Twice", "Twice", "Once")
    await crm.change(index("name", is_unique=True))
    (job,) = await waiting(crm)
    with pytest.raises(NotUniqueYet, match=r"2 values are held by more than one record, 5 records in all") as told:
        await settle(crm, job)
    assert "Secret" not in str(told.value)
    assert await there(crm) == {}

    await crm.run(
        "UPDATE {}.companies SET deleted_at = now() WHERE name <> 'Once' AND ctid NOT IN "
        "(SELECT min(ctid) FROM {}.companies GROUP BY name)"
    )
    await settle(crm, job)
    assert list((await there(crm)).values()) == [True]


async def test_values_that_are_too_long_are_told(crm: Living) -> None:
    await crm.run("INSERT INTO {}.companies (name) SELECT string_agg(md5(n::text), '') FROM generate_series(1, 500) n")
    await crm.change(index("name"))
    (job,) = await waiting(crm)
    with pytest.raises(ValuesTooLong):
        await settle(crm, job)
    assert await there(crm) == {}


async def test_what_was_left_broken_is_made_anew(crm: Living) -> None:
    """As a worker leaves it that was killed: an index that costs and does not serve."""
    await companies(crm, "Twice", "Twice")
    await crm.change(index("name", is_unique=True))
    (built,) = built_indexes(crm.snapshot, crm.object("company"))
    with pytest.raises(asyncpg.UniqueViolationError):
        await crm.run(built.create(crm.schema, "CONCURRENTLY"))
    assert await there(crm) == {built.name: False}
    await crm.run("DELETE FROM {}.companies")
    await work(crm)
    assert await there(crm) == {built.name: True}


async def test_one_that_is_cancelled_leaves_nothing(crm: Living) -> None:
    """A transaction that is open elsewhere keeps it waiting."""
    await crm.change(index("name"))
    (job,) = await waiting(crm)
    async with crm.db.connection() as other, other.transaction():
        await other.execute(f"INSERT INTO {crm.schema}.companies (name) VALUES ('x')")  # noqa: S608
        building = asyncio.create_task(settle(crm, job))
        while not await there(crm):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        building.cancel()
        while await crm.run("SELECT FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'CREATE INDEX%'"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
        assert list((await there(crm)).values()) == [False]
    with pytest.raises(asyncio.CancelledError):
        await building
    assert await there(crm) == {}


async def test_two_at_once_are_one_after_the_other(crm: Living) -> None:
    await crm.change(index("name"))
    (job,) = await waiting(crm)
    await asyncio.gather(settle(crm, job), settle(crm, job), settle(crm, job))
    assert list((await there(crm)).values()) == [True]


@pytest.mark.parametrize(
    "tampering", ["DROP INDEX {}.%s", "CREATE INDEX %s_00000000 ON {}.companies (name)"], ids=["missing", "strange"]
)
async def test_the_doctor_finds_and_mends(crm: Living, tampering: str) -> None:
    await crm.change(index("name"))
    await work(crm)
    (name,) = await there(crm)
    await crm.run(tampering % (name if "DROP" in tampering else name[:-9]))
    (finding,) = await diagnose(crm.db, crm.id)
    await crm.run(finding.fix)
    await crm.assert_healthy()
    assert await there(crm) == {name: True}


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        (index(), ("fields",), "needs a field"),
        (index("nmae"), ("fields", 0, "field"), "no field"),
        (index("name", "name"), ("fields", 1, "field"), "twice"),
        (index("people"), ("fields", 0, "field"), "hold nothing"),
        (index("createdBy"), ("fields", 0, "field"), "several parts"),
        (index("createdBy.shoes"), ("fields", 0, "field"), "no part"),
        (index("name.city"), ("fields", 0, "field"), "no parts"),
        (index("profile"), ("fields", 0, "field"), "can't be over"),
        (index("name", type="GIN"), ("fields", 0, "field"), "can't be over"),
        (index("profile", type="GIN", is_unique=True), ("isUnique",), "BTREE"),
        (index("name", type="HNSW_L2"), ("fields", 0, "field"), "it takes one vector"),
        (index("name", name="1st"), ("name",), "can't be a name"),
        (index("name", where={"people": {"some": {}}}), ("where",), "relation"),
        (index("name", where={"nmae": {"eq": "x"}}), ("where", "nmae"), "no field"),
        (index("name", where={"name": {"eq": 1}}), ("where", "name", "eq"), "must be"),
        (index("name", where=[]), ("where",), "must be an object"),
        (DeleteIndex(object="company", index="x"), ("index",), "no index"),
    ],
    ids=str,
)
async def test_what_can_not_be_is_told_with_its_path(
    crm: Living, change: Change, path: tuple[str | int, ...], says: str
) -> None:
    (error,) = await crm.errors(change)
    assert says in error.message
    assert tuple(error.path or ())[3:] == path
    assert await waiting(crm) == []
