import pytest

from armature.core.errors import ArmatureError
from armature.metadata.changes import CreateObject
from armature.metadata.edits.fields import NameMissing
from armature.metadata.names import NameMalformed, NameReserved, NameTaken, NameTooLong, SameName
from armature.metadata.resolve import NothingDeleted, ObjectNotFound
from tests.metadata.models import (
    Model,
    add_field,
    add_object,
    crm,
    delete_field,
    delete_object,
    restore_field,
    restore_object,
    select,
    text,
    to_many,
    to_one,
    update_object,
)


def test_an_object_is_born_with_its_system_fields() -> None:
    model = Model()
    model.change(add_object("ticket"))

    fields = model.object("ticket").fields.values()

    assert [(each.name, each.column, each.kind, each.is_nullable, each.default) for each in fields] == [
        ("id", "id", "UUID", False, "uuid"),
        ("createdAt", "created_at", "DATE_TIME", False, "now"),
        ("updatedAt", "updated_at", "DATE_TIME", False, "now"),
        ("deletedAt", "deleted_at", "DATE_TIME", True, None),
        ("createdBy", "created_by", "ACTOR", False, {"source": "SYSTEM"}),
        ("updatedBy", "updated_by", "ACTOR", False, {"source": "SYSTEM"}),
        ("position", "position", "POSITION", False, "last"),
        ("searchVector", None, "TS_VECTOR", True, None),
    ]
    assert all(each.is_system for each in fields)


@pytest.mark.parametrize(
    ("change", "names", "labels"),
    [
        (CreateObject(name_singular="salesPerson"), ("salesPerson", "salesPeople"), ("Sales person", "Sales people")),
        (CreateObject(label_singular="Büro"), ("buro", "buros"), ("Büro", "Büros")),
        (CreateObject(name_singular="news"), ("news", "newsList"), ("News", "News list")),
        (CreateObject(label_singular="News", label_plural="News"), ("news", "newsList"), ("News", "News")),
        (
            CreateObject(name_singular="dog", name_plural="pack", label_singular="Hound"),
            ("dog", "pack"),
            ("Hound", "Hounds"),
        ),
    ],
)
def test_names_and_labels_fill_each_other_in(
    change: CreateObject, names: tuple[str, str], labels: tuple[str, str]
) -> None:
    model = Model()
    model.change(change)
    found = model.object(names[0])

    assert (found.name_singular, found.name_plural) == names
    assert (found.label_singular, found.label_plural) == labels


def test_an_object_needs_a_name_that_can_be_made() -> None:
    (error,) = Model().errors(CreateObject(label_singular="日本"))

    assert isinstance(error, NameMissing)
    assert error.path == ("changes", 0, "createObject", "nameSingular")


def test_singular_and_plural_must_differ() -> None:
    (error,) = Model().errors(add_object("sheep", name_plural="sheep"))

    assert isinstance(error, SameName)
    assert error.hint == 'Try "sheep2" for the plural.'


@pytest.mark.parametrize(
    ("name", "plural", "at_fault", "what"),
    [
        ("company", "firms", "nameSingular", NameTaken),
        ("firm", "companies", "namePlural", NameTaken),
        ("companies", "companyLists", "nameSingular", NameTaken),
        ("createCompany", "creations", "nameSingular", NameTaken),
        ("companyConnection", "links", "nameSingular", NameTaken),
        ("opportunityStageEnum", "stages", "nameSingular", NameTaken),
        ("thing", "thingBy", "namePlural", NameTaken),
        ("query", "queries", "nameSingular", NameReserved),
        ("string", "strings", "nameSingular", NameReserved),
        ("pageInfo", "pageInfos", "nameSingular", NameReserved),
        ("hit", "search", "namePlural", NameReserved),
        ("Firm", "firms", "nameSingular", NameMalformed),
        ("firm", "my firms", "namePlural", NameMalformed),
        ("a" * 60, "b", "nameSingular", NameTooLong),
        ("a", "b" * 60, "namePlural", NameTooLong),
    ],
)
def test_a_name_the_api_cannot_give_is_refused_with_one_it_can(
    name: str, plural: str, at_fault: str, what: type[ArmatureError]
) -> None:
    model = crm()
    (error,) = model.errors(add_object(name, name_plural=plural))

    assert isinstance(error, what)
    assert error.path == ("changes", 0, "createObject", at_fault)
    assert error.field == (name if at_fault == "nameSingular" else plural)
    assert error.hint is not None

    better = error.hint.split('"')[1]
    names = {"name": better, "plural": plural} if at_fault == "nameSingular" else {"name": name, "plural": better}
    assert model.errors(add_object(names["name"], name_plural=names["plural"])) == []


def test_a_table_that_would_be_called_too_long_is_refused() -> None:
    (error,) = Model().errors(add_object("thing", name_plural="aB" * 25))

    assert isinstance(error, NameTooLong)
    assert error.path == ("changes", 0, "createObject", "namePlural")


def test_a_rename_leaves_the_table_and_the_relations() -> None:
    model = crm()
    before = model.object("company")
    model.change(update_object("company", name_singular="account", name_plural="accounts", label_plural="Accounts"))

    after = model.object("account")

    assert after.table == before.table == "companies"
    assert after.label_singular == "Company"
    assert after.label_plural == "Accounts"
    assert model.snapshot.link(model.field("person", "company")).target is after


def test_a_rename_into_anothers_choices_is_refused() -> None:
    model = Model()
    model.change(add_object("dealStage", select("kind", "A")), add_object("offer", select("stageKind", "A")))

    (error,) = model.errors(update_object("offer", name_singular="deal", name_plural="deals"))

    assert isinstance(error, NameTaken)
    assert "DealStageKindEnum" in error.message


def test_a_deactivated_object_is_hidden_and_keeps_its_names() -> None:
    model = crm()
    model.change(update_object("note", is_active=False))

    assert "note" not in model.snapshot.visible_objects
    (error,) = model.errors(add_object("note"))[:1]
    assert 'the inactive object "note"' in error.message

    model = crm()
    before = model.snapshot
    model.change(update_object("note", is_active=False))
    model.change(update_object("note", is_active=True))
    assert model.snapshot == before


def test_deleting_an_object_deletes_its_relations_at_both_ends() -> None:
    model = crm()
    model.change(delete_object("company"))

    assert "company" not in model.snapshot.visible_objects
    assert "company" not in model.object("person").visible_fields
    assert "company" not in model.object("task").visible_fields


def test_restoring_an_object_brings_back_what_was_deleted_with_it() -> None:
    model = crm()
    before = model.snapshot
    model.change(delete_object("company"))
    model.change(restore_object("company"))

    assert model.snapshot == before


def test_a_field_deleted_before_its_object_stays_deleted() -> None:
    model = crm()
    model.change(delete_field("person", "company"))
    before = model.snapshot
    model.change(delete_object("person"))
    model.change(restore_object("person"))

    assert model.snapshot == before


@pytest.mark.parametrize("first", ["company", "person"])
@pytest.mark.parametrize("back", ["company", "person"])
def test_a_relation_returns_when_the_later_of_its_objects_does(first: str, back: str) -> None:
    model = crm()
    before = model.snapshot
    second = "person" if first == "company" else "company"
    later = "person" if back == "company" else "company"

    model.change(delete_object(first))
    model.change(delete_object(second))
    model.change(restore_object(back))
    assert all(
        each.relation_id is None or each.name in {"opportunity", "opportunities", "notes", "tasks"}
        for each in model.object(back).visible_fields.values()
    )
    model.change(restore_object(later))

    assert model.snapshot == before


def test_an_object_whose_name_was_taken_meanwhile_can_come_back_after_a_rename() -> None:
    model = Model()
    model.change(add_object("deal"))
    model.change(delete_object("deal"))
    model.change(add_object("deal"))

    errors = model.errors(restore_object("deal"))

    assert {type(each) for each in errors} == {NameTaken}
    assert {each.path for each in errors} == {("changes", 0, "restoreObject", "object")}
    model.change(update_object("deal", name_singular="offer", name_plural="offers"), restore_object("deal"))
    assert model.object("deal").table == "deals"
    assert model.object("offer").table == "deals__2"


def test_an_object_comes_back_by_name_as_it_was_deleted_last() -> None:
    model = Model()
    for label in ("First", "Second"):
        model.change(add_object("deal", label_singular=label))
        model.change(delete_object("deal"))
    model.change(restore_object("deal"))

    assert model.object("deal").label_singular == "Second"


def test_an_object_is_found_by_its_id_too() -> None:
    model = crm()
    model.change(update_object(str(model.object("note").id), label_singular="Memo"))

    assert model.object("note").label_singular == "Memo"


def test_who_misspells_an_object_is_told_of_a_similar_one() -> None:
    (error,) = crm().errors(add_field("compnay", text("x")))

    assert isinstance(error, ObjectNotFound)
    assert error.hint == 'Did you mean "company"?'
    assert error.path == ("changes", 0, "createField", "object")


def test_only_what_is_deleted_can_be_restored() -> None:
    (error,) = crm().errors(restore_object("company"))

    assert isinstance(error, NothingDeleted)


@pytest.mark.parametrize("relation", [to_one("parent", "company"), to_many("children", "company", "parent")])
def test_an_object_related_to_itself_is_deleted_and_restored_whole(relation: object) -> None:
    model = crm()
    model.change(add_field("company", relation))  # type: ignore[arg-type]
    before = model.snapshot
    model.change(delete_object("company"))
    model.change(restore_object("company"))

    assert model.snapshot == before


def test_a_relation_waiting_for_a_deleted_object_is_not_restored_without_it() -> None:
    model = crm()
    model.change(delete_object("company"))

    (error,) = model.errors(restore_field("person", "company"))

    assert error.hint == "Restore that: what was deleted with it comes back with it."


@pytest.mark.parametrize("label", ["", "  ", "a\x00b", "\ud800", "x" * 256])
def test_a_label_that_cannot_be_shown_or_kept_is_refused(label: str) -> None:
    errors = crm().errors(update_object("company", label_singular=label))

    assert {each.path for each in errors} == {("changes", 0, "updateObject", "labelSingular")}
