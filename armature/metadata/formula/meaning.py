"""A formula's tree becomes SQL, with its type inferred on the way."""

from collections.abc import Callable, Sequence

from sqlalchemy import Text, cast, literal, null

from armature.metadata.formula.functions import FUNCTIONS, OPERATORS, Function, Takes, as_day, as_text
from armature.metadata.formula.syntax import Call, FieldName, FormulaInvalid, Literal, Node, parsed
from armature.metadata.formula.values import COLUMN_TYPES, Value, ValueType, number

MOST_PARTS = 100
"""Each costs time for every record read, and room on the stack here and in SQLAlchemy."""

NAMES: dict[str, str] = {"moment": "time", "nothing": "null"}


class TooManyParts(FormulaInvalid):
    def __init__(self, at: int) -> None:
        super().__init__(f"it has more than {MOST_PARTS} parts, with those of the formulas it uses.", at)


class Budget:
    """How many parts are left, those of formulas within formulas included."""

    def __init__(self) -> None:
        self._left = MOST_PARTS

    def spend(self, at: int) -> None:
        self._left -= 1
        if self._left < 0:
            raise TooManyParts(at)


Lookup = Callable[[str], Value | None]
"""What a name stands for; None for what a formula can't use."""


def compiled(text: str, lookup: Lookup, known: Sequence[str] = (), budget: Budget | None = None) -> Value:
    """`known` are the names to suggest. Raises FormulaInvalid."""
    return _Compiler(lookup, known, budget or Budget()).value(parsed(text))


class _Compiler:
    def __init__(self, lookup: Lookup, known: Sequence[str], budget: Budget) -> None:
        self._lookup = lookup
        self._known = known
        self._budget = budget

    def value(self, node: Node) -> Value:
        self._budget.spend(node.at)
        match node:
            case Literal():
                return _literal(node)
            case FieldName():
                return self._field(node)
            case Call():
                return self._call(node)

    def _field(self, node: FieldName) -> Value:
        found = self._lookup(node.name)
        if found is None:
            own = "Values of other records, as relations and rollups have them, it can't."
            hint = f"It can use {', '.join(self._known)}. {own}" if self._known else own
            raise FormulaInvalid(f'there is no "{node.name}" that a formula can use.', node.at, hint)
        return found

    def _call(self, node: Call) -> Value:
        function = OPERATORS.get(node.name) or FUNCTIONS.get(node.name)
        if function is None:
            hint = f"The functions are {', '.join(FUNCTIONS)}."
            raise FormulaInvalid(f'there is no function "{node.name}".', node.at, hint)
        _check_count(node, function)
        given = [self.value(each) for each in node.arguments]
        same = _common(node, function, given)
        values = [_fitted(node, value, _asked(function.taken(at), same)) for at, value in enumerate(given)]
        gives = same if function.gives == "same" else function.gives
        return Value(gives, function.sql(*(each.sql for each in values)), any(each.exact for each in given))


def _literal(node: Literal) -> Value:
    match node.kind:
        case "number":
            return Value("number", number(node.text))
        case "text":
            quote = node.text[0]
            text = node.text[1:-1].replace(quote * 2, quote)
            return Value("text", cast(literal(text, Text()), Text()))
        case _:
            if node.text == "null":
                return Value("nothing", cast(null(), Text()))
            return Value("boolean", literal(node.text == "true"))


def _check_count(node: Call, function: Function) -> None:
    count, most = len(node.arguments), function.most
    if count < function.least or (most is not None and count > most):
        wanted = f"{function.least}" if most == function.least else f"{function.least} to {most or 'any number of'}"
        values = "value" if wanted == "1" else "values"
        raise FormulaInvalid(f"{node.name} takes {wanted} {values}, not {count}.", node.at)


def _common(node: Call, function: Function, given: Sequence[Value]) -> ValueType:
    """The type that arguments which must be alike have; a null is like any, a date and a time are compared as days."""
    types = {value.type for at, value in enumerate(given) if function.taken(at) == "same"} - {"nothing"}
    if types == {"date", "moment"}:
        return "date"
    if len(types) > 1:
        listed = " and ".join(sorted(NAMES.get(each, each) for each in types))
        raise FormulaInvalid(f"{node.name} needs values of one type, not {listed}.", node.at)
    return next(iter(types), "text")


def _asked(takes: Takes, same: ValueType) -> Takes:
    return same if takes == "same" else takes


def _fitted(node: Call, value: Value, wanted: Takes) -> Value:
    if wanted in ("any", value.type):
        return value
    if value.type == "nothing":
        return Value(value.type, cast(null(), COLUMN_TYPES[wanted]))  # type: ignore[index]  # "any" is dealt with
    if wanted == "text" and node.name in ("&", "TEXT"):
        return Value("text", as_text(value))
    if wanted == "date" and value.type == "moment":
        return Value("date", as_day(value.sql))
    names = NAMES.get(wanted, wanted), NAMES.get(value.type, value.type)
    hint = 'TEXT(…) makes a text of anything, NUMBER("…") a number.' if "text" in names else None
    raise FormulaInvalid(f"{node.name} takes a {names[0]} here, not a {names[1]}.", node.at, hint)
