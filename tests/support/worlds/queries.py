"""Random queries that are valid by construction: every shape of selection, fragment, alias and directive."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from armature.metadata.aggregates import FUNCTIONS
from armature.metadata.names import SEARCH, composite_type_name, root_name, type_name
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.types.search import RECORD, RESULT
from armature.schema_builder.view import Composite, ObjectView, Plain, ToMany, ToOne
from tests.support.worlds.choices import Choices
from tests.support.worlds.data import State
from tests.support.worlds.documents import Document, arguments, written
from tests.support.worlds.inputs import Inputs, told_of

DEPTH = 4
SQL_NAMES = ("r1", "r2", "r3", "r4", "r5", "t1", "t2", "l3", "j", "w", "f0", "anon_1")


@dataclass
class Level:
    """What is selected at one place of the answer, by response key: the same key must always mean the same."""

    kind: str
    of: ObjectView | None = None
    is_portable: bool = False
    fixed: "Mapping[str, Callable[[], Level | None]] | None" = None
    """The fields of a type that all objects have, with what is below each."""
    one_of: "Level | None" = None
    """Of a union, the one of its types that is asked for."""
    keys: dict[str, tuple[str, "Level | None"]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Generated:
    query: str
    variables: dict[str, Any]
    name: str | None


class Selections:
    """Selection sets over one world, for one document."""

    def __init__(self, schema: WorkspaceSchema, state: State, document: Document) -> None:
        self.schema = schema
        self.view = schema.view
        self.document = document
        self.choices = document.choices
        self.inputs = Inputs(schema.view, state, document)
        self.swaps = self.choices.chance(30)

    def level(self, of: ObjectView, *, is_portable: bool = False) -> Level:
        return Level(of.type_name, of, is_portable)

    def selection(self, level: Level, depth: int) -> str:
        count = self.choices.weighted([(20, 1), (25, 2), (25, 3), (20, 5), (10, 8)]) if self.document.budget > 0 else 1
        self.document.budget -= count
        return f"{{{' '.join(self._item(level, depth) for _ in range(count))}}}"

    def _item(self, level: Level, depth: int) -> str:
        make: Callable[[Level, int], str] = self.choices.weighted(
            [(70, self._field), (10, self._again), (8, self._inline), (6, self._fragment), (6, self._portable)]
        )
        return make(level, depth)

    def _field(self, level: Level, depth: int) -> str:
        if self.choices.chance(7):
            return self._keyed(level, "__typename", "", None, depth)
        if level.one_of is not None:
            return f"... on {level.one_of.kind}{self._directives()} {self.selection(level.one_of, depth)}"
        if level.fixed is not None:
            name = self.choices.pick(list(level.fixed))
            return self._keyed(level, name, "", level.fixed[name](), depth + 1)
        if level.of is None:
            return self._root(level, depth)
        names = list(level.of.shown)
        links = [name for name, (_, entry) in level.of.shown.items() if not isinstance(entry, Plain)]
        name = self.choices.pick(links if links and depth and self.choices.chance(45) else names)
        form, entry = level.of.shown[name]
        if isinstance(entry, Plain) or not depth:
            plain = entry if isinstance(entry, Plain) else level.of.entries["id"]
            return self._keyed(level, plain.name, "", None, depth)
        if self.document.budget <= 0:
            depth = min(depth, 1)
        if isinstance(entry, Composite):
            kind = composite_type_name("value", entry.field.kind)
            below = Level(kind, is_portable=level.is_portable, fixed={part: lambda: None for part in entry.parts})
            return self._keyed(level, name, "", below, depth)
        target = self.view[entry.target]
        if isinstance(entry, ToMany):
            given, below = self.many(form, target, is_portable=level.is_portable)
        else:
            given = self.inputs.with_deleted() if entry.has_key else {}
            below = self.level(target, is_portable=level.is_portable)
        return self._keyed(level, name, arguments(given), below, depth)

    def many(self, form: str, of: ObjectView, *, is_portable: bool = False) -> tuple[dict[str, Any], Level]:
        """Arguments for a field that shows many records, and what is below it."""
        match form:
            case "list":
                return self.inputs.list(of), self.level(of, is_portable=is_portable)
            case "connection":
                return self.inputs.connection(of), self._connection(of, is_portable=is_portable)
            case "group_by":
                keys = self.inputs.group_keys(of)
                return self.inputs.groups(of, keys), self._group(of, keys)
            case _:
                kind = type_name("aggregate", of.name)
                fields = self._aggregates(of, is_portable=is_portable)
                return self.inputs.aggregate(of), Level(kind, is_portable=is_portable, fixed=fields)

    def _found(self) -> Level:
        of = self.choices.pick(list(self.view.searchable.values()))
        record = Level(RECORD, one_of=self.level(of))
        return Level(RESULT, fixed={"score": nothing, "record": lambda: record})

    def _group(self, of: ObjectView, keys: Sequence[tuple[str, ...]]) -> Level:
        fields = {
            **self._aggregates(of, is_portable=False),
            "key": lambda: self._key(of, keys),
            "records": lambda: self.level(of),
        }
        return Level(type_name("group", of.name), fixed=fields)

    def _key(self, of: ObjectView, keys: Sequence[tuple[str, ...]]) -> Level:
        """`keys` are the ways to what is grouped by."""

        def below(name: str) -> Callable[[], Level | None]:
            entry = of.entries.get(name)
            further = [each[1:] for each in keys if each[0] == name and len(each) > 1]
            return (lambda: self._key(self.view[entry.target], further)) if isinstance(entry, ToOne) else nothing

        return Level(type_name("group_key", of.name), fixed={each[0]: below(each[0]) for each in keys})

    def _aggregates(self, of: ObjectView, *, is_portable: bool) -> dict[str, Callable[[], Level | None]]:
        def results(function: str) -> Callable[[], Level]:
            names = [name for name, entry in of.values.items() if told_of(function, entry)]
            kind = type_name(FUNCTIONS[function], of.name)
            return lambda: Level(kind, is_portable=is_portable, fixed=dict.fromkeys(names, nothing))

        functions = {each for each in FUNCTIONS for entry in of.values.values() if told_of(each, entry)}
        return {"count": nothing, **{each: results(each) for each in FUNCTIONS if each in functions}}

    def _connection(self, of: ObjectView, *, is_portable: bool) -> Level:
        def record() -> Level:
            return self.level(of, is_portable=is_portable)

        def edge() -> Level:
            return Level(type_name("edge", of.name), is_portable=is_portable, fixed={"node": record})

        facts = Level(
            "PageInfo", is_portable=is_portable, fixed=dict.fromkeys(("hasNextPage", "hasPreviousPage"), nothing)
        )
        fields = {"edges": edge, "nodes": record, "totalCount": nothing, "pageInfo": lambda: facts}
        return Level(type_name("connection", of.name), is_portable=is_portable, fixed=fields)

    def _root(self, level: Level, depth: int) -> str:
        if self.choices.chance(4):
            return self._keyed(level, "_schemaVersion", "", None, depth)
        given: dict[str, Any]
        below: Level
        if self.view.searchable and self.choices.chance(8):
            given, below = self.inputs.search(), self._found()
            return self._keyed(level, SEARCH, arguments(given), below, depth)
        of = self.choices.pick(list(self.view))
        forms = [(10, each) for each in ("by", "connection", "aggregate", "group_by")]
        does = self.choices.weighted([(50, "list"), (20, "one"), *forms])
        below = self.level(of)
        match does:
            case "one":
                given = {"id": self.inputs.id(of), **self.inputs.with_deleted()}
            case "by":
                given = {"where": dict(self.inputs.unique(of))}
            case _:
                given, below = self.many(does, of)
        return self._keyed(level, root_name(does, of.object), arguments(given), below, depth)

    def _keyed(self, level: Level, name: str, given: str, below: Level | None, depth: int) -> str:
        """A field under a response key that is free here, or means the same."""
        what = f"{name}{given}"
        key = name
        is_taken = key in level.keys and level.keys[key][0] != what
        takes_arguments = level.of is not None and name in level.of.shown and below is not None
        if is_taken or self.choices.chance(15) or (level.is_portable and takes_arguments):
            key = self._alias(level)
        elif key in level.keys:
            below = level.keys[key][1]
        level.keys[key] = (what, below)
        return self._text(key, what, below, depth)

    def _alias(self, level: Level) -> str:
        """One that is nobody else's, or the name of another field, or one that a statement uses itself."""
        others = (
            [each for each in (*level.of.entries, *SQL_NAMES) if each not in level.keys]
            if level.of and self.swaps
            else []
        )
        return self.choices.pick(others) if others else self.document.fresh("a")

    def _text(self, key: str, what: str, below: Level | None, depth: int) -> str:
        alias = "" if what.split("(")[0] == key else f"{key}: "
        inner = self.selection(below, depth - 1) if below is not None else ""
        return f"{alias}{what}{self._directives()}{inner}"

    def _again(self, level: Level, depth: int) -> str:
        """What is selected already, perhaps with more below it."""
        if not level.keys:
            return self._field(level, depth)
        key = self.choices.pick(list(level.keys))
        return self._text(key, *level.keys[key], depth)

    def _inline(self, level: Level, depth: int) -> str:
        condition = f" on {level.kind}" if self.choices.chance(50) else ""
        return f"...{condition}{self._directives()} {self.selection(level, depth)}"

    def _fragment(self, level: Level, depth: int) -> str:
        """A named fragment made for this place, spread once or twice."""
        name = self.document.fresh("F")
        self.document.fragments.append(f"fragment {name} on {level.kind} {self.selection(level, depth)}")
        spread = f"...{name}{self._directives()}"
        return f"{spread} ...{name}" if self.choices.chance(20) else spread

    def _portable(self, level: Level, depth: int) -> str:
        """A named fragment that may be spread elsewhere too; its own keys are nobody else's."""
        if level.of is None or self.swaps:
            return self._fragment(level, depth)
        known = self.document.portable.setdefault(level.kind, [])
        if known and self.choices.chance(70):
            return f"...{self.choices.pick(known)}{self._directives()}"
        name = self.document.fresh("P")
        inner = self.selection(self.level(level.of, is_portable=True), min(depth, 1))
        self.document.fragments.append(f"fragment {name} on {level.kind} {inner}")
        known.append(name)
        return f"...{name}{self._directives()}"

    def _directives(self) -> str:
        found = ""
        if self.choices.chance(6):
            found += f" @include(if: {written(self.document.boolean())})"
        if self.choices.chance(6):
            found += f" @skip(if: {written(self.document.boolean())})"
        return found


def nothing() -> None:
    """Below a plain field."""


def some_query(choices: Choices, schema: WorkspaceSchema, state: State) -> Generated:
    document = Document(choices, choices.pick((20, 5, 10, 40)))
    selections = Selections(schema, state, document)
    text = selections.selection(Level("Query"), DEPTH)
    if not choices.chance(15):
        return Generated(document.text("query", text), document.given, None)
    whole = document.text("query Wanted", text)
    return Generated(f"query Other {{_schemaVersion}} {whole}", document.given, "Wanted")
