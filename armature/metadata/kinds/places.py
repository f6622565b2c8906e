"""Where on earth something is, as parts of an ADDRESS: coordinates, and a country by its name or its code."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Double, Text

from armature.metadata.kinds.kind import Kind, Storage, Unfit, always
from armature.metadata.kinds.numbers import real
from armature.metadata.kinds.text import text

COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO
    FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE
    JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO
    MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW
    PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM
    TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    EU UK XK
    """.split()  # noqa: SIM905  a list of them is several pages
)
"""The codes of ISO 3166-1 (alpha-2), and three that stand in addresses without being one of a country there."""


def country(value: Any) -> str:
    """Its name as people write it, in any language; what has two letters is a code, kept in capitals."""
    found = text(value)
    if len(found) != 2 or not (found.isascii() and found.isalpha()):
        return found
    if found.upper() not in COUNTRIES:
        raise Unfit("the name of a country, or its code such as CH (ISO 3166)")
    return found.upper()


def degrees(most: int) -> Callable[[Any], float]:
    def check(value: Any) -> float:
        found = real(value)
        if not -most <= found <= most:
            raise Unfit(f"a number of degrees between -{most} and {most}")
        return found

    return check


def _angle(name: str, most: int) -> Kind:
    fit = degrees(most)
    return Kind(name=name, storage=always(Storage("Float", Double(), fit, fit=fit)), is_part=True)


COUNTRY = Kind(name="COUNTRY", storage=always(Storage("String", Text(), country, fit=country)), is_part=True)
LATITUDE = _angle("LATITUDE", 90)
LONGITUDE = _angle("LONGITUDE", 180)
