"""What the tables of the catalog are made of."""

from typing import Any

from sqlalchemy import Boolean, Column, DateTime, ForeignKey, MetaData, Text, Uuid, func

CATALOG = "armature"

METADATA = MetaData(
    schema=CATALOG,
    naming_convention={
        "pk": "%(table_name)s__pkey",
        "uq": "%(table_name)s__%(column_0_N_name)s__key",
        "ix": "%(table_name)s__%(column_0_N_name)s__idx",
        "fk": "%(table_name)s__%(column_0_N_name)s__fkey",
    },
)


def identifier() -> Column[Any]:
    return Column("id", Uuid(), primary_key=True, server_default=func.uuidv7())


def to(name: str, table: str, *, nullable: bool = False) -> Column[Any]:
    """A reference that goes with what it refers to; one that may be null survives it."""
    ondelete = "SET NULL" if nullable else "CASCADE"
    return Column(name, Uuid(), ForeignKey(f"{CATALOG}.{table}.id", ondelete=ondelete), nullable=nullable)


def text(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Text(), nullable=nullable)


def flag(name: str) -> Column[Any]:
    return Column(name, Boolean(), nullable=False)


def at(name: str) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=True)


def created_at() -> Column[Any]:
    return Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now())
