"""Indexes, as the control plane shows them: what the model says of them, and what has become of them."""

from enum import Enum

import strawberry
from strawberry import ID, Info
from strawberry.scalars import JSON

from armature.metadata import model
from armature.metadata.indexes import part_names
from armature.metadata.model import Snapshot
from armature.migrations.workspace.index_standing import Standing
from armature.schema_builder.indexes import built_of
from armature.server.control.context import Context
from armature.server.control.jobs import Job, job_of


@strawberry.enum(description="What an index is good for.")
class IndexType(Enum):
    BTREE = strawberry.enum_value("BTREE", description="For values that are compared, and for orders.")
    GIN = strawberry.enum_value("GIN", description="For what lists, choices and documents contain.")
    TRIGRAM = strawberry.enum_value("TRIGRAM", description="For parts of texts: contains, icontains, ilike, regex.")
    HNSW_COSINE = strawberry.enum_value("HNSW_COSINE", description="For the nearest vectors by this metric.")
    HNSW_L2 = strawberry.enum_value("HNSW_L2", description="For the nearest vectors by this metric.")
    HNSW_INNER_PRODUCT = strawberry.enum_value(
        "HNSW_INNER_PRODUCT", description="For the nearest vectors by this metric."
    )


@strawberry.enum(description="As OrderDirection of lists; an index serves an order and its opposite.")
class IndexOrder(Enum):
    ASC = "ASC"
    DESC = "DESC"
    ASC_NULLS_FIRST = "ASC_NULLS_FIRST"
    ASC_NULLS_LAST = "ASC_NULLS_LAST"
    DESC_NULLS_FIRST = "DESC_NULLS_FIRST"
    DESC_NULLS_LAST = "DESC_NULLS_LAST"


@strawberry.enum(description="Whether an index can be used.")
class IndexState(Enum):
    BUILDING = strawberry.enum_value("BUILDING", description="A job builds it, or will.")
    READY = "READY"
    FAILED = strawberry.enum_value("FAILED", description="The job gave up: its error says why. It can be tried again.")


@strawberry.type
class IndexField:
    field: str = strawberry.field(description="Its name; of a composite, that of a part: address.city.")
    order: IndexOrder


@strawberry.type(description="Makes filters and orders over some fields fast, or their values unique.")
class Index:
    snapshot: strawberry.Private[Snapshot]
    owner: strawberry.Private[model.Object]
    of: strawberry.Private[model.Index]
    id: ID
    name: str
    type: IndexType
    is_unique: bool = strawberry.field(description="Among records that are not deleted.")
    where: JSON | None = strawberry.field(description="Only records that meet this filter are in it.")

    @strawberry.field
    def fields(self) -> list[IndexField]:
        names = part_names(self.owner, self.of)
        return [
            IndexField(field=name, order=IndexOrder[each.order])
            for name, each in zip(names, self.of.parts, strict=True)
        ]

    @strawberry.field
    async def state(self, info: Info[Context, None]) -> IndexState:
        return IndexState[(await self._standing(info)).state]

    @strawberry.field
    async def progress(self, info: Info[Context, None]) -> float:
        """From 0 to 1."""
        return (await self._standing(info)).progress

    @strawberry.field
    async def error(self, info: Info[Context, None]) -> str | None:
        """Why its job gave up, or why it will be tried again."""
        return (await self._standing(info)).error

    @strawberry.field
    async def job(self, info: Info[Context, None]) -> Job | None:
        """The last one that had to do with it."""
        found = (await self._standing(info)).job
        return None if found is None else job_of(found)

    async def _standing(self, info: Info[Context, None]) -> Standing:
        built = built_of(self.snapshot, self.owner, self.of)
        return await info.context.loaders.index_standing.load((self.snapshot.schema, self.of.id, built.name))


def index_of(snapshot: Snapshot, owner: model.Object, of: model.Index) -> Index:
    return Index(
        snapshot=snapshot,
        owner=owner,
        of=of,
        id=ID(str(of.id)),
        name=of.name,
        type=IndexType[of.type],
        is_unique=of.is_unique,
        where=None if of.where is None else JSON(of.where),
    )
