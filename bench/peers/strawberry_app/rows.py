"""The tables."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, func
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    type_annotation_map = {datetime: DateTime(timezone=True)}  # noqa: RUF012 (SQLAlchemy's way)

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())


class CompanyRow(Base):
    __tablename__ = "companies"

    name: Mapped[str | None]
    domain_name: Mapped[str | None]
    employees: Mapped[int | None]
    address_city: Mapped[str | None]
    annual_recurring_revenue_amount_micros: Mapped[int | None] = mapped_column(BigInteger)
    annual_recurring_revenue_currency_code: Mapped[str | None]


class PersonRow(Base):
    __tablename__ = "people"

    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    job_title: Mapped[str | None]
    city: Mapped[str | None]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey(CompanyRow.id))


class OpportunityRow(Base):
    __tablename__ = "opportunities"

    name: Mapped[str | None]
    stage: Mapped[str | None]
    amount_micros: Mapped[int | None] = mapped_column(BigInteger)
    amount_currency_code: Mapped[str | None]
    close_date: Mapped[datetime | None]
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey(CompanyRow.id))
    point_of_contact_id: Mapped[UUID | None] = mapped_column(ForeignKey(PersonRow.id))
