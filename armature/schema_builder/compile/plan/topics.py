"""Topics, as data: who may be there, what is said, and what is shown of it."""

from dataclasses import dataclass

from armature.schema_builder.compile.binds import Bind
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.view import ObjectView

LISTED = "members"
"""The field that lists those who are there."""


@dataclass(frozen=True, slots=True)
class Topic:
    """`record` is that of a topic that belongs to one, with its `id`; None: the topic is the workspace's."""

    record: Rows | None
    id: Bind | None
    name: Bind | None


@dataclass(frozen=True, slots=True)
class Told:
    """A field of what is told; `below` is what is shown of it. `at`: which of the shown forms of a member it is."""

    key: str
    name: str
    below: tuple["Told", ...] = ()
    at: int = 0


@dataclass(frozen=True, slots=True)
class Members:
    """Of which users anything is told: those whose member record is in sight; `of` None: of none.

    `shown`: what is shown of each record, in several forms.
    """

    of: ObjectView | None
    shown: tuple[Rows, ...]

    @property
    def are_all(self) -> bool:
        """Whether each user of the workspace is in sight."""
        return self.of is not None and self.of.rule("READ") is None


@dataclass(frozen=True, slots=True)
class Meeting:
    """A subscription; `does`: names.PRESENCE for who is in a topic, names.SAID for what is said there."""

    key: str
    does: str
    topic: Topic
    told: tuple[Told, ...]
    members: Members
    state: Bind | None

    @property
    def lists(self) -> int:
        """How often those who are there are listed."""
        return sum(each.name == LISTED for each in self.told)


@dataclass(frozen=True, slots=True)
class Saying:
    """A root field of a mutation that says something in a topic."""

    key: str
    topic: Topic
    payload: Bind
