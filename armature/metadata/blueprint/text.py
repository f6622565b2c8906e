"""A blueprint as YAML, and back. Errors name the line.

Scalars are read as YAML 1.2's core schema has them: `no` and `2026-01-01` are text. Whatever an older reader would take
for something else is written in quotes. Anchors and tags are refused: the file is data that somebody may have sent.
"""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
import yaml
from msgspec import Struct

from armature.core.errors import ArmatureError, BadUserInput, ManyErrors
from armature.metadata.blueprint.blueprint import (
    Blueprint,
    FieldPlan,
    IndexPlan,
    ObjectPlan,
    OptionPlan,
    Path,
    RelationPlan,
    RolePlan,
)
from armature.metadata.resolve import did_you_mean

T = TypeVar("T", bound=Struct)

KEYS = ("objects", "roles", "documents")
WIDTH = 120
DEEPEST = 50
TAG = "tag:yaml.org,2002:"

# Table 10.2.1.2 of YAML 1.2: tag, form, the characters it begins with.
CORE = (
    ("null", re.compile(r"(?:~|null|Null|NULL|)\Z"), ["~", "n", "N", ""]),
    ("bool", re.compile(r"(?:true|True|TRUE|false|False|FALSE)\Z"), list("tTfF")),
    ("int", re.compile(r"[-+]?[0-9]{1,1000}\Z"), list("-+0123456789")),
    ("float", re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z"), list("-+.0123456789")),
)


class FileUnfit(BadUserInput):
    """Something about a file of a model; `line` counts from 1."""

    def __init__(self, what: str, line: int | None, *, hint: str | None = None) -> None:
        super().__init__(what if line is None else f"Line {line}: {what}", hint=hint)
        self.line = line


class _Reader(yaml.SafeLoader):
    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  as PyYAML has it

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise FileUnfit("anchors and aliases are not for models.", event.start_mark.line + 1)
        return super().compose_node(parent, index)


class _Writer(yaml.SafeDumper):
    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Lists stand further in than their key."""
        super().increase_indent(flow, False)


def _represented(writer: _Writer, text: str) -> yaml.ScalarNode:
    return writer.represent_scalar(f"{TAG}str", text, '"' if _has_breaks(text) else None)


def _has_breaks(text: str) -> bool:
    """In plain text these would be read as ends of a line."""
    return any(each in text for each in "\r\x85\u2028\u2029")


class _Lines(str):
    """A text that is written line by line, where YAML lets it."""


def _line_by_line(writer: _Writer, text: _Lines) -> yaml.ScalarNode:
    if "\n" not in text or _has_breaks(text):
        return _represented(writer, str(text))
    return writer.represent_scalar(f"{TAG}str", str(text), "|")


_Writer.add_representer(str, _represented)
_Writer.add_representer(_Lines, _line_by_line)
for _tag, _form, _first in CORE:
    _Reader.add_implicit_resolver(TAG + _tag, _form, _first)
    _Writer.add_implicit_resolver(TAG + _tag, _form, _first)


def write_blueprint(blueprint: Blueprint) -> str:
    known: dict[str, Any] = {"objects": {name: _written_object(each) for name, each in blueprint.objects.items()}}
    if blueprint.roles is not None:
        known["roles"] = msgspec.to_builtins(blueprint.roles)
    if blueprint.documents is not None:
        known["documents"] = {name: _Lines(text) for name, text in blueprint.documents.items()}
    text: str = yaml.dump(
        known, Dumper=_Writer, default_flow_style=None, allow_unicode=True, sort_keys=False, width=WIDTH
    )
    return text


def _written_object(plan: ObjectPlan) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.to_builtins(plan)
    fields = {name: _written_field(each) for name, each in plan.fields.items()}
    return {**found, "fields": fields} if fields else found


def _written_field(plan: FieldPlan) -> dict[str, Any] | str:
    """A field of which only the type is said is its type, an option of which only the value is said is its value."""
    found: dict[str, Any] = msgspec.to_builtins(plan)
    if plan.options:
        found["options"] = [each["value"] if len(each) == 1 else each for each in found["options"]]
    return found["type"] if found.keys() == {"type"} else found


class BlueprintFile:
    """A file that has been read: its blueprint, and on which line each part of it stands."""

    def __init__(self, text: str) -> None:
        """Raises FileUnfit, or ManyErrors with all that are found."""
        self._root = _composed(text)
        self._errors: list[ArmatureError] = []
        self.blueprint = Blueprint(objects=dict(self._objects()), roles=self._roles(), documents=self._documents())
        raise_all(self._errors)

    def line(self, path: Path) -> int:
        """Where the part at this path stands, or what is left of it."""
        node, key_node = self._root, self._root
        for key in path:
            found = _entry(node, key)
            if found is None:
                break
            key_node, node = found
        return int(key_node.start_mark.line) + 1

    def located(self, error: ArmatureError) -> ArmatureError:
        """The error with the line of its path in its sentence; as it is where it has none."""
        if isinstance(error, ManyErrors):
            return ManyErrors([self.located(each) for each in error.errors])
        if error.path is None:
            return error
        return FileUnfit(error.message, self.line(tuple(error.path)), hint=error.hint)

    def _objects(self) -> Iterator[tuple[str, ObjectPlan]]:
        for name, node in self._pairs(self._root, ()):
            if name == "objects":
                yield from self._of_model(node)
            elif name not in KEYS:
                self._refuse((name,), f'"{name}" can\'t stand here.', did_you_mean(name, KEYS))
        if _entry(self._root, "objects") is None:
            self._refuse((), "the model has no objects.", "Such as `objects: {company: {fields: {name: TEXT}}}`.")

    def _roles(self) -> dict[str, RolePlan] | None:
        found = _entry(self._root, "roles")
        if found is None:
            return None
        plans: dict[str, RolePlan] = {}
        for name, each in self._pairs(found[1], ("roles",)):
            plan = self._converted(self._plain(each, ("roles", name)) or {}, RolePlan, ("roles", name))
            if plan is not None:
                plans[name] = plan
        return plans

    def _documents(self) -> dict[str, str] | None:
        found = _entry(self._root, "documents")
        if found is None:
            return None
        texts: dict[str, str] = {}
        for name, each in self._pairs(found[1], ("documents",)):
            text = self._plain(each, ("documents", name))
            if isinstance(text, str):
                texts[name] = text
            else:
                self._refuse(("documents", name), "the text of an operation is expected here.")
        return texts

    def _of_model(self, node: yaml.Node) -> Iterator[tuple[str, ObjectPlan]]:
        for name, each in self._pairs(node, ("objects",)):
            path = ("objects", name)
            fields = dict(self._fields(each, path))
            own = {key: self._plain(value, (*path, key)) for key, value in self._pairs(each, path) if key != "fields"}
            plan = self._converted(own, ObjectPlan, path)
            if plan is not None:
                yield name, msgspec.structs.replace(plan, fields=fields)

    def _fields(self, node: yaml.Node, of: Path) -> Iterator[tuple[str, FieldPlan]]:
        found = _entry(node, "fields")
        for name, each in self._pairs(found[1], (*of, "fields")) if found else ():
            path = (*of, "fields", name)
            given = self._plain(each, path)
            plan = self._converted(_spelt_out(given), FieldPlan, path)
            if plan is not None:
                yield name, plan

    def _pairs(self, node: yaml.Node, path: Path) -> Iterator[tuple[str, yaml.Node]]:
        """The entries of a mapping; nothing counts as an empty one."""
        if isinstance(node, yaml.ScalarNode) and node.tag == f"{TAG}null":
            return
        if not isinstance(node, yaml.MappingNode):
            self._refuse(path, "names with what they mean are expected here.", "Such as `name: {type: TEXT}`.")
            return
        seen: set[str] = set()
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name in seen or not name:
                what = f'"{name}" is there twice.' if name else "a name is expected here."
                self._errors.append(FileUnfit(what, key.start_mark.line + 1))
            else:
                seen.add(name)
                yield name, value

    def _plain(self, node: yaml.Node, path: Path) -> Any:
        if len(path) > DEEPEST:
            self._refuse(path, f"nothing is nested more than {DEEPEST} levels deep.")
            return None
        if isinstance(node, yaml.MappingNode):
            return {name: self._plain(value, (*path, name)) for name, value in self._pairs(node, path)}
        if isinstance(node, yaml.SequenceNode):
            return [self._plain(value, (*path, at)) for at, value in enumerate(node.value)]
        return self._scalar(node, path)

    def _scalar(self, node: yaml.Node, path: Path) -> Any:
        match node.tag.removeprefix(TAG):
            case "str":
                return node.value
            case "null":
                return None
            case "bool":
                return node.value.lower() == "true"
            case "int":
                return int(node.value)
            case "float":
                return float(node.value)
            case tag:
                self._refuse(path, f"the tag {tag[:50]} is not for models.")
                return None

    def _converted(self, given: Any, into: type[T], path: Path) -> T | None:
        try:
            return msgspec.convert(given, into)
        except msgspec.ValidationError as error:
            reason, _, place = str(error).partition(" - at ")
            at = (*path, *_keys(place))
            known = _known_keys(into, at[len(path) :])
            unknown = re.fullmatch(r"Object contains unknown field `(.*)`", reason)
            if unknown:
                name = unknown[1]
                self._refuse((*at, name), f'there is no "{name}" here.', did_you_mean(name, known) or _listed(known))
            else:
                self._refuse(at, f"{_dotted(at)}: {reason[0].lower()}{reason[1:]}.")
            return None

    def _refuse(self, path: Path, what: str, hint: str | None = None) -> None:
        self._errors.append(FileUnfit(what, self.line(path), hint=hint))


def raise_all(errors: list[ArmatureError]) -> None:
    if errors:
        raise errors[0] if len(errors) == 1 else ManyErrors(errors)


def _composed(text: str) -> yaml.Node:
    try:
        node = yaml.compose(text, Loader=_Reader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileUnfit(f"{error.problem or error.context}.", mark.line + 1 if mark else None) from None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise FileUnfit("there is a character that can't stand in YAML.", line) from None
    except RecursionError:
        raise FileUnfit(f"nothing is nested more than {DEEPEST} levels deep.", None) from None
    if node is None:
        raise FileUnfit("The file is empty.", None, hint="`armature metadata export` writes one.")
    return node


def _entry(node: yaml.Node, key: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The nodes of a key and its value; of an element of a list, twice the same."""
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key], node.value[key]
    if isinstance(node, yaml.MappingNode):
        return next((pair for pair in node.value if pair[0].value == key), None)
    return None


def _spelt_out(given: Any) -> Any:
    if isinstance(given, str):
        return {"type": given}
    if isinstance(given, dict) and isinstance(given.get("options"), list):
        options = [{"value": each} if isinstance(each, str) else each for each in given["options"]]
        return {**given, "options": options}
    return given


def _keys(place: str) -> Iterator[str | int]:
    """Of a path as msgspec writes it: `$.options[0].label`."""
    for name, position in re.findall(r"\.(\w+)|\[(\d+)\]", place):
        yield name or int(position)


def _known_keys(of: type[Struct], path: Path) -> list[str]:
    inner: dict[str | int, type[Struct]] = {"options": OptionPlan, "relation": RelationPlan, "indexes": IndexPlan}
    return list(inner.get(path[0], of).__struct_encode_fields__ if path else of.__struct_encode_fields__)


def _listed(known: list[str]) -> str:
    return f"There are {', '.join(known)}."


def _dotted(path: Path) -> str:
    return ".".join(map(str, path))
