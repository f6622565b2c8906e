from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from armature.core.errors import BadUserInput
from armature.metadata.english import label_of, name_of, plural_name_of, plural_of
from armature.metadata.kinds import KINDS
from armature.metadata.model import Field, Object
from armature.metadata.names import (
    LONGEST,
    NameMalformed,
    NameTooLong,
    camel,
    check_name,
    check_option_value,
    choice_type_name,
    column_at_birth,
    field_names,
    option_value_of,
    pascal,
    root_name,
    root_names,
    snake_case,
    table_at_birth,
    type_name,
    type_names,
)

NAMES = st.from_regex(r"[a-z][a-zA-Z0-9]{0,62}", fullmatch=True)

COMPANY = Object(
    UUID(int=1),
    "company",
    "companies",
    "companies",
    "Company",
    "Companies",
    fields={
        UUID(int=2): Field(UUID(int=2), "size", "SELECT", "size", "Size"),
    },
)


@given(NAMES, NAMES)
def test_two_names_never_share_a_column(one: str, other: str) -> None:
    assume(one != other)
    assert snake_case(one) != snake_case(other)


@given(NAMES)
def test_a_column_never_looks_like_one_of_the_engines_own(name: str) -> None:
    assert "__" not in snake_case(name)
    assert not snake_case(name).startswith("_")
    assert not snake_case(name).endswith("_")


@given(NAMES)
def test_a_name_comes_back_from_its_type(name: str) -> None:
    assert camel(pascal(name)) == name


@given(NAMES, st.sets(NAMES))
def test_a_column_at_birth_is_free_and_fits(name: str, others: set[str]) -> None:
    taken = {snake_case(each) for each in others if len(snake_case(each)) <= LONGEST}
    assume(len(snake_case(name)) <= LONGEST)

    column = column_at_birth(name, KINDS["TEXT"], taken)

    assert column not in taken
    assert len(column) <= LONGEST


def test_a_column_set_aside_keeps_its_name() -> None:
    assert column_at_birth("budget", KINDS["TEXT"], {"budget"}) == "budget__2"
    assert column_at_birth("budget", KINDS["TEXT"], {"budget", "budget__2"}) == "budget__3"
    assert column_at_birth("company", KINDS["RELATION"], set()) == "company_id"
    assert column_at_birth("name", KINDS["FULL_NAME"], {"name_first_name"}) == "name__2"
    assert table_at_birth("dealStages", {"deal_stages"}) == "deal_stages__2"


def test_a_column_is_never_called_as_one_that_every_table_has() -> None:
    assert column_at_birth("ctid", KINDS["TEXT"], set()) == "ctid__2"


@pytest.mark.parametrize("name", ["", "Company", "2nd", "a_b", "a b", "größe", "a\n", "a\x00", "__typename", "\ud800"])
def test_a_name_that_is_not_camel_case_is_refused(name: str) -> None:
    with pytest.raises(NameMalformed) as refused:
        check_name(name, "name")

    refused.value.message.encode()


def test_a_refused_name_comes_with_one_that_would_do() -> None:
    with pytest.raises(NameMalformed) as refused:
        check_name("Größe (cm)", "name")

    assert refused.value.hint == 'Try "grosseCm".'


def test_a_name_can_have_63_characters_and_no_more() -> None:
    check_name("a" * 63, "name")
    with pytest.raises(NameTooLong) as refused:
        check_name("a" * 64, "name")

    assert refused.value.hint == f'Try "{"a" * 63}".'


@pytest.mark.parametrize("value", ["LOW", "low", "_x", "A1", "Won"])
def test_an_option_can_be_any_graphql_enum_value(value: str) -> None:
    check_option_value(value)


@pytest.mark.parametrize("value", ["", "true", "false", "null", "__X", "1A", "A B", "É", "A" * 64, "A\n", "\ud800"])
def test_an_option_that_is_no_graphql_enum_value_is_refused(value: str) -> None:
    with pytest.raises(BadUserInput) as refused:
        check_option_value(value)

    refused.value.message.encode()
    check_option_value(option_value_of(value))


def test_an_object_claims_its_types_and_root_fields() -> None:
    types, roots = set(type_names(COMPANY)), set(root_names(COMPANY))

    assert {"Company", "CompanyFilterInput", "CompanyOrderByInput", "CompanyCreateInput", "CompanySizeEnum"} <= types
    assert {"company", "companyBy", "companies", "companiesConnection", "createCompany", "createCompanies"} <= roots
    assert {"mergeCompanies", "companyEvents", "companyDuplicates", "companiesGroupBy", "destroyCompany"} <= roots


def test_each_generated_name_can_be_made_alone() -> None:
    assert type_name("filter", "company") == "CompanyFilterInput"
    assert choice_type_name("choice", "company", "size") == "CompanySizeEnum"
    assert root_name("create_many", COMPANY) == "createCompanies"
    assert root_name("by", COMPANY) == "companyBy"


def test_a_relation_claims_what_belongs_to_its_side() -> None:
    to_one = Field(UUID(int=3), "company", "RELATION", "company_id", "Company", relation_id=UUID(int=9))
    to_many = Field(UUID(int=4), "people", "RELATION", None, "People", relation_id=UUID(int=9))

    assert list(field_names(to_one)) == ["company", "companyId"]
    assert list(field_names(to_many)) == ["people", "peopleConnection", "peopleAggregate"]
    assert list(field_names(COMPANY.fields[UUID(int=2)])) == ["size"]


@pytest.mark.parametrize(
    ("name", "label"),
    [("domainName", "Domain name"), ("linkedInURL2", "Linked in URL 2"), ("x", "X"), ("aB", "A b"), ("url", "Url")],
)
def test_a_label_reads_like_its_name(name: str, label: str) -> None:
    assert label_of(name) == label


@pytest.mark.parametrize(
    ("label", "name"),
    [
        ("Domain name", "domainName"),
        ("Größe (cm)", "grosseCm"),
        ("Straße", "strasse"),
        ("Компания", "kompaniya"),
        ("ΑΘΗΝΑ", "athina"),
        ("2nd phone", "n2ndPhone"),
        ("VAT number", "vatNumber"),
        ("Don't call", "dontCall"),
        ("日本", ""),
        ("", ""),
    ],
)
def test_a_name_is_made_of_its_label(label: str, name: str) -> None:
    assert name_of(label) == name


@given(st.text())
def test_a_name_made_of_any_label_is_a_name_or_nothing(label: str) -> None:
    name = name_of(label)

    if name:
        check_name(name[:LONGEST], "name")


@given(NAMES)
def test_a_name_survives_its_label(name: str) -> None:
    assert name_of(label_of(name)).lower() == name.lower()


@pytest.mark.parametrize(
    ("one", "many"),
    [
        ("company", "companies"),
        ("person", "people"),
        ("salesPerson", "salesPeople"),
        ("day", "days"),
        ("box", "boxes"),
        ("analysis", "analyses"),
        ("status", "statuses"),
        ("branch", "branches"),
        ("personHTML", "personHTMLs"),
        ("Sales person", "Sales people"),
        ("news", "news"),
    ],
)
def test_a_plural_is_english(one: str, many: str) -> None:
    assert plural_of(one) == many


@given(NAMES)
def test_the_plural_name_is_never_the_singular(name: str) -> None:
    assert plural_name_of(name) != name
