"""Operations made from nothing but a schema: every field and every input may come, with values that fit and that don't.

The other random operations know what they ask for, and what must come back; these know neither.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.support.worlds.choices import Choices
from tests.support.worlds.documents import Enum, Variable, arguments
from tests.support.worlds.values import DOCUMENTS, TEXTS

DEEPEST = 4
MOST_NODES = 20

WELL_FORMED: Mapping[str, Sequence[Any]] = {
    "String": (*TEXTS, "Europe/Berlin", "CHF", "ada@example.com", "+41446681800", "https://example.com", "(", "a{9}"),
    "Int": (0, 1, 2, 3, 5, -1, 100, 2**31 - 1, -(2**31)),
    "Float": (0.0, 1.5, -1e300, 5e-324, 1e22, 3),
    "Boolean": (True, False),
    "BigInt": ("0", "1", str(2**63 - 1), str(-(2**63)), 7),
    "Decimal": ("0", "-1.50", "1e3", "12345678901234567890.123456789", "1e-900", 3, 2.5),
    "Date": ("2024-02-29", "0001-01-01", "9999-12-31"),
    "DateTime": (
        "2024-01-01T00:01:01Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z", "2024-02-29T12:00:00+14:00",
    ),
    "JSON": DOCUMENTS,
    "ID": ("00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"),
    "UUID": ("00000000-0000-0000-0000-000000000001", "0123456789abcdef0123456789abcdef"),
}  # fmt: skip

HOSTILE: tuple[Any, ...] = (
    "", "x" * 5_000, "\x00", "9" * 400, "NaN", "Infinity", "-infinity", "2024-02-30", "now()", "'; --",
    "((((a+)+)+)+)+$", "%" * 200, -1, 0, 2**31, 2**63, 10**400, 1e308, -0.0, True, False, [], {}, [[]], [None],
    {"a": 1}, None,
)  # fmt: skip


@dataclass
class Known:
    """What answers have told so far: ids of records that are there, cursors, moments."""

    found: dict[str, list[Any]] = field(default_factory=lambda: {"ID": [], "cursor": [], "DateTime": []})

    def learn(self, answer: Any) -> None:
        match answer:
            case dict():
                for key, value in answer.items():
                    self._note(key, value)
                    self.learn(value)
            case list():
                for each in answer:
                    self.learn(each)

    def _note(self, key: str, value: Any) -> None:
        for suffix, kind in (("id", "ID"), ("cursor", "cursor"), ("At", "DateTime")):
            if isinstance(value, str) and key.lower().endswith(suffix.lower()):
                self.found[kind] = [value, *self.found[kind]][:200]


@dataclass
class Anything:
    """One operation while it is made up."""

    choices: Choices
    schema: GraphQLSchema
    known: Known
    definitions: list[str] = field(default_factory=list)
    given: dict[str, Any] = field(default_factory=dict)
    nodes: int = 0

    def operation(self, *, writes: bool) -> str:
        of = self.schema.mutation_type if writes else self.schema.query_type
        assert of is not None
        names = [self.choices.pick(list(of.fields)) for _ in range(self.choices.between(1, 2))]
        fields = " ".join(self._field(name, of.fields[name], 0) for name in names)
        kind = "mutation" if writes else "query"
        atomic = " @atomic" if writes and self.choices.chance(20) else ""
        variables = f"({', '.join(self.definitions)})" if self.definitions else ""
        return f"{kind}{variables}{atomic} {{ {fields} }}"

    def _field(self, name: str, of: GraphQLField, depth: int) -> str:
        self.nodes += 1
        given = arguments(self._arguments(of.args, depth))
        return f"f{self.nodes}_{name[:40]}: {name}{given}{self._selection(of, depth + 1)}"

    def _selection(self, of: GraphQLField, depth: int) -> str:
        kind = get_named_type(of.type)
        if isinstance(kind, GraphQLUnionType):
            parts = [f"... on {each.name} {self._fields(each, depth)}" for each in self._some(kind.types)]
            return f" {{ __typename {' '.join(parts)} }}"
        return f" {self._fields(kind, depth)}" if isinstance(kind, GraphQLObjectType) else ""

    def _fields(self, of: GraphQLObjectType, depth: int) -> str:
        deep = depth >= DEEPEST or self.nodes > MOST_NODES
        names = [name for name, each in of.fields.items() if not deep or is_leaf_type(get_named_type(each.type))]
        shown = [self._field(name, of.fields[name], depth) for name in self._some(names)]
        if "id" in of.fields:
            shown.append("id")
        return f"{{ {' '.join(shown) or '__typename'} }}"

    def _some(self, options: Iterable[Any]) -> list[Any]:
        found = list(options)
        return [self.choices.pick(found) for _ in range(self.choices.between(1, 3))] if found else []

    # What is given

    def _arguments(self, args: Mapping[str, GraphQLArgument], depth: int) -> dict[str, Any]:
        wanted = {
            name: each
            for name, each in args.items()
            if isinstance(each.type, GraphQLNonNull) or self.choices.chance(35)
        }
        return {name: self._argument(name, each.type, depth) for name, each in wanted.items()}

    def _argument(self, name: str, kind: GraphQLInputType, depth: int) -> Any:
        if name in ("after", "before") and self.known.found["cursor"] and self.choices.chance(70):
            return self.choices.pick(self.known.found["cursor"])
        if self.choices.chance(50):
            return self._value(kind, depth, inline=True)
        variable = f"v{len(self.given)}"
        self.definitions.append(f"${variable}: {kind}")
        self.given[variable] = self._value(kind, depth, inline=False)
        return Variable(f"${variable}")

    def _value(self, kind: GraphQLInputType, depth: int, *, inline: bool) -> Any:
        if not inline and self.choices.chance(1):
            return self.choices.pick(HOSTILE)
        if isinstance(kind, GraphQLNonNull):
            return self._value(kind.of_type, depth, inline=inline)
        if self.choices.chance(1):
            return None
        if isinstance(kind, GraphQLList):
            return [self._value(kind.of_type, depth + 1, inline=inline) for _ in range(self.choices.below(4))]
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind, depth, inline=inline)
        if isinstance(kind, GraphQLEnumType):
            value = self.choices.pick(list(kind.values))
            return Enum(value) if inline else value
        return self._scalar(kind)

    def _object(self, kind: GraphQLInputObjectType, depth: int, *, inline: bool) -> dict[str, Any]:
        names = list(kind.fields)
        if depth > DEEPEST:
            names = [each for each in names if is_leaf_type(get_named_type(kind.fields[each].type))] or names
        if kind.is_one_of:
            chosen = [self.choices.pick(names)]
        else:
            chosen = [each for each in names if isinstance(kind.fields[each].type, GraphQLNonNull)]
            chosen += self._some(names) if depth <= 2 * DEEPEST else []
        return {name: self._value(kind.fields[name].type, depth + 1, inline=inline) for name in dict.fromkeys(chosen)}

    def _scalar(self, kind: GraphQLInputType) -> Any:
        assert isinstance(kind, GraphQLScalarType)
        if self.choices.chance(1):
            return self.choices.pick(HOSTILE[:-1])
        learnt = self.known.found.get(kind.name)
        if learnt and self.choices.chance(70):
            return self.choices.pick(learnt)
        return self.choices.pick(WELL_FORMED[kind.name])
