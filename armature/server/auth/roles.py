"""The roles there are. One for now; what a role may do belongs into the plan, not here."""

from armature.core.errors import BadUserInput

ADMIN = "admin"
ROLES = (ADMIN,)
FULL = (ADMIN,)
"""Those that administer: a workspace always has a member with one of them."""


class RoleUnknown(BadUserInput):
    def __init__(self, role: str) -> None:
        super().__init__(
            f'There is no role "{role[:100]}".', hint=f"There is {', '.join(ROLES)}.", field="role", path=("role",)
        )


def checked_role(role: str) -> str:
    """Raises RoleUnknown."""
    if role not in ROLES:
        raise RoleUnknown(role)
    return role
