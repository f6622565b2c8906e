"""A few records for the CRM pack, small enough to know by heart: what golden files and plain tests look at.

Names are from Alice's tea party; "Gone" ones are soft-deleted.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from armature.metadata.changes import CreateObject, NewField, NewOption
from armature.metadata.model import Snapshot
from armature.metadata.names import columns
from tests.support.worlds.data import State

CREATED = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
UPDATED = datetime(2026, 2, 1, 9, 30, 15, 250_000, tzinfo=UTC)
DELETED = datetime(2026, 3, 1, tzinfo=UTC)


GADGET = CreateObject(
    name_singular="gadget",
    fields=(
        NewField(name="email", type="EMAIL", is_unique=True),
        NewField(name="phone", type="PHONE", settings={"defaultCountry": "CH"}),
        NewField(name="stars", type="RATING"),
        NewField(name="colors", type="MULTI_SELECT", options=(NewOption(value="RED"), NewOption(value="GREEN"))),
        NewField(name="tags", type="ARRAY"),
        NewField(name="number", type="AUTO_NUMBER"),
        NewField(name="maker", type="FULL_NAME"),
        NewField(name="price", type="CURRENCY", is_nullable=False, default_value={"amountMicros": 0}),
    ),
)
"""With kinds of fields that the pack has no use for."""


def record_id(kind: int, number: int) -> UUID:
    return UUID(f"{kind:08d}-0000-7000-8000-{number:012d}")


ACME, TEAPOT, CHESHIRE, GONE = (record_id(1, each) for each in (1, 2, 3, 9))
ALICE, HATTER, HARE, DORMOUSE, GONE_PERSON = (record_id(2, each) for each in (1, 2, 3, 4, 9))
BIG_DEAL, SMALL_DEAL, LOST_DEAL = (record_id(3, each) for each in (1, 2, 3))
MINUTES, RIDDLE = (record_id(4, each) for each in (1, 2))
POUR, WAKE = (record_id(5, each) for each in (1, 2))
TEACUP, WATCH = (record_id(6, each) for each in (1, 2))

RECORDS: Mapping[str, Sequence[dict[str, Any]]] = {
    "company": (
        {
            "id": ACME,
            "name": "Acme",
            "domain_name": "acme.com",
            "employees": 120,
            "address_city": "Zürich",
            "annual_recurring_revenue_amount_micros": 9_007_199_254_740_993,
            "annual_recurring_revenue_currency_code": "CHF",
            "is_ideal_customer": True,
            "profile": {"tags": ["a", "b"], "size": {"min": 1, "max": 2.5}},
        },
        {"id": TEAPOT, "name": "Teapot 100%", "domain_name": "teapot.example", "employees": 3, "address_city": ""},
        {"id": CHESHIRE, "name": "cheshire_cats", "address_city": "Oxford"},
        {"id": GONE, "name": "Gone", "domain_name": "gone.example", "employees": 1, "deleted_at": DELETED},
    ),
    "person": (
        {
            "id": ALICE,
            "first_name": "Alice",
            "last_name": "Liddell",
            "email": "alice@acme.com",
            "job_title": "CEO",
            "city": "Oxford",
            "birthday": date(1852, 5, 4),
            "company_id": ACME,
        },
        {"id": HATTER, "first_name": "Mad", "last_name": "Hatter", "city": "Zürich", "company_id": TEAPOT},
        {"id": HARE, "first_name": "March", "last_name": "Hare", "company_id": TEAPOT},
        {"id": DORMOUSE, "first_name": "", "last_name": "Dormouse", "company_id": GONE},
        {"id": GONE_PERSON, "first_name": "Gone", "last_name": "Girl", "company_id": ACME, "deleted_at": DELETED},
    ),
    "opportunity": (
        {
            "id": BIG_DEAL,
            "name": "Big deal",
            "stage": "PROPOSAL",
            "amount_micros": 5_000_000,
            "amount_currency_code": "EUR",
            "probability": Decimal("99.50"),
            "close_date": datetime(2026, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
            "company_id": ACME,
            "point_of_contact_id": ALICE,
        },
        {"id": SMALL_DEAL, "name": "Small deal", "stage": "NEW", "amount_micros": 1, "company_id": TEAPOT},
        {"id": LOST_DEAL, "name": "Lost deal", "stage": "CUSTOMER", "point_of_contact_id": GONE_PERSON},
    ),
    "note": (
        {"id": MINUTES, "title": "Minutes", "body": "Tea,\nagain", "person_id": ALICE, "company_id": ACME},
        {"id": RIDDLE, "title": "Why is a raven like a writing-desk?", "opportunity_id": BIG_DEAL},
    ),
    "task": (
        {"id": POUR, "title": "Pour", "status": "TODO", "assignee_id": HATTER, "company_id": TEAPOT},
        {"id": WAKE, "title": "Wake the Dormouse", "status": "DONE", "due_at": CREATED, "assignee_id": HARE},
    ),
    "gadget": (
        {
            "id": TEACUP,
            "email": "cup@example.com",
            "phone": "+41446681800",
            "stars": 5,
            "colors": ["GREEN", "RED"],
            "tags": ["fine china", "Tea"],
            "number": 101,
            "maker_first_name": "Mad",
            "maker_last_name": "Hatter",
            "price_amount_micros": 5_000_000,
            "price_currency_code": "GBP",
        },
        {"id": WATCH, "stars": 1, "colors": [], "tags": [], "number": 102, "price_amount_micros": 0},
    ),
}

NOBODY: Mapping[str, Any] = {"created_by_source": "SYSTEM", "updated_by_source": "SYSTEM", "position": 0.0}
"""What the fields that every object has say of records that come from nowhere."""

DEFAULTS: Mapping[str, Mapping[str, Any]] = {"company": {"is_ideal_customer": False}}


def small_crm(snapshot: Snapshot) -> State:
    """The rows, complete: what is not named is null."""
    found: dict[UUID, dict[UUID, dict[str, Any]]] = {}
    for name, records in RECORDS.items():
        of = snapshot.kept_objects[name]
        nothing = dict.fromkeys(columns(of))
        always = {**nothing, "created_at": CREATED, "updated_at": UPDATED, **NOBODY, **DEFAULTS.get(name, {})}
        found[of.id] = {record["id"]: {**always, **record} for record in records}
    return found
