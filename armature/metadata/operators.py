"""Which operators a value can be filtered by, and what each takes.

The SQL of an operator stands in compile/comparisons.py, in a table with the same keys.
"""

from collections.abc import Mapping
from typing import Literal

Takes = Literal["one", "many", "text", "null", "yes", "paths", "distance"]

NULLS: Mapping[str, Takes] = {"is": "null"}
EQUALITY: Mapping[str, Takes] = {"eq": "one", "neq": "one", "in": "many", "notIn": "many", **NULLS}
ORDERED: Mapping[str, Takes] = {"lt": "one", "lte": "one", "gt": "one", "gte": "one"}
COMPARABLE: Mapping[str, Takes] = {**EQUALITY, **ORDERED}
PATTERNS: Mapping[str, Takes] = {
    "like": "text",
    "ilike": "text",
    "startsWith": "text",
    "istartsWith": "text",
    "endsWith": "text",
    "iendsWith": "text",
    "contains": "text",
    "icontains": "text",
    "regex": "text",
    "iregex": "text",
}
TEXTUAL: Mapping[str, Takes] = {**COMPARABLE, **PATTERNS, "isEmpty": "yes", "search": "text"}
SEARCH: Mapping[str, Takes] = {"search": "text"}
"""Of a record as a whole."""

DOCUMENT: Mapping[str, Takes] = {"eq": "one", "neq": "one", "contains": "one", "hasKey": "text", **NULLS}
AT_PATH: Mapping[str, Takes] = {
    **DOCUMENT,
    **ORDERED,
    **{each: "text" for each in PATTERNS if each != "contains"},
}
"""Of a value inside a document."""

LIST: Mapping[str, Takes] = {
    "eq": "one",
    "neq": "one",
    "containsAny": "one",
    "containsAll": "one",
    "isEmpty": "yes",
    **NULLS,
}

OPERATORS: Mapping[str, Mapping[str, Takes]] = {
    "String": TEXTUAL,
    "ID": COMPARABLE,
    "UUID": COMPARABLE,
    "Int": COMPARABLE,
    "Float": COMPARABLE,
    "BigInt": COMPARABLE,
    "Decimal": COMPARABLE,
    "Date": COMPARABLE,
    "DateTime": COMPARABLE,
    "Boolean": EQUALITY,
    "ENUM": EQUALITY,
    "JSON": {**DOCUMENT, "path": "paths"},
    "[String]": {**LIST, "contains": "text", "icontains": "text"},
    "[ENUM]": LIST,
    "[Float]": {"distance": "distance", **NULLS},
}
"""By scalar; those of a list take lists, but for what is sought within its items."""

METRICS = ("COSINE", "L2", "INNER_PRODUCT")
"""How the distance of two vectors is measured; the first unless another is named."""

DESCRIPTIONS: Mapping[str, str] = {
    "eq": "Equal.",
    "neq": "Not equal; a record without a value counts as not equal.",
    "in": "One of these.",
    "notIn": "None of these; a record without a value counts.",
    "is": "Whether there is a value.",
    "like": "Matches a pattern in which % stands for any text and _ for one character.",
    "ilike": "As `like`, whatever the case.",
    "startsWith": "Begins with this text.",
    "istartsWith": "Begins with this text, whatever the case.",
    "endsWith": "Ends with this text.",
    "iendsWith": "Ends with this text, whatever the case.",
    "contains": "Contains this.",
    "icontains": "Contains this text, whatever the case.",
    "regex": "Matches a POSIX regular expression, as PostgreSQL has them.",
    "iregex": "As `regex`, whatever the case.",
    "isEmpty": "Whether there is no value, or an empty text or list.",
    "containsAny": "Contains at least one of these.",
    "containsAll": "Contains each of these.",
    "path": "What stands at a path inside; of several paths, all must hold.",
    "distance": "How far it is from another one.",
    "search": 'Has these words in it, whatever the case and accents: a search with "quotes", OR and -.',
    "hasKey": "Is an object with this key, or a list with this text.",
}
