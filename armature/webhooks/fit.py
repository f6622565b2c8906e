"""Whether what a webhook says fits the model, as its role sees it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from graphql import GraphQLError, OperationType, Visitor, parse, visit
from graphql.language.ast import DocumentNode, FieldNode, NamedTypeNode, NonNullTypeNode, OperationDefinitionNode

from armature.core.errors import ArmatureError, BadUserInput, Conflict
from armature.metadata.model import Object, Snapshot
from armature.metadata.rights import Rule
from armature.metadata.rules import kept, told
from armature.metadata.stored import stored
from armature.schema_builder.compile.plan.conditions import Condition
from armature.schema_builder.compile.rules import rule_condition
from armature.schema_builder.run.stored import problems_of
from armature.schema_builder.tables import column_name
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from armature.webhooks.patterns import name_of, only_object
from armature.webhooks.sight import lost_roles, seen_by
from armature.webhooks.webhook import Choice, Webhook

ID = "id"
"""The variable of a payload's document."""

INTROSPECTION = ("__schema", "__type")


class OneObjectOnly(BadUserInput):
    def __init__(self, key: str) -> None:
        super().__init__(
            f"{key} takes events of one object.",
            hint="Such as company.created and company.updated; make a webhook for each object.",
            field=key,
            path=(key,),
        )


class FieldGone(Conflict):
    def __init__(self) -> None:
        super().__init__("A field of changedFields is gone.")


class FieldNotHeld(BadUserInput):
    def __init__(self, of: Object, field: str) -> None:
        super().__init__(
            f'"{field}" is nothing that a record of "{of.name_singular}" holds itself: an update never changes it.',
            hint="Take events of the records that change.",
            field=field,
            path=("changedFields",),
        )


class DocumentUnfit(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f"A payload's document is one query of data with one variable, ${ID}: the record's.",
            hint=f"Such as query(${ID}: ID!) {{ company(id: ${ID}) {{ name }} }}",
            field="document",
            path=("document",),
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """The model as a role sees it. Workspaces of one shape share the `schema`: ids are the snapshot's."""

    snapshot: Snapshot
    schema: WorkspaceSchema

    def kept_filter(self, of: Object, given: Any, key: str) -> Rule:
        """A filter as a client writes it, by ids. Raises ArmatureError with the place where it is wrong."""
        rule = kept(self.snapshot, of, given, (key,))
        try:
            rule_condition(self.schema, of.name_singular, given)
        except ArmatureError as error:
            error.path = (key, *(error.path or ()))
            raise
        return rule

    def condition(self, of: Object, rule: Rule) -> Condition:
        """Raises ArmatureError where it does not fit any more."""
        return rule_condition(self.schema, of.name_singular, told(self.snapshot, of, rule))

    def columns(self, of: Object, field_id: UUID) -> list[str]:
        """Of what a record holds of a field. Raises FieldGone, FieldNotHeld."""
        field = of.fields.get(field_id)
        if field is None or not field.is_visible:
            raise FieldGone
        held = [column_name(part) for each in of.unions.get(field_id, (field,)) for part in stored(each)]
        if not held:
            raise FieldNotHeld(of, field.name)
        return held


def check_operation(text: str) -> None:
    """Of a document that can be parsed. Raises DocumentUnfit."""
    document = parse(text)
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    if len(found) != 1 or found[0].operation is not OperationType.QUERY or _introspects(document):
        raise DocumentUnfit
    variables = found[0].variable_definitions or ()
    if [each.variable.name.value for each in variables] != [ID] or _named(variables[0].type) != "ID":
        raise DocumentUnfit


def _introspects(document: DocumentNode) -> bool:
    looking = _Looking()
    visit(document, looking)
    return looking.has_found


class _Looking(Visitor):
    has_found = False

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.has_found = self.has_found or node.name.value in INTROSPECTION


def _named(kind: Any) -> str:
    if isinstance(kind, NonNullTypeNode):
        kind = kind.type
    return kind.name.value if isinstance(kind, NamedTypeNode) else ""


def faults(webhook: Webhook, snapshot: Snapshot) -> list[str]:
    """What keeps it from telling what it is to tell, by this model; none where all is well."""
    seen = seen_by(snapshot, webhook.role)
    return [*_lost(webhook, snapshot), *_unfit(webhook, Seen(seen, WorkspaceSchema(View(seen))))]


def _lost(webhook: Webhook, snapshot: Snapshot) -> Iterator[str]:
    yield from (f'Its role "{each}" is gone.' for each in lost_roles(snapshot, webhook.role))
    for id_ in dict.fromkeys(each.object for each in webhook.choice.patterns if each.object is not None):
        of = snapshot.objects.get(id_)
        if of is None or not of.is_visible:
            what = "is gone" if of is None or of.deleted_at is not None else "is not active"
            yield f'The object "{name_of(snapshot, id_)}" {what}.'


def _unfit(webhook: Webhook, seen: Seen) -> Iterator[str]:
    of = only_object(seen.snapshot, webhook.choice.patterns)
    if of is not None and of.is_visible:
        yield from _filter_faults(webhook.choice, seen, of)
        yield from (f"Its document: {each}" for each in _document_faults(webhook.document, seen.schema))


def _filter_faults(choice: Choice, seen: Seen, of: Object) -> Iterator[str]:
    for what, rule in (("filter", choice.filter), ("filterBefore", choice.filter_before)):
        try:
            if rule is not None:
                seen.condition(of, rule)
        except ArmatureError as error:
            yield f"Its {what} does not fit: {error.message}"
    for each in choice.changed_fields:
        try:
            seen.columns(of, each)
        except (FieldGone, FieldNotHeld) as error:
            yield error.message


def _document_faults(document: str | None, schema: WorkspaceSchema) -> list[str]:
    try:
        return [] if document is None else problems_of(document, schema)
    except GraphQLError as error:
        return [error.message]
