"""How a client's data refers to another record, by `company` or by `companyId`, and what can be wrong with that.

The same for one record, whose values are binds when it is planned, and for many, whose values are there: what is read
here is structure only.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from armature.core.errors import BadUserInput
from armature.metadata.model import Object

Path = tuple[str | int, ...]
"""Where a client wrote something: `data`, 1, `company`."""

DATA: Path = ("data",)


def shown_path(path: Sequence[str | int]) -> str:
    """data[1].company"""
    return "".join([f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]).removeprefix(".")


class DataRefused(BadUserInput):
    """Something in a mutation's data is wrong; `what` goes on behind its path."""

    def __init__(self, path: Path, what: str, *, hint: str | None = None) -> None:
        field = next((step for step in reversed(path) if isinstance(step, str)), None)
        super().__init__(f"{shown_path(path)}: {what}", hint=hint, field=field, path=path)


class GivenTwice(DataRefused):
    def __init__(self, path: Path, name: str) -> None:
        super().__init__((*path, name), f'both "{name}" and "{name}Id" are given.', hint="Give one of them.")


class NothingConnected(DataRefused):
    def __init__(self, path: Path, name: str) -> None:
        super().__init__(path, "it is null.", hint=f"Write {{disconnect: true}}, or {name}Id: null.")


class NotDisconnected(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(path, "disconnect takes true.")


class NestedInUpsert(DataRefused):
    def __init__(self, path: Path) -> None:
        super().__init__(
            path,
            "nothing can be nested in a record that may be there already.",
            hint="Leave out onConflict, or write what is nested by itself.",
        )


class NothingToConnect(DataRefused):
    """No visible record has this value of a unique field."""

    def __init__(self, path: Path, to: Object, by: str, value: Any) -> None:
        shown = str(value) if len(str(value)) <= 60 else f"{str(value)[:57]}…"
        super().__init__(path, f"there is no {to.label_singular} with {by} {shown}.", hint="It may have been deleted.")


class United(dict[str, Any]):
    """Data with relations in the place of what unites them; `places` says where a client wrote these."""

    def __init__(self, data: Mapping[str, Any], places: Mapping[str, Path]) -> None:
        super().__init__(data)
        self.places = places


def place_in(data: Mapping[str, Any], name: str) -> Path:
    """Where a relation stands in a record's data as the client wrote it."""
    return data.places.get(name, (name,)) if isinstance(data, United) else (name,)


def without(data: Mapping[str, Any], names: Collection[str]) -> Mapping[str, Any]:
    found = {name: value for name, value in data.items() if name not in names}
    return United(found, data.places) if isinstance(data, United) else found


@dataclass(frozen=True, slots=True)
class Connect:
    """To the record with this value of a unique field; `place` is where the data say so."""

    place: Path
    by: str
    value: Any


@dataclass(frozen=True, slots=True)
class Disconnect:
    """`confirmed` must turn out to be true."""

    place: Path
    confirmed: Any


@dataclass(frozen=True, slots=True)
class Create:
    """A record that is to be made first."""

    data: Any


Reference = Connect | Disconnect | Create


def reference(relation: str, data: Mapping[str, Any], path: Path) -> Reference | None:
    """What one record's data says of a to-one relation; None where it says nothing, or null by `companyId`.

    Raises DataRefused.
    """
    key = f"{relation}Id"
    if relation not in data:
        return None if data.get(key) is None else Connect((key,), "id", data[key])
    if key in data:
        raise GivenTwice(path, relation)
    given, place = data[relation], place_in(data, relation)
    if given is None:
        raise NothingConnected((*path, *place), relation)
    if "disconnect" in given:
        return Disconnect(place, given["disconnect"])
    if "create" in given:
        return Create(given["create"])
    return Connect(place, *unique_value(given["connect"], (*path, *place, "connect")))


def unique_value(given: Mapping[str, Any] | None, path: Path) -> tuple[str, Any]:
    """The unique field and its value that an id or a `where` names."""
    where = (given if "id" in given else given.get("where")) if given is not None else None
    (name, value), *_ = where.items() if where else [("id", None)]
    if value is None:
        raise DataRefused(path, "it takes an id or a unique field.")
    return name, value


def check_confirmed(value: Any, path: Path) -> None:
    if value is not True:
        raise NotDisconnected(path)
