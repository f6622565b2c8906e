"""What a webhook is to tell, as a client writes it, by names; and as the catalog keeps it, by ids."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata.model import Object, Snapshot
from armature.metadata.resolve import FieldNotFound
from armature.metadata.rules import told
from armature.schema_builder.run.document import DocumentReader
from armature.schema_builder.run.stored import check_document
from armature.webhooks.fit import OneObjectOnly, Seen, check_operation
from armature.webhooks.patterns import only_object, read_patterns, spelt
from armature.webhooks.webhook import Webhook

LONGEST_DOCUMENT = 20_000
FILTERS = ("filter", "filter_before")
KEY = {"filter": "filter", "filter_before": "filterBefore"}


class NotReadable(BadUserInput):
    def __init__(self, of: Object) -> None:
        super().__init__(f'The role of the webhook does not read "{of.name_singular}".', field="role", path=("role",))


class DocumentTooLong(BadUserInput):
    def __init__(self) -> None:
        super().__init__(
            f"A payload's document has at most {LONGEST_DOCUMENT:,} characters.", field="document", path=("document",)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class What:
    events: list[str]
    role: str
    filter: Any = None
    filter_before: Any = None
    changed_fields: tuple[str, ...] = ()
    document: str | None = None


def read_what(what: What, seen: Seen, reader: DocumentReader) -> dict[str, Any]:
    """The columns. `seen` is what the role sees. Raises ArmatureError with the place where something is wrong."""
    patterns = read_patterns(seen.snapshot, what.events)
    of = only_object(seen.snapshot, patterns)
    if of is not None and not (of.is_visible and of.may("READ")):
        raise NotReadable(of)
    narrowed = _Narrowed(seen, of)
    return {
        "events": [each.keep() for each in patterns],
        "role": what.role,
        "changed_fields": [narrowed.field(each) for each in what.changed_fields],
        "document": narrowed.document(what.document, reader),
        **{each: narrowed.filter(getattr(what, each), KEY[each]) for each in FILTERS},
    }


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """What only makes sense of one object."""

    seen: Seen
    of: Object | None

    def filter(self, given: Any, key: str) -> Any:
        return None if given is None else self.seen.kept_filter(self._one(key), given, key)

    def field(self, name: str) -> Any:
        of = self._one("changedFields")
        found = of.visible_fields.get(name)
        if found is None:
            raise FieldNotFound(of, name, of.visible_fields, "changedFields")
        self.seen.columns(of, found.id)
        return found.id

    def document(self, text: str | None, reader: DocumentReader) -> str | None:
        if text is None:
            return None
        if len(text) > LONGEST_DOCUMENT:
            raise DocumentTooLong
        self._one("document")
        try:
            check_document(text, self.seen.snapshot, reader)
        except ArmatureError as error:
            error.path = ("document",)
            raise
        check_operation(text)
        return text

    def _one(self, key: str) -> Object:
        if self.of is None:
            raise OneObjectOnly(key)
        return self.of


def told_what(webhook: Webhook, snapshot: Snapshot, but: Collection[str] = ()) -> What:
    """By the names that there are now, without the filters in `but`. Raises RuleInvalid for one of what is gone."""
    choice = webhook.choice
    of = only_object(snapshot, choice.patterns)
    fields = {} if of is None else of.fields
    return What(
        events=[spelt(snapshot, each) for each in choice.patterns],
        role=webhook.role,
        changed_fields=tuple(fields[each].name for each in choice.changed_fields if each in fields),
        document=webhook.document,
        **{each: told_filter(webhook, snapshot, each) for each in FILTERS if each not in but},
    )


def told_filter(webhook: Webhook, snapshot: Snapshot, which: str) -> Any:
    rule = getattr(webhook.choice, which)
    of = only_object(snapshot, webhook.choice.patterns)
    return None if rule is None or of is None else told(snapshot, of, rule)
