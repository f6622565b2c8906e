"""What callers see of the models that this process knows: made once for each set of roles and version."""

from collections.abc import Sequence
from uuid import UUID

from armature.core.lru import Lru
from armature.metadata.access import roles_of, visible
from armature.metadata.model import Snapshot


class Sights:
    def __init__(self, size: int) -> None:
        self._known: Lru[tuple[UUID, Sequence[str]], Snapshot] = Lru(size)

    def of(self, snapshot: Snapshot, roles: Sequence[str]) -> Snapshot:
        """The model as these roles see it."""
        key = (snapshot.workspace_id, roles)
        known = self._known.get(key)
        if known is not None and known.sight is not None and known.sight.whole is snapshot:
            return known
        return self._known.put(key, visible(snapshot, roles_of(snapshot, roles), known))
