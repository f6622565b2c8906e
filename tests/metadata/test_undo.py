"""What is taken back is as it was, whatever the changeset."""

from datetime import timedelta

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from armature.metadata.blueprint.draw import draw
from armature.metadata.changes import Change
from armature.metadata.model import Snapshot
from armature.metadata.undo import Undo, undo_of, undone
from tests.metadata.models import BEGIN, Model
from tests.metadata.test_properties import BEGINNING, CHANGES, assert_sound

LATER = BEGIN + timedelta(days=1)


def stored(undo: Undo) -> Undo:
    """As it comes back from the catalog."""
    return msgspec.json.decode(msgspec.json.encode(undo), type=Undo)


@given(st.lists(CHANGES, max_size=8), st.lists(CHANGES, min_size=1, max_size=6))
def test_a_changeset_is_taken_back_and_taken_back_again(past: list[Change], changes: list[Change]) -> None:
    model = Model()
    model.change(*BEGINNING)
    for each in past:
        model.errors(each)
    before = model.snapshot
    for each in changes:
        model.errors(each)
    after = model.snapshot

    back = undone(after, stored(undo_of(before, after)), LATER)
    again = undone(back, stored(undo_of(after, back)), LATER)

    assert_sound(back)
    assert_sound(again)
    assert shown(back) == shown(before)
    assert shown(again) == shown(after)
    assert list(back.objects)[: len(before.objects)] == list(before.objects)


def shown(snapshot: Snapshot) -> bytes:
    return msgspec.json.encode(draw(snapshot))


def test_what_did_not_change_stays_the_very_same() -> None:
    model = Model()
    before = model.change(*BEGINNING)
    assert undone(before, stored(undo_of(before, before)), LATER).objects == before.objects
