"""What clients see. Resolvers return rows; Strawberry reads a type's plain fields off them."""

from datetime import datetime
from enum import Enum
from typing import NewType, TypeAlias
from uuid import UUID

import strawberry
from sqlalchemy import func, select
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.schema.config import StrawberryConfig

from bench.peers.strawberry_app.loaders import Loaders
from bench.peers.strawberry_app.rows import CompanyRow, OpportunityRow, PersonRow

BigInt = NewType("BigInt", int)
Info: TypeAlias = strawberry.Info[Loaders]


async def people_of(root: strawberry.Parent[CompanyRow], info: Info, limit: int = 10) -> list[PersonRow]:
    return await info.context.people(root.id, limit)


async def opportunities_of(root: strawberry.Parent[CompanyRow], info: Info, limit: int = 10) -> list[OpportunityRow]:
    return await info.context.opportunities(root.id, limit)


async def company_of(root: strawberry.Parent[PersonRow], info: Info) -> CompanyRow | None:
    return None if root.company_id is None else await info.context.company.load(root.company_id)


async def contact_of(root: strawberry.Parent[OpportunityRow], info: Info) -> PersonRow | None:
    return None if root.point_of_contact_id is None else await info.context.person.load(root.point_of_contact_id)


@strawberry.type
class Person:
    id: UUID
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    job_title: str | None
    city: str | None
    company_id: UUID | None
    created_at: datetime
    updated_at: datetime
    company = strawberry.field(resolver=company_of, graphql_type="Company | None")


@strawberry.type
class Opportunity:
    id: UUID
    name: str | None
    stage: str | None
    amount_micros: BigInt | None
    point_of_contact = strawberry.field(resolver=contact_of, graphql_type=Person | None)


@strawberry.type
class Company:
    id: UUID
    name: str | None
    domain_name: str | None
    employees: int | None
    address_city: str | None
    annual_recurring_revenue_amount_micros: BigInt | None
    annual_recurring_revenue_currency_code: str | None
    created_at: datetime
    people = strawberry.field(resolver=people_of, graphql_type=list[Person])
    opportunities = strawberry.field(resolver=opportunities_of, graphql_type=list[Opportunity])


@strawberry.type
class CompanySums:
    employees: BigInt
    annual_recurring_revenue_amount_micros: BigInt


@strawberry.type
class CompaniesAggregate:
    count: int
    sum: CompanySums


@strawberry.enum
class PeopleOrder(Enum):
    NEWEST_FIRST = "newest first"
    OLDEST_FIRST = "oldest first"


@strawberry.input
class PersonInput:
    first_name: str
    last_name: str
    email: str | None = None
    phone: str | None = None
    job_title: str | None = None
    city: str | None = None
    company_id: UUID | None = None


async def company(info: Info, id: UUID) -> CompanyRow | None:
    return await info.context.company.load(id)


async def companies(info: Info, limit: int = 50) -> list[CompanyRow]:
    query = select(CompanyRow).order_by(CompanyRow.name, CompanyRow.id).limit(limit)
    async with info.context.sessions() as session:
        return list(await session.scalars(query))


async def companies_aggregate(info: Info) -> CompaniesAggregate:
    query = select(
        func.count(CompanyRow.id),
        func.sum(CompanyRow.employees),
        func.sum(CompanyRow.annual_recurring_revenue_amount_micros),
    )
    async with info.context.sessions() as session:
        count, employees, micros = (await session.execute(query)).one()
    sums = CompanySums(
        employees=BigInt(employees or 0),
        annual_recurring_revenue_amount_micros=BigInt(int(micros or 0)),  # a Decimal: PostgreSQL sums bigints so
    )
    return CompaniesAggregate(count=count, sum=sums)


async def people(
    info: Info, city: str | None = None, order: PeopleOrder = PeopleOrder.NEWEST_FIRST, limit: int = 50
) -> list[PersonRow]:
    moment = PersonRow.created_at.desc() if order is PeopleOrder.NEWEST_FIRST else PersonRow.created_at.asc()
    query = select(PersonRow).order_by(moment, PersonRow.id).limit(limit)
    if city is not None:
        query = query.where(PersonRow.city == city)
    async with info.context.sessions() as session:
        return list(await session.scalars(query))


async def create_person(info: Info, data: PersonInput) -> PersonRow:
    row = PersonRow(**vars(data))
    async with info.context.sessions() as session:
        session.add(row)
        await session.commit()
    return row


@strawberry.type
class Query:
    company = strawberry.field(resolver=company, graphql_type=Company | None)
    companies = strawberry.field(resolver=companies, graphql_type=list[Company])
    companies_aggregate = strawberry.field(resolver=companies_aggregate)
    people = strawberry.field(resolver=people, graphql_type=list[Person])


@strawberry.type
class Mutation:
    create_person = strawberry.mutation(resolver=create_person, graphql_type=Person)


SCHEMA = strawberry.Schema(
    Query,
    Mutation,
    extensions=[ParserCache, ValidationCache],
    config=StrawberryConfig(scalar_map={BigInt: strawberry.scalar(name="BigInt", serialize=str, parse_value=int)}),
)
