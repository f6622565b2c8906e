"""A mutation: its root fields one after another, each a transaction of its own; with @atomic, all in one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import msgspec
from graphql import GraphQLError

from armature.core.errors import ArmatureError, SchemaChanged
from armature.schema_builder.compile.plan.reads import Known
from armature.schema_builder.compile.selection import collect
from armature.schema_builder.run.answer import Answer, formatted, object_of
from armature.schema_builder.run.operation import MutationPlan, Prepared
from armature.schema_builder.run.topics import SayField, run_say
from armature.schema_builder.run.transactions import Joined
from armature.schema_builder.run.workplace import Workplace
from armature.schema_builder.run.write import WriteField, run_field

TYPE_NAME = b'"Mutation"'


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was done, by response key, and what was not; `done` None where nothing can be shown."""

    done: Sequence[tuple[str, bytes | None]] | None
    errors: Sequence[GraphQLError] = ()

    @property
    def answer(self) -> Answer:
        data = b"null" if self.done is None else object_of(self.done)
        if not self.errors:
            return Answer(b'{"data":%b}' % data)
        entries = msgspec.json.encode([entry for each in self.errors for entry in formatted(each)])
        return Answer(b'{"data":%b,"errors":%b}' % (data, entries))


class _Undone(Exception):
    """Ends a transaction whose outcome is known."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__()
        self.outcome = outcome


async def run_mutation(at: Workplace, prepared: Prepared, plan: MutationPlan) -> Outcome:
    """Raises SchemaChanged where nothing was written by then."""
    return await (_all_or_none if prepared.is_atomic else _one_by_one)(at, prepared, plan)


async def _one_by_one(at: Workplace, prepared: Prepared, plan: MutationPlan) -> Outcome:
    """After a field that may not be null has failed, nothing else runs, and what ran stays (GraphQL spec, 6.4.4)."""
    done: list[tuple[str, bytes | None]] = []
    has_written = False
    errors: list[GraphQLError] = []
    for field in plan.fields:
        if isinstance(field, Known):
            done.append((field.key, TYPE_NAME))
            continue
        try:
            done.append((field.key, await _run(at, field)))
            has_written = True
        except SchemaChanged as changed:
            if not has_written:
                raise
            return Outcome(None, [*errors, _located(prepared, at, field, changed)])
        except ArmatureError as error:
            errors.append(_located(prepared, at, field, error))
            if field.is_required:
                return Outcome(None, errors)
            done.append((field.key, None))
    return Outcome(done, errors)


async def _all_or_none(at: Workplace, prepared: Prepared, plan: MutationPlan) -> Outcome:
    """The first error undoes what was done before it."""
    try:
        async with at.db.transaction() as connection:
            return Outcome(await _each(replace(at, db=Joined(connection)), prepared, plan))
    except _Undone as undone:
        return undone.outcome


async def _each(at: Workplace, prepared: Prepared, plan: MutationPlan) -> Sequence[tuple[str, bytes | None]]:
    done: list[tuple[str, bytes | None]] = []
    for field in plan.fields:
        if isinstance(field, Known):
            done.append((field.key, TYPE_NAME))
            continue
        try:
            done.append((field.key, await _run(at, field)))
        except SchemaChanged:
            raise
        except ArmatureError as error:
            raise _Undone(Outcome(None, [_located(prepared, at, field, error)])) from error
    return done


async def _run(at: Workplace, field: WriteField | SayField) -> bytes:
    """Raises ArmatureError where nothing was done."""
    return await (run_say(at, field) if isinstance(field, SayField) else run_field(at, field))


def _located(prepared: Prepared, at: Workplace, field: WriteField | SayField, error: ArmatureError) -> GraphQLError:
    """The error at the root field that it happened in."""
    key = field.key
    roots = collect([prepared.node.selection_set], "Mutation", prepared.document.fragments, at.variables)
    return GraphQLError(error.message, roots[key], path=[key], original_error=error)
