"""The versions of a model, as the control plane shows them: who made which, when, and what it changed."""

from datetime import datetime

import strawberry
from asyncpg import Record
from strawberry import Info
from strawberry.scalars import JSON

from armature.migrations.workspace.journal import history
from armature.server.control.account_types import ApiKey, User, api_key_of, present, user_of
from armature.server.control.context import Context
from armature.server.control.page_size import check_limit

MOST_VERSIONS = 200


@strawberry.type(description="A version of the model, and what led to it.")
class ModelVersion:
    row: strawberry.Private[Record]
    version: int
    created_at: datetime
    summary: list[str] = strawberry.field(description="A line for each step.")
    changes: JSON = strawberry.field(description="The steps, each under the key it has in ChangeInput.")

    @strawberry.field
    async def created_by(self, info: Info[Context, None]) -> User | None:
        """Null for a version made by an API key, or on the command line."""
        user_id = self.row["created_by"]
        return None if user_id is None else user_of(present(await info.context.loaders.user.load(user_id)))

    @strawberry.field
    async def created_by_api_key(self, info: Info[Context, None]) -> ApiKey | None:
        """Null for a version made by a user, or on the command line."""
        key_id = self.row["created_by_key"]
        return None if key_id is None else api_key_of(present(await info.context.loaders.api_key.load(key_id)))


async def versions_of(context: Context, before: int | None, limit: int) -> list[ModelVersion]:
    """Raises LimitUnfit."""
    check_limit(limit, MOST_VERSIONS)
    async with context.db.connection() as connection:
        rows = await history(connection, context.place().workspace_id, before=before, limit=limit)
    return [_version(each) for each in await context.listed(rows)]


def _version(row: Record) -> ModelVersion:
    return ModelVersion(
        row=row,
        version=row["version"],
        created_at=row["created_at"],
        summary=row["summary"],
        changes=JSON(row["changes"]),
    )
