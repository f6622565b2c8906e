"""What a search finds, and how well it fits, said naively."""

import json
from collections.abc import Iterator, Sequence
from typing import Any
from unicodedata import combining, normalize

from armature.metadata.model import Field
from armature.metadata.searched import naming
from armature.schema_builder.compile.websearch import read_search
from armature.schema_builder.view import ObjectView
from tests.support.worlds.data import Row

AS_IT_IS = {"\u0131": "i", "\u00a0": "\u00a0"}
"""Of the characters in the worlds, those of which PostgreSQL's `unaccent` makes something else than Unicode does."""


def plain(text: str) -> str:
    folded = (AS_IT_IS.get(each) or normalize("NFKD", each) for each in text)
    return "".join(each for char in folded for each in char if not combining(each)).casefold()


def whole_text(fields: Sequence[Field], row: Row) -> str:
    return plain(f" {' '.join(_text(each, row[str(each.column)]) for each in fields)} ")


def _text(field: Field, value: Any) -> str:
    if value is None:
        return ""
    match field.kind:
        case "ARRAY" | "EMAIL_LIST":
            return " ".join(value)
        case "PHONE_LIST":
            return _listed([each["number"] for each in value])
        case "LINK_LIST":
            return _listed([each[key] for each in value for key in ("url", "label") if each.get(key) is not None])
        case _:
            return str(value)


def _listed(values: Any) -> str:
    return json.dumps(values, ensure_ascii=False)


def searched(of: ObjectView, row: Row) -> tuple[Sequence[Field], Row]:
    """What everybody together searches of a record, and what of that is in sight: the rest is as if it were empty."""
    seen = {each.column for each in of.sought}
    return of.indexed, {str(each.column): row[str(each.column)] if each.column in seen else None for each in of.indexed}


def is_found(text: str, within: str) -> bool:
    """Whether one of its groups is met."""
    search = read_search(text)
    terms = list(zip(search.terms, search.groups, search.are_wanted, strict=True))
    groups = [[each for each in terms if each[1] == number] for number in set(search.groups)]
    return any(all((plain(term) in within) is wanted for term, _, wanted in group) for group in groups)


def score(text: str, of: ObjectView, record: Row) -> int:
    """Of a thousand."""
    fields, row = searched(of, record)
    search, whole, name = read_search(text), whole_text(fields, row), whole_text(fields[: naming(fields)], row)
    words = [plain(each).strip(" ") for each, wanted in zip(search.terms, search.are_wanted, strict=True) if wanted]
    if not words:
        return 0
    in_name = sum(len(each) + 1 for each in words if each in name)
    share = min(100, 100 * in_name // max(len(name) - 1, 1))
    return 8 * (sum(max(_worth(each, whole, name)) for each in words) // len(words)) + 2 * share


def _worth(word: str, whole: str, name: str) -> Iterator[int]:
    yield 0
    for text, (is_it, begins, within) in ((name, (100, 80, 50)), (whole, (40, 30, 10))):
        yield is_it if f" {word} " in text else begins if f" {word}" in text else within if word in text else 0
