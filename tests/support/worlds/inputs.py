"""Random arguments: values as a client writes them, filters, orders."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

from armature.metadata.aggregates import FUNCTIONS, fits
from armature.metadata.aggregates import ORDERS as AGGREGATE_ORDERS
from armature.metadata.names import choice_type_name, composite_type_name, snake_case, type_name
from armature.metadata.operators import AT_PATH, OPERATORS, ORDERED
from armature.schema_builder.types.filters import SCALAR_FILTERS
from armature.schema_builder.types.orders import OrderDirection, is_orderable
from armature.schema_builder.types.scalars import item_of
from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany, ToOne, View
from tests.support.oracle.aggregates import is_told
from tests.support.worlds.choices import Choices
from tests.support.worlds.data import State
from tests.support.worlds.documents import Document, Enum, Variable, is_writable
from tests.support.worlds.values import some_value


def type_of(of: ObjectView, entry: Plain) -> str:
    """The GraphQL type of a plain entry, without `!`."""
    item = item_of(entry.scalar) or entry.scalar
    kind = choice_type_name("choice", of.name, entry.name) if item == "ENUM" else item
    return kind if item == entry.scalar else f"[{kind}!]"


def filter_type_of(of: ObjectView, entry: Plain) -> str:
    if entry.scalar in SCALAR_FILTERS:
        return SCALAR_FILTERS[entry.scalar].name
    return choice_type_name("filter", of.name, entry.name)


def as_sent(choices: Choices, scalar: str, value: Any) -> Any:
    """One of the ways a client may write a value."""
    match value:
        case UUID():
            return choices.pick([str(value), str(value), str(value).upper(), value.hex])
        case datetime():
            return _moment_sent(choices, value)
        case Decimal():
            return f"{value:f}"
        case _ if scalar == "ENUM":
            return Enum(value)
        case list() if item_of(scalar) is not None:
            found = [as_sent(choices, str(item_of(scalar)), each) for each in value]
            return found[0] if len(found) == 1 and choices.chance(30) else found
        case _ if scalar == "BigInt":
            return str(value)
        case _ if scalar == "Date":
            return value.isoformat()
        case float() if scalar == "Float" and value.is_integer() and abs(value) < 2**31:
            return choices.pick([value, int(value)])
        case _:
            return value


def _moment_sent(choices: Choices, value: datetime) -> str:
    value = value.astimezone(UTC)
    match choices.below(4):
        case 1:
            return value.isoformat()
        case 2:
            return value.replace(tzinfo=None).isoformat()
        case 3 if 1 < value.year < 9999:
            return value.astimezone(timezone(timedelta(hours=-5, minutes=30))).isoformat()
        case _:
            return value.isoformat().replace("+00:00", "Z")


def told_of(function: str, entry: Plain) -> bool:
    """Whether the function takes such a value, and the oracle can tell what it gives."""
    return fits(function, entry.scalar) and is_told(function, entry)


class Inputs:
    """What can be given as arguments in one world; half of the values come from its rows."""

    def __init__(self, view: View, state: State, document: Document) -> None:
        self.view = view
        self.state = state
        self.document = document
        self.choices = document.choices

    def held(self, of: ObjectView, entry: Plain) -> Any:
        """A value that some record has, or any other."""
        rows = list(self.state[of.object.id].values())
        if rows and self.choices.chance(60):
            found = self.choices.pick(rows)[entry.column]
            if found is not None:
                return found
        if entry.field.relation_id is not None:
            target = self.view.snapshot.link(entry.field).target.id
            if self.state[target]:
                return self.choices.pick(list(self.state[target]))
        return some_value(self.choices, entry.scalar, entry.field)

    def sent(self, of: ObjectView, entry: Plain) -> Any:
        return as_sent(self.choices, entry.scalar, self.held(of, entry))

    def filter(self, of: ObjectView, depth: int = 3) -> Any:
        return self.document.value(
            type_name("filter", of.name), lambda: self.conditions(of, depth), can_be_absent=False
        )

    def conditions(self, of: ObjectView, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for _ in range(self.choices.weighted([(60, 1), (25, 2), (10, 3), (5, 0)])):
            if depth and self.choices.chance(30):
                found |= self._combined(of, depth - 1)
                continue
            entry = self.choices.pick(list(of.entries.values()))
            if isinstance(entry, Plain):
                found[entry.name] = self._operators(of, entry)
            elif isinstance(entry, Composite):
                found[entry.name] = self._within(of, entry)
            elif depth:
                found[entry.name] = self._related(entry, depth - 1)
        return found

    def _combined(self, of: ObjectView, depth: int) -> dict[str, Any]:
        kind = type_name("filter", of.name)
        name = self.choices.pick(("and", "or", "not"))
        if name == "not":
            return {name: self.filter(of, depth)}
        return {name: self.document.value(f"[{kind}!]", lambda: self._filters(of, depth))}

    def _filters(self, of: ObjectView, depth: int) -> Any:
        kind = type_name("filter", of.name)
        count = self.choices.weighted([(20, 1), (50, 2), (20, 3), (10, 0)])
        found = [self.document.required(kind, lambda: self.conditions(of, depth)) for _ in range(count)]
        return found[0] if count == 1 and not isinstance(found[0], Variable) and self.choices.chance(30) else found

    def _related(self, entry: ToOne | ToMany, depth: int) -> Any:
        target = self.view[entry.target]
        if isinstance(entry, ToOne):
            return self.filter(target, depth)
        names = [self.choices.pick(("some", "every", "none")) for _ in range(self.choices.weighted([(90, 1), (10, 2)]))]
        kind = type_name("list_filter", target.name)
        return self.document.value(kind, lambda: {name: self.filter(target, depth) for name in names})

    def _within(self, of: ObjectView, entry: Composite) -> Any:
        kind = composite_type_name("filter", entry.field.kind)
        return self.document.value(kind, lambda: self._some_parts(of, entry))

    def _some_parts(self, of: ObjectView, entry: Composite) -> dict[str, Any]:
        if self.choices.chance(20):
            return {"is": Enum(self.choices.pick(("NULL", "NOT_NULL")))}
        part = self.choices.pick(list(entry.parts.values()))
        return {part.name: self._operators(of, part)}

    def composite(self, of: ObjectView, entry: Composite) -> dict[str, Any]:
        """Some of its parts, as they are written."""
        parts = [each for each in entry.parts.values() if self.choices.chance(50) or each.is_required]
        return {each.name: self._part_sent(of, each) for each in parts}

    def _part_sent(self, of: ObjectView, part: Plain) -> Any:
        """A document may have keys that are no names."""
        return (
            self.document.value("JSON", lambda: self.sent(of, part)) if part.scalar == "JSON" else self.sent(of, part)
        )

    def _operators(self, of: ObjectView, entry: Plain) -> Any:
        return self.document.value(filter_type_of(of, entry), lambda: self._some_operators(of, entry))

    def _some_operators(self, of: ObjectView, entry: Plain) -> dict[str, Any]:
        operators = list(OPERATORS[entry.scalar].items())
        found: dict[str, Any] = {}
        for _ in range(self.choices.weighted([(85, 1), (12, 2), (3, 0)])):
            operator, takes = self.choices.pick(operators)
            kind, make = self._operand(of, entry, operator, takes)
            found[operator] = self.document.value(kind, make, can_be_absent=True)
        return found

    def _operand(self, of: ObjectView, entry: Plain, operator: str, takes: str) -> tuple[str, Any]:
        match takes:
            case "paths":
                return "[JSONPathFilterInput!]", lambda: self._paths(of, entry)
            case "text" if item_of(entry.scalar) is not None:
                items = self.held(of, entry)
                return "String", lambda: self._pattern(operator, self.choices.pick(items) if items else "a")
            case "one" if entry.scalar == "JSON" and operator == "contains":
                return "JSON", lambda: self._part(self.sent(of, entry)) or {}
            case "one":
                return type_of(of, entry), lambda: self.sent(of, entry)
            case "many":
                return f"[{type_of(of, entry)}!]", lambda: self._several(of, entry)
            case "text" if operator == "hasKey":
                return "String", lambda: self.choices.pick(("a", "b", "c", "", "é"))
            case "text":
                return "String", lambda: self._pattern(operator, self.held(of, entry))
            case "null":
                return "NullCheck", lambda: Enum(self.choices.pick(("NULL", "NOT_NULL")))
            case _:
                return "Boolean", lambda: self.choices.chance(50)

    def _several(self, of: ObjectView, entry: Plain) -> Any:
        count = self.choices.weighted([(30, 1), (50, 2), (15, 4), (5, 0)])
        found = [self.document.required(type_of(of, entry), lambda: self.sent(of, entry)) for _ in range(count)]
        return found[0] if count == 1 and not isinstance(found[0], Variable) and self.choices.chance(30) else found

    def _paths(self, of: ObjectView, entry: Plain) -> Any:
        count = self.choices.weighted([(70, 1), (25, 2), (5, 0)])
        found = [self._at_path(of, entry) for _ in range(count)]
        return found[0] if count == 1 and self.choices.chance(50) else found

    def _at_path(self, of: ObjectView, entry: Plain) -> dict[str, Any]:
        path, found = self._inside(self.held(of, entry))
        operators = {each: takes for each, takes in AT_PATH.items() if each != "hasKey"}
        operator, takes = self.choices.pick(list(operators.items()))
        if takes == "text":
            text = found if isinstance(found, str) else "a"
            return {"path": path, operator: self._pattern(operator, text)}
        if takes == "null":
            return {"path": path, operator: Enum(self.choices.pick(("NULL", "NOT_NULL")))}
        if operator in ORDERED and isinstance(found, dict | list):
            found = 1
        value = self._part(found) if operator == "contains" else found
        return {"path": path, operator: 1 if value is None or not is_writable(value) else value}

    def _inside(self, document: Any) -> tuple[list[str], Any]:
        """A way into a document, perhaps one that leads nowhere, and what it leads to."""
        path: list[str] = []
        while self.choices.chance(70):
            match document:
                case dict() if document:
                    path.append(self.choices.pick(list(document)))
                    document = document[path[-1]]
                case list() if document:
                    path.append(str(self.choices.below(len(document))))
                    document = document[int(path[-1])]
                case _:
                    return [*path, "a"], document
        return path, document

    def _part(self, value: Any) -> Any:
        """Something that a document may contain."""
        match value:
            case dict() if value and self.choices.chance(60):
                key = self.choices.pick(list(value))
                return {key: value[key]}
            case list() if value and self.choices.chance(60):
                return self.choices.pick([[self.choices.pick(value)], self.choices.pick(value)])
            case _:
                return value

    def _pattern(self, operator: str, text: str) -> str:
        start = self.choices.below(len(text) + 1)
        part = text[start : start + self.choices.between(0, 4)]
        if operator in ("regex", "iregex"):
            return self._regex(part)
        if operator not in ("like", "ilike"):
            return self.choices.pick([part, text, part.swapcase()])
        escaped = re.sub(r"([\\%_])", r"\\\1", self.choices.pick([part, text]))
        return self.choices.pick([f"%{escaped}%", escaped, f"{escaped}%", f"_{escaped}", f"%{escaped}_%", "%", "_%"])

    def _regex(self, part: str) -> str:
        plain = re.sub(r"[^a-zA-Z0-9]", "", part) or "a"
        return self.choices.pick(
            [f"^{plain}", f"{plain}$", plain, f"{plain}|b", f"^[{plain}]", f"{plain}+", "^.{0,3}$"]
        )

    def orders(self, of: ObjectView) -> Any:
        kind = type_name("order", of.name)
        return self.document.value(f"[{kind}!]", lambda: self._orders(of), can_be_absent=True)

    def _orders(self, of: ObjectView) -> Any:
        kind = type_name("order", of.name)
        count = self.choices.weighted([(50, 1), (35, 2), (10, 3), (5, 0)])
        found = [self.document.required(kind, lambda: self._order(of, 3)) for _ in range(count)]
        return found[0] if count == 1 and not isinstance(found[0], Variable) and self.choices.chance(30) else found

    def _order(self, of: ObjectView, depth: int) -> dict[str, Any]:
        totals = {
            name: entry for name, (form, entry) in of.shown.items() if form == "aggregate" and isinstance(entry, ToMany)
        }
        if totals and self.choices.chance(20):
            name = self.choices.pick(list(totals))
            target = self.view[totals[name].target]
            kind = type_name("aggregate_order", target.name)
            return {name: self.document.only(kind, lambda: self._total(target))}
        entries = [each for each in of.entries.values() if is_orderable(each)]
        ways = [each for each in entries if isinstance(each, ToOne)]
        if ways and depth and self.choices.chance(30):
            entry = self.choices.pick(ways)
            target = self.view[entry.target]
            kind = type_name("order", target.name)
            return {entry.name: self.document.only(kind, lambda: self._order(target, depth - 1))}
        plain = self.choices.pick([each for each in entries if isinstance(each, Plain | Composite)])
        if isinstance(plain, Composite):
            parts = [each for each in plain.parts.values() if is_orderable(each)]
            kind = composite_type_name("order", plain.field.kind)
            return {plain.name: self.document.only(kind, lambda: self._direction_of(self.choices.pick(parts)))}
        return self._direction_of(plain)

    def _direction_of(self, plain: Plain) -> dict[str, Any]:
        return {plain.name: self.document.only("OrderDirection", self._direction)}

    def _total(self, of: ObjectView) -> dict[str, Any]:
        told = [(each, name) for each in FUNCTIONS for name, entry in of.values.items() if told_of(each, entry)]
        if self.choices.chance(40):
            return {"count": self.document.only("OrderDirection", self._direction)}
        function, name = self.choices.pick(told)
        kind = type_name(AGGREGATE_ORDERS[FUNCTIONS[function]], of.name)
        return {
            function: self.document.only(kind, lambda: {name: self.document.only("OrderDirection", self._direction)})
        }

    def _direction(self) -> Enum:
        return Enum(self.choices.pick(tuple(OrderDirection.values)))

    def which(self, of: ObjectView) -> dict[str, Any]:
        """Some of the arguments that narrow and order."""
        found: dict[str, Any] = {}
        if self.choices.chance(45):
            found["filter"] = self.filter(of)
        if self.choices.chance(50):
            found["orderBy"] = self.orders(of)
        return found | self.with_deleted()

    def with_deleted(self) -> dict[str, Any]:
        if not self.choices.chance(15):
            return {}
        return {"withDeleted": self.document.value("Boolean", lambda: self.choices.chance(70), can_be_absent=True)}

    def search(self) -> dict[str, Any]:
        """What to search for, in some objects, narrowed."""
        names = [*self.view.searchable]
        found: dict[str, Any] = {"text": self.document.required("String", self._sought)}
        if self.choices.chance(40):
            some = [self.choices.pick(names) for _ in range(self.choices.between(1, 3))]
            found["objects"] = self.document.value("[String!]", lambda: some)
        if self.choices.chance(30):
            name = self.choices.pick(names)
            found["filter"] = {name: self.filter(self.view.searchable[name])}
        if self.choices.chance(50):
            found["limit"] = self._count()
        return {**found, **self.with_deleted()}

    def _sought(self) -> str:
        """Pieces of what some record holds."""
        pieces = [self._piece() for _ in range(self.choices.weighted([(60, 1), (30, 2), (10, 3)]))]
        return self.choices.pick((" ", " ", " or ", " -")).join(pieces)

    def _piece(self) -> str:
        of = self.choices.pick([*self.view.searchable.values()])
        entry = self.choices.pick(of.sought)
        held = self.held(of, entry)
        text = held if isinstance(held, str) else "".join(held[:1]) if item_of(entry.scalar) else str(held)
        return self.choices.pick([text, text[:4], text[1:5], f'"{text[:9]}"', text.swapcase()])

    def list(self, of: ObjectView) -> dict[str, Any]:
        """Some of the arguments of a list."""
        found = self.which(of)
        if self.choices.chance(35):
            found["limit"] = self._count()
        if self.choices.chance(25):
            found["offset"] = self._count()
        if self.choices.chance(10):
            found |= self._distinct(of)
        if self.choices.chance(3) and "distinctOn" not in found:
            found[self.choices.pick(("filter", "orderBy", "limit", "offset", "withDeleted"))] = None
        return found

    def _distinct(self, of: ObjectView) -> dict[str, Any]:
        """Some fields, and an order that begins with them."""
        ordered = [name for name, entry in of.entries.items() if isinstance(entry, Plain) and is_orderable(entry)]
        names = list(dict.fromkeys(self.choices.pick(ordered) for _ in range(self.choices.between(1, 2))))
        kind = f"[{type_name('field_name', of.name)}!]"
        distinct = self.document.value(kind, lambda: [Enum(snake_case(name).upper()) for name in names])
        orders = [{name: self._direction()} for name in reversed(names)]
        if self.choices.chance(70):
            orders.append({self.choices.pick(ordered): self._direction()})
        return {"distinctOn": distinct, "orderBy": orders if self.choices.chance(80) else []}

    def connection(self, of: ObjectView) -> dict[str, Any]:
        """Some of the arguments of a connection, but for cursors."""
        found = self.which(of)
        if self.choices.chance(50):
            found[self.choices.pick(("first", "last"))] = self._count()
        if self.choices.chance(3):
            found[self.choices.pick(("filter", "orderBy", "after", "before", "withDeleted"))] = None
        return found

    def aggregate(self, of: ObjectView) -> dict[str, Any]:
        """Some of the arguments of an aggregate."""
        found = {"filter": self.filter(of)} if self.choices.chance(45) else {}
        return found | self.with_deleted()

    def group_keys(self, of: ObjectView) -> Sequence[tuple[str, ...]]:
        """Some ways to values, no two the same."""
        return tuple(dict.fromkeys(self._way(of, 2) for _ in range(self.choices.between(1, 2))))

    def _way(self, of: ObjectView, depth: int) -> tuple[str, ...]:
        ways = [each for each in of.entries.values() if isinstance(each, ToOne)]
        if ways and depth and self.choices.chance(30):
            entry = self.choices.pick(ways)
            return (entry.name, *self._way(self.view[entry.target], depth - 1))
        # of equal decimals PostgreSQL shows one, with as many zeros as that has
        exact = [name for name, each in of.values.items() if is_orderable(each) and each.scalar != "Decimal"]
        return (self.choices.pick(exact),)

    def groups(self, of: ObjectView, keys: Sequence[tuple[str, ...]]) -> dict[str, Any]:
        """Some of the arguments of groups by these keys."""

        def by(way: tuple[str, ...]) -> dict[str, Any]:
            name, *further = way
            return {name: by(tuple(further))} if further else {"field": Enum(snake_case(name).upper())}

        found = {"by": [by(each) for each in keys], **self.aggregate(of)}
        if self.choices.chance(30):
            found["having"] = self._having(2)
        if self.choices.chance(30):
            found["orderBy"] = [{"count": self._direction()}]
        if self.choices.chance(30):
            found["limit"] = self._count()
        if self.choices.chance(20):
            found["offset"] = self._count()
        return found

    def _having(self, depth: int) -> dict[str, Any]:
        if depth and self.choices.chance(40):
            word = self.choices.pick(("and", "or", "not"))
            if word == "not":
                return {word: self._having(depth - 1)}
            return {word: [self._having(depth - 1) for _ in range(self.choices.between(0, 2))]}
        return {"count": {self.choices.pick(("gt", "lte", "eq", "neq")): self.choices.between(0, 3)}}

    def _count(self) -> Any:
        return self.document.value("Int", lambda: self.choices.pick((3, 1, 0, 2, 5, 10)), can_be_absent=True)

    def unique(self, of: ObjectView) -> Mapping[str, Any]:
        """One record, by its id or a unique field: `@oneOf`."""
        name, entry = self.choices.pick(list(of.unique_entries.items()))
        return {name: self.document.only(type_of(of, entry), lambda: self.sent(of, entry))}

    def id(self, of: ObjectView) -> Any:
        entry = of.unique_entries["id"]
        return self.document.required("ID", lambda: self.sent(of, entry))
