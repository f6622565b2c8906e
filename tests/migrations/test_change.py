"""A change of a model is there as a whole or not at all, whoever else is changing it."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from armature.core.db import Database
from armature.core.errors import ArmatureError, BadUserInput, Conflict, ManyErrors
from armature.core.notices import CHANNEL
from armature.metadata.changes import NewField, NewRelation
from armature.metadata.store import WorkspaceNotFound
from armature.migrations.workspace.change import change_workspace
from armature.migrations.workspace.conflicts import CountersAlike, DatabaseDiffers
from armature.migrations.workspace.journal import Actor, IdempotencyKeyReused
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    restore_field,
    restore_object,
    text,
    to_many,
    to_one,
    update_field,
    update_object,
)
from tests.migrations.living import Living, opened


async def test_a_new_field_is_a_column_and_the_version_goes_up(crm: Living) -> None:
    assert crm.snapshot.version == 1

    after = await crm.change(add_field("company", text("slogan")))

    assert after.version == 2
    assert "slogan" in await crm.columns("companies")
    await crm.assert_healthy()


async def test_a_new_object_may_refer_to_others_in_both_directions(crm: Living) -> None:
    await crm.change(
        add_object("ticket", text("title", is_nullable=False, is_unique=True), to_one("company", "company", "tickets")),
        add_object("team", to_many("tickets", "ticket", "team"), to_one("parent", "team", "children")),
    )

    assert {"company_id", "team_id"} <= await crm.columns("tickets")
    await crm.assert_healthy()


async def test_a_failed_step_leaves_neither_column_nor_metadata(crm: Living) -> None:
    columns = await crm.columns("companies")

    errors = await crm.errors(add_field("company", text("budget")), add_field("company", text("name")))

    assert [each.field for each in errors] == ["name"]
    assert await crm.columns("companies") == columns
    assert (await crm.stored()).version == 1


async def test_a_step_the_database_refuses_leaves_neither_column_nor_metadata(crm: Living) -> None:
    await crm.run("ALTER TABLE {}.companies ADD COLUMN second text")  # behind our back, so that the second step fails
    columns = await crm.columns("companies")

    with pytest.raises(DatabaseDiffers) as refused:
        await crm.change(add_field("company", text("first")), add_field("company", text("second")))

    assert '"second"' in refused.value.message
    assert "armature doctor" in str(refused.value.hint)
    assert await crm.columns("companies") == columns
    assert (await crm.stored()).version == 1


async def test_counters_that_postgresql_can_not_tell_apart_are_refused_in_words(crm: Living) -> None:
    long = "a" * 55
    counters = [NewField(name=f"{long}{each}", type="AUTO_NUMBER") for each in "bc"]

    with pytest.raises(CountersAlike):
        await crm.change(add_object("ticket", *counters))
    await crm.change(add_object("ticket", counters[0]))
    await crm.change(add_field("ticket", counters[1]))

    await crm.assert_healthy()


async def test_a_rename_takes_no_lock(crm: Living) -> None:
    async with crm.db.transaction() as reading:
        await reading.execute(f"LOCK TABLE {crm.schema}.companies IN ACCESS EXCLUSIVE MODE")
        await crm.change(
            update_field("company", "name", name="title", label="Title"), update_object("company", name_plural="firms")
        )

    assert "name" in await crm.columns("companies")
    await crm.assert_healthy()


async def test_a_changeset_that_changes_nothing_keeps_the_version(crm: Living) -> None:
    before = crm.snapshot

    assert (
        await crm.change(update_field("company", "name", label=crm.object("company").kept_fields["name"].label))
        is before
    )
    assert (await crm.stored()).version == 1


async def test_all_errors_come_back_at_once_with_their_paths(crm: Living) -> None:
    with pytest.raises(ManyErrors) as caught:
        await crm.change(add_field("company", text("name")), add_field("nobody", text("x")))

    assert [each.path for each in caught.value.errors] == [
        ("changes", 0, "createField", "name"),
        ("changes", 1, "createField", "object"),
    ]


async def test_a_workspace_that_is_not_there_is_named(db: Database) -> None:
    with pytest.raises(WorkspaceNotFound):
        await change_workspace(db, uuid4(), [add_field("company", text("x"))])


# Others at the same time


async def test_fifty_fields_created_at_once_all_land(crm: Living) -> None:
    made = await asyncio.gather(
        *(change_workspace(crm.db, crm.id, [add_field("company", text(f"field{n}"))]) for n in range(50))
    )

    assert sorted(each.version for each in made) == list(range(2, 52))
    assert {f"field{n}" for n in range(50)} <= await crm.columns("companies")
    crm.snapshot = max(made, key=lambda each: each.version)
    await crm.assert_healthy()


@pytest.fixture
async def elsewhere(migrated_database_url: str, db: Database) -> AsyncIterator[Database]:
    """Another process' pool, on the same database."""
    async with opened(migrated_database_url) as other:
        yield other


async def test_a_process_that_knows_an_old_version_builds_on_the_newest(crm: Living, elsewhere: Database) -> None:
    old = crm.snapshot
    await crm.change(add_field("company", text("here")))

    await change_workspace(elsewhere, crm.id, [add_field("company", text("there"))], known=old)

    found = await crm.stored()
    assert {"here", "there"} <= found.visible_objects["company"].visible_fields.keys()
    assert found.version == 3


async def test_the_same_name_twice_at_once_is_given_once(crm: Living, elsewhere: Database) -> None:
    change = [add_field("company", text("slogan"))]

    outcomes = await asyncio.gather(
        change_workspace(crm.db, crm.id, change, known=crm.snapshot),
        change_workspace(elsewhere, crm.id, change, known=crm.snapshot),
        return_exceptions=True,
    )

    assert sorted(isinstance(each, ArmatureError) for each in outcomes) == [False, True]
    assert (await crm.stored()).version == 2


async def test_a_change_waits_for_a_short_query_and_lets_others_pass_a_long_one(crm: Living) -> None:
    async with crm.db.connection() as long:
        query = long.transaction()
        await query.start()
        await long.execute(f"SELECT FROM {crm.schema}.companies")
        with pytest.raises(Conflict, match="busy"):
            await crm.change(add_field("company", text("slogan")))
        await query.rollback()

    assert "slogan" not in await crm.columns("companies")
    await crm.change(add_field("company", text("slogan")))
    await crm.assert_healthy()


async def test_everybody_hears_of_the_new_version(crm: Living, migrated_database_url: str) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    connection = await asyncpg.connect(migrated_database_url)
    await connection.add_listener(CHANNEL, lambda *notice: heard.put_nowait(str(notice[-1])))

    await crm.change(add_field("company", text("slogan")))

    assert await heard.get() == f'{{"workspace":"{crm.id}","version":2}}'
    await connection.close()


async def test_an_actor_who_is_nobody_is_no_reason_to_try_again(crm: Living) -> None:
    with pytest.raises(asyncpg.ForeignKeyViolationError):
        await crm.change(add_field("company", text("slogan")), actor=Actor(uuid4()))


# Asked twice


async def test_a_changeset_sent_twice_with_its_key_is_made_once(crm: Living) -> None:
    change = add_field("company", text("slogan", default_value="Ô\t'"))
    first = await crm.change(change, idempotency_key="k")

    assert await crm.change(change, idempotency_key="k") == first
    assert (await crm.stored()).version == 2


async def test_a_key_is_not_for_other_changes(crm: Living) -> None:
    await crm.change(add_field("company", text("slogan")), idempotency_key="k")

    with pytest.raises(IdempotencyKeyReused):
        await crm.change(add_field("company", text("motto")), idempotency_key="k")


async def test_a_refused_changeset_does_not_use_up_its_key(crm: Living) -> None:
    with pytest.raises(Conflict):
        await crm.change(add_field("company", text("name")), idempotency_key="k")

    assert (await crm.change(add_field("company", text("motto")), idempotency_key="k")).version == 2


# Set aside and restored


async def test_a_deleted_field_keeps_its_values(crm: Living) -> None:
    await crm.run("INSERT INTO {}.companies (name, domain_name) VALUES ('Acme', 'acme.com')")

    await crm.change(delete_field("company", "domainName"))
    await crm.assert_healthy()
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Other')")
    await crm.change(restore_field("company", "domainName"))

    assert await crm.run("SELECT name, domain_name FROM {}.companies ORDER BY name") == [
        ("Acme", "acme.com"),
        ("Other", None),
    ]
    await crm.assert_healthy()


async def test_a_name_is_free_while_its_field_is_deleted(crm: Living) -> None:
    await crm.change(delete_field("company", "domainName"))
    await crm.change(add_field("company", text("domainName", is_unique=True)))

    assert "domain_name__2" in await crm.columns("companies")
    await crm.assert_healthy()


async def test_a_deleted_object_comes_back_with_its_relations_and_records(crm: Living) -> None:
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme'), ('Gone')")
    await crm.run("INSERT INTO {}.people (first_name, company_id) SELECT name, id FROM {}.companies")

    await crm.change(delete_object("company"))
    await crm.assert_healthy()
    await crm.run("DELETE FROM {}.companies WHERE name = 'Gone'")
    await crm.change(restore_object("company"))

    assert await crm.run("SELECT first_name, company_id IS NULL FROM {}.people ORDER BY 1") == [
        ("Acme", False),
        ("Gone", True),
    ]
    await crm.assert_healthy()


async def test_a_required_field_set_aside_does_not_stop_new_records(crm: Living) -> None:
    await crm.change(add_field("company", text("slogan", is_nullable=False)))
    await crm.change(delete_field("company", "slogan"))
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme')")

    with pytest.raises(Conflict, match=r"\"slogan\" can't be required: 1 record of \"company\" has no value"):
        await crm.change(restore_field("company", "slogan"))
    await crm.change(restore_field("company", "slogan", is_nullable=True))
    await crm.assert_healthy()


async def test_a_required_field_with_a_default_comes_back_filled(crm: Living) -> None:
    await crm.change(add_field("company", text("slogan", is_nullable=False, default_value="Ahoi")))
    await crm.change(delete_field("company", "slogan"))
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme')")

    await crm.change(restore_field("company", "slogan"))

    assert await crm.run("SELECT slogan FROM {}.companies") == [("Ahoi",)]
    await crm.assert_healthy()


async def test_a_deactivated_required_field_does_not_stop_new_records(crm: Living) -> None:
    await crm.change(add_field("company", text("slogan", is_nullable=False)))
    await crm.change(update_field("company", "slogan", is_active=False))
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme')")
    await crm.assert_healthy()

    with pytest.raises(Conflict, match="slogan"):
        await crm.change(update_field("company", "slogan", is_active=True))


def required_company(name: str) -> NewField:
    relation = NewRelation(type="MANY_TO_ONE", target="company", inverse_name=f"{name}People", on_delete="RESTRICT")
    return NewField(name=name, type="RELATION", is_nullable=False, relation=relation)


async def test_a_required_relation_to_a_deactivated_object_does_not_stop_new_records(crm: Living) -> None:
    await crm.change(add_field("person", required_company("home")))
    await crm.assert_healthy()
    await crm.change(update_object("company", is_active=False))
    await crm.change(add_field("person", required_company("work")))
    await crm.run("INSERT INTO {}.people (first_name) VALUES ('Ann')")
    await crm.assert_healthy()

    with pytest.raises(ManyErrors):
        await crm.change(update_object("company", is_active=True))
    await crm.run("DELETE FROM {}.people")
    await crm.change(update_object("company", is_active=True))
    await crm.assert_healthy()


async def test_a_system_field_stays(crm: Living) -> None:
    with pytest.raises(BadUserInput):
        await crm.change(delete_field("company", "createdAt"))
