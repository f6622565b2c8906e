"""The packs there are: ready-made models that a workspace can begin with."""

from collections.abc import Mapping, Sequence

from armature.core.errors import BadUserInput
from armature.metadata.changes import Change
from armature.metadata.packs.crm import CRM

PACKS: Mapping[str, Sequence[Change]] = {"crm": CRM}
DEFAULT = "crm"


class PackUnknown(BadUserInput):
    def __init__(self, name: str) -> None:
        super().__init__(
            f'There is no pack "{name[:100]}".', hint=f"There is {', '.join(PACKS)}.", field="pack", path=("pack",)
        )


def pack_named(name: str | None) -> Sequence[Change]:
    """The steps that make the pack; none for None, which is the empty pack. Raises PackUnknown."""
    if name is None:
        return ()
    if name not in PACKS:
        raise PackUnknown(name)
    return PACKS[name]
