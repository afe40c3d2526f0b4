"""Postcodes of the United Kingdom, by their shape and their area."""

import re
import unicodedata

# Every area there is, the islands' among them.
_AREAS = """
AB AL B BA BB BD BF BH BL BN BR BS BT BX CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH
DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT
KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG
RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD
WF WN WR WS WV YO ZE
"""
# The last two letters are never C, I, K, M, O or V, which hands make look like others.
_POSTCODE = re.compile(
    rf"({'|'.join(_AREAS.split())})(\d{{1,2}}|\d[A-Z])(\d)([ABD-HJLNP-UW-Z]{{2}})"
)
# In no real address: the statistics offices keep ZZ for people without one, and
# examples are made with it, whatever their letters.
_EXAMPLE = re.compile(r"(ZZ?)(\d{1,2}|\d[A-Z])(\d)([A-Z]{2})")
_SPACES = re.compile(r"[\s.-]")
_DISTRICT = re.compile(r"(\d+)([A-Z]?)")
# Letters that hands and scanners put where a figure belongs, and back.
_AS_FIGURES = str.maketrans("OIS", "015")
_AS_LETTERS = str.maketrans("015", "OIS")


def uk_postcode(text: str) -> str | None:
    """Return the postcode as it is printed ("zz991aa" gives "ZZ99 1AA"), or None."""
    bare = _bare(text)
    return f"{bare[:-3]} {bare[-3:]}" if _shape(bare) else None


def meant_postcode(text: str) -> str | None:
    """Return the postcode that is meant where a letter stands for a figure, or None."""
    bare = _bare(text)
    inward = bare[-3:-2].translate(_AS_FIGURES) + bare[-2:].translate(_AS_LETTERS)
    return uk_postcode(bare[:-3] + inward)


def split_postcode(line: str) -> tuple[str, str] | None:
    """Return what stands before a postcode at the end of a line, and the postcode.

    None where there is none, or nothing before it.
    """
    words = line.split()
    for count in (2, 1):
        code = uk_postcode("".join(words[-count:])) if len(words) > count else None
        if code:
            return " ".join(words[:-count]).rstrip(" ,"), code
    return None


def postcode_key(postcode: str) -> tuple[int, str, int, str, str]:
    """Return what to sort a UK postcode by: ZZ2 before ZZ19; others come last."""
    shape = _shape(_bare(postcode))
    if not shape:
        return 3, postcode, 0, "", ""
    area, outward, sector, unit = shape.groups()
    district = _DISTRICT.fullmatch(outward)
    number, letter = district.groups() if district else ("0", "")
    return 0, area, int(number), letter, sector + unit


def _shape(bare: str) -> re.Match[str] | None:
    return _POSTCODE.fullmatch(bare) or _EXAMPLE.fullmatch(bare)


def _bare(text: str) -> str:
    return _SPACES.sub("", unicodedata.normalize("NFKC", text)).upper()
