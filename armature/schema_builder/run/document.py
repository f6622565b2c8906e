"""The text of an operation, parsed and measured: syntax and the limits that need no schema.

Both endpoints read documents here, and remember for themselves what they made of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    parse,
)

from armature.core.errors import LimitExceeded
from armature.core.settings import Settings, environment_name

PAGE = 1_000
"""Characters of text that weigh 1 in a memory of documents or plans."""

NESTED_TOO_DEEPLY = "nested too deeply"
"""What the parser says of a document that is deeper than Python's stack."""


@dataclass(frozen=True, slots=True)
class Document:
    """Operations by name (None for an anonymous one) and fragments by name."""

    node: DocumentNode
    operations: Mapping[str | None, OperationDefinitionNode]
    fragments: Mapping[str, FragmentDefinitionNode]

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """The operation to run (GraphQL spec, GetOperation). Raises GraphQLError."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        if name is None:
            raise GraphQLError("Must provide operation name if query contains multiple operations.")
        found = self.operations.get(name)
        if found is None:
            raise GraphQLError(f"Unknown operation named '{name}'.")
        return found


class DocumentReader:
    """Parses under the limits of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def read(self, text: str) -> Document:
        """Raises GraphQLSyntaxError, GraphQLError, LimitExceeded."""
        try:
            node = parse(text, max_tokens=self._settings.max_tokens, no_location=False)
        except GraphQLSyntaxError as error:
            if f"more than {self._settings.max_tokens} tokens" in error.message:
                raise self._exceeded("Tokens in the document", "max_tokens", self._settings.max_tokens + 1) from error
            if NESTED_TOO_DEEPLY in error.message:
                raise self._exceeded("Levels of nesting", "max_depth", self._settings.max_depth + 1) from error
            raise
        _unlink_tokens(node)
        document = Document(
            node,
            {
                (each.name.value if each.name else None): each
                for each in node.definitions
                if isinstance(each, OperationDefinitionNode)
            },
            {each.name.value: each for each in node.definitions if isinstance(each, FragmentDefinitionNode)},
        )
        if not document.operations:
            raise GraphQLError("The document has no operation.")
        for operation in document.operations.values():
            self._check(_measure(operation.selection_set, document.fragments, {}, ()))
        return document

    def _check(self, size: "Size") -> None:
        for what, attribute, actual in (
            ("Levels of nesting", "max_depth", size.depth),
            ("Aliases", "max_aliases", size.aliases),
            ("Root fields", "max_root_fields", size.fields),
            ("Selections, with fragments spread,", "max_selections", size.selections),
        ):
            if actual > getattr(self._settings, attribute):
                raise self._exceeded(what, attribute, actual)

    def _exceeded(self, what: str, attribute: str, actual: int) -> LimitExceeded:
        limit = getattr(self._settings, attribute)
        return LimitExceeded(what, limit=limit, actual=actual, setting=environment_name(attribute))


def roots_of(document: Document, operation: OperationDefinitionNode) -> int:
    """How many root fields an operation has, with its fragments spread."""
    return _measure(operation.selection_set, document.fragments, {}, ()).fields


def _unlink_tokens(node: DocumentNode) -> None:
    """Each knows those beside it, so that Python would have to search for documents that nobody remembers any more."""
    token = node.loc.start_token if node.loc else None
    while token is not None:
        after, token.prev, token.next = token.next, None, None
        token = after


@dataclass(frozen=True, slots=True)
class Size:
    """Of a selection set with its fragments spread: levels below, aliases anywhere, fields at its own level.

    `selections` are the fields anywhere that have a selection of their own: each is planned by itself.
    """

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    selections: int = 0

    def beside(self, other: "Size") -> "Size":
        """Both in one selection set."""
        return Size(
            max(self.depth, other.depth),
            self.aliases + other.aliases,
            self.fields + other.fields,
            self.selections + other.selections,
        )


def _measure(
    selections: SelectionSetNode,
    fragments: Mapping[str, FragmentDefinitionNode],
    known: dict[str, Size],
    spreading: tuple[str, ...],
) -> Size:
    """Each fragment is measured once, however often it is spread; a cycle counts once (validation refuses it)."""
    size = Size()
    for selection in selections.selections:
        match selection:
            case FieldNode(selection_set=None):
                size = size.beside(Size(1, int(selection.alias is not None), 1))
            case FieldNode(selection_set=SelectionSetNode() as below):
                inner = _measure(below, fragments, known, spreading)
                aliases = inner.aliases + (selection.alias is not None)
                size = size.beside(Size(1 + inner.depth, aliases, 1, 1 + inner.selections))
            case InlineFragmentNode():
                size = size.beside(_measure(selection.selection_set, fragments, known, spreading))
            case FragmentSpreadNode(name=name) if name.value not in spreading and name.value in fragments:
                if name.value not in known:
                    inside = fragments[name.value].selection_set
                    known[name.value] = _measure(inside, fragments, known, (*spreading, name.value))
                size = size.beside(known[name.value])
    return size
