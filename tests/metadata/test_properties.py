"""What must hold for any sequence of changes, not only for those somebody thought of."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from armature.metadata.changes import (
    Change,
    CreateIndex,
    DeleteIndex,
    NewField,
    NewIndexField,
    NewOption,
    NewRelation,
)
from armature.metadata.check import check
from armature.metadata.model import Snapshot
from armature.metadata.names import LONGEST, field_names, root_names, type_names
from armature.metadata.packs.crm import CRM
from armature.schema_builder.indexes import built_indexes
from tests.metadata.models import (
    EMPTY,
    Model,
    add_field,
    add_object,
    crm,
    delete_field,
    delete_object,
    restore_field,
    restore_object,
    to_one,
    update_field,
    update_object,
)

# Few names, so that they meet; and some that meet only in what is generated from them.
OBJECTS = st.sampled_from(["a", "b", "ab", "aBy", "as", "bs", "aBEnum", "aB", "query", "B"])
FIELDS = st.sampled_from(["x", "xId", "b", "bId", "bs", "bsConnection", "as", "bEnum", "id", "not", "ä"])
# What changes speak of: mostly there.
KNOWN_OBJECTS = st.sampled_from(["a", "b", "ab"])
KNOWN_FIELDS = st.sampled_from(["x", "b", "as", "bEnum", "id"])
BEGINNING = (
    add_object("a", NewField(name="x", type="TEXT")),
    add_object("b", NewField(name="x", type="SELECT", options=(NewOption(value="A"), NewOption(value="B")))),
    add_field("a", to_one("b", "b", "as")),
)
VALUES = st.sampled_from(["A", "B", "C", "true", "c d"])
OPTIONS = st.none() | st.lists(st.builds(NewOption, value=VALUES), max_size=3).map(tuple)
DEFAULTS = st.none() | VALUES | st.integers(0, 3) | st.just("now")
KIND_NAMES = st.sampled_from(["TEXT", "NUMBER", "SELECT", "DATE_TIME", "RAW_JSON", "RELATION", "TEXTT"])
RELATIONS = st.none() | st.builds(
    NewRelation,
    type=st.sampled_from(["MANY_TO_ONE", "ONE_TO_MANY", "ONE_TO_ONE", "MANY_TO_MANY"]),
    target=OBJECTS,
    inverse_name=st.none() | FIELDS,
    on_delete=st.sampled_from(["CASCADE", "SET_NULL", "RESTRICT"]),
)
PLAIN_FIELDS = st.builds(
    NewField,
    name=FIELDS,
    type=KIND_NAMES,
    is_nullable=st.booleans(),
    is_unique=st.booleans(),
    default_value=DEFAULTS,
    options=OPTIONS,
    relation=RELATIONS,
)
GOOD_FIELDS = st.one_of(
    st.builds(NewField, name=FIELDS, type=st.just("TEXT")),
    st.builds(NewField, name=FIELDS, type=st.just("SELECT"), options=st.just((NewOption(value="A"),))),
    st.builds(NewField, name=FIELDS, type=st.just("RELATION"), relation=RELATIONS.filter(bool)),
)
ANY_FIELDS = st.one_of(GOOD_FIELDS, PLAIN_FIELDS)


def keys(**given: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """One or two of these keys."""
    return st.lists(st.sampled_from(sorted(given)), min_size=1, max_size=2, unique=True).flatmap(
        lambda chosen: st.fixed_dictionaries({each: given[each] for each in chosen})
    )


CREATIONS: st.SearchStrategy[Change] = st.one_of(
    st.builds(lambda name, fields: add_object(name, *fields), OBJECTS, st.lists(ANY_FIELDS, max_size=2)),
    st.builds(add_field, KNOWN_OBJECTS, GOOD_FIELDS),
    st.builds(add_field, KNOWN_OBJECTS, ANY_FIELDS),
)
CHANGES: st.SearchStrategy[Change] = st.one_of(
    CREATIONS,
    st.builds(delete_object, KNOWN_OBJECTS),
    st.builds(restore_object, KNOWN_OBJECTS),
    st.builds(delete_field, KNOWN_OBJECTS, KNOWN_FIELDS),
    st.builds(restore_field, KNOWN_OBJECTS, KNOWN_FIELDS),
    st.builds(
        lambda name, more: update_object(name, **more),
        KNOWN_OBJECTS,
        keys(name_singular=OBJECTS, name_plural=OBJECTS, is_active=st.booleans()),
    ),
    st.builds(
        lambda of, name, more: update_field(of, name, **more),
        KNOWN_OBJECTS,
        KNOWN_FIELDS,
        keys(
            name=FIELDS,
            is_active=st.booleans(),
            is_nullable=st.booleans(),
            is_unique=st.booleans(),
            default_value=DEFAULTS,
            options=OPTIONS.filter(lambda each: each is not None),
            on_delete=st.sampled_from(["CASCADE", "SET_NULL", "RESTRICT"]),
        ),
    ),
    st.builds(
        lambda of, name, kind, rule, more: update_field(of, name, type=kind, on_failure=rule, **more),
        KNOWN_OBJECTS,
        KNOWN_FIELDS,
        KIND_NAMES,
        st.sampled_from(["REFUSE", "NULL", "DEFAULT"]),
        keys(name=FIELDS, default_value=DEFAULTS, options=OPTIONS.filter(lambda each: each is not None)),
    ),
    st.builds(
        lambda of, name, wanted: update_field(of, name, relation_type=wanted),
        KNOWN_OBJECTS,
        KNOWN_FIELDS,
        st.sampled_from(["MANY_TO_ONE", "ONE_TO_MANY", "ONE_TO_ONE", "MANY_TO_MANY"]),
    ),
    st.builds(
        CreateIndex,
        object=KNOWN_OBJECTS,
        fields=st.lists(st.builds(NewIndexField, field=KNOWN_FIELDS), max_size=2).map(tuple),
        is_unique=st.booleans(),
        where=st.none() | st.builds(lambda name, value: {name: {"eq": value}}, KNOWN_FIELDS, VALUES),
    ),
    st.builds(DeleteIndex, object=KNOWN_OBJECTS, index=st.sampled_from(["byX", "byB", "byXB"])),
)


def assert_sound(snapshot: Snapshot) -> None:
    """The rules of a model, written down a second time and checked the slow way."""
    assert check(snapshot) == []
    kept = snapshot.kept_objects.values()
    types = [each for of in kept for each in type_names(of)]
    roots = [each for of in kept for each in root_names(of)]
    assert len(types) == len(set(types))
    assert len(roots) == len(set(roots))
    tables = [each.table for each in snapshot.objects.values()]
    assert len(tables) == len(set(tables))
    for of in snapshot.objects.values():
        columns = [each.column for each in of.fields.values() if each.column is not None]
        assert len(columns) == len(set(columns))
        assert max(len(each) for each in columns) <= LONGEST
        claims = [each for field in of.fields.values() if field.deleted_at is None for each in field_names(field)]
        assert len(claims) == len(set(claims))
        for index in of.indexes:
            assert all(of.fields[each.field].deleted_at is None or of.deleted_at for each in index.parts)
        for built in built_indexes(snapshot, of):
            assert len(built.name) <= LONGEST
        for field in of.fields.values():
            if field.relation_id is not None:
                link = snapshot.link(field)
                assert snapshot.link(link.inverse).inverse is field
                assert (link.inverse.deleted_at is None) == (field.deleted_at is None)
                between = link.between
                needed = (between.object, between.near, between.far) if between else ()
                assert field.deleted_at is not None or all(each.deleted_at is None for each in needed)
                assert of.deleted_at is None or field.deleted_at is not None


@given(st.lists(CHANGES, max_size=25))
def test_any_changes_leave_a_sound_model(changes: list[Change]) -> None:
    model = Model()
    model.change(*BEGINNING)
    for change in changes:
        before, written = model.snapshot, repr(model.snapshot)
        if model.errors(change):
            assert model.snapshot is before
        assert repr(before) == written
        assert_sound(model.snapshot)


@given(st.lists(CHANGES, max_size=25))
def test_what_a_snapshot_takes_over_is_what_it_would_find_out(changes: list[Change]) -> None:
    model = Model()
    model.change(*BEGINNING)
    for change in changes:
        before = model.snapshot
        assert before.fingerprint
        model.errors(change)
        model.snapshot.succeed(before)
        assert model.snapshot.fingerprint == replace(model.snapshot).fingerprint


@given(st.lists(CHANGES, max_size=12))
def test_a_changeset_is_what_its_steps_are_one_by_one(changes: list[Change]) -> None:
    together, alone = Model(), Model()
    before = together.change(*BEGINNING)
    alone.change(*BEGINNING)
    errors = together.errors(*changes)
    refused = [each for each in changes if alone.errors(each)]

    assert bool(errors) == bool(refused)
    if not errors:
        assert together.snapshot.fingerprint == alone.snapshot.fingerprint
        assert_sound(together.snapshot)
    else:
        assert together.snapshot is before
        assert all(each.path is not None and each.path[0] == "changes" for each in errors)


@given(st.data())
@settings(max_examples=50)
def test_what_is_deleted_and_restored_is_as_it_was(data: st.DataObject) -> None:
    model = crm()
    model.errors(*BEGINNING)
    for change in data.draw(st.lists(CHANGES, max_size=5)):
        if not isinstance(change, CreateIndex):  # an index goes with its field, and does not come back with it
            model.errors(change)
    before = model.snapshot
    of = data.draw(st.sampled_from(sorted(before.visible_objects)))
    names = sorted(name for name, each in before.visible_objects[of].kept_fields.items() if not each.is_system)
    name = data.draw(st.none() | st.sampled_from(names)) if names else None
    if name is None:
        model.change(delete_object(of))
        model.change(restore_object(of))
    else:
        model.change(delete_field(of, name))
        model.change(restore_field(of, name))

    assert model.snapshot == before
    assert model.snapshot.fingerprint == before.fingerprint


@given(st.permutations(["company", "person", "opportunity", "note", "task"]), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_objects_deleted_and_restored_in_any_order_are_as_they_were(order: list[str], chance: Any) -> None:
    model = crm()
    before = model.snapshot
    for name in order:
        model.change(delete_object(name))
    back = list(order)
    chance.shuffle(back)
    for name in back:
        model.change(restore_object(name))

    assert model.snapshot == before


def test_two_workspaces_with_the_same_pack_have_the_same_fingerprint() -> None:
    one, other = crm(), Model()
    other.change(add_object("spare"))  # so that the ids differ
    other.snapshot = EMPTY
    other.change(*CRM)

    assert one.snapshot.fingerprint == other.snapshot.fingerprint
    assert one.snapshot.objects.keys() != other.snapshot.objects.keys()
