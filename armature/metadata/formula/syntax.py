"""The language of formulas: text becomes a tree.

    formula    = or
    or         = and ("or" and)*            and        = not ("and" not)*
    not        = "not" not | comparison     comparison = joined [("=" | "!=" | "<" | "<=" | ">" | ">=") joined]
    joined     = sum ("&" sum)*             sum        = product (("+" | "-") product)*
    product    = signed (("*" | "/" | "%") signed)*
    signed     = "-" signed | atom
    atom       = number | text | "true" | "false" | "null" | NAME "(" [or ("," or)*] ")" | field | "(" or ")"

A field is the API name of one of the object's own, or `address.city` for a part of one. Functions and words are
written in any case. Texts stand in "…" or '…', a quote inside is written twice.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from armature.core.errors import BadUserInput

LONGEST = 2_000  # characters
DEEPEST = 50

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<number>\d+(?:\.\d+)?)
    | (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9]*)?)
    | (?P<sign><=|>=|!=|<>|[-+*/%&=<>(),])
    )""",
    re.VERBOSE,
)
WORDS = frozenset({"and", "or", "not", "true", "false", "null"})


class FormulaInvalid(BadUserInput):
    """`at` counts characters of the formula from 0."""

    def __init__(self, problem: str, at: int, hint: str | None = None) -> None:
        self.problem = problem
        super().__init__(
            f"The formula can't be read at character {at + 1}: {problem}", hint=hint, path=("settings", "expression")
        )


@dataclass(frozen=True, slots=True)
class Token:
    kind: str
    text: str
    at: int

    def is_word(self, word: str) -> bool:
        return self.kind == "name" and self.text.lower() == word

    def is_sign(self, *signs: str) -> bool:
        return self.kind == "sign" and self.text in signs


@dataclass(frozen=True, slots=True)
class Literal:
    """A number keeps its digits as they were written."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class FieldName:
    name: str
    at: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function, or an operator: `name` is a key of functions.FUNCTIONS or OPERATORS."""

    name: str
    arguments: tuple["Node", ...]
    at: int


Node = Literal | FieldName | Call


def parsed(text: str) -> Node:
    """Raises FormulaInvalid."""
    if len(text) > LONGEST:
        raise FormulaInvalid(f"it has {len(text):,} characters, at most {LONGEST:,} are read.", LONGEST)
    parser = _Parser(tuple(tokens(text)), len(text))
    node = parser.either()
    if (rest := parser.peek()) is not None:
        raise FormulaInvalid(f'"{rest.text}" is not expected here.', rest.at)
    return node


def tokens(text: str) -> Iterator[Token]:
    at = 0
    end = len(text.rstrip())
    while at < end:
        found = _TOKEN.match(text, at)
        if found is None or found.lastgroup is None:
            at += len(text[at:]) - len(text[at:].lstrip())
            raise FormulaInvalid(_unread(text[at]), at)
        yield Token(found.lastgroup, found[found.lastgroup], found.start(found.lastgroup))
        at = found.end()


def _unread(character: str) -> str:
    if character in "\"'":
        return f"the text that begins here does not end: {character} is missing."
    return f'"{character}" means nothing here.'


def field_names(text: str) -> set[str]:
    """The names of the fields a formula uses, without those of their parts. The formula is known to be valid."""
    return {each.text.partition(".")[0] for each in _fields(text)}


def renamed(text: str, old: str, new: str) -> str:
    """The formula with a field called by its new name."""
    for each in reversed(list(_fields(text))):
        name, dot, part = each.text.partition(".")
        if name == old:
            text = f"{text[: each.at]}{new}{dot}{part}{text[each.at + len(each.text) :]}"
    return text


def _fields(text: str) -> Iterator[Token]:
    found = list(tokens(text))
    for each, following in zip(found, [*found[1:], None], strict=True):
        is_call = following is not None and following.is_sign("(")
        if each.kind == "name" and each.text.lower() not in WORDS and not is_call:
            yield each


class _Parser:
    def __init__(self, found: Sequence[Token], end: int) -> None:
        self._tokens = found
        self._end = end
        self._next = 0
        self._depth = 0

    def peek(self) -> Token | None:
        return self._tokens[self._next] if self._next < len(self._tokens) else None

    def either(self) -> Node:
        self._depth += 1
        if self._depth > DEEPEST:
            raise FormulaInvalid(f"it is nested deeper than {DEEPEST} levels.", self._at())
        found = self._chain(self._all, lambda token: "or" if token.is_word("or") else None)
        self._depth -= 1
        return found

    def _all(self) -> Node:
        return self._chain(self._not, lambda token: "and" if token.is_word("and") else None)

    def _not(self) -> Node:
        token = self.peek()
        negations: list[int] = []
        while token is not None and token.is_word("not"):
            negations.append(self._take().at)
            token = self.peek()
        node = self._comparison()
        for at in reversed(negations):
            node = Call("not", (node,), at)
        return node

    def _comparison(self) -> Node:
        left = self._joined()
        token = self.peek()
        if token is None or not token.is_sign("=", "!=", "<>", "<", "<=", ">", ">="):
            return left
        self._take()
        return Call("!=" if token.text == "<>" else token.text, (left, self._joined()), token.at)

    def _joined(self) -> Node:
        return self._chain(self._sum, lambda token: token.text if token.is_sign("&") else None)

    def _sum(self) -> Node:
        return self._chain(self._product, lambda token: token.text if token.is_sign("+", "-") else None)

    def _product(self) -> Node:
        return self._chain(self._signed, lambda token: token.text if token.is_sign("*", "/", "%") else None)

    def _signed(self) -> Node:
        signs: list[int] = []
        while (token := self.peek()) is not None and token.is_sign("-"):
            signs.append(self._take().at)
        node = self._atom()
        for at in reversed(signs):
            node = Call("negative", (node,), at)
        return node

    def _atom(self) -> Node:
        token = self._take()
        if token.kind in ("number", "text"):
            return Literal(token.kind, token.text, token.at)
        if token.is_sign("("):
            node = self.either()
            self._expect(")")
            return node
        if token.kind != "name":
            raise FormulaInvalid(f'a value is expected, not "{token.text}".', token.at)
        if token.text.lower() in ("true", "false", "null"):
            return Literal("word", token.text.lower(), token.at)
        following = self.peek()
        if following is not None and following.is_sign("("):
            return Call(token.text.upper(), self._arguments(), token.at)
        if token.text.lower() in WORDS:
            raise FormulaInvalid(f'a value is expected, not "{token.text}".', token.at)
        return FieldName(token.text, token.at)

    def _arguments(self) -> tuple[Node, ...]:
        self._expect("(")
        found: list[Node] = []
        token = self.peek()
        if token is not None and token.is_sign(")"):
            self._take()
            return ()
        while True:
            found.append(self.either())
            token = self._take()
            if token.is_sign(")"):
                return tuple(found)
            if not token.is_sign(","):
                raise FormulaInvalid(f'"," or ")" is expected, not "{token.text}".', token.at)

    def _chain(self, part: Callable[[], Node], operator: Callable[[Token], str | None]) -> Node:
        """Left-associative: a - b - c is (a - b) - c."""
        left = part()
        while (token := self.peek()) is not None and (name := operator(token)) is not None:
            self._take()
            left = Call(name, (left, part()), token.at)
        return left

    def _take(self) -> Token:
        token = self.peek()
        if token is None:
            raise FormulaInvalid("it ends where a value is expected.", self._end)
        self._next += 1
        return token

    def _expect(self, sign: str) -> None:
        token = self.peek()
        if token is None or not token.is_sign(sign):
            raise FormulaInvalid(f'"{sign}" is missing.', self._at())
        self._take()

    def _at(self) -> int:
        token = self.peek()
        return self._end if token is None else token.at
