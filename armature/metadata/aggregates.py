"""Which aggregates values have, by their scalar, and what each gives.

The SQL of a function stands in compile/functions.py, in a table with the same keys.
"""

from collections.abc import Collection, Mapping

from armature.metadata.operators import OPERATORS

RESULTS: Mapping[str, Mapping[str, str]] = {
    "aggregate_counts": dict.fromkeys(OPERATORS, "Int"),
    "aggregate_percents": dict.fromkeys(OPERATORS, "Float"),
    "aggregate_truths": {"Boolean": "Int"},
    "aggregate_sums": {"Int": "BigInt", "BigInt": "Decimal", "Float": "Float", "Decimal": "Decimal"},
    "aggregate_averages": {"Int": "Float", "BigInt": "Decimal", "Float": "Float", "Decimal": "Decimal"},
    "aggregate_extremes": {
        each: each for each in ("String", "Int", "BigInt", "Float", "Decimal", "Date", "DateTime", "ENUM")
    },
}
"""By the type of the answer, a key of names.RECORD_TYPES: of a value's scalar, the result's."""

FUNCTIONS: Mapping[str, str] = {
    "countDistinct": "aggregate_counts",
    "sum": "aggregate_sums",
    "avg": "aggregate_averages",
    "min": "aggregate_extremes",
    "max": "aggregate_extremes",
    "countEmpty": "aggregate_counts",
    "countNotEmpty": "aggregate_counts",
    "percentEmpty": "aggregate_percents",
    "percentNotEmpty": "aggregate_percents",
    "countTrue": "aggregate_truths",
    "countFalse": "aggregate_truths",
}
"""The type of the answer of each function."""

ORDERS: Mapping[str, str] = {
    "aggregate_counts": "aggregate_values_order",
    "aggregate_percents": "aggregate_values_order",
    "aggregate_truths": "aggregate_truths_order",
    "aggregate_sums": "aggregate_numbers_order",
    "aggregate_averages": "aggregate_numbers_order",
    "aggregate_extremes": "aggregate_extremes_order",
}
"""The input that orders by one of the functions that give such a type."""

HAVINGS: Mapping[str, str] = {
    "aggregate_counts": "having_values",
    "aggregate_percents": "having_values",
    "aggregate_truths": "having_truths",
    "aggregate_sums": "having_numbers",
    "aggregate_averages": "having_numbers",
    "aggregate_extremes": "having_numbers",
}
"""The input that compares what one of the functions gives, where that is a number."""

HAVING_FITS: Mapping[str, Collection[str]] = {
    "having_values": RESULTS["aggregate_counts"],
    "having_truths": RESULTS["aggregate_truths"],
    "having_numbers": RESULTS["aggregate_sums"],
}
"""The scalars of the values that such an input compares."""

COUNT = "count"
"""How many records: the one aggregate that is of no value."""

SPELT: Mapping[str, str] = {
    "COUNT": COUNT,
    "COUNT_DISTINCT": "countDistinct",
    "SUM": "sum",
    "AVG": "avg",
    "MIN": "min",
    "MAX": "max",
    "COUNT_EMPTY": "countEmpty",
    "COUNT_NOT_EMPTY": "countNotEmpty",
    "PERCENT_EMPTY": "percentEmpty",
    "PERCENT_NOT_EMPTY": "percentNotEmpty",
    "COUNT_TRUE": "countTrue",
    "COUNT_FALSE": "countFalse",
}
"""What the settings of a field call each of them."""

COUNTING = (COUNT, "countDistinct", "countEmpty", "countNotEmpty", "countTrue", "countFalse")
"""Those that give a number also where there are no records."""

DESCRIPTIONS: Mapping[str, str] = {
    "countDistinct": "How many different values there are.",
    "sum": "Null where there is no value.",
    "avg": "The mean of the values.",
    "min": "The least value; of choices, the first in the order of the options.",
    "max": "The greatest value; of choices, the last in the order of the options.",
    "countEmpty": "How many records have no value, or an empty text.",
    "countNotEmpty": "How many records have a value that is not an empty text.",
    "percentEmpty": "How many of a hundred records have no value, or an empty text.",
    "percentNotEmpty": "How many of a hundred records have a value that is not an empty text.",
    "countTrue": "How many values are true.",
    "countFalse": "How many values are false.",
}


def lacking(scalars: Collection[str]) -> set[str]:
    """The types that would have no field for an object whose values are of these scalars."""
    missing = {what for what, results in RESULTS.items() if not results.keys() & set(scalars)}
    comparing = {what for what, fitting in HAVING_FITS.items() if not set(fitting) & set(scalars)}
    return missing | {ORDERS[what] for what in missing} | comparing


def result_of(function: str, scalar: str) -> str:
    """The scalar of a function's result."""
    return RESULTS[FUNCTIONS[function]][scalar]


def fits(function: str, scalar: str) -> bool:
    return scalar in RESULTS[FUNCTIONS[function]]
