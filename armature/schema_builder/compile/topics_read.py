"""What subscriptions to topics ask PostgreSQL: whether a record is in sight; which members are, and what of them."""

from sqlalchemy import ARRAY, Uuid, any_, select

from armature.schema_builder.compile.binds import FromVariable
from armature.schema_builder.compile.builder import Builder, reads_statement
from armature.schema_builder.compile.plan.reads import Read
from armature.schema_builder.compile.plan.topics import Members, Topic
from armature.schema_builder.compile.statement import Statement

IDS = "(ids)"
"""Under this name a statement is handed the ids of members. No variable has it."""


def sight_statement(topic: Topic) -> Statement | None:
    """A row where the topic's record is in sight. None where there is no record."""
    return None if topic.record is None else reads_statement([Read("topic", topic.record)])


def members_statement(members: Members) -> Statement | None:
    """The ids of those in sight, with each shown form as JSON. None where none of it need be asked."""
    if members.of is None or (members.are_all and not members.shown):
        return None
    build = Builder()
    table = build.alias(members.of)
    forms = [select(*build.outputs(each.outputs, table)).correlate(table) for each in members.shown]
    columns = [build.as_record(each).scalar_subquery() for each in forms]
    among = table.c.id == any_(build.bound(FromVariable((IDS,)), ARRAY(Uuid())))
    return build.statement(select(table.c.id, *columns).where(among, build.visible(members.of, table)))
