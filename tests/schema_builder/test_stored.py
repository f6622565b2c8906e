"""A role that may run stored documents and nothing else."""

from dataclasses import replace

import pytest

from armature.metadata.changes import CreateRole
from armature.metadata.packs.crm import CRM
from armature.migrations.workspace.change import change_workspace
from armature.schema_builder.run.answer import Asked, Operation
from armature.schema_builder.run.caller import Caller
from armature.schema_builder.run.engine import StoredOnly
from armature.schema_builder.run.stored import DocumentNotFound, add_document
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


async def test_roles_that_are_for_certain_documents_add_up(api: DataApi) -> None:
    def role(name: str, *documents: str) -> CreateRole:
        return CreateRole(name=name, rights=("READ",), documents_only=True, documents=documents)

    snapshot = await api.workspace([*CRM, CreateRole(name="kiosk", rights=("READ",), documents_only=True)])
    text = "{ companies { name } }"
    async with api.db.transaction() as connection:
        for at, name in enumerate(("first", "second", "third")):
            await add_document(connection, snapshot.workspace_id, name, f"{text} #{at}")
    certain = [role("one", "first"), role("other", "second"), role("none")]
    await change_workspace(api.db, snapshot.workspace_id, certain)

    async def runs(document: str, *roles: str) -> bool:
        stored = Operation(text, {}, asked=Asked(document), is_stored=True, document=document)
        try:
            return (await api.engine.execute(stored, snapshot.workspace_id, Caller("API", "x", roles=roles))).executed
        except DocumentNotFound:
            return False

    documents = ("first", "second", "third")
    assert [await runs(each, "one") for each in documents] == [True, False, False]
    assert [await runs(each, "one", "other") for each in documents] == [True, True, False]
    assert [await runs(each, "none") for each in documents] == [False, False, False]
    assert [await runs(each, "one", "kiosk") for each in documents] == [True, True, True]
