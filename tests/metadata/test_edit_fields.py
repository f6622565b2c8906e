from typing import Any

import pytest

from armature.core.errors import ArmatureError, Conflict
from armature.metadata.changes import NewField, NewOption
from armature.metadata.check import MAX_COLUMNS, TooManyFields
from armature.metadata.checks.fields import (
    OptionsMissing,
    OptionTaken,
    RequiredAndSetNull,
    UniqueNotAllowed,
    UniqueWithoutKey,
)
from armature.metadata.checks.texts import TextRefused
from armature.metadata.edits.fields import SystemField
from armature.metadata.edits.relations import (
    KeylessIsNullable,
    NotARelation,
    RelationMissing,
    RelationNotAllowed,
)
from armature.metadata.edits.values import KindUnknown, OptionNotFound, OptionsNotAllowed, OptionTwice
from armature.metadata.kinds.kind import DefaultInvalid, DefaultNotAllowed, SettingUnknown
from armature.metadata.names import NameReserved, NameTaken, NameTooLong, OptionMalformed, columns
from armature.metadata.resolve import FieldNotFound, ObjectNotFound
from tests.metadata.models import (
    Model,
    add_field,
    add_object,
    crm,
    delete_field,
    one_to_one,
    restore_field,
    select,
    text,
    to_many,
    to_one,
    update_field,
)


def test_a_field_gets_its_column_label_and_settings() -> None:
    model = crm()
    model.change(add_field("company", NewField(name="annualBudget", type="NUMBER", default_value=3)))

    field = model.field("company", "annualBudget")

    assert field.column == "annual_budget"
    assert field.label == "Annual budget"
    assert field.settings == {"dataType": "float"}
    assert type(field.default) is float
    assert list(model.object("company").fields.values())[-1] is field


def test_a_field_can_be_named_by_its_label_alone() -> None:
    model = crm()
    model.change(add_field("company", NewField(label="VAT number", type="TEXT")))

    assert model.field("company", "vatNumber").label == "VAT number"


@pytest.mark.parametrize(
    ("field", "key", "what"),
    [
        (NewField(name="x", type="STRING"), ("type",), KindUnknown),
        (NewField(label="日本", type="TEXT"), ("name",), ArmatureError),
        (text("name"), ("name",), NameTaken),
        (text("id"), ("name",), NameReserved),
        (text("and"), ("name",), NameReserved),
        (text("createdBy"), ("name",), NameReserved),
        (text("peopleConnection"), ("name",), NameTaken),
        (text("aB" * 25), ("name",), NameTooLong),
        (to_many("b" * 60, "note", "boss"), ("name",), NameTooLong),
        (text("x", settings={"max": 3}), ("settings", "max"), SettingUnknown),
        (text("x", default_value=3), ("defaultValue",), DefaultInvalid),
        (text("x", options=(NewOption(value="A"),)), ("options",), OptionsNotAllowed),
        (NewField(name="x", type="RAW_JSON", is_unique=True), ("isUnique",), UniqueNotAllowed),
        (NewField(name="x", type="SELECT"), ("options",), OptionsMissing),
        (select("x", "A", "A"), ("options", 1, "value"), OptionTaken),
        (select("x", "A", "not so"), ("options", 1, "value"), OptionMalformed),
        (
            NewField(name="x", type="SELECT", options=(NewOption(value="A", color="\x00"),)),
            ("options", 0, "color"),
            TextRefused,
        ),
        (select("x", "A", default_value="B"), ("defaultValue",), DefaultInvalid),
        (NewField(name="x", type="RELATION"), ("relation",), RelationMissing),
        (NewField(name="x", type="TEXT", relation=to_one("y", "note").relation), ("relation",), RelationNotAllowed),
        (to_one("x", "nothing"), ("relation", "target"), ObjectNotFound),
        (to_one("x", "note", "title"), ("relation", "inverseName"), NameTaken),
        (to_one("x", "note", default_value="y"), ("defaultValue",), DefaultNotAllowed),
        (to_many("x", "note", is_unique=True), ("isUnique",), UniqueWithoutKey),
        (to_one("x", "note", is_nullable=False), ("relation", "onDelete"), RequiredAndSetNull),
        (to_many("x", "note", is_nullable=False), ("isNullable",), KeylessIsNullable),
    ],
)
def test_a_field_that_may_not_be_is_refused_at_its_key(
    field: NewField, key: tuple[str | int, ...], what: type[ArmatureError]
) -> None:
    (error,) = crm().errors(add_field("company", field))

    assert isinstance(error, what)
    assert error.path == ("changes", 0, "createField", *key)


def test_the_distance_of_a_vector_is_a_field_too() -> None:
    model = crm()
    model.change(add_field("person", NewField(name="embedding", type="VECTOR", settings={"dimensions": 3})))

    (taken,) = model.errors(add_field("person", text("embeddingDistance")))

    assert isinstance(taken, NameTaken)
    assert taken.hint == 'Try "embeddingDistance2".'


def test_a_field_may_not_take_the_id_of_a_relation() -> None:
    (taken,) = crm().errors(add_field("person", text("companyId")))
    assert isinstance(taken, NameTaken)

    model = crm()
    model.change(add_field("note", text("authorId")))
    (clash,) = model.errors(add_field("note", to_one("author", "person", "writings")))
    assert isinstance(clash, NameTaken)
    assert '"authorId"' in clash.message


def test_a_suggested_name_can_be_taken() -> None:
    model = crm()
    model.change(add_field("company", text("name2")))
    (error,) = model.errors(add_field("company", text("name")))

    assert error.hint == 'Try "name3".'
    (error,) = model.errors(add_field("company", text("position")))
    assert error.hint == 'Try "customPosition".'


def test_a_choice_whose_type_another_object_has_is_refused() -> None:
    model = Model()
    model.change(add_object("deal"), add_object("dealStageEnum"))

    (error,) = model.errors(add_field("deal", select("stage", "A")))

    assert isinstance(error, NameTaken)
    assert error.hint == 'Try "stage2".'


def test_a_relation_makes_both_ends() -> None:
    model = crm()
    model.change(add_object("ticket", to_one("company", "company")))

    link = model.snapshot.link(model.field("ticket", "company"))
    inverse = model.field("company", "tickets")

    assert model.field("ticket", "company").column == "company_id"
    assert inverse.column is None
    assert inverse.label == "Tickets"
    assert (link.side, link.target, link.inverse) == ("MANY_TO_ONE", model.object("company"), inverse)
    assert model.snapshot.link(inverse).inverse == model.field("ticket", "company")


def test_a_relation_can_be_made_from_its_other_side() -> None:
    model = crm()
    model.change(add_object("ticket"), add_field("company", to_many("tickets", "ticket")))

    assert model.field("ticket", "company").column == "company_id"
    assert model.field("company", "tickets").column is None
    assert model.snapshot.link(model.field("company", "tickets")).side == "ONE_TO_MANY"


def test_a_one_to_one_relation_has_its_key_where_it_was_created() -> None:
    model = crm()
    model.change(add_field("company", one_to_one("contract", "note")))

    key, inverse = model.field("company", "contract"), model.field("note", "companyByContract")

    assert (key.column, key.is_unique) == ("contract_id", True)
    assert (inverse.column, inverse.is_unique) == (None, False)
    assert [model.snapshot.link(each).side for each in (key, inverse)] == ["ONE_TO_ONE", "ONE_TO_ONE"]


def test_a_to_one_relation_becomes_one_to_one_by_being_unique_and_back() -> None:
    model = crm()
    model.change(update_field("person", "company", is_unique=True))
    assert model.snapshot.link(model.field("company", "people")).side == "ONE_TO_ONE"

    model.change(update_field("person", "company", is_unique=False))
    assert model.snapshot.link(model.field("company", "people")).side == "ONE_TO_MANY"

    (error,) = model.errors(update_field("company", "people", is_unique=True))
    assert isinstance(error, UniqueWithoutKey)


def test_a_second_relation_finds_a_name_for_its_inverse() -> None:
    model = crm()
    model.change(add_field("person", to_one("employer", "company")))

    assert model.field("company", "peopleByEmployer").label == "People by employer"


def test_an_object_can_be_related_to_itself() -> None:
    model = crm()
    model.change(add_field("company", to_one("parent", "company", "subsidiaries")))

    link = model.snapshot.link(model.field("company", "parent"))

    assert link.target is model.object("company")
    assert link.inverse is model.field("company", "subsidiaries")


def test_an_object_can_be_related_to_itself_from_the_start() -> None:
    model = Model()
    model.change(add_object("page", to_one("parent", "page", "children")))

    assert model.snapshot.link(model.field("page", "children")).target is model.object("page")


def test_a_rename_keeps_the_column() -> None:
    model = crm()
    model.change(update_field("company", "name", name="title"))
    model.change(add_field("company", text("name")))

    assert model.field("company", "title").column == "name"
    assert model.field("company", "name").column == "name__2"


def test_a_deleted_field_keeps_its_column_and_gives_up_its_name() -> None:
    model = crm()
    model.change(delete_field("company", "name"))
    model.change(add_field("company", text("name")))

    assert model.field("company", "name").column == "name__2"

    (error,) = model.errors(restore_field("company", "name"))
    assert isinstance(error, NameTaken)
    assert error.path == ("changes", 0, "restoreField", "field")


def test_a_field_comes_back_as_it_was() -> None:
    model = crm()
    before = model.snapshot
    model.change(delete_field("opportunity", "stage"))
    assert "stage" not in model.object("opportunity").visible_fields
    model.change(restore_field("opportunity", "stage"))

    assert model.snapshot == before


@pytest.mark.parametrize(("of", "name"), [("person", "company"), ("company", "people")])
def test_a_relation_goes_and_returns_whole_from_either_side(of: str, name: str) -> None:
    model = crm()
    before = model.snapshot
    model.change(delete_field(of, name))
    assert "company" not in model.object("person").visible_fields
    assert "people" not in model.object("company").visible_fields
    model.change(restore_field(of, name))

    assert model.snapshot == before


def test_a_required_field_can_come_back_nullable() -> None:
    model = crm()
    model.change(delete_field("company", "name"))
    model.change(restore_field("company", "name", is_nullable=True))

    assert model.field("company", "name").is_nullable


def test_a_deactivated_field_is_hidden_and_can_be_found_again() -> None:
    model = crm()
    model.change(update_field("company", "name", is_active=False))
    assert "name" not in model.object("company").visible_fields
    (error,) = model.errors(add_field("company", text("name")))
    assert 'the inactive field "name"' in error.message

    model = crm()
    before = model.snapshot
    model.change(update_field("company", "name", is_active=False))
    model.change(update_field("company", "name", is_active=True))
    assert model.snapshot == before


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ({"name": "key"}, "name"),
        ({"is_active": False}, "isActive"),
        ({"is_nullable": True}, "isNullable"),
        ({"is_unique": True}, "isUnique"),
        ({"default_value": None}, "defaultValue"),
    ],
)
def test_a_system_field_stays_what_it_is(more: dict[str, Any], key: str) -> None:
    (error,) = crm().errors(update_field("company", "id", **more))

    assert isinstance(error, SystemField)
    assert error.path == ("changes", 0, "updateField", key)


@pytest.mark.parametrize("name", ["id", "createdAt", "updatedAt", "deletedAt"])
def test_a_system_field_cannot_be_deleted(name: str) -> None:
    (error,) = crm().errors(delete_field("company", name))

    assert isinstance(error, SystemField)


def test_a_system_field_can_be_labelled() -> None:
    model = crm()
    model.change(update_field("company", "createdAt", label="Since", description="When it came in."))

    assert model.field("company", "createdAt").label == "Since"


def test_a_change_that_changes_nothing_gives_the_very_same_snapshot() -> None:
    model = crm()
    before = model.snapshot
    model.change(update_field("company", "name", name="name", is_nullable=False, default_value=""))

    assert model.snapshot is before


def test_nullable_unique_and_default_can_change() -> None:
    model = crm()
    model.change(
        update_field("company", "employees", is_nullable=False, is_unique=True, default_value=5, description=None)
    )
    field = model.field("company", "employees")
    assert (field.is_nullable, field.is_unique, field.default) == (False, True, 5)

    model.change(update_field("company", "employees", default_value=None))
    assert model.field("company", "employees").default is None


def test_settings_that_hold_the_values_otherwise_convert_them() -> None:
    model = crm()
    before = model.field("company", "employees")
    model.change(update_field("company", "employees", settings={"dataType": "int"}))
    assert model.field("company", "employees") is before

    model.change(update_field("company", "employees", settings={"dataType": "bigint"}))
    after = model.field("company", "employees")
    assert (after.id, after.settings) == (before.id, {"dataType": "bigint"})
    (aside,) = (each for each in model.object("company").fields.values() if each.former_of == before.id)
    assert (aside.name, aside.kind, aside.settings) == (before.name, before.kind, before.settings)
    assert aside.deleted_at is not None
    assert len({before.column, after.column, aside.column}) == 3


def options_of(model: Model) -> list[tuple[str, str, str | None]]:
    return [(each.value, each.label, each.color) for each in model.field("task", "status").options]


def test_options_are_added_removed_and_put_in_order_by_their_values() -> None:
    model = crm()
    ids = {each.value: each.id for each in model.field("task", "status").options}
    model.change(
        update_field(
            "task",
            "status",
            options=(NewOption(value="DONE"), NewOption(value="TODO", label="Open"), NewOption(value="ON_HOLD")),
        )
    )

    assert options_of(model) == [("DONE", "Done", "green"), ("TODO", "Open", "sky"), ("ON_HOLD", "On hold", None)]
    assert [each.id for each in model.field("task", "status").options][:2] == [ids["DONE"], ids["TODO"]]


def test_an_option_renamed_by_its_id_takes_the_default_with_it() -> None:
    model = crm()
    todo, doing, done = model.field("task", "status").options
    renamed = (
        NewOption(id=str(todo.id), value="OPEN"),
        NewOption(id=str(doing.id), value="TODO"),
        NewOption(id=str(done.id), value="DONE"),
    )
    model.change(update_field("task", "status", options=renamed))

    field = model.field("task", "status")
    assert [(each.id, each.value) for each in field.options] == [
        (todo.id, "OPEN"),
        (doing.id, "TODO"),
        (done.id, "DONE"),
    ]
    assert field.default == "OPEN"


def test_a_value_given_up_by_a_rename_can_begin_anew() -> None:
    model = crm()
    todo = model.field("task", "status").options[0]
    model.change(
        update_field("task", "status", options=(NewOption(value="TODO"), NewOption(id=str(todo.id), value="OPEN")))
    )

    new, old = model.field("task", "status").options
    assert (old.id, old.value) == (todo.id, "OPEN")
    assert new.id != todo.id


def test_the_default_option_is_not_removed_by_accident() -> None:
    model = crm()
    (error,) = model.errors(update_field("task", "status", options=(NewOption(value="DONE"),)))
    assert isinstance(error, DefaultInvalid)

    assert model.errors(update_field("task", "status", options=(NewOption(value="DONE"),), default_value="DONE")) == []


def test_an_unknown_or_repeated_option_is_refused_at_its_place() -> None:
    model = crm()
    todo = str(model.field("task", "status").options[0].id)
    first, second = model.errors(
        update_field(
            "task",
            "status",
            options=(
                NewOption(id=todo, value="TODO"),
                NewOption(id=todo, value="AGAIN"),
                NewOption(id="nonsense", value="X"),
            ),
        )
    )

    assert isinstance(first, OptionTwice)
    assert first.path == ("changes", 0, "updateField", "options", 1, "id")
    assert isinstance(second, OptionNotFound)
    assert second.path == ("changes", 0, "updateField", "options", 2, "id")


@pytest.mark.parametrize(("of", "name"), [("person", "company"), ("company", "people")])
def test_what_happens_to_the_many_can_be_set_from_either_side(of: str, name: str) -> None:
    model = crm()
    model.change(update_field(of, name, on_delete="CASCADE"))

    assert model.snapshot.link(model.field("person", "company")).relation.on_delete == "CASCADE"


def test_a_required_relation_is_never_set_to_null() -> None:
    model = crm()
    (error,) = model.errors(update_field("person", "company", is_nullable=False))
    assert isinstance(error, RequiredAndSetNull)

    model = crm()
    model.change(update_field("person", "company", is_nullable=False, on_delete="RESTRICT"))
    (error,) = model.errors(update_field("company", "people", on_delete="SET_NULL"))
    assert isinstance(error, RequiredAndSetNull)
    assert error.path == ("changes", 0, "updateField", "onDelete")


def test_only_relations_know_what_happens_on_delete() -> None:
    (error,) = crm().errors(update_field("company", "name", on_delete="CASCADE"))

    assert isinstance(error, NotARelation)


def test_who_misspells_a_field_is_told_of_a_similar_one() -> None:
    (error,) = crm().errors(update_field("company", "employes", label="Staff"))

    assert isinstance(error, FieldNotFound)
    assert error.hint == 'Did you mean "employees"?'
    assert error.path == ("changes", 0, "updateField", "field")


def test_a_table_has_room_for_1500_columns_deleted_ones_included() -> None:
    model = Model()
    model.change(add_object("thing"))
    room = MAX_COLUMNS - len(columns(model.object("thing")))
    model.change(*(add_field("thing", text(f"f{number}")) for number in range(room)))
    model.change(delete_field("thing", "f0"))

    (error,) = model.errors(add_field("thing", text("more")))

    assert isinstance(error, TooManyFields)
    assert error.code == "LIMIT_EXCEEDED"
    assert f"{MAX_COLUMNS:,}" in error.message
    assert not isinstance(error, Conflict)
