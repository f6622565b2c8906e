"""Names in the database: unlike any of a user's, never too long, and told apart in errors."""

from armature.schema_builder.tables import Tables, constraint_field, stored_fields
from tests.metadata.models import Model, add_field, add_object, crm, select, text, to_one, update_field


def names(model: Model, of: str) -> set[str]:
    table = Tables(model.snapshot)[model.object(of).id]
    return {str(each.name) for each in table.constraints} | {str(each.name) for each in table.indexes}


def test_the_names_of_constraints_say_what_they_are_about() -> None:
    model = crm()

    assert names(model, "company") >= {"companies__pkey", "companies__domain_name__key"}
    assert names(model, "person") == {"people__pkey", "people__company_id__fkey", "people__company_id__idx"}
    assert "tasks__status__check" in names(model, "task")


def test_long_names_are_cut_and_stay_different() -> None:
    model = Model()
    long = "a" * 40
    model.change(
        add_object(
            f"{long}one",
            text(f"{long}x", is_unique=True),
            text(f"{long}y", is_unique=True),
            select(f"{long}z", "A"),
            to_one(f"{long}w", f"{long}one", "inverse"),
        )
    )

    found = names(model, f"{long}one")

    assert len(found) == 6
    assert all(len(each.encode()) <= 63 and "__" in each for each in found)


def test_every_constraint_leads_back_to_its_field() -> None:
    model = crm()
    model.change(add_field("company", select("size", "SMALL")))
    company, person = model.object("company"), model.object("person")

    found = {name: field.name for name in names(model, "company") if (field := constraint_field(company, name))}

    assert found["companies__pkey"] == "id"
    assert found["companies__domain_name__key"] == "domainName"
    assert found["companies__size__check"] == "size"
    assert found.keys() == names(model, "company")
    key = constraint_field(person, "people__company_id__fkey")
    assert key is not None
    assert key.name == "company"
    assert constraint_field(company, "people__company_id__fkey") is None


def test_tables_are_made_when_they_are_used() -> None:
    model = crm()
    tables = Tables(model.snapshot, "workspace_1")

    person = tables[model.object("person").id]

    assert tables[model.object("person").id] is person
    assert person.fullname == "workspace_1.people"
    assert [each.name for each in person.columns] == [each.column for each in stored_fields(model.object("person"))]
    assert set(tables.complete().tables) == {f"workspace_1.{each.table}" for each in model.snapshot.objects.values()}


def test_what_is_deactivated_may_be_null() -> None:
    model = Model()
    model.change(add_object("ticket", text("title", is_nullable=False)))
    assert not Tables(model.snapshot)[model.object("ticket").id].c.title.nullable

    model.change(update_field("ticket", "title", is_active=False))

    assert Tables(model.snapshot)[model.object("ticket").id].c.title.nullable
