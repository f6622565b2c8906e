"""The CRM pack: companies, the people there, opportunities, notes and tasks, as the steps that make them."""

from typing import Any

from armature.metadata.changes import Change, CreateObject, NewField, NewOption, NewRelation
from armature.metadata.model import OnDelete


def _field(name: str, type: str = "TEXT", **more: Any) -> NewField:
    return NewField(name=name, type=type, **more)


def _required_text(name: str) -> NewField:
    return NewField(name=name, type="TEXT", is_nullable=False, default_value="")


def _number(name: str, data_type: str, **more: Any) -> NewField:
    return NewField(name=name, type="NUMBER", settings={"dataType": data_type}, **more)


def _select(name: str, *options: str, default: str | None = None) -> NewField:
    """Options as `VALUE/Label/color`; required where there is a default."""
    parts = (each.split("/") for each in options)
    return NewField(
        name=name,
        type="SELECT",
        options=tuple(NewOption(value=value, label=label, color=color) for value, label, color in parts),
        default_value=default,
        is_nullable=default is None,
    )


def _to_one(name: str, target: str, inverse: str, on_delete: OnDelete = "SET_NULL") -> NewField:
    relation = NewRelation(type="MANY_TO_ONE", target=target, inverse_name=inverse, on_delete=on_delete)
    return NewField(name=name, type="RELATION", relation=relation)


CURRENCIES = ("EUR/Euro/blue", "USD/US dollar/green", "GBP/Pound sterling/purple", "CHF/Swiss franc/red")

CRM: tuple[Change, ...] = (
    CreateObject(
        name_singular="company",
        description="A company, customer or not yet.",
        duplicate_criteria=(("name",), ("domainName",)),
        fields=(
            _required_text("name"),
            _field("domainName", is_unique=True),
            _number("employees", "int"),
            _field("addressCity"),
            _number("annualRecurringRevenueAmountMicros", "bigint", description="In millionths of the currency."),
            _select("annualRecurringRevenueCurrencyCode", *CURRENCIES),
            _field("isIdealCustomer", "BOOLEAN", is_nullable=False, default_value=False),
            _field("profile", "RAW_JSON", description="What other systems know about the company."),
        ),
    ),
    CreateObject(
        name_singular="person",
        description="Somebody we are in touch with.",
        duplicate_criteria=(("firstName", "lastName"), ("email",)),
        fields=(
            _required_text("firstName"),
            _required_text("lastName"),
            _field("email"),
            _field("phone"),
            _field("jobTitle"),
            _field("city"),
            _field("birthday", "DATE"),
            _to_one("company", "company", "people"),
        ),
    ),
    CreateObject(
        name_singular="opportunity",
        description="A deal that may come off.",
        fields=(
            _required_text("name"),
            _select(
                "stage",
                "NEW/New/red",
                "SCREENING/Screening/purple",
                "MEETING/Meeting/sky",
                "PROPOSAL/Proposal/turquoise",
                "CUSTOMER/Customer/yellow",
                default="NEW",
            ),
            _number("amountMicros", "bigint", description="In millionths of the currency."),
            _select("amountCurrencyCode", *CURRENCIES),
            _field("probability", "NUMERIC", settings={"precision": 5, "scale": 2}, description="In per cent."),
            _field("closeDate", "DATE_TIME"),
            _to_one("company", "company", "opportunities"),
            _to_one("pointOfContact", "person", "opportunities"),
        ),
    ),
    CreateObject(
        name_singular="note",
        description="What was said or seen.",
        fields=(
            _required_text("title"),
            _field("body"),
            _to_one("person", "person", "notes"),
            _to_one("company", "company", "notes"),
            _to_one("opportunity", "opportunity", "notes"),
        ),
    ),
    CreateObject(
        name_singular="task",
        description="What is to be done, by when.",
        fields=(
            _required_text("title"),
            _field("body"),
            _select("status", "TODO/To do/sky", "IN_PROGRESS/In progress/purple", "DONE/Done/green", default="TODO"),
            _field("dueAt", "DATE_TIME"),
            _to_one("assignee", "person", "tasks"),
            _to_one("company", "company", "tasks"),
            _to_one("opportunity", "opportunity", "tasks"),
        ),
    ),
)
