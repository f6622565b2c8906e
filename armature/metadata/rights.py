"""What a caller may do with the records of an object, and with which of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import msgspec

Right = Literal["AGGREGATE", "READ", "CREATE", "UPDATE", "DELETE", "DESTROY"]
RIGHTS: tuple[Right, ...] = get_args(Right)

OF_KEPT: frozenset[Right] = frozenset({"AGGREGATE", "READ", "UPDATE"})
"""What can be done at all with records that the server itself makes and ends: system objects."""

Rule = Mapping[str, Any]
"""A filter of the API, with `$me.…` for values of the caller; empty where every record meets it."""

EVERY: Rule = {}


@dataclass(frozen=True)
class Access:
    """By right, the rule that a record must meet; a right that is not there nobody has."""

    rules: Mapping[Right, Rule]

    def may(self, *rights: Right) -> bool:
        return any(each in self.rules for each in rights)

    @cached_property
    def fingerprint(self) -> bytes:
        return msgspec.json.encode(self.rules, order="deterministic")
