"""API keys over their life: used, rotated with an overlap, limited."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from armature.core.db import open_database
from armature.server.auth.key_uses import KeyUses
from tests.support.control_plane import Caller, Site

ROTATE = """mutation($input: RotateApiKeyInput!) {
  rotateApiKey(input: $input) { token apiKey { id name role rateLimit expiresAt } } }"""
KEYS = "{ apiKeys { id expiresAt lastUsedAt rateLimit } }"


def id_of(key: Caller) -> str:
    return str(key.session["apiKey"]["id"])


def rotated(owner: Caller, key: Caller, **given: Any) -> Caller:
    made = owner.do(ROTATE, input={"id": id_of(key), **given})["rotateApiKey"]
    return replace(key, token=made["token"], session=made)


def test_a_key_is_rotated_and_both_work_for_a_while(site: Site) -> None:
    owner = site.sign_up()
    old = owner.new_key(name="Importer", rateLimit=1_000)
    new = rotated(owner, old)
    assert new.session["apiKey"] | {"id": ""} == {
        "id": "",
        "name": "Importer",
        "role": "admin",
        "rateLimit": 1_000,
        "expiresAt": None,
    }
    for key in (old, new):
        assert key.data("{ __typename }") == {"__typename": "Query"}
    ends = {each["id"]: each["expiresAt"] for each in owner.do(KEYS)["apiKeys"]}
    left = datetime.fromisoformat(ends[id_of(old)]) - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(days=1)


def test_without_an_overlap_the_old_key_is_over_at_once(site: Site) -> None:
    owner = site.sign_up()
    old = owner.new_key()
    assert old.data("{ __typename }") == {"__typename": "Query"}
    new = rotated(owner, old, overlap=0)
    assert old.post("{ __typename }", "/graphql").status_code == 401
    assert new.data("{ __typename }") == {"__typename": "Query"}
    again = owner.error(ROTATE, input={"id": id_of(old)})
    assert again["extensions"]["code"] == "NOT_FOUND"


def test_an_overlap_makes_no_key_live_longer(site: Site) -> None:
    owner = site.sign_up()
    soon = (datetime.now(UTC) + timedelta(minutes=5)).replace(microsecond=0)
    old = owner.new_key(expiresAt=soon.isoformat())
    rotated(owner, old, overlap=86_400)
    ends = {each["id"]: each["expiresAt"] for each in owner.do(KEYS)["apiKeys"]}
    assert datetime.fromisoformat(ends[id_of(old)]) == soon


def test_the_new_key_lives_as_long_as_the_old_one_was_made_for(site: Site) -> None:
    owner = site.sign_up()
    in_90_days = datetime.now(UTC) + timedelta(days=90)
    old = owner.new_key(expiresAt=in_90_days.isoformat())
    new, for_ever = rotated(owner, old), rotated(owner, owner.new_key(expiresAt=in_90_days.isoformat()), expiresAt=None)
    ends = {each["id"]: each["expiresAt"] for each in owner.do(KEYS)["apiKeys"]}
    left = datetime.fromisoformat(ends[id_of(new)]) - datetime.now(UTC)
    assert timedelta(days=89) < left <= timedelta(days=91)
    assert ends[id_of(for_ever)] is None


@pytest.mark.parametrize(
    ("given", "at_fault"),
    [({"overlap": -1}, "overlap"), ({"overlap": 2_592_001}, "overlap"), ({"expiresAt": "2020-01-01"}, "expiresAt")],
)
def test_a_rotation_that_will_not_do_changes_nothing(site: Site, given: dict[str, Any], at_fault: str) -> None:
    owner = site.sign_up()
    key = owner.new_key()
    given = {name: f"{value}T00:00:00Z" if name == "expiresAt" else value for name, value in given.items()}
    assert owner.error(ROTATE, input={"id": id_of(key), **given})["extensions"]["inputPath"] == ["input", at_fault]
    assert [each["expiresAt"] for each in owner.do(KEYS)["apiKeys"]] == [None]


def test_nobody_rotates_the_keys_of_others(site: Site) -> None:
    key, stranger = site.sign_up().new_key(), site.sign_up()
    for wanted in (id_of(key), "x", "\0", "01a1fcfe-0000-7000-8000-000000000000"):
        assert stranger.error(ROTATE, input={"id": wanted})["extensions"]["code"] == "NOT_FOUND"
    revoked = stranger.new_key()
    stranger.do("mutation($id: ID!) { revokeApiKey(id: $id) { id } }", id=id_of(revoked))
    assert stranger.error(ROTATE, input={"id": id_of(revoked)})["extensions"]["code"] == "NOT_FOUND"


def test_a_limit_of_a_key_is_a_number_of_points(site: Site) -> None:
    create = 'mutation($limit: Int) { createApiKey(input: {name: "x", rateLimit: $limit}) { apiKey { rateLimit } } }'
    owner = site.sign_up()
    assert owner.do(create, limit=5)["createApiKey"]["apiKey"]["rateLimit"] == 5
    for limit in (0, -1):
        assert owner.error(create, limit=limit)["extensions"]["inputPath"] == ["input", "rateLimit"]


async def test_uses_of_keys_are_written_together(site: Site) -> None:
    owner = await asyncio.to_thread(site.sign_up)
    used, unused = [await asyncio.to_thread(owner.new_key) for _ in range(2)]
    database = await open_database(site.database_url)
    connection = await asyncpg.connect(site.database_url)
    try:
        uses = KeyUses(database)
        uses.used.add(await connection.fetchval("SELECT id FROM armature.api_keys WHERE id = $1", id_of(used)))
        uses.start()
        await uses.stop()
        assert uses.used == set()
        listed = {each["id"]: each["lastUsedAt"] for each in (await asyncio.to_thread(owner.do, KEYS))["apiKeys"]}
        assert listed[id_of(used)] is not None
        assert listed[id_of(unused)] is None
    finally:
        await database.close()
        await connection.close()
