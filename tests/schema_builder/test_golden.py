"""Every shape of statement, in files to be read; `pytest tests/schema_builder/test_golden.py --update` writes them."""

from collections.abc import AsyncIterator

import pytest

from armature.metadata.model import Snapshot
from armature.schema_builder.run.answer import Operation
from tests.schema_builder.conftest import add_crm
from tests.support.data_api import DataApi, data_api
from tests.support.golden import Golden, answer_text, golden_cases, recorded, statements_text

CASES = list(golden_cases())


@pytest.fixture
async def alone(data_url: str) -> AsyncIterator[DataApi]:
    """A server with one connection: whoever needs a second one waits for ever."""
    async with data_api(data_url, pool_size=1) as api:
        yield api


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_golden(case: Golden, alone: DataApi, crm_snapshot: Snapshot, request: pytest.FixtureRequest) -> None:
    snapshot = await add_crm(alone) if "mutation" in case.query else crm_snapshot
    alone.workspaces.put(snapshot)
    async with recorded(alone.db) as found:
        answer = await alone.answer(snapshot, Operation(case.query, case.variables))

    sql, answered = statements_text(found, snapshot.schema), answer_text(answer)
    if request.config.getoption("--update", default=False):
        case.path("sql").write_text(sql)
        case.path("json").write_text(answered)
    assert sql == case.path("sql").read_text()
    assert answered == case.path("json").read_text()


@pytest.mark.parametrize("case", [each for each in CASES if "mutation" not in each.query], ids=str)
async def test_a_query_is_one_statement(case: Golden, alone: DataApi, crm_snapshot: Snapshot) -> None:
    alone.workspaces.put(crm_snapshot)
    async with recorded(alone.db) as found:
        await alone.answer(crm_snapshot, Operation(case.query, case.variables))

    assert len(found) == 1
