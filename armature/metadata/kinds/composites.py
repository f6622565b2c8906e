"""FULL_NAME, ADDRESS, CURRENCY, LINKS, EMAILS, PHONES, ACTOR and RICH_TEXT: fields of several columns.

Each part is held, checked and filtered as a field of a plain kind; some of those kinds are for parts only.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import NullType

from armature.metadata.kinds.contacts import EMAIL, LINK, PHONE, country, email, link, phone
from armature.metadata.kinds.currencies import CURRENCIES
from armature.metadata.kinds.kind import DefaultInvalid, Follows, Kind, Part, Storage, Unfit, always
from armature.metadata.kinds.lists import TEXTS, texts_sql
from armature.metadata.kinds.numbers import NUMBER
from armature.metadata.kinds.places import COUNTRY, LATITUDE, LONGITUDE
from armature.metadata.kinds.rich_text import blocks, markdown
from armature.metadata.kinds.sources import source
from armature.metadata.kinds.structure import UUID_KIND, document_sql
from armature.metadata.kinds.text import TEXT, text

MOST_ITEMS = 100


def currency(value: Any) -> str:
    code = text(value).upper()
    if code not in CURRENCIES:
        raise Unfit("the code of a currency such as CHF (ISO 4217)")
    return code


def emails(value: Any) -> list[str]:
    return list(dict.fromkeys(email(each) for each in _items(value, "e-mail addresses")))


def links(value: Any) -> list[dict[str, str | None]]:
    return [
        {"label": None if each.get("label") is None else text(each["label"]), "url": link(each.get("url"))}
        for each in _objects(value, "links", {"label", "url"})
    ]


def phones(value: Any) -> list[dict[str, str]]:
    """Each as its number says, whatever else was written beside it."""
    numbers = [phone(None)(each.get("number")) for each in _objects(value, "telephone numbers", _PHONE_KEYS)]
    return [{"number": each, "countryCode": region(each), "callingCode": calling_code(each)} for each in numbers]


_CALLING_CODE = re.compile(r"[1-9][0-9]{0,2}\Z")
_PHONE_KEYS = {"number", "countryCode", "callingCode"}


def _items(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list) or len(value) > MOST_ITEMS:
        raise Unfit(f"a list of at most {MOST_ITEMS} {what}")
    return value


def _objects(value: Any, what: str, keys: set[str]) -> list[dict[str, Any]]:
    for each in _items(value, what):
        if not isinstance(each, dict) or not each.keys() <= keys:
            raise Unfit(f"a list of {what}, each an object with {' and '.join(sorted(keys))}")
    return list(value)


def region(number: str) -> str:
    """The country a number belongs to (ISO 3166); of several that share a calling code, its main one."""
    import phonenumbers

    found = phonenumbers.parse(number)
    return phonenumbers.region_code_for_number(found) or phonenumbers.region_code_for_country_code(
        found.country_code or 0
    )


def calling_code(number: str) -> str:
    import phonenumbers

    return f"+{phonenumbers.parse(number).country_code}"


def region_of(number: str, given: str) -> str:
    """Countries may share a calling code, and not every number tells which of them it belongs to."""
    import phonenumbers

    sharing = phonenumbers.region_codes_for_country_code(phonenumbers.parse(number).country_code or 0)
    if given not in sharing:
        raise Unfit(f"the country of {number}, {region(number)}")
    return given


def calling_code_of(number: str, given: str) -> str:
    found = calling_code(number)
    if given != found:
        raise Unfit(f"the calling code of {number}, {found}")
    return given


def a_calling_code(value: Any) -> str:
    import phonenumbers

    digits = text(value).removeprefix("+")
    if not _CALLING_CODE.match(digits) or int(digits) not in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
        raise Unfit("a calling code such as +41")
    return f"+{digits}"


def _texts(name: str, canonical: Callable[[Any], Any]) -> Kind:
    return Kind(name=name, storage=always(Storage("String", Text(), canonical, fit=canonical)), is_part=True)


def _documents(name: str, canonical: Callable[[Any], Any]) -> Kind:
    storage = Storage("JSON", JSONB(), canonical, sql=document_sql, fit=canonical)
    return Kind(name=name, storage=always(storage), is_part=True)


CURRENCY_CODE = _texts("CURRENCY_CODE", currency)
COUNTRY_CODE = _texts("COUNTRY_CODE", country)
CALLING_CODE = _texts("CALLING_CODE", a_calling_code)
ACTOR_SOURCE = _texts("ACTOR_SOURCE", source)
MARKDOWN = _texts("MARKDOWN", markdown)
LINK_LIST = _documents("LINK_LIST", links)
PHONE_LIST = _documents("PHONE_LIST", phones)
BLOCKS = _documents("BLOCKS", blocks)
EMAIL_LIST = Kind(
    name="EMAIL_LIST", storage=always(Storage("[String]", TEXTS, emails, sql=texts_sql, fit=emails)), is_part=True
)


def _check_agreement(follows: Follows | None, key: str, value: Any, among: Mapping[str, Any]) -> None:
    """Raises Unfit where a part says something else than the one it follows."""
    other = None if follows is None else among.get(follows.source)
    if follows is None or other is None or value is None:
        return
    try:
        follows.agree(other, value)
    except Unfit as refused:
        raise Unfit(f"an object whose parts fit; {key} must be {refused}") from None


def _composite(name: str, parts: Mapping[str, Part], primary: str, *, can_be_unique: bool = False) -> Kind:
    """`settings` of a part's kind are settings of the whole."""

    def canonical(value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value.keys() <= parts.keys():
            raise Unfit(f"an object with {', '.join(parts)}")
        try:
            found = {key: parts[key].kind.check_default(each, parts[key].settings) for key, each in value.items()}
        except DefaultInvalid as refused:
            raise Unfit(f"an object whose parts fit; {refused.message}") from None
        for key, each in found.items():
            _check_agreement(parts[key].follows, key, each, found)
        return found

    checks = {
        key: check
        for part in parts.values()
        for key, check in part.kind.setting_checks.items()
        if key not in part.settings and part.kind is PHONE
    }
    return Kind(
        name=name,
        storage=always(Storage(None, NullType(), canonical)),
        parts=parts,
        primary=primary,
        setting_checks=checks,
        can_be_unique=can_be_unique,
    )


def _follows(make: Callable[[str], str], agree: Callable[[str, str], str]) -> Follows:
    return Follows("primaryPhoneNumber", make, agree)


_TEXT = Part(TEXT)

KINDS = (
    _composite("FULL_NAME", {"firstName": _TEXT, "lastName": _TEXT}, "firstName"),
    _composite(
        "ADDRESS",
        {
            **dict.fromkeys(("street1", "street2", "city", "postcode", "state"), _TEXT),
            "country": Part(COUNTRY),
            "lat": Part(LATITUDE),
            "lng": Part(LONGITUDE),
        },
        "street1",
    ),
    _composite(
        "CURRENCY",
        {"amountMicros": Part(NUMBER, {"dataType": "bigint"}), "currencyCode": Part(CURRENCY_CODE)},
        "amountMicros",
    ),
    _composite(
        "LINKS",
        {"primaryLinkLabel": _TEXT, "primaryLinkUrl": Part(LINK), "secondaryLinks": Part(LINK_LIST)},
        "primaryLinkUrl",
        can_be_unique=True,
    ),
    _composite(
        "EMAILS",
        {"primaryEmail": Part(EMAIL), "additionalEmails": Part(EMAIL_LIST)},
        "primaryEmail",
        can_be_unique=True,
    ),
    _composite(
        "PHONES",
        {
            "primaryPhoneNumber": Part(PHONE),
            "primaryPhoneCountryCode": Part(COUNTRY_CODE, follows=_follows(region, region_of)),
            "primaryPhoneCallingCode": Part(CALLING_CODE, follows=_follows(calling_code, calling_code_of)),
            "additionalPhones": Part(PHONE_LIST),
        },
        "primaryPhoneNumber",
        can_be_unique=True,
    ),
    _composite(
        "ACTOR",
        {"source": Part(ACTOR_SOURCE), "name": _TEXT, "userId": Part(UUID_KIND), "apiKeyId": Part(UUID_KIND)},
        "source",
    ),
    _composite("RICH_TEXT", {"markdown": Part(MARKDOWN), "blocks": Part(BLOCKS)}, "markdown"),
)

PART_KINDS = (
    ACTOR_SOURCE,
    BLOCKS,
    CALLING_CODE,
    COUNTRY,
    COUNTRY_CODE,
    CURRENCY_CODE,
    EMAIL_LIST,
    LATITUDE,
    LINK_LIST,
    LONGITUDE,
    MARKDOWN,
    PHONE_LIST,
)
