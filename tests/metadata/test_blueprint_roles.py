"""Roles in files of models: written by names, read again, and brought to other workspaces."""

import pytest

from armature.core.errors import ArmatureError
from armature.metadata.access import role_named
from armature.metadata.blueprint.draw import draw
from armature.metadata.blueprint.text import write_blueprint
from armature.metadata.model import Snapshot
from armature.metadata.summaries import summary
from tests.metadata.models import EMPTY, build, steps

OBJECTS = """
objects:
  company:
    fields:
      name: TEXT
      size: {type: NUMBER, settings: {dataType: int}}
  person:
    fields:
      email: EMAIL
      company:
        type: RELATION
        relation: {type: MANY_TO_ONE, target: company, inverseName: people}
"""
ROLES = """
roles:
  clerk:
    label: Sales clerk
    rights: [READ]
    permissions: [KEYS]
    objects:
      company:
        rights: [READ, UPDATE]
        readRule: {people: {some: {email: {eq: $me.email}}}}
        writeRule: {size: {lt: 100}}
    fields:
      company:
        size: {mayUpdate: false}
  guest:
    rights: [AGGREGATE]
  kiosk:
    documentsOnly: true
    documents: [topDeals]
    rateLimit: 60
"""


def lines(snapshot: Snapshot, text: str) -> list[str]:
    return [summary(each, snapshot) for each in steps(snapshot, text)]


def test_roles_come_out_as_they_went_in() -> None:
    made = build(EMPTY, OBJECTS + ROLES)
    written = write_blueprint(draw(made))
    assert lines(made, written) == []
    assert draw(build(EMPTY, written)) == draw(made)
    clerk = role_named(made, "clerk")
    assert clerk is not None
    assert (clerk.label, clerk.rights, clerk.permissions) == ("Sales clerk", ("AGGREGATE", "READ"), ("KEYS",))
    kiosk = role_named(made, "kiosk")
    assert kiosk is not None
    assert (kiosk.documents, kiosk.rate_limit) == (("topDeals",), 60)


def test_a_file_without_the_key_leaves_roles_alone() -> None:
    assert lines(build(EMPTY, OBJECTS + ROLES), OBJECTS) == []


def test_what_a_file_does_not_say_of_a_role_goes() -> None:
    before = build(EMPTY, OBJECTS + ROLES)
    assert lines(before, OBJECTS + "roles: {guest: {rights: [AGGREGATE]}}") == [
        "Delete role clerk",
        "Delete role kiosk",
    ]
    less = "roles: {guest: {rights: [AGGREGATE]}, clerk: {label: Sales clerk}, kiosk: {documentsOnly: true}}"
    assert lines(before, OBJECTS + less) == [
        "Change role clerk: rights [], permissions []",
        "Change what role clerk may do with company: rights null",
        "Change what role clerk may do with company.size: mayRead true, mayUpdate true",
        "Change role kiosk: documents null, rateLimit null",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("roles: {clerk: {right: [READ]}}", 'there is no "right" here'),
        ("roles: {clerk: {documents: [x]}}", "documents are for a role that runs nothing else"),
        ("roles: {clerk: {rateLimit: 0}}", "rateLimit must be 1 to 1,000,000,000"),
        ("roles: {clerk: {rateLimit: 99999999999999999999}}", "rateLimit must be 1 to 1,000,000,000"),
        ("roles: {clerk: {objects: {compani: {rights: [READ]}}}}", 'There is no object "compani"'),
        ("roles: {clerk: {objects: {company: {rights: [UPDATE]}}}}", "UPDATE need READ"),
        ("roles: {clerk: {objects: {company: {rights: [READ], readRule: {nme: {eq: x}}}}}}", 'has no field "nme"'),
        ("roles: {clerk: {fields: {company: {nme: {mayRead: false}}}}}", 'has no field "nme"'),
    ],
)
def test_what_cannot_be_is_told(text: str, message: str) -> None:
    with pytest.raises(ArmatureError) as caught:
        steps(EMPTY, OBJECTS + text)
    assert message in caught.value.message
