"""Topics with the values of one request: which one is meant, and what somebody has to say there."""

import re
from dataclasses import dataclass
from typing import Any

import msgspec

from armature.core.errors import BadUserInput, LimitExceeded, NotFound
from armature.core.settings import Settings, environment_name
from armature.metadata.model import Snapshot
from armature.schema_builder.compile.binds import Variables
from armature.schema_builder.compile.plan.topics import Saying, Topic
from armature.schema_builder.compile.statement import Statement
from armature.schema_builder.compile.topics_read import sight_statement
from armature.schema_builder.run.fetch import fetch_row
from armature.schema_builder.run.said import Said
from armature.schema_builder.run.workplace import Workplace

_NAME = re.compile(r"[A-Za-z0-9_.-]{1,63}\Z")

DONE = b"true"


class TopicNameMalformed(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            "The name of a topic has 1 to 63 of A-Z, a-z, 0-9, _, - and .", field="name", path=("topic", "name")
        )


class TopicNotFound(NotFound):
    """The record is not there, or not visible; it may have been until now."""

    def __init__(self) -> None:
        super().__init__("There is no such record for you to meet at.", field="id", path=("topic", "record", "id"))


@dataclass(frozen=True, slots=True)
class SayField:
    """A root field ready to run; `sight` finds the topic's record, where it has one."""

    saying: Saying
    sight: Statement | None
    is_required: bool = True

    @property
    def key(self) -> str:
        return self.saying.key


def ready_to_say(saying: Saying) -> SayField:
    return SayField(saying, sight_statement(saying.topic))


async def run_say(at: Workplace, field: SayField) -> bytes:
    """Raises ArmatureError where nobody was told."""
    payload = json_of("payload", field.saying.payload.read(at.variables), at.settings, "live_message_bytes")
    said = Said(topic_name(field.saying.topic, at.view.snapshot, at.variables), payload, at.caller)
    if field.sight is not None:
        async with at.db.connection() as connection:
            if await fetch_row(connection, field.sight, at.schema, at.variables) is None:
                raise TopicNotFound
    await at.say(said)
    return DONE


def topic_name(topic: Topic, snapshot: Snapshot, variables: Variables) -> str:
    """Raises TopicNameMalformed."""
    given = None if topic.name is None else topic.name.read(variables)
    if given is not None and not _NAME.match(given):
        raise TopicNameMalformed
    where = snapshot.workspace_id.hex
    if topic.record is not None and topic.id is not None:
        where = f"{where}:{topic.record.object.object.id.hex}:{topic.id.read(variables).hex}"
    return f"{where}/{given or ''}"


def json_of(name: str, value: Any, settings: Settings, limit: str) -> bytes:
    """What a client has given as an argument, no longer than a setting allows. Raises LimitExceeded."""
    found = msgspec.json.encode(value)
    most: int = getattr(settings, limit)
    if len(found) > most:
        setting = environment_name(limit)
        raise LimitExceeded(f'Bytes of "{name}"', limit=most, actual=len(found), setting=setting)
    return found
