"""`_events`: what was written in a workspace, a row for each record written, in the transaction that wrote it.

Every workspace has one beside the tables of its objects; no object can be called so, for its names begin with a letter.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    MetaData,
    SmallInteger,
    Table,
    Text,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB

from armature.schema_builder.tables import SCHEMA

NAME = "_events"

CAUSE_PARAMETER = "armature.cause"
"""Of PostgreSQL, for the length of a transaction: on whose behalf records are destroyed, as JSON."""


def events_table(metadata: MetaData, schema: str) -> Table:
    """The table of one workspace.

    `seq` is the order in which rows were written: of one record, that in which its writes were committed. `position`
    is the order for everybody: given by the relay to what is committed, without gaps. `table` is the object's, which
    keeps its name; `before` and `after` are whole rows, by column. `actor` holds the parts of an ACTOR.
    """
    table = Table(
        NAME,
        metadata,
        Column("seq", BigInteger(), Identity(always=True), nullable=False),
        Column("position", BigInteger(), nullable=True),
        Column("at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
        Column("action", Text(), nullable=False),
        Column("table", Text(), nullable=False),
        Column("record", Uuid(), nullable=False),
        Column("before", JSON(), nullable=True),
        Column("after", JSON(), nullable=True),
        Column("actor", JSONB(), nullable=True),
        Column("request_id", Text(), nullable=True),
        Column("causation_id", Uuid(), nullable=True),
        Column("depth", SmallInteger(), nullable=False, server_default=text("0")),
        schema=schema,
    )
    waiting, placed = table.c.position.is_(None), table.c.position.is_not(None)
    Index("_events__seq__idx", table.c.seq, postgresql_where=waiting)
    Index("_events__position__key", table.c.position, unique=True, postgresql_where=placed)
    return table


EVENTS = events_table(MetaData(), SCHEMA)
"""For statements that workspaces share."""
