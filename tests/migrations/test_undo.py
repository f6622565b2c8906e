"""Taking back the last changeset, with records there."""

import asyncio
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from armature.core.errors import ArmatureError
from armature.metadata.blueprint.draw import draw
from armature.metadata.changes import Change, NewField, NewOption
from armature.migrations.workspace.change import RecordsBusy
from armature.migrations.workspace.conflicts import OptionInUse, ValuesInTheWay, ValuesMissing
from armature.migrations.workspace.undo import DataInTheWay, FirstVersion, NotTheLast, VersionUnknown, undo_changeset
from tests.metadata.models import (
    add_field,
    add_object,
    delete_field,
    delete_object,
    select,
    text,
    to_one,
    update_field,
    update_object,
)
from tests.metadata.test_properties import BEGINNING, CHANGES
from tests.migrations.living import Living, living, opened
from tests.migrations.test_any_changes import _live, runner  # noqa: F401  a fixture

LARGEST = 2_000  # bytes a step of what is kept for undoing it


async def undo(crm: Living, version: int | None = None) -> None:
    crm.snapshot = await undo_changeset(crm.db, crm.id, version or crm.snapshot.version, known=crm.snapshot)


async def test_any_step_is_taken_back_with_its_ddl(crm: Living) -> None:
    before = draw(crm.snapshot)
    version = crm.snapshot.version
    await crm.run("INSERT INTO {}.companies (name) VALUES ('Acme') RETURNING id")
    changesets: list[list[Change]] = [
        [update_object("company", name_singular="firm", name_plural="firms")],
        [update_field("company", "domainName", name="domain", is_unique=False)],
        [update_field("company", "employees", is_active=False)],
        [add_field("company", text("slogan", default_value="None yet"))],
        [add_object("ticket", text("title"), to_one("company", "company", "tickets"))],
        [delete_field("person", "company"), add_field("person", text("employer"))],
        [delete_object("company")],
        [update_field("company", "name", is_nullable=True, default_value=None)],
    ]
    for changes in changesets:
        await crm.change(*changes)
        await undo(crm)
        version += 2
        assert crm.snapshot.version == version
        assert draw(crm.snapshot) == before, changes
        await crm.assert_healthy()
    assert await crm.run("SELECT name FROM {}.companies") == [("Acme",)]


async def test_an_undo_can_be_undone(crm: Living) -> None:
    after = draw(await crm.change(add_object("ticket", text("title"), to_one("company", "company", "tickets"))))
    await undo(crm)
    await undo(crm)
    assert draw(crm.snapshot) == after
    await crm.assert_healthy()


async def test_data_in_what_was_made_refuse_it(crm: Living) -> None:
    await crm.change(add_object("ticket", text("title")), add_field("company", text("slogan", default_value="None")))
    await crm.run("INSERT INTO {}.tickets DEFAULT VALUES RETURNING id")
    await crm.run("INSERT INTO {}.companies (slogan) VALUES ('None'), ('We do'), (NULL) RETURNING id")
    before = crm.snapshot
    with pytest.raises(ArmatureError) as refused:
        await undo(crm)
    assert [type(each) for each in refused.value.errors] == [DataInTheWay, DataInTheWay]  # type: ignore[attr-defined]
    assert '"ticket", which it made, has 1 record by now' in refused.value.message
    assert '"slogan" of "company", which it made, has 1 value by now' in refused.value.message
    assert await crm.stored() == before


async def test_values_of_several_parts_count_and_computed_ones_do_not(crm: Living) -> None:
    money = NewField(name="fee", type="CURRENCY", default_value={"amountMicros": "0", "currencyCode": "EUR"})
    double = NewField(name="double", type="FORMULA", settings={"expression": "employees * 2"})
    number = NewField(name="number", type="AUTO_NUMBER")
    await crm.run("INSERT INTO {}.companies (employees) VALUES (4) RETURNING id")
    before = draw(crm.snapshot)
    await crm.change(*(add_field("company", each) for each in (money, double, number)))
    await undo(crm)
    assert draw(crm.snapshot) == before
    await crm.assert_healthy()

    await undo(crm)
    await crm.change(add_field("company", NewField(name="tax", type="CURRENCY")))
    await crm.run("UPDATE {}.companies SET tax_currency_code = 'CHF' RETURNING id")
    with pytest.raises(DataInTheWay, match="has 1 value by now"):
        await undo(crm)


async def test_records_that_the_model_before_does_not_allow_refuse_it(crm: Living) -> None:
    await crm.change(update_field("company", "name", is_nullable=True, default_value=None))
    await crm.run("INSERT INTO {}.companies (name) VALUES (NULL) RETURNING id")
    await crm.change(update_field("company", "name", default_value="?"))
    await undo(crm)
    with pytest.raises(NotTheLast):
        await undo(crm, crm.snapshot.version - 1)

    await crm.change(add_object("lead", select("state", "A")))
    options = tuple(NewOption(value=each) for each in ("A", "B"))
    await crm.change(update_field("lead", "state", options=options))
    await crm.run("INSERT INTO {}.leads (state) VALUES ('B') RETURNING id")
    with pytest.raises(OptionInUse):
        await undo(crm)

    await crm.change(update_field("company", "addressCity", name="city"))
    await crm.change(update_field("company", "city", is_nullable=True))
    assert await crm.stored() == crm.snapshot


async def test_a_value_that_came_while_it_was_not_required_refuses_it(crm: Living) -> None:
    await crm.change(update_field("company", "name", is_nullable=True, default_value=None))
    await crm.run("INSERT INTO {}.companies (name) VALUES (NULL) RETURNING id")
    await crm.change(update_field("company", "employees", label="Staff"))
    await undo(crm)
    await undo(crm)
    assert crm.object("company").kept_fields["employees"].label == "Staff"
    fresh = await living(crm.db, add_object("a", text("x", is_nullable=False)))
    await fresh.change(update_field("a", "x", is_nullable=True))
    await fresh.run("INSERT INTO {}.as (x) VALUES (NULL) RETURNING id".replace("{}.as", '{}."as"'))
    with pytest.raises(ValuesMissing):
        await undo(fresh)


async def test_only_the_last_version_can_be_undone_and_the_first_never(crm: Living) -> None:
    with pytest.raises(FirstVersion):
        await undo(crm)
    await crm.change(add_field("company", text("slogan")))
    for version, error in ((1, NotTheLast), (3, VersionUnknown), (0, VersionUnknown), (-1, VersionUnknown)):
        with pytest.raises(error):
            await undo_changeset(crm.db, crm.id, version)


async def test_a_changeset_that_changed_nothing_is_no_version_to_undo(crm: Living) -> None:
    await crm.change(add_field("company", text("slogan")))
    await crm.change(update_field("company", "slogan", label="Slogan"), idempotency_key="again")
    await undo(crm)
    assert "slogan" not in crm.object("company").kept_fields


async def test_what_is_kept_for_undoing_is_small(crm: Living) -> None:
    await crm.change(update_field("company", "name", label="Called"), delete_object("task"))
    [(size,)] = await crm.run("SELECT length(undo::text) FROM armature.changesets WHERE version = 2")
    fields = len(crm.snapshot.objects)
    assert size < LARGEST * fields


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changesets=st.lists(st.lists(CHANGES, min_size=1, max_size=3), max_size=10), seed=st.integers(0, 1_000))
def test_any_changes_can_be_taken_back_or_are_refused_with_a_reason(
    runner: asyncio.Runner,  # noqa: F811
    migrated_database_url: str,
    changesets: list[list[Change]],
    seed: int,
) -> None:
    runner.run(_change_and_undo(migrated_database_url, changesets, Random(seed)))  # noqa: S311  no secret


async def _change_and_undo(url: str, changesets: list[list[Change]], chance: Random) -> None:
    async with opened(url, pool_size=2) as db:
        workspace = await living(db, *BEGINNING)
        for changes in changesets:
            before = workspace.snapshot
            if await workspace.errors(*changes) or workspace.snapshot is before:
                continue
            after = workspace.snapshot
            if chance.random() < 0.5:
                await _live(workspace, chance)
            try:
                await undo(workspace)
            except ArmatureError as error:
                assert not isinstance(error, RecordsBusy | ValuesInTheWay), "no guard saw it coming"  # noqa: PT017
                assert await workspace.stored() == after
            else:
                assert draw(workspace.snapshot) == draw(before)
        await workspace.assert_healthy()
