"""A role that may run stored documents and nothing else."""

from dataclasses import replace

import pytest

from armature.metadata.changes import CreateRole
from armature.metadata.packs.crm import CRM
from armature.schema_builder.run.answer import Operation
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.engine import StoredOnly
from tests.support.data_api import DataApi


async def test_it_runs_what_is_stored_and_nothing_else(api: DataApi) -> None:
    snapshot = await api.workspace([*CRM, CreateRole(name="kiosk", rights=("READ",), documents_only=True)])
    sent = Operation("{ companies { name } }", {})
    kiosk = Caller("API", "kiosk", roles=("kiosk",))
    with pytest.raises(StoredOnly):
        await api.engine.execute(sent, snapshot.workspace_id, kiosk)
    answer = await api.engine.execute(replace(sent, is_stored=True), snapshot.workspace_id, kiosk)
    assert answer.body == b'{"data":{"companies":[]}}'
    both = Caller("API", "both", roles=("kiosk", "member"))
    assert (await api.engine.execute(sent, snapshot.workspace_id, both)).executed
