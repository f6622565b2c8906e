"""What may not be asked of records that the server itself makes: nobody is there to give them values."""

from collections.abc import Iterator

from armature.core.errors import ArmatureError, BadUserInput
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object, Relation, Snapshot


class KeptIsRequired(BadUserInput):
    def __init__(self, of: Object, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t be required: the server itself makes {of.label_plural}, and knows no value for it.',
            hint="Make it nullable, or give it a default value.",
            field=field.name,
            path=("isNullable",),
        )


class KeptIsUnique(BadUserInput):
    def __init__(self, of: Object, field: Field) -> None:
        super().__init__(
            f'"{field.name}" can\'t be unique and have a default value: the server itself makes {of.label_plural}.',
            field=field.name,
            path=("isUnique",),
        )


class KeptIndexUnique(BadUserInput):
    def __init__(self, of: Object, name: str) -> None:
        super().__init__(
            f'The index "{name}" can\'t be unique: the server itself makes {of.label_plural}.',
            hint="A field of your own can be unique.",
            field=name,
            path=("isUnique",),
        )


class KeptCascades(BadUserInput):
    def __init__(self, of: Object) -> None:
        super().__init__(
            f"{of.label_plural} can't be destroyed with what they refer to: the server itself keeps them.",
            hint="Choose onDelete SET_NULL or RESTRICT.",
            path=("onDelete",),
        )


class KeptLinks(BadUserInput):
    def __init__(self, of: Object) -> None:
        super().__init__(
            f"No relation can go through {of.label_plural}: the server itself makes them.",
            hint="Leave `through` out.",
            path=("relation", "through"),
        )


def kept_field_errors(of: Object, field: Field) -> Iterator[ArmatureError]:
    if not of.is_system or field.is_system or field.column is None or KINDS[field.kind].generated is not None:
        return
    if not field.is_nullable and field.default is None:
        yield KeptIsRequired(of, field)
    if field.is_unique and field.default is not None:
        yield KeptIsUnique(of, field)


def kept_object_errors(of: Object) -> Iterator[ArmatureError]:
    if of.is_system:
        yield from (KeptIndexUnique(of, each.name) for each in of.indexes if each.is_unique)


def kept_relation_errors(snapshot: Snapshot, relation: Relation) -> Iterator[ArmatureError]:
    if relation.through is not None:
        link = snapshot.objects[snapshot.relations[relation.through[0]].many_object]
        if link.is_system:
            yield KeptLinks(link)
    elif relation.on_delete == "CASCADE" and snapshot.objects[relation.many_object].is_system:
        yield KeptCascades(snapshot.objects[relation.many_object])
