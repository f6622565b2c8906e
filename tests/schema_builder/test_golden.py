"""Every shape of statement, in files to be read; `pytest tests/schema_builder/test_golden.py --update` writes them."""

from collections.abc import AsyncIterator, Mapping

import pytest

from armature.metadata.model import Snapshot
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import SYSTEM, Caller
from tests.schema_builder.conftest import add_clerk, add_crm, add_library
from tests.support.data_api import DataApi, data_api
from tests.support.golden import Golden, answer_text, golden_cases, recorded, statements_text
from tests.support.small_crm import ALICE

CASES = list(golden_cases())
ADD = {"": add_crm, "library": add_library, "clerk": add_clerk}
CLERK = Caller("MANUAL", "alice@acme.com", user_id=ALICE, roles=("clerk",), email="alice@acme.com")
CALLERS = {"clerk": CLERK}

Worlds = Mapping[str, Snapshot]
"""By the folder of the golden files that are asked of it."""


@pytest.fixture(scope="session")
def worlds(crm_snapshot: Snapshot, library_snapshot: Snapshot, clerk_snapshot: Snapshot) -> Worlds:
    return {"": crm_snapshot, "library": library_snapshot, "clerk": clerk_snapshot}


@pytest.fixture
async def alone(data_url: str) -> AsyncIterator[DataApi]:
    """A server with one connection: whoever needs a second one waits for ever."""
    async with data_api(data_url, pool_size=1) as api:
        yield api


@pytest.mark.parametrize("case", CASES, ids=str)
async def test_golden(case: Golden, alone: DataApi, worlds: Worlds, request: pytest.FixtureRequest) -> None:
    snapshot = await ADD[case.world](alone) if "mutation" in case.query else worlds[case.world]
    alone.workspaces.put(snapshot)
    async with recorded(alone.db) as found:
        answer = await alone.answer(snapshot, Operation(case.query, case.variables), CALLERS.get(case.world, SYSTEM))

    sql, answered = statements_text(found, snapshot.schema), answer_text(answer)
    if request.config.getoption("--update", default=False):
        case.path("sql").write_text(sql)
        case.path("json").write_text(answered)
    assert sql == case.path("sql").read_text()
    assert answered == case.path("json").read_text()


@pytest.mark.parametrize("case", [each for each in CASES if "mutation" not in each.query], ids=str)
async def test_a_query_is_one_statement(case: Golden, alone: DataApi, worlds: Worlds) -> None:
    snapshot = worlds[case.world]
    alone.workspaces.put(snapshot)
    async with recorded(alone.db) as found:
        await alone.answer(snapshot, Operation(case.query, case.variables), CALLERS.get(case.world, SYSTEM))

    assert len(found) == 1
