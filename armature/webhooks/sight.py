"""What a webhook sees: the model as its role does."""

from armature.metadata.access import roles_of, visible
from armature.metadata.model import Snapshot
from armature.metadata.role_names import names_of, narrowing
from armature.schema_builder.run.caller import Caller


def seen_by(snapshot: Snapshot, role: str) -> Snapshot:
    names = narrowing(role)
    return snapshot if names is None else visible(snapshot, roles_of(snapshot, names))


def lost_roles(snapshot: Snapshot, role: str) -> list[str]:
    """Those of its roles that there are no more."""
    return [each for each in names_of(role) if not roles_of(snapshot, [each])]


def caller_of(role: str) -> Caller:
    """Nobody in particular: what row rules ask of the caller, it has not."""
    return Caller("SYSTEM", roles=narrowing(role))
