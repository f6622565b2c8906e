"""Variables read fast are what graphql-core reads, and what does not fit is left to it."""

from typing import Any

import pytest
from graphql import GraphQLError
from graphql.utilities import coerce_input_value

from armature.metadata.model import Snapshot
from armature.schema_builder.types.coercion import Misfit
from armature.schema_builder.types.schema import WorkspaceSchema
from armature.schema_builder.view import View
from tests.support.small_crm import ACME

FITTING = [
    ("PersonCreateInput", {"lastName": "b", "firstName": "a", "birthday": "2026-01-02", "company": None}),
    ("PersonCreateInput", {"company": {"connect": {"id": str(ACME)}}, "notes": {"create": {"title": "one"}}}),
    ("CompanyCreateInput", {"profile": {"a": [1, None]}, "annualRecurringRevenueAmountMicros": 5}),
    ("CompanyFilterInput", {"or": [{"name": {"in": "x"}}, {"people": {"some": {"city": {"is": "NULL"}}}}]}),
    ("OpportunityCreateInput", {"stage": "NEW", "probability": "1.50"}),
    ("PersonOrderByInput", {"company": {"name": "ASC"}}),
]

UNFIT = [
    ("PersonCreateInput", []),
    ("PersonCreateInput", {"nobody": 1}),
    ("PersonCreateInput", {"birthday": "yesterday"}),
    ("PersonCreateInput", {"company": {}}),
    ("PersonCreateInput", {"company": {"connect": None}}),
    ("PersonCreateInput", {"company": {"connect": {"id": str(ACME)}, "disconnect": True}}),
    ("CompanyFilterInput", {"or": [None]}),
    ("OpportunityCreateInput", {"stage": "OLD"}),
    ("PersonToManyUpdateInput", {"id": str(ACME)}),
]


@pytest.fixture
def schema(crm_snapshot: Snapshot) -> WorkspaceSchema:
    return WorkspaceSchema(View(crm_snapshot))


@pytest.mark.parametrize(("kind", "value"), FITTING)
def test_what_fits_is_read_alike_and_in_the_same_order(schema: WorkspaceSchema, kind: str, value: Any) -> None:
    found = schema.readers.of(schema.types[kind])(value)

    assert repr(found) == repr(coerce_input_value(value, schema.types[kind]))


@pytest.mark.parametrize(("kind", "value"), UNFIT)
def test_what_does_not_fit_is_left_to_graphql_core(schema: WorkspaceSchema, kind: str, value: Any) -> None:
    with pytest.raises((Misfit, GraphQLError)):
        schema.readers.of(schema.types[kind])(value)
