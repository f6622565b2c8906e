"""How many items a list of the control plane may be asked for at once."""

from armature.core.errors import BadUserInput


class LimitUnfit(BadUserInput):
    def __init__(self, limit: int, most: int) -> None:
        super().__init__(f"limit must be between 1 and {most}, not {limit}.", path=("limit",))


def check_limit(limit: int, most: int) -> None:
    """Raises LimitUnfit."""
    if not 1 <= limit <= most:
        raise LimitUnfit(limit, most)
