"""Relations, each asked for once for all records of a level."""

from collections import defaultdict
from collections.abc import Awaitable, Sequence
from functools import cached_property, partial
from typing import TypeAlias, TypeVar
from uuid import UUID

from aiodataloader import DataLoader
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import aliased

from bench.peers.strawberry_app.rows import CompanyRow, OpportunityRow, PersonRow

Sessions: TypeAlias = async_sessionmaker[AsyncSession]
One = TypeVar("One", CompanyRow, PersonRow)
Many = TypeVar("Many", PersonRow, OpportunityRow)


class Loaders:
    """Those of one request. What a loader asks runs beside what others ask: each has a session of its own."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self._people: dict[int, DataLoader[UUID, list[PersonRow]]] = {}
        self._opportunities: dict[int, DataLoader[UUID, list[OpportunityRow]]] = {}

    @cached_property
    def company(self) -> DataLoader[UUID, CompanyRow | None]:
        return DataLoader(partial(_by_id, self.sessions, CompanyRow))

    @cached_property
    def person(self) -> DataLoader[UUID, PersonRow | None]:
        return DataLoader(partial(_by_id, self.sessions, PersonRow))

    def people(self, company: UUID, limit: int) -> Awaitable[list[PersonRow]]:
        if limit not in self._people:
            self._people[limit] = DataLoader(partial(_of_companies, self.sessions, PersonRow, limit))
        return self._people[limit].load(company)

    def opportunities(self, company: UUID, limit: int) -> Awaitable[list[OpportunityRow]]:
        if limit not in self._opportunities:
            self._opportunities[limit] = DataLoader(partial(_of_companies, self.sessions, OpportunityRow, limit))
        return self._opportunities[limit].load(company)


async def _by_id(sessions: Sessions, of: type[One], ids: Sequence[UUID]) -> list[One | None]:
    async with sessions() as session:
        found = {each.id: each for each in await session.scalars(select(of).where(of.id.in_(ids)))}
    return [found.get(each) for each in ids]


async def _of_companies(sessions: Sessions, of: type[Many], limit: int, ids: Sequence[UUID]) -> list[list[Many]]:
    """The oldest of each company."""
    place = func.row_number().over(partition_by=of.company_id, order_by=(of.created_at, of.id)).label("place")
    numbered = select(of, place).where(of.company_id.in_(ids)).subquery()
    row = aliased(of, numbered)
    found: dict[UUID | None, list[Many]] = defaultdict(list)
    async with sessions() as session:
        for each in await session.scalars(select(row).where(numbered.c.place <= limit).order_by(numbered.c.place)):
            found[each.company_id].append(each)
    return [found[each] for each in ids]
