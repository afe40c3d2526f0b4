"""Addresses as GOV.UK Notify judges them, by the cases that it publishes.

They are in tests/data/notify, with where they are from. Three things are otherwise
here. Letters abroad may always be sent, so that what Notify refuses only to a service
without that right (four cases, left out) is an address. A postcode at the end of the
town's line is read there. The town is printed in capitals, as the carrier asks, so
that lines are compared in one case of letters.
"""

from pathlib import Path

import pytest

from digest.model.people.postal_address import PostalAddress, has_words, parse
from digest.model.people.postcodes import uk_postcode

CASES = [
    tuple(line.replace("<tab>", "\t").split(" =>"))
    for line in (Path(__file__).parents[1] / "data" / "notify" / "addresses.txt")
    .read_text(encoding="utf-8")
    .splitlines()
]


def printed(raw: str) -> list[str] | None:
    """Return what stands on the envelope of an address in lines, the name first."""
    name, *lines = [line for line in raw.splitlines() if line.strip()] or [""]
    address = parse(lines)
    if not isinstance(address, PostalAddress) or not has_words(name):
        return None
    return [*address.on_envelope(" ".join(name.split()).replace(" .", "."))]


@pytest.mark.parametrize(("raw", "lines"), CASES)
def test_an_address_is_printed_as_notify_prints_it(raw: str, lines: str) -> None:
    envelope = printed(raw.replace("|", "\n")) or ()

    assert "|".join(envelope).casefold() == lines.strip().casefold()


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("SW1 3EF", "SW1 3EF"),
        ("SW13EF", "SW1 3EF"),
        ("sw13ef", "SW1 3EF"),
        ("Sw13ef", "SW1 3EF"),
        (" SW1    3EF  ", "SW1 3EF"),
        ("SE1 63EF", "SE16 3EF"),
        ("N5 1AA", "N5 1AA"),
        ("N5     3EF", "N5 3EF"),
        ("n5 \u00a0 \t 3Ef", "N5 3EF"),
        ("SO14 6WB", "SO14 6WB"),
        ("so14\u00a06wb", "SO14 6WB"),
        ("BF1 3AA", "BF1 3AA"),
        ("BF13AA", "BF1 3AA"),
        (" BF2 0FR ", "BF2 0FR"),
        *((no, None) for no in ("N5", "SO144 6WB", "SO14 6WBA", "NF1 1AA", "")),
        *((no, None) for no in ("Bad postcode", "BFPO1234", "BFPO C/O 1234", "BFPO")),
        *((no, None) for no in ("BFPO 1234", "BFPO1", "BFPO12345", "GIR0AA")),
        # Gibraltar's only one: its letters leave the country.
        ("GX111AA", None),
    ],
)
def test_a_postcode_is_one_where_notify_says_so(
    typed: str, postcode: str | None
) -> None:
    assert uk_postcode(typed) == postcode
