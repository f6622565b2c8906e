"""What has been done for the subscriptions of one process since it began, by their kind."""

from collections import Counter
from dataclasses import dataclass, field


@dataclass(slots=True)
class Counts:
    """Statements asked of PostgreSQL, those that nobody was told anything of, and results given to clients."""

    runs: Counter[str] = field(default_factory=Counter)
    unchanged: Counter[str] = field(default_factory=Counter)
    results: Counter[str] = field(default_factory=Counter)
