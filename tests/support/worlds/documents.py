"""A GraphQL document while it is made up: its variables, its fragments, and values as text."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.support.worlds.choices import Choices


class Enum(str):
    """The name of an enum value, which has no quotes in a document."""

    __slots__ = ()


class Variable(str):
    """A `$name` in the place of a value."""

    __slots__ = ()


@dataclass
class Document:
    choices: Choices
    budget: int
    """How many selections may still branch; then each gets but one field."""
    definitions: dict[str, str] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)
    fragments: list[str] = field(default_factory=list)
    portable: dict[str, list[str]] = field(default_factory=dict)
    """By type, the fragments that can be spread anywhere: no response key of theirs is anybody else's."""
    _inside: int = 0
    _count: int = 0

    def fresh(self, prefix: str) -> str:
        self._count += 1
        return f"{prefix}{self._count}"

    def value(self, kind: str, make: Callable[[], Any], *, can_be_absent: bool = False) -> Any:
        """A value of a type that does not end in `!`, or a variable for it."""
        if kind in ("JSON", "JSON!"):
            return self._json(make())
        if self._inside or not self.choices.chance(20):
            return make()
        self._inside += 1
        try:
            return self._variable(kind, make, can_be_absent=can_be_absent)
        finally:
            self._inside -= 1

    def required(self, kind: str, make: Callable[[], Any]) -> Any:
        """As `value`, where null is not allowed: `kind` is still without the `!`."""
        return self.value(f"{kind}!", make)

    def only(self, kind: str, make: Callable[[], Any]) -> Any:
        """As `required`, for the one key of a @oneOf input: a default does not make its variable non-null."""
        return self.value(f"{kind}!!", make)

    def _json(self, value: Any) -> Any:
        """In a document, keys are names: what has others has to be a variable."""
        if is_writable(value) and (self._inside or self.choices.chance(80)):
            return value
        if self._inside:
            return {}
        name = self.fresh("v")
        self.definitions[name] = f"${name}: JSON!"
        self.given[name] = value
        return Variable(f"${name}")

    def _variable(self, kind: str, make: Callable[[], Any], *, can_be_absent: bool) -> Variable:
        name = self.fresh("v")
        with_default = kind[:-1] if kind.endswith("!!") else kind.removesuffix("!")
        kind = kind.replace("!!", "!")
        match self.choices.below(6):
            case 5 if can_be_absent:
                self.definitions[name] = f"${name}: {kind}"
            case 4:
                self.definitions[name] = f"${name}: {with_default} = {written(make())}"
            case 3:
                self.definitions[name] = f"${name}: {with_default} = {written(make())}"
                self.given[name] = make()
            case 2 if not kind.endswith("!"):
                self.definitions[name] = f"${name}: {kind}!"
                self.given[name] = make()
            case _:
                self.definitions[name] = f"${name}: {kind}"
                self.given[name] = make()
        return Variable(f"${name}")

    def boolean(self) -> Any:
        """For @skip and @include."""
        return self.required("Boolean", lambda: self.choices.chance(50))

    def text(self, operation: str, selection: str) -> str:
        """The whole, without variables that were thought of and not used."""
        used = set(re.findall(r"\$(v\d+)", "\n".join([selection, *self.fragments])))
        self.given = {name: value for name, value in self.given.items() if name in used}
        kept = [each for name, each in self.definitions.items() if name in used]
        definitions = f"({', '.join(kept)})" if kept else ""
        return "\n".join([f"{operation}{definitions} {selection}", *self.fragments])


def is_writable(value: Any) -> bool:
    """Whether all keys are GraphQL names."""
    match value:
        case dict():
            return all(re.fullmatch(r"[_A-Za-z][_0-9A-Za-z]*", key) and is_writable(value[key]) for key in value)
        case list():
            return all(map(is_writable, value))
        case _:
            return True


def written(value: Any) -> str:
    """A value as a document has it."""
    match value:
        case Enum() | Variable():
            return str(value)
        case dict():
            return f"{{{', '.join(f'{key}: {written(each)}' for key, each in value.items())}}}"
        case list():
            return f"[{', '.join(map(written, value))}]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def arguments(given: dict[str, Any]) -> str:
    return f"({', '.join(f'{name}: {written(value)}' for name, value in given.items())})" if given else ""
