"""EMAIL, PHONE and LINK: texts of a known form, kept in one spelling, so that equal ones are found to be equal.

The libraries that know the forms are large, and imported when the first value comes.
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any
from unicodedata import normalize
from urllib.parse import urlsplit

from sqlalchemy import Text

from armature.metadata.kinds.kind import Kind, Settings, Storage, Unfit, always
from armature.metadata.kinds.text import text

LONGEST_EMAIL = 320
LONGEST_PHONE = 100
LONGEST_LINK = 4_096

_WEB = frozenset({"http", "https"})
_OTHERS = frozenset({"mailto", "tel"})
_UNPRINTABLE = re.compile(r"[\x00-\x20\x7f-\x9f\s\\<>\"]")


def email(value: Any) -> str:
    """In small letters: a local part could tell capitals apart (RFC 5321, section 2.4), and none in use does."""
    from email_validator import EmailNotValidError, validate_email

    if len(text(value)) > LONGEST_EMAIL:
        raise Unfit(f"an e-mail address of at most {LONGEST_EMAIL} characters")
    try:
        found = validate_email(value, check_deliverability=False).normalized
        return normalize("NFC", validate_email(found.lower(), check_deliverability=False).normalized)
    except EmailNotValidError:
        raise Unfit("an e-mail address such as ada@example.com") from None


def phone(country: str | None) -> Callable[[Any], str]:
    """A check for telephone numbers, made E.164; one without a + is of this country (ISO 3166)."""
    example = "such as +41 44 668 18 00" if country is None else f"of {country}, or international"

    def check(value: Any) -> str:
        import phonenumbers

        if len(text(value)) > LONGEST_PHONE:
            raise Unfit(f"a telephone number of at most {LONGEST_PHONE} characters")
        try:
            found = phonenumbers.parse(value, country)
        except phonenumbers.NumberParseException:
            raise Unfit(f"a telephone number {example}") from None
        if found.extension:
            raise Unfit("a telephone number without an extension")
        if not phonenumbers.is_possible_number(found):
            raise Unfit(f"a telephone number {example}")
        return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)

    return check


def link(value: Any) -> str:
    """An address that a page may safely link to (RFC 3986): never a script."""
    if len(text(value)) > LONGEST_LINK:
        raise Unfit(f"a link of at most {LONGEST_LINK:,} characters")
    try:
        parts = urlsplit(value)
        is_fit = bool(parts.hostname) if parts.scheme in _WEB else parts.scheme in _OTHERS and bool(parts.path)
        _ = parts.port
    except ValueError:
        is_fit = False
    if not is_fit or _UNPRINTABLE.search(value):
        raise Unfit("an absolute link with http, https, mailto or tel, such as https://example.com")
    return f"{parts.scheme}{value[len(parts.scheme) :]}"


def country(value: Any) -> str:
    import phonenumbers

    if not isinstance(value, str) or value not in phonenumbers.SUPPORTED_REGIONS:
        raise Unfit("the code of a country such as CH (ISO 3166)")
    return value


def _spelt(canonical: Callable[[Any], str]) -> Storage:
    return Storage("String", Text(), canonical, fit=canonical)


@lru_cache(maxsize=300)
def _phone_of(country: str | None) -> Storage:
    return _spelt(phone(country))


def _phone(settings: Settings) -> Storage:
    return _phone_of(settings.get("defaultCountry"))


EMAIL = Kind(name="EMAIL", storage=always(_spelt(email)), can_be_unique=True)
PHONE = Kind(name="PHONE", storage=_phone, setting_checks={"defaultCountry": country}, can_be_unique=True)
LINK = Kind(name="LINK", storage=always(_spelt(link)), can_be_unique=True)

KINDS = (EMAIL, PHONE, LINK)
