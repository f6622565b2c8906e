"""The root fields of topics become plans."""

from collections.abc import Mapping, Sequence

from graphql import FieldNode

from armature.core.errors import Forbidden
from armature.metadata.names import MEMBER, PRESENCE
from armature.schema_builder.compile.binds import Constant
from armature.schema_builder.compile.plan.levels import Rows
from armature.schema_builder.compile.plan.outputs import Column
from armature.schema_builder.compile.plan.topics import LISTED, Meeting, Members, Saying, Told, Topic
from armature.schema_builder.compile.reading import Given, Reading
from armature.schema_builder.types.topics import IS_THERE, MESSAGE, PRESENT, SPEAKING

MEMBER_FIELD = "member"
BELOW: Mapping[str, str] = {LISTED: PRESENT, "from": SPEAKING}
"""The fields that show somebody, with their types."""


class NotForThisRole(Forbidden):
    def __init__(self) -> None:
        super().__init__(
            "The workspace is a topic of those who may read its members.",
            hint=f'Name a record as the topic, or have your role read "{MEMBER}".',
            field="topic",
        )


def meeting(reading: Reading, key: str, nodes: Sequence[FieldNode], given: Given) -> Meeting:
    does, found = nodes[0].name.value, _Showing(reading)
    told = found.told(nodes, IS_THERE if does == PRESENCE else MESSAGE)
    members = Members(reading.schema.view.members, tuple(found.members))
    return Meeting(key, does, topic(reading, given), told, members, given.get("state"))


def saying(reading: Reading, key: str, given: Given) -> Saying:
    return Saying(key, topic(reading, given), given["payload"])


def topic(reading: Reading, given: Given) -> Topic:
    asked = given.get("topic") or {}
    named, record = asked.get("name"), asked.get("record")
    if record is None:
        if reading.schema.view.members is None:
            raise NotForThisRole
        return Topic(None, None, named)
    of = reading.schema.view[record["object"]]
    shown = Column("id", of.unique_entries["id"])
    return Topic(Rows(of, (shown,), reading.unique(of, {"id": record["id"]})), record["id"], named)


class _Showing:
    """Gathers in which forms members are shown."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self.members: list[Rows] = []

    def told(self, nodes: Sequence[FieldNode], of: str) -> tuple[Told, ...]:
        return tuple(self._field(key, found) for key, found in self._reading.collected(nodes, of).items())

    def _field(self, key: str, nodes: Sequence[FieldNode]) -> Told:
        name = nodes[0].name.value
        if name in BELOW:
            return Told(key, name, self.told(nodes, BELOW[name]))
        if name != MEMBER_FIELD:
            return Told(key, name)
        of = self._reading.schema.view.members
        assert of is not None  # noqa: S101  else there is no such field
        limit = Constant(self._reading.settings.live_members)
        self.members.append(Rows(of, self._reading.outputs(of, nodes), limit=limit))
        return Told(key, name, at=len(self.members) - 1)
