"""What is typed into a search field, and how it is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from armature.schema_builder.compile.websearch import MAX_TERMS, MAX_TEXT, SearchTooLong, read_search


def read(text: str) -> list[list[str]]:
    """The terms of each group, those that must not be there with a minus before."""
    found = read_search(text)
    terms = list(zip(found.terms, found.groups, found.are_wanted, strict=True))
    numbers = range(max(found.groups, default=-1) + 1)
    return [[term if wanted else f"-{term}" for term, at, wanted in terms if at == number] for number in numbers]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", []),
        (" \t\n ", []),
        ("ada", [["ada"]]),
        ("Ada  Lovelace", [["Ada", "Lovelace"]]),
        ("ada ada", [["ada"]]),
        ('"ada   lovelace" x', [["ada lovelace", " x"]]),
        ('"ada', [["ada"]]),
        ('"ada" or', [["ada"]]),
        ("ada OR bob carl", [["ada"], ["bob", "carl"]]),
        ("or ada or or bob", [["ada"], ["bob"]]),
        ("-ada bob", [["-ada", "bob"]]),
        ('bob -"ada l"', [["bob", "-ada l"]]),
        ("-or ada", [["- or", "ada"]]),
        ("- ada", [["ada"]]),
        ("ad", [[" ad"]]),
        ("東京", [["東京"]]),
        ("acme.com info@acme.com", [["acme.com", "info@acme.com"]]),
        ("(acme), 'inc.'", [["acme", "inc"]]),
        ("o'neil at&t", [["o'neil", "at&t"]]),
        ("writing-desk", [["writing", "desk"]]),
        ("100% a_b", [["100", "a_b"]]),
        ("\uff05\uff3c \u0301 ... \"!\" ''", []),
        ("+41", [["+41"]]),
        ("0446681800", [["0446681800"], ["446681800"]]),
        ("044 668 18 00", [["044", "668", " 18", " 00"], ["446681800"], [" 44", "668", " 18", " 00"]]),
        ("+41 (44) 668-1800", [["+41", " 44", "668", "1800"], ["41446681800"]]),
        ("2026 1", [["2026", " 1"]]),
        ("-0446681800", [["-0446681800"]]),
    ],
)
def test_it_is_read_as_search_engines_do(text: str, wanted: list[list[str]]) -> None:
    assert read(text) == wanted


def test_an_index_looks_for_the_longest_terms_or_for_one_of_each_group() -> None:
    assert read_search("ada of lovelace -charles byron").patterns == [["%lovelace%"], ["%byron%"], ["%ada%"]]
    assert read_search("-ada b").patterns == [["% b%"], ["% b%"], ["% b%"]]
    assert read_search('ada "50%_\\" or b or -carl').patterns == [["%50\\%\\_\\\\%", "% b%", "%"], ["%"], ["%"]]
    assert read_search("").patterns == [[], ["%"], ["%"]]


@given(st.text(max_size=MAX_TEXT))
def test_nothing_is_an_error(text: str) -> None:
    try:
        found = read_search(text)
    except SearchTooLong as error:
        assert "words" in error.message  # noqa: PT017  it may be refused
    else:
        assert all(each.strip() for each in found.terms)


@pytest.mark.parametrize("text", ["a" * (MAX_TEXT + 1), " ".join(f"w{each}" for each in range(MAX_TERMS + 1))])
def test_what_is_too_long_is_refused_by_name(text: str) -> None:
    with pytest.raises(SearchTooLong, match="at most") as refused:
        read_search(text)

    assert refused.value.field == "text"
