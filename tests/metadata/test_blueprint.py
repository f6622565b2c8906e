"""Files of models: what may be written, what it means, and on which line something is wrong."""

from collections.abc import Mapping
from typing import Any

import pytest

from armature.core.errors import ArmatureError, ManyErrors
from armature.metadata.blueprint.draw import draw
from armature.metadata.blueprint.text import BlueprintFile, FileUnfit, write_blueprint
from armature.metadata.changes import (
    CreateField,
    CreateObject,
    DeleteField,
    NewField,
    NewOption,
    NewRelation,
    UpdateField,
)
from armature.metadata.kinds import FIELD_KINDS
from armature.metadata.summaries import summary
from tests.metadata.models import EMPTY, Model, add_field, add_object, build, crm, delete_field, select, steps, to_one

SHOP = """
objects:
  customer:
    fields:
      name: {type: TEXT, isNullable: false}
      level:
        type: SELECT
        options: [NO, {value: GOLD, label: Golden}]
  order:
    labelSingular: Purchase
    fields:
      placedOn: DATE
      customer:
        type: RELATION
        relation: {type: MANY_TO_ONE, target: customer, onDelete: RESTRICT}
"""


def shop() -> Model:
    return Model(build(EMPTY, SHOP))


def lines(text: str, model: Model) -> list[str]:
    return [summary(each, model.snapshot) for each in steps(model.snapshot, text)]


INDEXES = """
    indexes:
      byDay: {fields: [placedOn DESC, id]}
      forGold: {fields: [customer, placedOn], isUnique: true, where: {placedOn: {is: NOT_NULL}}}
"""


def test_a_file_has_the_indexes_that_somebody_asked_for() -> None:
    made = Model(build(EMPTY, SHOP + INDEXES))
    text = write_blueprint(draw(made.snapshot))
    assert "byDay:\n        fields: [placedOn DESC, id]" in text
    assert steps(made.snapshot, text) == []
    assert steps(made.snapshot, SHOP + INDEXES) == []

    other = text.replace("DESC", "DESC_NULLS_LAST").replace("forGold", "forSilver")
    assert lines(other, made) == [
        "Delete index order.forGold",
        "Delete index order.byDay",
        "Create index of order over placedOn, id",
        "Create unique index of order over customer, placedOn",
    ]
    assert lines(SHOP, made) == ["Delete index order.byDay", "Delete index order.forGold"]
    renamed = text.replace("placedOn: DATE", "day: {was: placedOn, type: DATE}").replace("placedOn", "day")
    renamed = renamed.replace("was: day", "was: placedOn")
    assert lines(renamed, made) == ['Rename field order.placedOn to day, and change label "Day"']


@pytest.mark.parametrize("fault", ["{fields: [nobody]}", "{fields: [placedOn SIDEWAYS]}", "{over: [placedOn]}"])
def test_what_is_wrong_with_an_index_is_told_by_its_line(fault: str) -> None:
    text = SHOP + INDEXES.replace("{fields: [placedOn DESC, id]}", fault)
    with pytest.raises(ArmatureError) as told:
        build(EMPTY, text)
    with pytest.raises(FileUnfit, match=r"Line 1[78]:"):
        raise told.value if isinstance(told.value, FileUnfit) else BlueprintFile(text).located(told.value)


def test_a_file_makes_a_model_with_what_it_leaves_out() -> None:
    made = shop()
    order = made.object("order")
    assert (order.name_plural, order.label_singular, order.label_plural) == ("orders", "Purchase", "Purchases")
    assert [each.label for each in made.field("customer", "level").options] == ["No", "Golden"]
    assert made.field("customer", "orders").relation_id  # nobody named it: it has the name it would have had
    link = made.snapshot.link(made.field("order", "customer"))
    assert link.relation.on_delete == "RESTRICT"
    assert steps(made.snapshot, SHOP) == []


def test_what_changes_in_the_file_changes_in_the_model_and_nothing_else() -> None:
    text = (
        SHOP.replace("isNullable: false", "isUnique: true")
        .replace("label: Golden", "label: Best, color: yellow")
        .replace("RESTRICT", "CASCADE")
        .replace("labelSingular: Purchase", "description: What was bought.")
    )
    assert lines(text, shop()) == [
        'Change object order: labelSingular "Order", labelPlural "Orders", description "What was bought."',
        "Change field customer.name: isNullable true, isUnique true",
        "Change field customer.level: options NO, GOLD",
        'Change field order.customer: onDelete "CASCADE"',
    ]


def test_was_renames_and_means_nothing_once_that_is_done() -> None:
    made = shop()
    text = SHOP.replace("  customer:\n    fields", "  client:\n    was: customer\n    fields").replace(
        "target: customer", "target: client"
    )
    text = text.replace("name: {", "fullName: {was: name, ").replace("{value: GOLD,", "{value: TOP, was: GOLD,")
    before = made.object("customer")
    after = build(made.snapshot, text)

    client = after.kept_objects["client"]
    assert client.id == before.id
    assert client.kept_fields["fullName"].id == before.kept_fields["name"].id
    held = {each.value: each.id for each in before.kept_fields["level"].options}
    assert {each.value: each.id for each in client.kept_fields["level"].options}["TOP"] == held["GOLD"]
    assert steps(after, text) == []


def test_names_can_move_on_from_one_to_the_next() -> None:
    made = Model()
    made.change(add_object("a", select("one", "A"), select("two", "B")))
    text = """
objects:
  a:
    fields:
      two: {was: one, type: SELECT, options: [A]}
      three: {was: two, type: SELECT, options: [B]}
"""
    ids = [made.field("a", each).id for each in ("one", "two")]
    after = build(made.snapshot, text).kept_objects["a"].kept_fields
    assert [after["two"].id, after["three"].id] == ids


def test_without_was_a_new_name_is_a_new_thing() -> None:
    changes = steps(shop().snapshot, SHOP.replace("name: {", "fullName: {"))
    assert [type(each) for each in changes] == [DeleteField, CreateField]


def test_another_type_is_a_conversion() -> None:
    made = shop()
    as_text = SHOP.replace("placedOn: DATE", "placedOn: {type: TEXT, onFailure: 'NULL', defaultValue: never}")
    (change,) = steps(made.snapshot, as_text)
    assert change == UpdateField(
        object="order", field="placedOn", type="TEXT", default_value="never", on_failure="NULL"
    )
    made.change(change)
    assert not steps(made.snapshot, as_text)
    assert "onFailure" not in write_blueprint(draw(made.snapshot))

    as_choice = SHOP.replace("placedOn: DATE", "placedOn: {type: SELECT, options: [never], defaultValue: never}")
    made.change(*steps(made.snapshot, as_choice))
    assert not steps(made.snapshot, as_choice)

    several = "at: {was: placedOn, type: MULTI_SELECT, options: [never], defaultValue: [never]}"
    before = made.field("order", "placedOn")
    made.change(*steps(made.snapshot, SHOP.replace("placedOn: DATE", several)))
    after = made.field("order", "at")
    assert (after.id, after.kind, after.options) == (before.id, "MULTI_SELECT", before.options)


def test_a_type_without_a_conversion_or_another_target_is_another_thing() -> None:
    assert [type(each) for each in steps(shop().snapshot, SHOP.replace("placedOn: DATE", "placedOn: BOOLEAN"))] == [
        DeleteField,
        CreateField,
    ]
    elsewhere = SHOP.replace("target: customer", "target: order, inverseName: parts")
    assert lines(elsewhere, shop()) == ["Delete field order.customer", "Create field order.customer"]


def test_both_ends_of_a_relation_can_be_written_and_must_agree() -> None:
    other = "{type: RELATION, label: Bought, relation: {inverseOf: order.customer}}"
    both = SHOP.replace("  order:\n", f"      purchases: {other}\n  order:\n")
    made = Model(build(EMPTY, both))
    assert made.field("customer", "purchases").label == "Bought"
    assert not steps(made.snapshot, both)


@pytest.mark.parametrize(
    ("written", "instead", "said"),
    [
        ("inverseOf: order.customer", "inverseOf: order.placedOn", "does not lead back"),
        ("inverseOf: order.customer", "inverseOf: order.client", "not clear where"),
        ("inverseOf: order.customer", "inverseOf: order", "not clear where"),
        ("inverseOf: order.customer", "{}", "not clear where"),
        ("inverseOf: order.customer", "inverseOf: order.customer, onDelete: CASCADE", "not clear where"),
        ("target: customer", "target: order", "does not lead back"),
        ("target: customer", "target: customer, inverseName: sales", "does not lead back"),
        ("target: customer, ", "", "not clear where"),
    ],
)
def test_ends_of_a_relation_that_disagree_are_told(written: str, instead: str, said: str) -> None:
    other = "{type: RELATION, relation: {inverseOf: order.customer}}"
    both = SHOP.replace("  order:\n", f"      purchases: {other}\n  order:\n").replace("{{}}", "{}")
    wrong = both.replace(written, instead).replace("{{}}", "{}")
    with pytest.raises(ArmatureError) as refused:
        steps(EMPTY, wrong)
    assert said in refused.value.message


def test_one_to_one_is_said_where_the_key_is_and_is_not_another_relation() -> None:
    made = shop()
    text = SHOP.replace("MANY_TO_ONE", "ONE_TO_ONE, inverseName: orders")
    assert lines(text, made) == ["Change field order.customer: isUnique true"]
    assert not steps(build(made.snapshot, text), text)
    assert build(EMPTY, text).fingerprint == build(made.snapshot, text).fingerprint


THROUGH = """
objects:
  tag:
    fields:
      companies: {type: RELATION, relation: {inverseOf: company.tags}}
  company:
    fields:
      tags: {type: RELATION, relation: {type: MANY_TO_MANY, target: tag, inverseName: companies, through: tagging}}
  tagging:
    fields:
      company: {type: RELATION, relation: {type: MANY_TO_ONE, target: company}}
      tag: {type: RELATION, relation: {type: MANY_TO_ONE, target: tag}}
"""


def test_a_many_to_many_relation_waits_for_what_it_goes_through() -> None:
    made = Model(build(EMPTY, THROUGH))
    found = made.snapshot.link(made.field("tag", "companies")).between
    assert found is not None
    assert (found.object.name_singular, found.near.name, found.far.name) == ("tagging", "tag", "company")
    assert not steps(made.snapshot, THROUGH)


def test_a_many_to_many_relation_through_something_else_is_another_thing() -> None:
    made = Model()
    made.change(*steps(EMPTY, THROUGH))
    other = THROUGH.replace("through: tagging", "through: label").replace("  tagging:", "  label:")
    text = other + THROUGH[THROUGH.index("  tagging:") :]
    found = build(made.snapshot, text)
    between = found.link(found.kept_objects["company"].kept_fields["tags"]).between
    assert between is not None
    assert between.object.name_singular == "label"
    assert not steps(found, text)

    with pytest.raises(ArmatureError, match="must go through an object of this file"):
        steps(EMPTY, THROUGH.replace(", through: tagging", ""))


def test_relations_that_are_united_stay_so() -> None:
    made = crm()
    made.change(add_field("note", NewField(name="subject", type="MORPH_RELATION")))
    for target in ("task", "person"):
        relation = NewRelation(type="MANY_TO_ONE", target=target, inverse_name=f"{target}Notes", morph="subject")
        made.change(add_field("note", NewField(name=f"on{target}", type="RELATION", relation=relation)))

    found = build(EMPTY, write_blueprint(draw(made.snapshot)))

    note = found.kept_objects["note"]
    assert [each.name for each in note.unions[note.kept_fields["subject"].id]] == ["ontask", "onperson"]
    assert found.fingerprint == made.snapshot.fingerprint


def test_an_end_that_the_file_leaves_out_stays_with_the_other() -> None:
    made = crm()
    made.change(*steps(made.snapshot, "objects: {company: {}}"))
    made.change(add_object("visit", to_one("company", "company", "visits")))
    relation = "{type: RELATION, relation: {type: MANY_TO_ONE, target: company}}"
    text = f"objects: {{company: {{}}, visit: {{fields: {{company: {relation}}}}}}}"
    assert steps(made.snapshot, text) == []


SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "FORMULA": {"expression": "YEAR(createdAt) + 1"},
    "VECTOR": {"dimensions": 3},
    "ROLLUP": {"relation": "bs", "aggregate": "MAX", "field": "createdAt", "filter": {"position": {"gt": 1}}},
}


@pytest.mark.parametrize("kind", sorted(FIELD_KINDS.keys() - {"RELATION", "TS_VECTOR"}))
def test_every_kind_can_be_written_and_comes_back(kind: str) -> None:
    made = Model()
    made.change(add_object("a"))
    options = (NewOption(value="A"), NewOption(value="B")) if FIELD_KINDS[kind].has_options else None
    made.change(add_object("b", to_one("a", "a", "bs")))
    settings = SETTINGS.get(kind)
    made.change(add_field("a", NewField(name="x", type=kind, options=options, settings=settings)))
    text = write_blueprint(draw(made.snapshot))
    assert not steps(made.snapshot, text)
    assert build(EMPTY, text).fingerprint == made.snapshot.fingerprint


def test_what_was_deleted_is_not_in_the_way() -> None:
    made = crm()
    made.change(delete_field("company", "profile"))
    made.change(add_field("company", select("profile", "A")))
    assert "profile" in build(EMPTY, SHOP.replace("placedOn", "profile")).kept_objects["order"].kept_fields
    assert build(made.snapshot, SHOP).kept_objects.keys() == {"customer", "order"}


def test_a_setting_left_out_is_the_default_again() -> None:
    text = "objects: {a: {fields: {x: {type: NUMBER, settings: {dataType: float}}}}}"
    made = build(EMPTY, text)
    assert steps(made, "objects: {a: {fields: {x: NUMBER}}}") == []


FORMULA = """
objects:
  line:
    fields:
      price: NUMBER
      count: NUMBER
      total: {type: FORMULA, settings: {expression: price * count}}
"""


def test_formulas_come_after_what_they_need_and_go_before_it() -> None:
    made = Model(build(EMPTY, FORMULA))
    assert not steps(made.snapshot, FORMULA)
    renamed = FORMULA.replace("price: NUMBER", "cost: {was: price, type: NUMBER}").replace("price *", "cost *")
    assert lines(renamed, made) == ['Rename field line.price to cost, and change label "Cost"']
    shorter = FORMULA.replace("      price: NUMBER\n", "").replace("price * count", "count * 2")
    other = FORMULA.replace("price: NUMBER", "fee: NUMBER").replace("price * count", "fee * count")
    assert lines(shorter, made) == [
        'Change field line.total: settings {"expression":"count * 2"}',
        "Delete field line.price",
    ]
    for text in (shorter, other):
        assert not steps(build(made.snapshot, text), text)
    left = build(made.snapshot, "objects: {line: {fields: {count: NUMBER}}}").kept_objects["line"]
    assert not {"total", "price"} & left.kept_fields.keys()


def test_a_formula_may_stand_before_what_it_needs() -> None:
    text = """
objects:
  line:
    fields:
      total: {type: FORMULA, settings: {expression: price * count}}
      order: {type: RELATION, relation: {type: MANY_TO_ONE, target: order}}
      price: NUMBER
      count: NUMBER
  order: {}
"""
    assert not steps(build(EMPTY, text), text)


def test_labels_of_system_fields_are_part_of_a_model() -> None:
    made = build(EMPTY, "objects: {a: {fields: {createdAt: {label: Born}}}}")
    assert made.kept_objects["a"].kept_fields["createdAt"].label == "Born"
    (back,) = steps(made, "objects: {a: {}}")
    assert isinstance(back, UpdateField)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("", None, "empty"),
        ("objects: [", 1, "expected"),
        ("objects:\n  a: &x {}\n  b: *x", 2, "anchors"),
        ("a\x07b", 1, "character"),
        ("objects: {}\ntables: {}", 2, '"tables" can\'t stand here'),
        ("# nothing\n{}", 2, "no objects"),
        ("objects: 3", 1, "expected here"),
        ("objects:\n  a: {}\n  a: {}", 3, "there twice"),
        ("objects:\n  a:\n    fields: [x]", 3, "expected here"),
        ("objects:\n  a:\n    nameplural: b", 3, 'no "nameplural"'),
        ("objects:\n  a:\n    fields:\n      x: {type: TEXT,\n        isNulable: no}", 5, 'no "isNulable"'),
        ("objects:\n  a:\n    fields:\n      x:\n        type: TEXT\n        isNullable: no", 6, "expected `bool`"),
        ("objects:\n  a:\n    fields:\n      x:\n        type: SELECT\n        options: [A, {label: b}]", 6, "value"),
        (
            "objects:\n  a:\n    fields:\n      x: {type: RELATION, relation: {type: SIDEWAYS, target: a}}",
            4,
            "SIDEWAYS",
        ),
        ("objects:\n  a:\n    fields:\n      x: !!python/name:os.system", 4, "tag"),
        ("objects: " + "[" * 5_000, None, "nested"),
        ("objects: {a: {fields: {x: {type: TEXT, defaultValue: " + "[" * 60 + "]" * 60 + "}}}}", 1, "nested"),
    ],
)
def test_what_is_wrong_with_a_file_is_told_with_its_line(text: str, line: int | None, said: str) -> None:
    with pytest.raises((FileUnfit, ManyErrors)) as refused:
        BlueprintFile(text)
    error = refused.value.errors[0] if isinstance(refused.value, ManyErrors) else refused.value
    assert said in error.message
    assert error.line == line  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("objects:\n  a:\n    fields:\n      x: TEXTT", 4, 'no field type "TEXTT"'),
        ("objects:\n  a:\n    fields:\n      x: {label: X}", 4, "needs a type"),
        (
            "objects:\n  a:\n    fields:\n      y: TEXT\n      x:\n        type: NUMBER\n        defaultValue: a",
            7,
            "number",
        ),
        ("objects:\n  query:\n    fields: {x: TEXT}", 2, "reserved"),
        ("objects:\n  a:\n    fields: {x: {type: RELATION, relation: {type: MANY_TO_ONE,\n target: b}}}", 4, '"b"'),
    ],
)
def test_what_is_wrong_with_a_model_is_told_with_its_line(text: str, line: int, said: str) -> None:
    file = BlueprintFile(text)
    with pytest.raises(ArmatureError) as refused:
        steps(EMPTY, text)
    error = file.located(refused.value)
    assert said in error.message
    assert error.message.startswith(f"Line {line}: ")


def test_all_that_is_wrong_is_told_at_once() -> None:
    text = "objects:\n  a:\n    fields: {x: TEXTT, y: {type: NUMBER, defaultValue: b}}\n  B: {}"
    with pytest.raises(ManyErrors) as refused:
        steps(EMPTY, text)
    assert [BlueprintFile(text).located(each).message[:7] for each in refused.value.errors] == [
        "Line 3:",
        "Line 3:",
        "Line 4:",
    ]


def test_objects_are_made_with_their_fields() -> None:
    assert [type(each) for each in steps(EMPTY, SHOP)] == [CreateObject, CreateObject]
