"""Labels from names, names from labels, plurals: defaults that a person would have written, and may overrule."""

import re
from unicodedata import combining, normalize

_WORD = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|[0-9]+")

_PLURALS = {
    "alumnus": "alumni",
    "child": "children",
    "criterion": "criteria",
    "datum": "data",
    "foot": "feet",
    "goose": "geese",
    "half": "halves",
    "hero": "heroes",
    "leaf": "leaves",
    "life": "lives",
    "man": "men",
    "matrix": "matrices",
    "mouse": "mice",
    "ox": "oxen",
    "person": "people",
    "phenomenon": "phenomena",
    "potato": "potatoes",
    "quiz": "quizzes",
    "self": "selves",
    "shelf": "shelves",
    "thief": "thieves",
    "tomato": "tomatoes",
    "tooth": "teeth",
    "vertex": "vertices",
    "wife": "wives",
    "wolf": "wolves",
    "woman": "women",
}

_NO_PLURAL = """
    advice aircraft data deer equipment feedback fish furniture hardware information knowledge luggage media metadata
    money music news research series sheep software species staff
"""
_UNCOUNTED = frozenset(_NO_PLURAL.split())

_ENDINGS = (
    (re.compile(r"sis$"), "ses"),
    (re.compile(r"([^aeiou]|qu)y$"), r"\1ies"),
    (re.compile(r"(s|x|z|ch|sh)$"), r"\1es"),
    (re.compile(r"$"), "s"),
)

# Letters that Unicode does not take apart into a Latin one and an accent.
_IN_LATIN = """
    ß ss ø o æ ae œ oe ð d þ th ł l đ d ı i
    а a б b в v г g д d е e ж zh з z и i й i к k л l м m н n о o п p р r с s т t у u ф f х kh ц ts ч ch ш sh щ shch
    ы y э e ю yu я ya і i є ye ґ g
    α a β v γ g δ d ε e ζ z η i θ th ι i κ k λ l μ m ν n ξ x ο o π p ρ r σ s ς s τ t υ y φ f χ ch ψ ps ω o
"""  # noqa: RUF001
_PAIRS = _IN_LATIN.split()
_LETTERS = str.maketrans(
    dict(zip(_PAIRS[::2], _PAIRS[1::2], strict=True)) | dict.fromkeys("ъь'\N{RIGHT SINGLE QUOTATION MARK}", "")
)


def words(name: str) -> list[str]:
    """The words of a camelCase name: "linkedInURL2" has linked, In, URL and 2."""
    return _WORD.findall(name)


def label_of(name: str) -> str:
    """ "domainName" reads "Domain name"; what is written in capitals stays so."""
    text = " ".join(each if len(each) > 1 and each.isupper() else each.lower() for each in words(name))
    return text[:1].upper() + text[1:]


def name_of(label: str) -> str:
    """ "Größe (cm)" becomes "grosseCm"; empty where no letter can be written in a-z."""
    found = re.findall(r"[A-Za-z0-9]+", _transliterated(label))
    if not found:
        return ""
    first, *rest = found
    first = first.lower() if first.isupper() else first[0].lower() + first[1:]
    name = first + "".join(each[0].upper() + each[1:] for each in rest)
    return f"n{name}" if name[0].isdigit() else name


def plural_of(singular: str) -> str:
    """The plural of a label's or name's last word; the same again where English has none, as for "news"."""
    found = re.search(r"[A-Z]?[a-z]+$", singular)
    if found is None:
        return f"{singular}s"
    head, last = singular[: found.start()], found.group()
    small = last.lower()
    if small in _UNCOUNTED:
        return singular
    if small in _PLURALS:
        many = _PLURALS[small]
        return head + (many.capitalize() if last[0].isupper() else many)
    ending, replacement = next(each for each in _ENDINGS if each[0].search(last))
    return head + ending.sub(replacement, last, count=1)


def plural_name_of(singular: str) -> str:
    """As `plural_of`, but never the same name again, for an API needs two: "news" gives "newsList"."""
    plural = plural_of(singular)
    return plural if plural != singular else f"{singular}List"


def _transliterated(text: str) -> str:
    capital = str.upper if text.isupper() else str.capitalize
    letters = (each for each in normalize("NFKD", text) if not combining(each))
    return "".join(
        capital(each.lower().translate(_LETTERS)) if each.isupper() else each.translate(_LETTERS) for each in letters
    )
