"""Values of every scalar, few enough that ties are common and odd enough to matter."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from armature.metadata.model import Field
from tests.support.worlds.choices import Choices

TEXTS = (
    "a", "", "A", "b", "Ab", "aB", "abc", "ABC", "abd", "10", "9", "%", "_", "a%b", "a_b", "axb", "\\", "a\\b", "100%",
    "é", "É", "e\u0301", "ß", "ẞ", "Σ", "\u03c3", "ς", "ΑΣ", "ας", "İ", "\u0131", "Ǆ", "ǅ", "日本", "日", "😀",
    "a😀b", "\U0010ffff", "\ufffd", "\n", "a\nb", "\t", "\x01", " ", " a", "a ", "'", '"', "''", "null",
    "x" * 300, "\x7f", "\u2028",
    "{}", "$1", ":p0", "a.b", "(a)", "[a]", "a*", "^a", "a$", "--", "/*", "%s", "%(a)s",
    "\ufeffa", "\u00a0",
)  # fmt: skip

UUIDS = tuple(UUID(int=each) for each in (0, 1, 2**64, 2**127, 2**128 - 1, 0x0123456789ABCDEF0123456789ABCDEF))

DOCUMENTS: Sequence[Any] = (
    {}, [], "", "a", 0, 1, 1.0, 1.5, True, False, 10**20, 1e300, 1e-7, -0.0, [1], [1, 2], [[1], 2], ["a"], [None],
    ["a", ["a"]], {"a": 1}, {"a": None}, {"a": {"b": [1, {"c": "d"}]}}, {"b": 1, "a": 2},
    {"aa": 1, "b": 2}, {"é": "日本"}, {"a": 1, "b": 2}, [{"a": 1}, {"a": 2}], {"": ""}, "😀\n\"",
    [True], [1.0], {"a": [1, 2, 2]}, [[]], [{}], {"a": []},
)  # fmt: skip

POOLS: Mapping[str, Sequence[Any]] = {
    "String": TEXTS,
    "UUID": UUIDS,
    "ID": UUIDS,
    "Int": (0, 1, -1, 2, 7, 100, 2**31 - 1, -(2**31)),
    "Float": (0.0, 1.0, -1.0, 1.5, 0.1, 1e300, -1e-300, 1e22, 123456789.125, 5e-324, 1e15, 1e16, 1.0000000000000002),
    "BigInt": (0, 1, -1, 2, 2**31, 2**53 + 1, 2**63 - 1, -(2**63)),
    "Boolean": (False, True),
    "Date": tuple(date.fromisoformat(each) for each in ("2024-02-29", "0001-01-01", "1999-12-31", "9999-12-31")),
    "DateTime": tuple(
        datetime.fromisoformat(each).replace(tzinfo=UTC)
        for each in (
            "2024-01-01T00:01:01", "2024-01-01T00:01:01.5", "2024-01-01T00:01:01.000001", "0001-01-01T00:00:00",
            "9999-12-31T23:59:59.999999", "1969-12-31T23:59:59", "2024-02-29T12:00:00.120",
        )
    ),
    "JSON": DOCUMENTS,
    "[String]": (
        [], ["a"], ["a", "b"], ["b", "a"], ["a", "a"], [""], ["ABC", "abc"], ["a_b", "%", "\\", '"', "{}", "NULL", "é"],
    ),
}  # fmt: skip

KIND_POOLS: Mapping[str, Sequence[Any]] = {
    "EMAIL": (
        "ada@example.com",
        "ada@bücher.example",
        "grace+navy@example.org",
        "o'hara@example.com",
        "日本@example.com",
    ),
    "PHONE": ("+41446681800", "+14155552671", "+390612345678", "+442079460000"),
    "LINK": ("https://example.com", "http://example.com/a?b=%20#c", "mailto:ada@example.com", "tel:+41446681800"),
    "RATING": (1, 2, 3),
    "BLOCKS": ([], [{"type": "heading", "level": 1}], [{"a": [None, 1.5]}, {}]),
    "FILES": (
        [],
        [{"name": "a", "url": "https://example.com/a"}],
        [{"name": "b", "url": "http://example.com", "size": 0}],
    ),
    "ACTOR_SOURCE": ("MANUAL", "API", "SYSTEM"),
    "COUNTRY": ("CH", "Switzerland", "United Kingdom", "UK", ""),
    "LATITUDE": (0.0, 47.5, -90.0, 89.999999999999),
    "LONGITUDE": (0.0, 8.5, -180.0, 180.0),
    "CURRENCY_CODE": ("CHF", "EUR", "USD"),
    "EMAIL_LIST": ([], ["ada@example.com"], ["b@example.com", "ada@example.com"]),
}
"""Of kinds that allow but some values of their scalar."""

DECIMALS = ("0", "1", "-1", "1.5", "1.50", "0.1", "99.99", "-99.99", "1e3", "12345678901234567890.123456789", "0.000")


def some_value(choices: Choices, scalar: str, field: Field) -> Any:
    """A value a column of this field can hold, as asyncpg takes it."""
    if scalar == "ENUM":
        return choices.pick([each.value for each in field.options])
    if scalar == "[ENUM]":
        values = [each.value for each in field.options]
        chosen = [each for each in values if choices.chance(50)]
        return chosen[::-1] if choices.chance(30) else chosen
    if scalar == "Decimal":
        return _decimal(choices, field)
    return choices.pick(KIND_POOLS.get(field.kind) or POOLS[scalar])


def _decimal(choices: Choices, field: Field) -> Decimal:
    precision = field.settings.get("precision")
    if precision is None:
        return Decimal(choices.pick(DECIMALS))
    scale = field.settings.get("scale", 0)
    digits = choices.pick((0, 1, 5, 10 ** (precision - 1), 10**precision - 1))
    return Decimal(digits if choices.chance(70) else -digits).scaleb(-scale)
