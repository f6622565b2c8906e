"""What got through is written down together, and what can't be written keeps nothing else from it."""

import asyncio

import asyncpg

from armature.core.db import Database
from armature.jobs.tally import Tally
from armature.webhooks.ledger import Sent, take
from armature.webhooks.scribe import Scribe
from armature.webhooks.sending import Message, Outcome
from tests.support.asked import listened_to
from tests.webhooks.test_taking import webhook

POOL = 16
MESSAGE = Message("http://receiver.example", {}, {}, b"{}")


async def test_one_that_cannot_be_written_keeps_no_other_from_it(db: Database) -> None:
    id_ = await webhook(db, 3, 3)
    async with db.connection() as connection:
        taken = await take(connection, id_, [], 3, is_ordered=True)
    bodies = ("well", "\x00 is nothing that PostgreSQL keeps", "well")
    outcomes = [Outcome(duration=1, error=None, status=200, body=each) for each in bodies]
    scribe = Scribe(db, Tally())
    asked = await listened_to(db, POOL)
    sent = [Sent(each, MESSAGE, outcome) for each, outcome in zip(taken, outcomes, strict=True)]

    found = await asyncio.gather(*map(scribe.write, sent), return_exceptions=True)

    assert [type(each) for each in found] == [type(None), asyncpg.UntranslatableCharacterError, type(None)]
    async with db.connection() as connection:
        states = await connection.fetch("SELECT state, attempts FROM armature.deliveries ORDER BY position")
    assert [tuple(each) for each in states] == [("DELIVERED", 1), ("WAITING", 0), ("DELIVERED", 1)]
    assert sum(count for sql, count in asked.items() if "delivery_attempts" in sql) == 4  # all together, then each


async def test_what_comes_together_is_written_together(db: Database) -> None:
    id_ = await webhook(db, 50, 50)
    async with db.connection() as connection:
        taken = await take(connection, id_, [], 50, is_ordered=True)
    tally, asked = Tally(), await listened_to(db, POOL)
    scribe = Scribe(db, tally)
    outcome = Outcome(duration=1, error=None, status=200)
    writing = [asyncio.create_task(scribe.write(Sent(each, MESSAGE, outcome))) for each in taken]
    await asyncio.sleep(0)
    await scribe.finish()
    await asyncio.gather(*writing)
    assert sum(count for sql, count in asked.items() if "delivery_attempts" in sql) == 1
    assert tally._counts["deliveries/delivered"] == 50
