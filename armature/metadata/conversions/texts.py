"""Values as texts that somebody would write, and what is read from texts: names, lists, documents."""

from collections.abc import Callable, Mapping

from sqlalchemy import Integer, Text, Uuid, case, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from armature.metadata.conversions.conversion import (
    TEXTS,
    Conversion,
    Given,
    Parts,
    Spell,
    Sql,
    guarded,
    held,
    is_valid,
    items_of,
    matches,
    trimmed,
    words,
)
from armature.metadata.conversions.numbers import number_of
from armature.metadata.kinds import KINDS
from armature.metadata.kinds.composites import calling_code, region
from armature.metadata.kinds.contacts import email, link, phone
from armature.metadata.kinds.kind import Settings
from armature.metadata.kinds.rich_text import markdown
from armature.metadata.model import Field, Option

UUID = r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"
MOST_NESTED = 5_000
"""Objects and lists in a document: inside each other, PostgreSQL's stack has room for so many."""

# As texts


def _plain(field: Field) -> Sql:
    return cast(held(field), Text())


def _number(field: Field) -> Sql:
    return cast(func.trim_scale(number_of(field)), Text())


def _truth(field: Field) -> Sql:
    return case((held(field), words("true")), (~held(field), words("false")))


def _day(field: Field) -> Sql:
    return func.to_char(held(field), words("YYYY-MM-DD"), type_=Text())


def _moment(field: Field) -> Sql:
    utc = func.timezone(words("UTC"), held(field))
    exact = func.to_char(utc, words('YYYY-MM-DD"T"HH24:MI:SS.US'))
    return func.regexp_replace(exact, words(r"\.?0*$"), words(""), type_=Text()).op("||")(words("Z"))


def label(value: Sql, options: tuple[Option, ...]) -> Sql:
    """What people read of an option."""
    return case({each.value: words(each.label) for each in options}, value=value, else_=value)


def labels(field: Field) -> Sql:
    """Of a MULTI_SELECT, as a list."""
    item = func.unnest(held(field)).table_valued("value", with_ordinality="n", name="item").render_derived()
    found = select(label(item.c.value, field.options)).order_by(item.c.n).correlate_except(item)
    return guarded(func.array(found.scalar_subquery(), type_=ARRAY(Text())), held(field).is_not(None))


def _joined(items: Sql) -> Sql:
    return func.array_to_string(items, words(", "), type_=Text())


def _parts_joined(separator: str, *parts: str) -> Callable[[Field], Sql]:
    def text(field: Field) -> Sql:
        filled = (trimmed(cast(held(field, each), Text())) for each in parts)
        return trimmed(func.concat_ws(words(separator), *filled))

    return text


def _all_emails(field: Field) -> Sql:
    others = _joined(held(field, "additionalEmails"))
    return trimmed(func.concat_ws(words(", "), trimmed(held(field, "primaryEmail")), trimmed(others)))


def _document(field: Field) -> Sql:
    """A text in JSON without its quotes."""
    value = held(field)
    is_text = func.jsonb_typeof(value) == words("string")
    return case((is_text, value.op("#>>")(cast(words("{}"), ARRAY(Text())))), else_=cast(value, Text()))


def _choice(field: Field) -> Sql:
    return label(held(field), field.options)


TEXTS.update(
    {
        **dict.fromkeys(("TEXT", "EMAIL", "PHONE", "LINK"), held),
        **dict.fromkeys(("NUMBER", "NUMERIC", "RATING", "AUTO_NUMBER", "CURRENCY"), _number),
        "UUID": _plain,
        "BOOLEAN": _truth,
        "DATE": _day,
        "DATE_TIME": _moment,
        "SELECT": _choice,
        "MULTI_SELECT": lambda field: _joined(labels(field)),
        "ARRAY": lambda field: _joined(held(field)),
        "RAW_JSON": _document,
        "FULL_NAME": _parts_joined(" ", "firstName", "lastName"),
        "ADDRESS": _parts_joined(", ", "street1", "street2", "postcode", "city", "state", "country"),
        "EMAILS": _all_emails,
        "PHONES": _parts_joined("", "primaryPhoneNumber"),
        "LINKS": _parts_joined("", "primaryLinkUrl"),
        "RICH_TEXT": _parts_joined("", "markdown"),
    }
)


# From texts


def text_from_text(given: Given) -> Sql:
    longest = given.after.settings.get("maxLength")
    return given.text if longest is None else guarded(given.text, func.char_length(given.text) <= longest)


def name_from_text(given: Given) -> Parts:
    """The last word is the last name."""
    plain = trimmed(given.text)
    first = func.regexp_replace(plain, words(r"\s+\S+$"), words(""), type_=Text())
    last = func.substring(plain, words(r"\s(\S+)$"), type_=Text())
    return {"firstName": first, "lastName": last}


def uuid_from_text(given: Given) -> Sql:
    plain = trimmed(given.text)
    return guarded(cast(plain, Uuid()), matches(plain, UUID))


def list_from_text(given: Given) -> Sql:
    return guarded(items_of(given.text), trimmed(given.text).is_not(None))


def list_from_document(given: Given) -> Sql:
    """Of a JSON array; what is in it, as text."""
    document = given.held()
    listed = case((func.jsonb_typeof(document) == words("array"), document), else_=cast(words("[]"), JSONB()))
    item = func.jsonb_array_elements_text(listed).table_valued("value", with_ordinality="n", name="item")
    item = item.render_derived()
    found = select(item.c.value).where(item.c.value.is_not(None)).order_by(item.c.n).correlate_except(item)
    items = func.array(found.scalar_subquery(), type_=ARRAY(Text()))
    return guarded(items, func.jsonb_typeof(document) == words("array"))


def document_from_text(given: Given) -> Sql:
    plain = trimmed(given.text)
    flat = func.regexp_count(plain, words(r"[\[{]")) <= literal(MOST_NESTED, Integer())
    return guarded(cast(plain, JSONB()), flat, is_valid(plain, "jsonb"))


def document_from_value(given: Given) -> Sql:
    return func.to_jsonb(given.held(), type_=JSONB())


def document_from_shown(given: Given) -> Sql:
    value = labels(given.before) if given.before.kind == "MULTI_SELECT" else given.text
    return func.to_jsonb(value, type_=JSONB())


def document_from_parts(given: Given) -> Sql:
    parts = KINDS[given.before.kind].parts
    pairs = [each for part in parts for each in (words(part), given.held(part))]
    document = func.jsonb_strip_nulls(func.jsonb_build_object(*pairs), type_=JSONB())
    return func.nullif(document, cast(words("{}"), JSONB()), type_=JSONB())


def text_of_first_part(alone: str, others: str | None = None) -> Callable[[Given], Sql]:
    """The one part that the other kind has; null where there is more."""

    def value(given: Given) -> Sql:
        if others is None:
            return given.held(alone)
        more = func.to_jsonb(given.held(others))
        is_alone = func.coalesce(func.jsonb_array_length(more), literal(0, Integer())) == literal(0, Integer())
        return guarded(given.held(alone), is_alone)

    return value


# What only a library knows


def _spelt(canonical: Callable[[str], str], part: str = "") -> Spell:
    return lambda _: lambda text: {part: canonical(text.strip())}


def _phone(settings: Settings) -> Callable[[str], Mapping[str, str | None]]:
    check = phone(settings.get("defaultCountry"))
    return lambda text: {"": check(text.strip())}


def _phones(settings: Settings) -> Callable[[str], Mapping[str, str | None]]:
    check = phone(settings.get("defaultCountry"))

    def parts(text: str) -> Mapping[str, str | None]:
        number = check(text.strip())
        return {
            "primaryPhoneNumber": number,
            "primaryPhoneCountryCode": region(number),
            "primaryPhoneCallingCode": calling_code(number),
        }

    return parts


SPELT: Mapping[str, Conversion] = {
    "EMAIL": Conversion(spell=_spelt(email)),
    "LINK": Conversion(spell=_spelt(link)),
    "PHONE": Conversion(spell=_phone),
    "EMAILS": Conversion(spell=_spelt(email, "primaryEmail")),
    "LINKS": Conversion(spell=_spelt(link, "primaryLinkUrl")),
    "PHONES": Conversion(spell=_phones),
    "RICH_TEXT": Conversion(spell=_spelt(markdown, "markdown")),
}
