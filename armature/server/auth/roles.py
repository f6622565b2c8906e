"""The roles that a member or a key has: one name, or several with blanks between them, which add up."""

from collections.abc import Iterable, Sequence
from uuid import UUID

from sqlalchemy import Uuid, bindparam, select

from armature.core.db import Connection, render
from armature.core.errors import BadUserInput, Forbidden
from armature.metadata import roles as kept
from armature.metadata.access import sees_all
from armature.metadata.resolve import did_you_mean
from armature.metadata.role_names import names_of
from armature.metadata.roles import ADMIN, OWNER, STANDARD
from armature.metadata.tables import roles

FULL = (OWNER, ADMIN)
"""Those that administer: a workspace always has a member with one of them."""

MOST = 10


class RoleUnknown(BadUserInput):
    def __init__(self, role: str, hint: str | None = None) -> None:
        super().__init__(f'There is no role "{role[:100]}".', hint=hint, field="role", path=("role",))


class TooManyRoles(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"At most {MOST} roles add up.", hint="Make one of them.", field="role", path=("role",))


class RoleNotYours(Forbidden):
    def __init__(self, role: str) -> None:
        super().__init__(
            f'You may not give the role "{role}".',
            hint="Owners and administrators give every role, others those that they have; owners make owners.",
            field="role",
            path=("role",),
        )


def checked_role(role: str) -> str:
    """As it is kept: what includes everything stands alone. Raises RoleUnknown, TooManyRoles."""
    names = names_of(role)
    if not names:
        raise RoleUnknown(role, hint=f"There is {', '.join(STANDARD)}.")
    if len(names) > MOST:
        raise TooManyRoles
    return next((each for each in FULL if each in names), " ".join(names))


async def known_role(connection: Connection, workspace_id: UUID, role: str) -> str:
    """As `checked_role`, where the workspace has each of them. Raises RoleUnknown too."""
    rows = await connection.fetch(_OWN.sql, *_OWN.arguments({"workspace": workspace_id}))
    check_named(role, [row["name"] for row in rows])
    return checked_role(role)


def check_named(role: str, own: Iterable[str]) -> None:
    """Whether each is a standard role or one of the workspace's own. Raises RoleUnknown."""
    known = {*STANDARD, *own}
    for each in names_of(role):
        if each not in known:
            raise RoleUnknown(each, hint=did_you_mean(each, known) or f"There is {', '.join(sorted(known))}.")


def check_may_give(own: str, role: str) -> None:
    """Nobody makes others, or a key, more than they are. Raises RoleNotYours."""
    for each in names_of(role):
        if not _is_given(names_of(own), each):
            raise RoleNotYours(each)


def may_give(own: str, role: str) -> bool:
    return all(_is_given(names_of(own), each) for each in names_of(role))


def _is_given(mine: Sequence[str], role: str) -> bool:
    if role == OWNER:
        return OWNER in mine
    return sees_all(mine) or role in (*mine, kept.GUEST)


_OWN = render(
    select(roles.c.name).where(
        roles.c.workspace_id == bindparam("workspace", type_=Uuid()), roles.c.deleted_at.is_(None)
    )
)
