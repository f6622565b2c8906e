"""The cells of a file that can't be taken: counted, the first ones kept, all of them written to a file if wished."""

import csv
from dataclasses import dataclass
from typing import Any, TextIO

from armature.core.errors import BadUserInput
from armature.metadata.kinds.kind import shown

SHOWN = 20
HEAD = ("line", "column", "value", "reason")


@dataclass(frozen=True, slots=True)
class Refusal:
    """`column` is empty where the whole line is at fault."""

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        place = f"Line {self.line}, {self.column}" if self.column else f"Line {self.line}"
        return f"{place}: {self.reason}"


class ImportRefused(BadUserInput):
    """Nothing was imported."""

    def __init__(self, refusals: "Refusals") -> None:
        told = "\n".join(map(str, refusals.first))
        more = refusals.count - len(refusals.first)
        told += f"\n… and {more:,} more." if more else ""
        super().__init__(
            f"Nothing was imported: {refusals.count:,} {'value' if refusals.count == 1 else 'values'} can't be taken.\n"
            f"{told}",
            hint="--on-error skip leaves such lines out; --errors FILE writes them all down.",
        )


class Refusals:
    """In the order in which they are found: by line, and then once more for what only the database knows."""

    def __init__(self, report: TextIO | None = None) -> None:
        self.count = 0
        self.first: list[Refusal] = []
        self._writer: Any = None if report is None else csv.writer(report)
        if self._writer is not None:
            self._writer.writerow(HEAD)

    def add(self, line: int, column: str, value: object, reason: str) -> None:
        text = "" if value is None else shown(value)
        found = Refusal(line, column, text, f"{text or 'it'} {reason}" if column else reason)
        self.count += 1
        if len(self.first) < SHOWN:
            self.first.append(found)
        if self._writer is not None:
            written = value if isinstance(value, str) else text
            self._writer.writerow((line, column, written, reason))
