"""Records for the CRM pack: the same each time, of the size of a small team's two years.

Rows are what asyncpg's COPY takes, in an order in which each refers only to rows before it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any, TypeAlias
from uuid import UUID

from armature.metadata.english import name_of
from armature.metadata.packs import demo_words as words

Row: TypeAlias = tuple[Any, ...]

END = datetime(2026, 11, 1, 9, tzinfo=UTC)
SPAN = timedelta(days=730)
COUNTS = {"company": 400, "person": 1_600, "opportunity": 900, "note": 700, "task": 600}
MICROS = 1_000_000

_RECORD = ("id", "created_at", "updated_at")
COLUMNS = {
    "company": (
        *_RECORD,
        "name",
        "domain_name",
        "employees",
        "address_city",
        "annual_recurring_revenue_amount_micros",
        "annual_recurring_revenue_currency_code",
        "is_ideal_customer",
    ),
    "person": (
        *_RECORD,
        "first_name",
        "last_name",
        "email",
        "phone",
        "job_title",
        "city",
        "birthday",
        "company_id",
    ),
    "opportunity": (
        *_RECORD,
        "name",
        "stage",
        "amount_micros",
        "amount_currency_code",
        "probability",
        "close_date",
        "company_id",
        "point_of_contact_id",
    ),
    "note": (*_RECORD, "title", "body", "person_id", "company_id", "opportunity_id"),
    "task": (*_RECORD, "title", "body", "status", "due_at", "assignee_id", "company_id", "opportunity_id"),
}


@dataclass(frozen=True, slots=True)
class _Company:
    id: UUID
    created: datetime
    name: str
    domain: str
    city: words.City


@dataclass(frozen=True, slots=True)
class _Linked:
    """A record as later ones refer to it: with the company it belongs to, if any."""

    id: UUID
    created: datetime
    company: _Company | None
    name: str


def demo_rows() -> Iterator[tuple[str, Sequence[str], list[Row]]]:
    """For each object of the pack its singular name, the columns given, and the rows."""
    chance = Random(20_261_121)  # noqa: S311  the same records each time, no secret
    companies: list[_Company] = []
    people: list[_Linked] = []
    deals: list[_Linked] = []
    yield "company", COLUMNS["company"], _companies(chance, companies)
    yield "person", COLUMNS["person"], _people(chance, companies, people)
    yield "opportunity", COLUMNS["opportunity"], _opportunities(chance, people, deals)
    yield "note", COLUMNS["note"], _notes(chance, people, deals)
    yield "task", COLUMNS["task"], _tasks(chance, people, deals)


def _companies(chance: Random, made: list[_Company]) -> list[Row]:
    rows: list[Row] = []
    names = [f"{stem} {kind}".strip() for kind in words.COMPANY_KINDS for stem in words.COMPANY_STEMS]
    for name in chance.sample(names, COUNTS["company"]):
        record = _record(chance, END - SPAN)
        city = chance.choice(words.CITIES)
        domain = f"{_slug(name)}.{chance.choice(words.DOMAIN_ENDINGS)}"
        made.append(_Company(record[0], record[1], name, domain, city))
        size = int(10 ** chance.uniform(0.5, 4))
        revenue = None if chance.random() < 0.2 else round(size * chance.uniform(20, 300)) * 100 * MICROS
        rows.append(
            (
                *record,
                name,
                domain,
                _mostly(chance, size),
                _mostly(chance, city.name),
                revenue,
                None if revenue is None else city.currency,
                chance.random() < 0.3,
            )
        )
    return rows


def _people(chance: Random, companies: list[_Company], made: list[_Linked]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(COUNTS["person"]):
        company = _mostly(chance, chance.choice(companies))
        record = _record(chance, END - SPAN if company is None else company.created)
        first, last = chance.choice(words.FIRST_NAMES), chance.choice(words.LAST_NAMES)
        city = company.city if company and chance.random() < 0.7 else chance.choice(words.CITIES)
        domain = "example.com" if company is None else company.domain
        email = f"{_slug(first)}.{_slug(last)}@{domain}"
        made.append(_Linked(record[0], record[1], company, f"{first} {last}"))
        rows.append(
            (
                *record,
                first,
                last,
                _mostly(chance, email),
                _mostly(chance, f"{city.prefix} {chance.randrange(10**8, 10**9)}"),
                _mostly(chance, chance.choice(words.JOB_TITLES)),
                city.name,
                date(1958, 1, 1) + timedelta(days=chance.randrange(17_000)) if chance.random() < 0.4 else None,
                company.id if company else None,
            )
        )
    return rows


def _opportunities(chance: Random, people: list[_Linked], made: list[_Linked]) -> list[Row]:
    rows: list[Row] = []
    employed = [each for each in people if each.company is not None]
    for _ in range(COUNTS["opportunity"]):
        contact = chance.choice(employed)
        company = contact.company
        assert company is not None  # noqa: S101  employed
        record = _record(chance, contact.created)
        name = f"{company.name}: {chance.choice(words.DEALS)}"
        made.append(_Linked(record[0], record[1], company, name))
        stage, probability = chance.choices(words.STAGES, words.STAGE_WEIGHTS)[0]
        amount = round(10 ** chance.uniform(3, 6)) * MICROS
        rows.append(
            (
                *record,
                name,
                stage,
                _mostly(chance, amount),
                company.city.currency,
                Decimal(probability) + Decimal(chance.randrange(-400, 400)) / 100
                if probability < 100
                else Decimal(100),
                _mostly(chance, record[1] + timedelta(days=chance.randrange(14, 240))),
                company.id,
                _mostly(chance, contact.id),
            )
        )
    return rows


def _notes(chance: Random, people: list[_Linked], deals: list[_Linked]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(COUNTS["note"]):
        person, deal = _about(chance, people, deals)
        body = " ".join(chance.sample(words.SENTENCES, chance.randrange(1, 5)))
        title = f"{chance.choice(words.NOTES)} {person.name}"
        rows.append((*_after(chance, person, deal), title, _mostly(chance, body), person.id, *_links(person, deal)))
    return rows


def _tasks(chance: Random, people: list[_Linked], deals: list[_Linked]) -> list[Row]:
    rows: list[Row] = []
    for _ in range(COUNTS["task"]):
        person, deal = _about(chance, people, deals)
        record = _after(chance, person, deal)
        due = _mostly(chance, record[1] + timedelta(days=chance.randrange(1, 45)))
        status = "DONE" if due and due < END and chance.random() < 0.8 else chance.choice(("TODO", "IN_PROGRESS"))
        body = chance.choice(words.SENTENCES) if chance.random() < 0.5 else None
        title = f"{chance.choice(words.TASKS)} {person.name}"
        rows.append((*record, title, body, status, due, _mostly(chance, person.id), *_links(person, deal)))
    return rows


def _about(chance: Random, people: list[_Linked], deals: list[_Linked]) -> tuple[_Linked, _Linked | None]:
    return chance.choice(people), chance.choice(deals) if chance.random() < 0.4 else None


def _links(person: _Linked, deal: _Linked | None) -> tuple[UUID | None, UUID | None]:
    """Company and opportunity: a deal's own company goes before the person's."""
    company = deal.company if deal else person.company
    return company.id if company else None, deal.id if deal else None


def _after(chance: Random, *others: _Linked | None) -> tuple[UUID, datetime, datetime]:
    return _record(chance, max(each.created for each in others if each))


def _record(chance: Random, since: datetime) -> tuple[UUID, datetime, datetime]:
    """id, created and updated: at some moment since then; ids are version 7 and so in the order of creation."""
    start, end = since.timestamp(), END.timestamp()
    at = start + (end - start) * chance.random() ** 1.5
    created = datetime.fromtimestamp(at, UTC)
    updated = datetime.fromtimestamp(at + (end - at) * chance.random() ** 3, UTC)
    stamp = int(at * 1000) << 80
    return UUID(int=stamp | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62)), created, updated


@cache
def _slug(text: str) -> str:
    return name_of(text).lower()


def _mostly(chance: Random, value: Any) -> Any:
    """The value, or one time in ten nothing."""
    return None if chance.random() < 0.1 else value
