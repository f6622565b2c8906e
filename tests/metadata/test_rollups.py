"""Rollups in a model: what they may be of, what they give, and how they follow what they need."""

from typing import Any

import pytest

from armature.metadata.blueprint.draw import draw
from armature.metadata.blueprint.text import write_blueprint
from armature.metadata.changes import NewField, NewOption
from armature.metadata.edits.rollups import NeededByRollup, RollupInCircle, RollupTooDeep
from armature.metadata.filters.read import FilterUnfit
from tests.metadata.models import (
    EMPTY,
    Model,
    add_field,
    add_object,
    build,
    crm,
    delete_field,
    delete_object,
    many_to_many,
    restore_field,
    restore_object,
    steps,
    to_one,
    update_field,
    update_object,
)

WON = {"stage": {"eq": "CUSTOMER"}}


def rollup(name: str, relation: str, aggregate: str = "COUNT", field: str | None = None, **more: Any) -> NewField:
    named = {} if field is None else {"field": field}
    return NewField(name=name, type="ROLLUP", settings={"relation": relation, "aggregate": aggregate, **named, **more})


def with_won() -> Model:
    made = crm()
    made.change(add_field("company", rollup("won", "opportunities", "SUM", "amountMicros", filter=WON)))
    return made


@pytest.mark.parametrize(
    ("aggregate", "field", "result"),
    [
        ("COUNT", None, "Int"),
        ("COUNT_DISTINCT", "pointOfContact", "Int"),
        ("SUM", "amountMicros", "Decimal"),
        ("AVG", "probability", "Decimal"),
        ("MAX", "closeDate", "DateTime"),
        ("MIN", "name", "String"),
        ("PERCENT_EMPTY", "stage", "Float"),
        ("MAX", "createdBy.name", "String"),
    ],
)
def test_what_a_rollup_gives_is_inferred(aggregate: str, field: str | None, result: str) -> None:
    made = crm()
    made.change(add_field("company", rollup("x", "opportunities", aggregate, field)))

    assert made.field("company", "x").settings["result"] == result
    assert made.field("company", "x").column is None


@pytest.mark.parametrize(
    ("settings", "path", "said"),
    [
        ({}, ("settings", "relation"), "needs a relation"),
        ({"relation": "people"}, ("settings", "aggregate"), "needs an aggregate"),
        ({"relation": "people", "aggregate": "MEDIAN"}, ("settings", "aggregate"), "one of COUNT"),
        ({"relation": "person", "aggregate": "COUNT"}, ("settings", "relation"), "to many records"),
        ({"relation": "name", "aggregate": "COUNT"}, ("settings", "relation"), "to many records"),
        ({"relation": "people", "aggregate": "COUNT", "field": "city"}, ("settings", "field"), "counts records"),
        ({"relation": "people", "aggregate": "MAX"}, ("settings", "field"), 'needs a field of "person"'),
        ({"relation": "people", "aggregate": "MAX", "field": "town"}, ("settings", "field"), '"town" is none'),
        ({"relation": "people", "aggregate": "SUM", "field": "city"}, ("settings", "aggregate"), "that is TEXT"),
        ({"relation": "opportunities", "aggregate": "MAX", "field": "stage"}, ("settings", "aggregate"), "SELECT"),
        ({"relation": 7, "aggregate": "COUNT"}, ("settings", "relation"), "the name of a field"),
        ({"relation": "people", "aggregate": "COUNT", "filter": []}, ("settings", "filter"), "must be a filter"),
        ({"relation": "people", "aggregate": "COUNT", "result": "Int"}, ("settings", "result"), "no setting"),
        ({"relation": "people", "aggregate": "COUNT", "mode": 1}, ("settings", "mode"), "no setting"),
    ],
)
def test_what_can_not_be_rolled_up_is_refused(settings: Any, path: tuple[str, ...], said: str) -> None:
    made = crm()

    (error,) = made.errors(add_field("company", NewField(name="x", type="ROLLUP", settings=settings)))

    assert error.path == ("changes", 0, "createField", *path)
    assert said in str(error)


@pytest.mark.parametrize(
    ("filter", "at", "said"),
    [
        ({"stag": {"eq": "NEW"}}, ("stag",), 'names "stag"'),
        ({"stage": {"eq": "LOST"}}, ("stage", "eq"), "one of its options"),
        ({"stage": {"lt": "NEW"}}, ("stage", "lt"), 'no operator "lt"'),
        ({"stage": "NEW"}, ("stage",), "must be an object"),
        ({"amountMicros": {"gt": "many"}}, ("amountMicros", "gt"), "an integer"),
        ({"amountMicros": {"gt": None}}, ("amountMicros", "gt"), "null could mean"),
        ({"closeDate": {"is": "EMPTY"}}, ("closeDate", "is"), "NULL or NOT_NULL"),
        ({"or": {"stage": {"eq": "NEW"}}}, ("or",), "must be a list"),
        ({"or": [{"not": {"name": {"in": "x"}}}]}, ("or", 0, "not", "name", "in"), "a list of at most"),
        ({"company": {"people": {"any": {}}}}, ("company", "people", "any"), "some, every or none"),
        ({"company": {"people": {"some": {"town": {}}}}}, ("company", "people", "some", "town"), 'names "town"'),
        ({"companyId": {"eq": "me"}}, ("companyId", "eq"), "a UUID"),
        ({"createdBy": {"colour": {}}}, ("createdBy", "colour"), "no part"),
        ({"name": {"contains": "\x00"}}, (), "must be text without null bytes"),
        ({"or": [{"name": {"eq": "x"}}] * 101}, ("or",), "too many"),
    ],
)
def test_filters_are_checked_against_the_records_there(filter: Any, at: tuple[str | int, ...], said: str) -> None:
    made = crm()

    (error,) = made.errors(add_field("company", rollup("x", "opportunities", filter=filter)))

    assert error.path is not None
    assert error.path[:5] == ("changes", 0, "createField", "settings", "filter")
    assert error.path[5:] == at
    assert said in str(error)


def test_deep_filters_are_refused() -> None:
    deep: Any = {"name": {"eq": "x"}}
    for _ in range(30):
        deep = {"company": {"opportunities": {"some": deep}}}
    made = crm()

    (error,) = made.errors(add_field("company", rollup("x", "opportunities", filter=deep)))

    assert "too deep" in str(error)


def test_rollups_follow_renames_at_both_ends() -> None:
    made = with_won()

    made.change(
        update_field("company", "opportunities", name="deals"),
        update_field("opportunity", "amountMicros", name="amount"),
        update_field("opportunity", "stage", name="phase"),
        update_object("opportunity", name_singular="deal", name_plural="deals"),
    )

    assert made.field("company", "won").settings == {
        "relation": "deals",
        "aggregate": "SUM",
        "field": "amount",
        "filter": {"phase": {"eq": "CUSTOMER"}},
        "result": "Decimal",
    }


def test_filters_follow_names_on_their_way_and_options() -> None:
    made = crm()
    kept = {
        "and": [
            {"pointOfContact": {"notes": {"none": {"createdBy": {"name": {"eq": "Al"}, "source": {"is": "NULL"}}}}}},
            {"not": {"companyId": {"is": "NULL"}}, "stage": {"in": ["NEW", "MEETING"]}},
        ]
    }
    made.change(add_field("company", rollup("x", "opportunities", filter=kept)))
    assert made.field("company", "x").settings["filter"] == kept

    options = {each.value: each for each in made.field("opportunity", "stage").options}
    renamed = tuple(
        NewOption(id=str(each.id), value="FRESH" if name == "NEW" else name) for name, each in options.items()
    )
    made.change(
        update_field("person", "notes", name="memos"),
        update_field("opportunity", "company", name="account"),
        update_field("opportunity", "stage", options=renamed),
    )

    settings = made.field("company", "x").settings["filter"]
    assert settings["and"][0]["pointOfContact"].keys() == {"memos"}
    assert settings["and"][1] == {
        "not": {"accountId": {"is": "NULL"}},
        "stage": {"in": ["FRESH", "MEETING"]},
    }


@pytest.mark.parametrize(
    ("of", "field"), [("opportunity", "amountMicros"), ("opportunity", "stage"), ("company", "opportunities")]
)
def test_what_a_rollup_needs_can_not_go_without_saying(of: str, field: str) -> None:
    made = with_won()

    for change in (delete_field(of, field), update_field(of, field, is_active=False)):
        (error,) = made.errors(change)
        assert isinstance(error, NeededByRollup)
        assert f'"won" of "company" needs "{field}"' in str(error)


def test_an_option_that_a_rollup_asks_for_can_not_go_without_saying() -> None:
    made = with_won()

    (error,) = made.errors(update_field("opportunity", "stage", options=(NewOption(value="NEW"),)))

    assert isinstance(error, NeededByRollup)


def test_a_relation_that_a_rollup_needs_stays_to_many() -> None:
    made = with_won()

    (error,) = made.errors(update_field("opportunity", "company", is_unique=True))

    assert isinstance(error, NeededByRollup)


def test_what_a_rollup_needs_can_go_with_it() -> None:
    made = with_won()

    assert not made.errors(delete_field("company", "won"), delete_field("opportunity", "amountMicros"))
    (error,) = made.errors(restore_field("company", "won"))
    assert "amountMicros" in str(error)
    made.change(restore_field("opportunity", "amountMicros"), restore_field("company", "won"))


def test_a_rollup_goes_and_returns_with_the_object_it_counts() -> None:
    made = with_won()
    made.change(delete_object("opportunity"))
    assert "won" not in made.object("company").kept_fields
    made.change(restore_object("opportunity"), update_field("opportunity", "stage", name="phase"))

    assert made.field("company", "won").settings["filter"] == {"phase": {"eq": "CUSTOMER"}}


def test_rollups_of_rollups_have_an_end() -> None:
    made = Model()
    made.change(
        add_object("a"),
        add_object("b", to_one("a", "a", "bs"), many_to_many("others", "a", "others")),
        add_field("b", rollup("size", "others")),
        add_field("a", rollup("total", "bs", "SUM", "size")),
    )
    assert made.field("a", "total").settings["result"] == "BigInt"

    (circle,) = made.errors(
        update_field("b", "size", settings={"relation": "others", "aggregate": "SUM", "field": "total"})
    )
    assert isinstance(circle, RollupInCircle)
    within = {"relation": "others", "aggregate": "COUNT", "filter": {"total": {"gt": 1}}}
    (hidden,) = made.errors(update_field("b", "size", settings=within))
    assert isinstance(hidden, RollupInCircle)


def test_only_so_many_rollups_build_on_each_other() -> None:
    made = Model()
    made.change(add_object("a", to_one("parent", "a", "children")), add_field("a", rollup("x1", "children")))
    for each in range(2, 6):
        made.change(add_field("a", rollup(f"x{each}", "children", "SUM", f"x{each - 1}")))

    (error,) = made.errors(add_field("a", rollup("x6", "children", "SUM", "x5")))

    assert isinstance(error, RollupTooDeep)


def test_formulas_know_no_rollups_and_say_why() -> None:
    made = with_won()

    (error,) = made.errors(add_field("company", NewField(name="x", type="FORMULA", settings={"expression": "won + 1"})))

    assert "won" in str(error)
    assert "Values of other records, as relations and rollups have them, it can't." in str(error.hint)


def test_a_filter_that_is_kept_names_what_a_morph_relation_unites() -> None:
    made = crm()
    made.change(
        add_object("remark", to_one("author", "person", "remarks")),
        add_field("remark", NewField(name="about", type="MORPH_RELATION", targets=("company", "opportunity"))),
    )

    (error,) = made.errors(add_field("person", rollup("x", "remarks", filter={"about": {"is": "NULL"}})))
    assert isinstance(error, FilterUnfit)
    assert "Such as {company: {…}} or {opportunity: {…}}" in str(error.hint)
    kept = {"or": [{"company": {}}, {"opportunity": {"stage": {"eq": "NEW"}}}]}
    made.change(add_field("person", rollup("x", "remarks", filter=kept)))
    assert made.field("person", "x").settings["filter"] == kept


def test_a_rollup_is_never_required_unique_or_given_a_default() -> None:
    made = crm()
    settings = {"relation": "people", "aggregate": "COUNT"}
    for more in ({"is_nullable": False}, {"is_unique": True}, {"default_value": 1}):
        new = NewField(name="x", type="ROLLUP", settings=settings, **more)
        assert len(made.errors(add_field("company", new))) == 1


FILE = """
objects:
  company:
    fields:
      size:
        type: ROLLUP
        settings: {aggregate: SUM, field: weight, relation: people}
      people: {type: RELATION, relation: {inverseOf: person.company}}
      count:
        type: ROLLUP
        settings: {aggregate: COUNT, filter: {weight: {gt: 2}}, relation: people}
  person:
    fields:
      company: {type: RELATION, relation: {type: MANY_TO_ONE, target: company, inverseName: people}}
      weight: NUMBER
"""


def test_rollups_are_part_of_a_file_and_wait_for_what_they_need() -> None:
    made = Model(build(EMPTY, FILE))

    assert not steps(made.snapshot, FILE)
    assert made.field("company", "size").settings["result"] == "Float"
    text = write_blueprint(draw(made.snapshot))
    assert "result" not in text
    assert build(EMPTY, text).fingerprint == made.snapshot.fingerprint
    renamed = FILE.replace("weight: NUMBER", "mass: {was: weight, type: NUMBER}").replace("weight", "mass")
    renamed = renamed.replace("was: mass", "was: weight")
    assert made.object("company") == build(made.snapshot, FILE).kept_objects["company"]
    assert build(made.snapshot, renamed).kept_objects["company"].kept_fields["size"].settings["field"] == "mass"


def test_a_rollup_follows_the_type_of_its_value_or_keeps_it() -> None:
    made = with_won()

    made.change(update_field("opportunity", "amountMicros", type="NUMBER", settings={"dataType": "int"}))
    assert made.field("company", "won").settings["result"] == "BigInt"
    for field in ("amountMicros", "stage"):
        (error,) = made.errors(update_field("opportunity", field, type="BOOLEAN", default_value=None))
        assert '"won" of "company"' in str(error)


@pytest.mark.parametrize("kind", ["ROLLUP", "MORPH_RELATION"])
def test_what_has_a_column_does_not_become_what_has_none(kind: str) -> None:
    made = crm()

    assert made.errors(update_field("person", "city", type=kind))
    made.change(add_field("company", rollup("count", "people")))
    assert made.errors(update_field("company", "count", type="TEXT"))
