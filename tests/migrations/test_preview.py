"""A dry run says what would happen, and nothing has."""

import pytest

from armature.core.errors import ArmatureError, Conflict
from armature.metadata.changes import Change, NewField
from armature.migrations.workspace.change import RecordsBusy
from armature.migrations.workspace.preview import Preview, SetAside, preview_changes
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    text,
    to_one,
    update_field,
)
from tests.migrations.living import Living


async def preview(crm: Living, *changes: Change) -> Preview:
    found = await preview_changes(crm.db, crm.id, changes, known=crm.snapshot)
    await crm.assert_healthy()
    return found


async def test_it_shows_the_statements_that_would_run(crm: Living) -> None:
    found = await preview(crm, add_field("company", text("slogan", is_unique=True)))

    assert [(each.sql.replace(crm.schema, "w"), each.lock, each.rewrites) for each in found.statements] == [
        ("ALTER TABLE w.companies ADD COLUMN slogan TEXT", "ACCESS EXCLUSIVE", False),
        (
            "CREATE UNIQUE INDEX companies__slogan__key ON w.companies (slogan) WHERE deleted_at IS NULL",
            "SHARE",
            False,
        ),
    ]
    assert found.version == 2
    assert "slogan" not in await crm.columns("companies")


async def test_a_new_table_locks_nobody_but_those_it_refers_to(crm: Living) -> None:
    found = await preview(crm, add_object("ticket", to_one("company", "company", "tickets")))

    assert [(each.sql.split()[0], each.lock) for each in found.statements] == [
        ("CREATE", None),
        ("CREATE", None),
        ("ALTER", "SHARE ROW EXCLUSIVE"),
        ("CREATE", None),
    ]


async def test_a_default_made_anew_for_each_record_rewrites_the_table(crm: Living) -> None:
    found = await preview(crm, add_field("company", NewField(name="key", type="UUID", default_value="uuid")))

    assert [each.rewrites for each in found.statements] == [True]


async def test_it_counts_what_goes_out_of_sight(crm: Living) -> None:
    await crm.run("INSERT INTO {}.companies (name, domain_name) VALUES ('Acme', 'acme.com'), ('Other', NULL)")

    assert (await preview(crm, delete_field("company", "domainName"))).set_aside == (
        SetAside("company", "domainName", 1),
    )
    assert SetAside("company", None, 2) in (await preview(crm, delete_object("company"))).set_aside


async def test_it_finds_what_stands_in_the_way(crm: Living) -> None:
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme')")

    with pytest.raises(Conflict, match="domainName"):
        await preview(crm, update_field("company", "domainName", is_nullable=False))
    with pytest.raises(ArmatureError):
        await preview(crm, add_field("company", text("name")))


async def test_what_changes_nothing_has_no_statements(crm: Living) -> None:
    assert await preview(crm, update_field("company", "name", label="Title")) == Preview(2, (), ())
    assert (await preview(crm, update_field("company", "name", name="name"))).version == 1


async def test_it_waits_no_longer_than_a_change_would(crm: Living) -> None:
    async with crm.db.transaction() as long:
        await long.execute(f"SELECT FROM {crm.schema}.companies")
        with pytest.raises(RecordsBusy):
            await preview(crm, add_field("company", text("slogan")))
