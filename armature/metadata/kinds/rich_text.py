"""What a rich text may hold: Markdown and blocks without scripts, whatever shows them.

HTML inside is cleaned by nh3; where a link or an image leads is looked at here, for Markdown has links of its own.
"""

import re
from html import unescape
from typing import Any

from armature.metadata.kinds.kind import Unfit
from armature.metadata.kinds.structure import document
from armature.metadata.kinds.text import text

SAFE_SCHEMES = frozenset({"http", "https", "mailto", "tel"})
HARMLESS = "#"
ADDRESSES = frozenset({"href", "url", "src", "link"})
"""The keys under which editors of blocks keep addresses."""

MOST_BLOCKS = 10_000

_AUTOLINK = re.compile(r"<((?:https?://|mailto:)[^\s<>]+)>")
# Where the address of a link, an image or a reference stands (CommonMark, sections 6.3, 6.4 and 4.7).
_INLINE = re.compile(r"(\]\(\s*)(<[^<>\n]*>|[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)")
_REFERENCE = re.compile(r"(^[ >\t]*\[[^\]\n]*\]:\s*)(<[^<>\n]*>|\S+)", re.MULTILINE)
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_IGNORED = re.compile(r"[\x00-\x20\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff]")  # by browsers, in a scheme or before it


def markdown(value: Any) -> str:
    """With HTML and links that can do no harm. What is no tag stays Markdown, but for < which is &lt; then."""
    found = text(value)
    if "<" in found:
        found = _cleaned(found)
    if ":" not in found and "&" not in found:
        return found
    return _REFERENCE.sub(_harmless, _INLINE.sub(_harmless, found))


def blocks(value: Any) -> list[Any]:
    """A list of objects, each as the client's editor has it."""
    if not isinstance(value, list) or len(value) > MOST_BLOCKS or not all(isinstance(each, dict) for each in value):
        raise Unfit(f"a list of at most {MOST_BLOCKS:,} blocks, each an object")
    return [_without_scripts(each) for each in document(value)]


def is_safe(address: str) -> bool:
    """Whether a page may lead there: nowhere but to the web, a mailbox or a telephone; relative addresses are."""
    plain = _IGNORED.sub("", _ESCAPED.sub(r"\1", unescape(address)))
    scheme = _SCHEME.match(plain)
    return scheme is None or scheme[1].lower() in SAFE_SCHEMES


def _cleaned(value: str) -> str:
    import nh3

    found = nh3.clean(_AUTOLINK.sub(r"\1", value), url_schemes=set(SAFE_SCHEMES))
    return found.replace("&gt;", ">").replace("&amp;", "&").replace("&nbsp;", "\xa0")


def _harmless(found: re.Match[str]) -> str:
    before, address = found.groups()
    return found[0] if is_safe(address.removeprefix("<").removesuffix(">")) else f"{before}{HARMLESS}"


def _without_scripts(value: Any) -> Any:
    match value:
        case list():
            return [_without_scripts(each) for each in value]
        case dict():
            return {key: _address(each) if key in ADDRESSES else _without_scripts(each) for key, each in value.items()}
        case _:
            return value


def _address(value: Any) -> Any:
    if isinstance(value, str):
        return value if is_safe(value) else HARMLESS
    return _without_scripts(value)
