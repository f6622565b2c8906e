"""Which events a webhook wants: company.created, company.*, *.deleted, model.changed. Objects are kept by id."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args
from uuid import UUID

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata.model import Object, Snapshot
from armature.metadata.resolve import did_you_mean, find_object

Action = Literal["CREATED", "UPDATED", "DELETED", "RESTORED", "DESTROYED"]
ACTIONS: tuple[Action, ...] = get_args(Action)

MODEL_CHANGED = "model.changed"
ANY = "*"
MOST = 50


class EventUnknown(BadUserInput):
    def __init__(self, event: str, at: int, hint: str | None = None) -> None:
        known = ", ".join(each.lower() for each in ACTIONS)
        super().__init__(
            f'"{event[:100]}" is no event.',
            hint=hint or f"Such as company.created, company.*, *.deleted or {MODEL_CHANGED}; what happens: {known}.",
            field="events",
            path=("events", at),
        )


class EventsUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(f"A webhook has 1 to {MOST} events.", field="events", path=("events",))


@dataclass(frozen=True, slots=True)
class Pattern:
    """`object` and `action` may be None: any. `is_model`: changes of the model, and nothing else."""

    object: UUID | None = None
    action: Action | None = None
    is_model: bool = False

    @classmethod
    def kept(cls, given: Mapping[str, Any]) -> "Pattern":
        """As `keep` gave it."""
        if given.get("model"):
            return MODEL
        return cls(UUID(given["object"]) if given.get("object") else None, given.get("action"))

    def keep(self) -> dict[str, Any]:
        if self.is_model:
            return {"model": True}
        return {"object": str(self.object) if self.object else None, "action": self.action}

    def includes(self, object_id: UUID, action: str) -> bool:
        return not self.is_model and self.object in (None, object_id) and self.action in (None, action)


MODEL = Pattern(is_model=True)


def read_patterns(snapshot: Snapshot, given: list[str]) -> tuple[Pattern, ...]:
    """Raises EventsUnfit, EventUnknown."""
    if not 1 <= len(given) <= MOST:
        raise EventsUnfit
    return tuple(dict.fromkeys(_read(snapshot, each, at) for at, each in enumerate(given)))


def _read(snapshot: Snapshot, event: str, at: int) -> Pattern:
    if event == MODEL_CHANGED:
        return MODEL
    of, _, word = event.partition(".")
    action = ACTION_OF.get(word)
    if action is None and word != ANY:
        raise EventUnknown(event, at, did_you_mean(word, ACTION_OF))
    if of == ANY:
        return Pattern(None, action)
    try:
        return Pattern(find_object(snapshot, of).id, action)
    except ArmatureError as error:
        raise EventUnknown(event, at, error.hint) from error


def spelt(snapshot: Snapshot, pattern: Pattern) -> str:
    """With the name that its object has now, or had last."""
    if pattern.is_model:
        return MODEL_CHANGED
    of = ANY if pattern.object is None else name_of(snapshot, pattern.object)
    return f"{of}.{ANY if pattern.action is None else pattern.action.lower()}"


def name_of(snapshot: Snapshot, object_id: UUID) -> str:
    found = snapshot.objects.get(object_id)
    return str(object_id) if found is None else found.name_singular


def actions_on(patterns: Iterable[Pattern], object_id: UUID) -> tuple[Action, ...]:
    """What is told of the records of an object."""
    patterns = tuple(patterns)
    return tuple(each for each in ACTIONS if any(pattern.includes(object_id, each) for pattern in patterns))


def only_object(snapshot: Snapshot, patterns: Iterable[Pattern]) -> Object | None:
    """The one object that all of them are about."""
    ids = {each.object for each in patterns}
    (one,) = ids if len(ids) == 1 else (None,)
    return None if one is None else snapshot.objects.get(one)


ACTION_OF: Mapping[str, Action] = {each.lower(): each for each in ACTIONS}
