"""What somebody typed to search for, read as search engines read it. Nothing is an error but what is too long.

    ada lovelace      both, in any order, anywhere
    "ada lovelace"    just so
    ada or charles    one of the two
    ada -charles      one without the other

A word is found inside of words; one of fewer than three letters, which no index of trigrams knows, where a word begins.
A telephone number is found by its digits, however they are grouped.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from unicodedata import category

from armature.core.errors import ArmatureError

MAX_TEXT = 1_000
MAX_TERMS = 50
PATTERNS = 3

SHORT = 3
FIRST_OF_EAST_ASIA = "\u2e80"  # two characters of these scripts are a word, and no blanks stand between words

_TOKEN = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))')
_JOINING = frozenset(".@_/:&'\u2019+#")
_PHONE = re.compile(r"[+(]*[0-9][0-9()./-]*")
_WILD = str.maketrans(dict.fromkeys("\u2216\ufe68\ufe6a\uff05\uff3c\uff3f", " "))  # unaccent makes \\, % and _ of these


class SearchTooLong(ArmatureError):
    """Each word is looked for in each record; no setting raises this."""

    code = "LIMIT_EXCEEDED"

    def __init__(self, what: str, limit: int, actual: int) -> None:
        super().__init__(
            f"The search has {actual:,} {what}; at most {limit:,} fit.", hint="Search for less.", field="text"
        )


@dataclass(frozen=True, slots=True)
class Term:
    """A text that a record's must have in it, or, where it is not `wanted`, must not."""

    text: str
    is_wanted: bool


@dataclass(frozen=True, slots=True)
class Search:
    """What is sought, as arrays: the terms with the number of their group. A record must meet one of the groups.

    It then matches, in the form LIKE takes, one pattern of each list in `patterns`, of which there are always PATTERNS.
    """

    terms: list[str]
    groups: list[int]
    are_wanted: list[bool]
    patterns: list[list[str]]


@lru_cache(maxsize=100)
def read_search(text: str) -> Search:
    """Raises SearchTooLong."""
    if len(text) > MAX_TEXT:
        raise SearchTooLong("characters", MAX_TEXT, len(text))
    groups = [group for each in _groups(text.translate(_WILD)) for group in (each, *_as_phone_number(each))]
    numbered = [(number, term) for number, group in enumerate(groups) for term in dict.fromkeys(group)]
    if len(numbered) > MAX_TERMS:
        raise SearchTooLong("words", MAX_TERMS, len(numbered))
    return Search(
        [term.text for _, term in numbered],
        [number for number, _ in numbered],
        [term.is_wanted for _, term in numbered],
        _patterns(groups),
    )


def _groups(text: str) -> list[list[Term]]:
    """The terms between one OR and the next."""
    found: list[list[Term]] = [[]]
    for minus, phrase, word in _TOKEN.findall(text):
        if word.lower() == "or" and not minus:
            found.append([])
        else:
            texts = _words(word) if word else _phrase(phrase)
            found[-1] += [Term(each, not minus) for each in texts]
    return [each for each in found if each]


def _phrase(text: str) -> list[str]:
    """Just so, but for how wide its blanks are."""
    whole = " ".join(text.split())
    return [whole] if any(map(_is_spoken, whole)) else []


def _words(token: str) -> Iterator[str]:
    """An address, a domain, a name such as O'Neil stay together; what else joins words does not count."""
    runs = "".join(each if _is_in_words(each) or each in _JOINING else " " for each in token).split()
    for run in runs:
        word = run.strip("".join(_JOINING))
        if any(map(_is_spoken, word)):
            yield f"+{word}" if f"+{word}" in run and word[0].isdigit() else _begun(word)


def _begun(word: str) -> str:
    return f" {word}" if len(word) < SHORT and max(word) < FIRST_OF_EAST_ASIA else word


def _is_in_words(char: str) -> bool:
    """A letter, a digit, or what is written above or below one."""
    return category(char)[0] in "LNM"


def _is_spoken(char: str) -> bool:
    """A mark alone is lost with the accents."""
    return category(char)[0] in "LN"


def _as_phone_number(group: Sequence[Term]) -> Iterator[list[Term]]:
    """The group once more with its digits in one, as numbers are kept; and without the zeros they are dialled with."""
    words = [each.text.strip() for each in group]
    digits = [re.sub("[^0-9]", "", each) for each in words]
    whole = "".join(digits).lstrip("0")
    if not all(each.is_wanted and _PHONE.fullmatch(word) for each, word in zip(group, words, strict=True)):
        return
    if len(whole) >= 2 * SHORT and [whole] != words:
        yield [Term(whole, is_wanted=True)]
        if len(words) > 1 and words[0].startswith("0"):
            yield [Term(_begun(each), is_wanted=True) for each in (digits[0].lstrip("0"), *words[1:]) if each]


def _patterns(groups: Sequence[Sequence[Term]]) -> list[list[str]]:
    """For an index to find: of one group its longest terms, of several the longest of each."""
    if len(groups) != 1:
        return [[_pattern(_longest(group)[0]) for group in groups], *[["%"]] * (PATTERNS - 1)]
    longest = _longest(groups[0])
    return [[_pattern(longest[min(at, len(longest) - 1)])] for at in range(PATTERNS)]


def _longest(group: Sequence[Term]) -> list[str]:
    """Never empty."""
    wanted = sorted((each.text for each in group if each.is_wanted), key=len, reverse=True)
    return wanted[:PATTERNS] or [""]


def _pattern(text: str) -> str:
    escaped = re.sub(r"([\\%_])", r"\\\1", text)
    return f"%{escaped}%" if escaped else "%"
