"""doctor finds what somebody did to the database behind the catalog's back, and its advice mends it."""

import pytest
from uuid_utils.compat import uuid7

from armature.core.db import Database
from armature.metadata.changes import NewField
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.delete import delete_workspace
from armature.migrations.workspace.doctor import diagnose
from armature.migrations.workspace.set_aside import bring_back, set_aside
from tests.metadata.models import add_field, select, text
from tests.migrations.living import Living, living, opened

SHORTHANDS = {
    "{key}": "companies__domain_name__key",
    "{check}": "tasks__status__check",
    "{fkey}": "people__company_id__fkey",
    "{references}": "FOREIGN KEY (company_id) REFERENCES {}.companies (id) ON DELETE",
}


async def test_doctor_finds_numbers_that_no_longer_count_themselves(crm: Living) -> None:
    await crm.change(add_field("company", NewField(name="number", type="AUTO_NUMBER")))
    await crm.run("ALTER TABLE {}.companies ALTER number DROP IDENTITY")

    (finding,) = await diagnose(crm.db, crm.id)
    assert '"companies.number" has another default' in finding.what
    await crm.run(finding.fix.replace(crm.schema, "{}"))
    await crm.assert_healthy()


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("ALTER TABLE {}.people DROP COLUMN city", '"people.city" is missing'),
        ("ALTER TABLE {}.people ADD COLUMN extra int", '"people.extra" belongs to no field'),
        ("ALTER TABLE {}.people ALTER city TYPE varchar(30)", '"people.city" has the type VARCHAR(30), not TEXT'),
        ("ALTER TABLE {}.people ALTER first_name DROP NOT NULL", '"people.first_name" may be null'),
        ("ALTER TABLE {}.people ALTER city SET NOT NULL", '"people.city" may not be null'),
        ("ALTER TABLE {}.people ALTER first_name SET DEFAULT 'x'", '"people.first_name" has another default'),
        ("ALTER TABLE {}.people ALTER first_name DROP DEFAULT", '"people.first_name" has another default'),
        ("ALTER TABLE {}.people ALTER city SET DEFAULT 'x'", '"people.city" has another default'),
        ("DROP INDEX {}.companies__domain_name__key", '"companies__domain_name__key" of "companies" is missing'),
        (
            "DROP INDEX {}.{key}; CREATE UNIQUE INDEX {key} ON {}.companies (domain_name)",
            '"companies__domain_name__key" of "companies" covers other records',
        ),
        (
            "DROP INDEX {}.{key}; CREATE INDEX {key} ON {}.companies (domain_name) WHERE deleted_at IS NULL",
            '"companies__domain_name__key" of "companies" is missing or another',
        ),
        ("CREATE INDEX mine ON {}.companies (name)", '"mine" of "companies" should not be there'),
        ("DROP INDEX {}.people__company_id__idx", '"people__company_id__idx" of "people" is missing'),
        ("ALTER TABLE {}.tasks DROP CONSTRAINT tasks__status__check", '"tasks__status__check" of "tasks" is missing'),
        (
            "ALTER TABLE {}.tasks DROP CONSTRAINT {check}, ADD CONSTRAINT {check} CHECK (status IN ('TODO', 'NEVER'))",
            '"tasks__status__check" of "tasks" does not say',
        ),
        ("ALTER TABLE {}.tasks ADD CHECK (title <> 'x')", "belongs to no field"),
        (
            "ALTER TABLE {}.people DROP CONSTRAINT people__company_id__fkey",
            '"people__company_id__fkey" of "people" is missing',
        ),
        (
            "ALTER TABLE {}.people DROP CONSTRAINT {fkey}, ADD CONSTRAINT {fkey} {references} CASCADE",
            '"people__company_id__fkey" of "people" is missing',
        ),
        (
            "ALTER TABLE {}.people DROP CONSTRAINT {fkey}, ADD CONSTRAINT {fkey} {references} SET NULL NOT VALID",
            "was never validated",
        ),
        ("ALTER TABLE {}.companies DROP CONSTRAINT companies__pkey CASCADE", '"companies__pkey" of "companies" is'),
        ("ALTER TABLE {}.tasks SET UNLOGGED", '"tasks" is not logged'),
        ("ALTER TABLE {}.tasks ENABLE ROW LEVEL SECURITY", '"tasks" has row level security'),
        ("ALTER TABLE {}.people DISABLE TRIGGER ALL", '"people" has triggers that are switched off'),
        (
            "CREATE TRIGGER mine AFTER INSERT ON {}.tasks EXECUTE FUNCTION suppress_redundant_updates_trigger()",
            'The trigger "mine" of "tasks"',
        ),
        ("CREATE RULE mine AS ON INSERT TO {}.tasks DO INSTEAD NOTHING", 'The rule "mine" of "tasks"'),
        ('ALTER TABLE {}.people ALTER city TYPE text COLLATE "C"', '"people.city" is ordered by another collation'),
        ("CREATE VIEW {}.mine AS SELECT 1", 'The view "mine" belongs to no object'),
        ("CREATE MATERIALIZED VIEW {}.mine AS SELECT 1", 'The materialized view "mine" belongs to no object'),
        ("CREATE SEQUENCE {}.mine", 'The sequence "mine" belongs to no object'),
        ("DROP TABLE {}.tasks", 'The table "tasks" is missing'),
        ("DROP TRIGGER _events ON {}.people", 'what foreign keys do to records of "people"'),
        ("ALTER TABLE {}.people DISABLE TRIGGER _events", 'what foreign keys do to records of "people"'),
        ("DROP TABLE {}._events", 'The table "_events" is missing'),
        ("ALTER TABLE {}._events DROP COLUMN causation_id", '"_events.causation_id" is missing'),
        ("ALTER TABLE {}._events ALTER seq DROP IDENTITY", '"_events.seq" has another default'),
        ("ALTER TABLE {}._events ALTER at DROP DEFAULT", '"_events.at" has another default'),
        ("DROP INDEX {}._events__seq__idx", '"_events__seq__idx" of "_events" is missing'),
        (
            "DROP INDEX {}._events__seq__idx; CREATE INDEX _events__seq__idx ON {}._events (seq)",
            '"_events__seq__idx" of "_events" covers other records',
        ),
        ("CREATE TABLE {}.mine (id int)", 'The table "mine" belongs to no object'),
    ],
)
async def test_doctor_finds_and_mends(crm: Living, tampering: str, what: str) -> None:
    for short, whole in SHORTHANDS.items():
        tampering = tampering.replace(short, whole)
    for statement in tampering.split("; "):
        await crm.run(statement)

    findings = await diagnose(crm.db, crm.id)

    assert any(what in each.what for each in findings), findings
    assert {each.workspace for each in findings} == {crm.id}
    async with crm.db.connection() as connection:
        for each in findings:
            await connection.execute(each.fix)
    await crm.assert_healthy()


async def test_a_healthy_workspace_has_no_findings(crm: Living) -> None:
    await crm.change(
        *(
            add_field("company", NewField(name=f"field{at}", type=kind, default_value=default, settings=settings))
            for at, (kind, default, settings) in enumerate(
                [
                    ("TEXT", "It's\ta\\b % {} $1 :x", None),
                    ("NUMBER", -1.5, None),
                    ("NUMBER", 1e300, {"dataType": "float"}),
                    ("NUMBER", -7, {"dataType": "int"}),
                    ("NUMBER", "9007199254740993", {"dataType": "bigint"}),
                    ("NUMERIC", "-12.30", {"precision": 10, "scale": 2}),
                    ("NUMERIC", "1000000000000000000000000000000", None),
                    ("BOOLEAN", True, None),
                    ("DATE", "2024-02-29", None),
                    ("DATE", "now", None),
                    ("DATE_TIME", "2024-02-29T12:00:00.5+02:00", None),
                    ("DATE_TIME", "now", None),
                    ("UUID", "8d1ffe69-bb80-4877-8000-000000000000", None),
                    ("UUID", "uuid", None),
                    ("RAW_JSON", {"a": [1, None, "it's"]}, None),
                ]
            )
        ),
        add_field("company", select("order", "A", "B", default_value="A", is_nullable=False)),
        add_field("company", text("x" * 63, is_unique=True)),
    )

    assert await diagnose(crm.db) == []


async def test_a_missing_schema_and_one_of_nobody_are_found(crm: Living) -> None:
    await crm.run(f"CREATE SCHEMA workspace_{'0' * 32}")
    await crm.run('CREATE SCHEMA "workspace_of_mine"')
    await crm.run("DROP SCHEMA {} CASCADE")

    findings = await diagnose(crm.db)

    assert [each.workspace for each in findings] == [crm.id, None]
    assert "missing" in findings[0].what
    assert findings[1].fix == f"DROP SCHEMA workspace_{'0' * 32} CASCADE"


@pytest.mark.parametrize(("name", "place"), [("unaccent", "armature"), ("vector", "public")])
async def test_extensions_that_somebody_has_dropped_are_found(crm: Living, name: str, place: str) -> None:
    await crm.change(add_field("company", NewField(name="meaning", type="VECTOR", settings={"dimensions": 2})))
    await crm.run(f"DROP EXTENSION {name} CASCADE")

    finding = (await diagnose(crm.db))[0]
    assert finding.what == f'The extension "{name}" is missing.'
    assert finding.fix == f"CREATE EXTENSION {name} WITH SCHEMA {place}"


async def test_a_workspace_without_vectors_does_without_the_extension(crm: Living) -> None:
    await crm.run("DROP EXTENSION vector")

    assert await diagnose(crm.db) == []


async def test_a_table_that_has_had_nearly_all_its_columns_is_told_before_and_after(crm: Living) -> None:
    await crm.run(
        "DO $$BEGIN FOR at IN 1..1600 - (SELECT relnatts FROM pg_class WHERE oid = '{}.tasks'::regclass) LOOP "
        "ALTER TABLE {}.tasks ADD COLUMN spare int; ALTER TABLE {}.tasks DROP COLUMN spare; END LOOP; END$$"
    )

    (finding,) = await diagnose(crm.db, crm.id)
    assert finding.what == 'The table "tasks" has had 1,600 of the 1,600 columns that PostgreSQL gives it.'
    (error,) = await crm.errors(add_field("task", text("more")))
    assert (error.code, "1,600 columns" in error.message) == ("LIMIT_EXCEEDED", True)


async def test_each_workspace_is_looked_at_by_itself(db: Database) -> None:
    first, second = await living(db, *CRM), await living(db, *CRM)
    await second.run("ALTER TABLE {}.people DROP COLUMN city")

    assert {each.workspace for each in await diagnose(db)} == {second.id}
    assert await diagnose(db, first.id) == []


async def test_a_workspace_half_deleted_is_found(crm: Living) -> None:
    await crm.run("UPDATE armature.workspaces SET deleted_at = now()")

    (finding,) = await diagnose(crm.db)

    assert "not yet removed" in finding.what
    await delete_workspace(crm.db, crm.id)
    assert await diagnose(crm.db) == []


async def test_nobody_is_told_to_delete_a_workspace_that_can_be_brought_back(crm: Living) -> None:
    await set_aside(crm.db, crm.id)
    assert await diagnose(crm.db) == []
    await bring_back(crm.db, crm.id)
    assert await diagnose(crm.db) == []
    await set_aside(crm.db, crm.id)
    await crm.run("DROP SCHEMA {} CASCADE")
    (finding,) = await diagnose(crm.db)
    assert "is missing, with all records" in finding.what


async def test_a_database_without_a_catalog_is_told_to_migrate(database_url: str) -> None:
    async with opened(database_url) as db:
        (finding,) = await diagnose(db)

    assert finding.fix == "armature migrate"


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("DROP FUNCTION armature.tell_of_foreign_keys() CASCADE", "armature.tell_of_foreign_keys"),
        ("DROP FUNCTION armature.put_member", "armature.put_member"),
        ("DROP FUNCTION armature.keep_members() CASCADE", '"keep_members" of "armature.memberships"'),
        ("DROP TRIGGER keep_members ON armature.users", '"keep_members" of "armature.users"'),
        ("ALTER TABLE armature.memberships DISABLE TRIGGER keep_members", '"keep_members" of "armature.memberships"'),
        ("ALTER TABLE armature.memberships DISABLE TRIGGER audit", '"audit" of "armature.memberships"'),
        ("DROP TRIGGER keep ON armature.audit_entries", '"keep" of "armature.audit_entries"'),
        (
            "CREATE OR REPLACE FUNCTION armature.write_audit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN END'",
            "armature.write_audit",
        ),
    ],
)
async def test_doctor_mends_what_the_catalog_does_by_itself(crm: Living, tampering: str, what: str) -> None:
    await crm.run(tampering)

    findings = await diagnose(crm.db)

    assert any(what in each.what for each in findings), findings
    async with crm.db.connection() as connection:
        for each in findings:
            await connection.execute(each.fix)
    assert await diagnose(crm.db) == []


async def test_doctor_finds_members_whose_records_are_not_what_the_catalog_says(crm: Living) -> None:
    people = {name: uuid7() for name in ("right", "lost", "other", "stays", "gone")}
    for name, id_ in people.items():
        await crm.run("INSERT INTO armature.users (id, email) VALUES ($1, $2)", id_, f"{name}@example.com")
        await crm.run("INSERT INTO armature.memberships VALUES ($1, $2, 'o''clock')", id_, crm.id)
    assert await diagnose(crm.db) == []
    await crm.run("DELETE FROM {}.workspace_members WHERE email = 'lost@example.com'")
    await crm.run("UPDATE {}.workspace_members SET role = 'owner' WHERE email = 'other@example.com'")
    await crm.run("DELETE FROM armature.memberships WHERE user_id = ANY($1)", [people["stays"], people["gone"]])
    await crm.run("UPDATE {}.workspace_members SET status = 'ACTIVE' WHERE email = 'stays@example.com'")
    await crm.run("DELETE FROM armature.users WHERE id = $1", people["gone"])
    await crm.run("UPDATE {}.workspace_members SET email = 'gone@example.com' WHERE id = $1", people["gone"])

    findings = await diagnose(crm.db)

    assert {each.workspace for each in findings} == {crm.id}
    found = {name for name, id_ in people.items() if any(str(id_) in each.what for each in findings)}
    assert found == {"lost", "other", "stays", "gone"}
    for each in findings:
        await crm.run(each.fix)
    assert await diagnose(crm.db) == []
    kept = await crm.run("SELECT email, status FROM {}.workspace_members ORDER BY email")
    assert kept == [
        ("lost@example.com", "ACTIVE"),
        ("other@example.com", "ACTIVE"),
        ("right@example.com", "ACTIVE"),
        ("stays@example.com", "LEFT"),
        (None, "LEFT"),
    ]
