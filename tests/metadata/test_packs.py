from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from armature.metadata.check import check
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field
from armature.metadata.packs.demo import COUNTS, END, SPAN, demo_rows
from tests.metadata.models import crm

BENCH_COLUMNS = {
    "company": "id name domain_name employees address_city annual_recurring_revenue_amount_micros "
    "annual_recurring_revenue_currency_code created_at updated_at deleted_at",
    "person": "id first_name last_name email phone job_title city company_id created_at updated_at deleted_at",
    "opportunity": "id name stage amount_micros amount_currency_code close_date company_id point_of_contact_id "
    "created_at updated_at deleted_at",
    "note": "id title body person_id created_at updated_at deleted_at",
}


CRM = crm()


def columns(name: str) -> Mapping[str, Field]:
    return {each.column: each for each in CRM.object(name).fields.values() if each.column is not None}


def test_the_pack_makes_a_sound_model() -> None:
    model = crm()

    assert list(model.snapshot.visible_objects) == ["company", "person", "opportunity", "note", "task"]
    assert check(model.snapshot) == []


def test_the_benchmarks_records_fit_the_pack() -> None:
    for name, wanted in BENCH_COLUMNS.items():
        assert set(wanted.split()) <= set(columns(name))
        needed = {column for column, each in columns(name).items() if not each.is_nullable and each.default is None}
        assert needed <= set(wanted.split())


def test_the_demo_is_the_same_each_time() -> None:
    assert list(demo_rows()) == list(demo_rows())


def test_the_demos_rows_fit_their_columns_and_refer_to_rows_before_them() -> None:
    seen: dict[str, set[UUID]] = {}
    for name, given, rows in demo_rows():
        fields = columns(name)
        assert len(rows) == COUNTS[name]
        for row in rows:
            record = dict(zip(given, row, strict=True))
            for column, value in record.items():
                _check_value(fields[column], value, seen)
        seen[name] = {row[0] for row in rows}
        assert len(seen[name]) == len(rows)


def _check_value(field: Field, value: Any, seen: Mapping[str, set[UUID]]) -> None:
    if value is None:
        assert field.is_nullable
    elif field.relation_id is not None:
        assert value in seen[target(field)]
    elif isinstance(value, datetime):
        assert value.tzinfo is not None
    elif field.kind == "SELECT":
        assert value in {each.value for each in field.options}
    elif field.kind == "NUMBER":
        KINDS["NUMBER"].check_default(value, field.settings)
    else:
        KINDS[field.kind].check_default(value if field.kind == "BOOLEAN" else str(value), field.settings)


def target(field: Field) -> str:
    return CRM.snapshot.link(field).target.name_singular


def test_the_demo_has_what_real_records_have() -> None:
    tables = {name: [dict(zip(given, row, strict=True)) for row in rows] for name, given, rows in demo_rows()}

    assert len({each["domain_name"] for each in tables["company"]}) == COUNTS["company"]
    assert any(not each["first_name"].isascii() for each in tables["person"])
    assert any(each["email"] is None for each in tables["person"])
    assert any(each["company_id"] is None for each in tables["person"])
    for records in tables.values():
        assert all(END - SPAN <= each["created_at"] <= each["updated_at"] <= END for each in records)
