"""Which addresses a letter can go to, and what is said about the others."""

import pytest

from digest.model.people.postal_address import (
    AddressProblem,
    PostalAddress,
    parse,
    tidy,
)
from digest.model.people.postcodes import postcode_key, uk_postcode

STREET = ("1 Example Street", "Exampleton")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        pytest.param("ZZ99 1AA", "ZZ99 1AA", id="as it should be"),
        pytest.param("zz99 1aa", "ZZ99 1AA", id="small letters"),
        pytest.param("zz991aa", "ZZ99 1AA", id="no space"),
        pytest.param("  ZZ99\u00a01AA\t", "ZZ99 1AA", id="odd spaces"),
        pytest.param("Z1-1AA", "Z1 1AA", id="a dash"),
        pytest.param("zz1a1aa", "ZZ1A 1AA", id="a letter after the district"),
        pytest.param("ZZ99A 1AA", None, id="two figures and a letter"),
        pytest.param("ZZ99 AA1", None, id="inward part the wrong way round"),
        pytest.param("12345", None, id="figures only"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_a_postcode_is_known_by_its_shape(typed: str, printed: str | None) -> None:
    assert uk_postcode(typed) == printed


@pytest.mark.parametrize(
    ("lines", "postcode", "country", "expected"),
    [
        pytest.param(
            STREET, "zz991aa", "", PostalAddress(STREET, "ZZ99 1AA"), id="plain"
        ),
        pytest.param(
            (*STREET, "ZZ99 1AA"),
            "",
            "",
            PostalAddress(STREET, "ZZ99 1AA"),
            id="postcode at the end of the lines",
        ),
        pytest.param(
            (*STREET, "zz99 1aa"),
            "ZZ991AA",
            "UK",
            PostalAddress(STREET, "ZZ99 1AA"),
            id="postcode twice",
        ),
        pytest.param(
            (*STREET, "ZZ99 1AA", "United Kingdom"),
            "",
            "",
            PostalAddress(STREET, "ZZ99 1AA"),
            id="our own country is left out",
        ),
        pytest.param(
            ("1 Example Street,\nExampleton,", "", " "),
            "ZZ99 1AA",
            "",
            PostalAddress(STREET, "ZZ99 1AA"),
            id="several lines in one cell",
        ),
        pytest.param(
            ("1\x00 Example\u202e  Street", "Exampleton\x07"),
            "ZZ99 1AA",
            "",
            PostalAddress(STREET, "ZZ99 1AA"),
            id="control characters",
        ),
        pytest.param(
            ("Cpl Example", "bfpo c/o 58"),
            "",
            "",
            PostalAddress(("Cpl Example",), "BFPO 58"),
            id="BFPO without a postcode",
        ),
        pytest.param(
            ("1 Unit", "BFPO 58"),
            "BF1 2AA",
            "",
            PostalAddress(("1 Unit", "BF1 2AA"), "BFPO 58"),
            id="BFPO with its postcode",
        ),
        pytest.param(
            ("Rue Exemple 1", "1000 Bruxelles"),
            "1000",
            "belgium",
            PostalAddress(("Rue Exemple 1", "1000 Bruxelles"), "", "Belgium"),
            id="abroad, its postcode already in a line",
        ),
        pytest.param(
            ("1 Example Road", "Dublin", "Éire"),
            "D99 X9X9",
            "",
            PostalAddress(("1 Example Road", "Dublin"), "D99 X9X9", "Ireland"),
            id="abroad by its last line",
        ),
        pytest.param(
            STREET,
            "JE9 9ZZ",
            "Jersey",
            PostalAddress((*STREET, "Jersey"), "JE9 9ZZ"),
            id="an island with a postcode like ours",
        ),
        pytest.param(
            ("Georgia",),
            "ZZ9 1AA",
            "",
            PostalAddress(("Georgia",), "ZZ9 1AA"),
            id="a lone line is never taken for a country",
        ),
        pytest.param(
            ("Wales",),
            "ZZ9 1AA",
            "",
            PostalAddress(("Wales",), "ZZ9 1AA"),
            id="nor for one of the kingdom",
        ),
        pytest.param(
            ("Exampleton", "Wales"),
            "ZZ9 1AA",
            "",
            PostalAddress(("Exampleton",), "ZZ9 1AA"),
            id="a village, and its country",
        ),
        pytest.param(
            ("Dublin", "Ireland"),
            "",
            "",
            PostalAddress(("Dublin",), "", "Ireland"),
            id="a town abroad, and its country",
        ),
        pytest.param(
            ("1 Example Street", "St Helier", "Jersey"),
            "JE9 9ZZ",
            "jersey",
            PostalAddress(("1 Example Street", "St Helier", "Jersey"), "JE9 9ZZ"),
            id="an island named twice stays one line",
        ),
        pytest.param(
            ("1 Unit", "bf12aa", "BFPO 58"),
            "",
            "",
            PostalAddress(("1 Unit", "BF1 2AA"), "BFPO 58"),
            id="BFPO with its postcode in the lines",
        ),
        pytest.param(
            tuple("abcde"),
            "ZZ9 1AA",
            "",
            PostalAddress(tuple("abcde"), "ZZ9 1AA"),
            id="as many lines as an envelope has beside name and postcode",
        ),
        pytest.param(
            tuple("abcde"),
            "10115",
            "Germany",
            PostalAddress(tuple("abcde"), "10115", "Germany"),
            id="and a country, where the postcode stands beside the town",
        ),
    ],
)
def test_an_address_is_parsed(
    lines: tuple[str, ...], postcode: str, country: str, expected: PostalAddress
) -> None:
    assert parse(lines, postcode, country) == expected


@pytest.mark.parametrize(
    ("lines", "postcode", "country", "part", "words"),
    [
        pytest.param((), "", "", "address_1", "no address", id="nothing at all"),
        pytest.param((), "ZZ9 1AA", "", "address_1", "only “ZZ9 1AA”", id="code only"),
        pytest.param(STREET, "", "", "postcode", "no postcode", id="no postcode"),
        pytest.param(STREET, "ZZ9", "", "postcode", "looks like", id="half a postcode"),
        pytest.param(
            STREET, "ZZ9 OAA", "", "postcode", "is it ZZ9 0AA", id="letter O for nought"
        ),
        pytest.param(
            (*STREET, "ZZ9 1AA"),
            "ZZ9 2AA",
            "",
            "postcode",
            "keep the one",
            id="two postcodes",
        ),
        pytest.param(
            tuple("abcdef"), "ZZ9 1AA", "", "address_6", "too long by 1", id="six lines"
        ),
        pytest.param(
            ("1 Rue", "=1+1"),
            "ZZ9 1AA",
            "",
            "address_2",
            "cannot start with “=”",
            id="a formula",
        ),
        pytest.param(
            ("No  fixed abode", "Exampleton"),
            "ZZ9 1AA",
            "",
            "address_1",
            "no fixed abode",
            id="no fixed abode",
        ),
        pytest.param(
            ("N.F.A.", "Exampleton"),
            "ZZ9 1AA",
            "",
            "address_1",
            "no fixed abode",
            id="in letters",
        ),
        pytest.param(
            STREET, "", "Ruritania", "country", "not a country", id="no such country"
        ),
        pytest.param(
            ("1 Unit", "BFPO 58"),
            "",
            "Germany",
            "country",
            "must not name a country",
            id="BFPO with a country",
        ),
        pytest.param(
            ("1 Unit", "BFPO 58"),
            "ZZ9",
            "",
            "postcode",
            "looks like",
            id="BFPO with half a postcode",
        ),
        pytest.param(
            ("1 Unit", "BFPO 58"),
            "BFPO 61",
            "",
            "postcode",
            "keep the one",
            id="two BFPO numbers",
        ),
        pytest.param(
            tuple("abcde"),
            "D99 X9X9",
            "Ireland",
            "address_5",
            "too long by 1",
            id="five lines, and a postcode on a line of its own",
        ),
    ],
)
def test_a_bad_address_says_what_to_do(
    lines: tuple[str, ...], postcode: str, country: str, part: str, words: str
) -> None:
    problem = parse(lines, postcode, country)

    assert isinstance(problem, AddressProblem)
    assert problem.part == part
    assert words in problem.words


@pytest.mark.parametrize("start", '@()=[]"\\/,<>~')
def test_no_line_starts_with_a_sign(start: str) -> None:
    assert isinstance(
        parse((f"{start}1 Example Street", "Town"), "ZZ9 1AA"), AddressProblem
    )


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param(
            PostalAddress(STREET, "ZZ99 1AA"),
            ("Siân Ŵyn", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"),
            id="post town in capitals, postcode alone",
        ),
        pytest.param(
            PostalAddress(("siân ŵyn", *STREET), "ZZ99 1AA"),
            ("Siân Ŵyn", "1 Example Street", "EXAMPLETON", "ZZ99 1AA"),
            id="the name is not said twice",
        ),
        pytest.param(
            PostalAddress(("1 Example Road", "Dublin"), "D99 X9X9", "Ireland"),
            ("Siân Ŵyn", "1 Example Road", "Dublin", "D99 X9X9", "IRELAND"),
            id="the country is last",
        ),
        pytest.param(
            PostalAddress(("1 Unit", "BF1 2AA"), "BFPO 58"),
            ("Siân Ŵyn", "1 Unit", "BF1 2AA", "BFPO 58"),
            id="the forces' number is last, their postcode before it",
        ),
        pytest.param(
            PostalAddress(("siân ŵyn", "Exampleton"), "ZZ99 1AA"),
            ("Siân Ŵyn", "EXAMPLETON", "ZZ99 1AA"),
            id="nor twice above a town alone",
        ),
        pytest.param(
            PostalAddress(("siân ŵyn",), "ZZ99 1AA"),
            ("Siân Ŵyn", "SIÂN ŴYN", "ZZ99 1AA"),
            id="but a town of that name stays",
        ),
    ],
)
def test_the_envelope_is_written_as_the_carrier_asks(
    address: PostalAddress, expected: tuple[str, ...]
) -> None:
    assert address.on_envelope(" Siân  Ŵyn ") == expected


def test_a_round_goes_from_low_numbers_to_high_and_abroad_last() -> None:
    codes = ("ZZ19 1AA", "ZZ2 1AA", "Z9 9ZZ", "ZZ2 1AB", "ZZ2A 1AA", "ZZ2 9AA")
    addresses = [PostalAddress(STREET, code) for code in codes]
    addresses.append(PostalAddress(STREET, "1010", "Austria"))
    addresses.insert(0, PostalAddress(STREET, "BFPO 58"))

    ordered = sorted(addresses, key=lambda address: address.round_key)

    assert [address.postcode for address in ordered] == [
        *("Z9 9ZZ", "ZZ2 1AA", "ZZ2 1AB", "ZZ2 9AA", "ZZ2A 1AA", "ZZ19 1AA"),
        *("BFPO 58", "1010"),
    ]


def test_what_is_no_postcode_sorts_last() -> None:
    assert postcode_key("ZZ99 9ZZ") < postcode_key("unknown")
    abroad = PostalAddress(STREET, "1000", "Zimbabwe")
    assert abroad.round_key < PostalAddress(STREET, "Anywhere").round_key


def test_a_tidied_line_keeps_the_joiners_that_spelling_needs() -> None:
    assert tidy(" a\u200cb \r\n c\u0007") == "a\u200cb c"


@pytest.mark.parametrize(
    ("country", "name"),
    [
        pytest.param("DE", "Germany", id="two letters"),
        pytest.param("deu", "Germany", id="three letters"),
        pytest.param("Deutschland", "Germany", id="German"),
        pytest.param("Polska", "Poland", id="Polish"),
        pytest.param("Ελλάδα", "Greece", id="Greek"),
        pytest.param("भारत", "India", id="Hindi"),
        pytest.param("Yr Almaen", "Germany", id="Welsh"),
        pytest.param("COTE D'IVOIRE", "Ivory Coast", id="a typewriter's apostrophe"),
        pytest.param("Côte d\u2019Ivoire", "Ivory Coast", id="a printer's apostrophe"),
        pytest.param("Trinidad & Tobago", "Trinidad and Tobago", id="an ampersand"),
        pytest.param("U.S.A.", "United States", id="points"),
        pytest.param("The Netherlands", "Netherlands", id="an article"),
        pytest.param("Éire", "Ireland", id="Irish"),
    ],
)
def test_a_country_is_known_by_code_and_by_its_own_name(
    country: str, name: str
) -> None:
    address = parse(STREET, "", country)

    assert isinstance(address, PostalAddress)
    assert address.country == name


@pytest.mark.parametrize("last", ["CO", "IN", "LA"])
def test_two_letters_at_the_end_are_no_country(last: str) -> None:
    assert isinstance(parse((*STREET, last)), AddressProblem)


@pytest.mark.parametrize(
    ("lines", "postcode", "country", "end"),
    [
        (("1 Straße", "Berlin"), "10115", "DE", "10115 Berlin|GERMANY"),
        (("1 Rue", "Paris"), "75001", "France", "75001 Paris|FRANCE"),
        (("1 ul.", "Warszawa"), "00-950", "PL", "00-950 Warszawa|POLAND"),
        (("1 Straat", "Amsterdam"), "1012 JS", "NL", "1012 JS Amsterdam|NETHERLANDS"),
        (("1 St", "Denver CO"), "80202", "USA", "Denver CO 80202|UNITED STATES"),
        (("1 St", "Ottawa ON"), "K1A 0B1", "CA", "Ottawa ON K1A 0B1|CANADA"),
        (("1 St", "Sydney NSW"), "2000", "AU", "Sydney NSW 2000|AUSTRALIA"),
        (("1 Rd", "New Delhi"), "110001", "IN", "New Delhi 110001|INDIA"),
        (("1 St", "Dublin"), "D02 AF30", "IE", "Dublin|D02 AF30|IRELAND"),
        (("1 St", "Cape Town"), "8001", "ZA", "Cape Town|8001|SOUTH AFRICA"),
        (("1 Straße", "10115 Berlin"), "10115", "DE", "10115 Berlin|GERMANY"),
    ],
)
def test_a_postcode_abroad_stands_where_its_country_writes_it(
    lines: tuple[str, ...], postcode: str, country: str, end: str
) -> None:
    address = parse(lines, postcode, country)

    assert isinstance(address, PostalAddress)
    assert "|".join(address.on_envelope("Ann")[2:]) == end


@pytest.mark.parametrize(
    ("lines", "postcode", "envelope"),
    [
        pytest.param(
            ("1 Street", "Exampleton ZZ99 1AA"),
            "",
            "1 Street|EXAMPLETON|ZZ99 1AA",
            id="in the town's line",
        ),
        pytest.param(
            ("1 Street", "Exampleton, zz991aa"),
            "ZZ99 1AA",
            "1 Street|EXAMPLETON|ZZ99 1AA",
            id="there and apart",
        ),
        pytest.param(
            ("1 Street", "-", "Exampleton", "ZZ99 1AA", "Scotland", "United Kingdom"),
            "",
            "1 Street|EXAMPLETON|ZZ99 1AA",
            id="a country of the kingdom, and a line of nothing",
        ),
        pytest.param(
            ("No fixed abode", "c/o The Day Centre", "1 Street", "Exampleton"),
            "ZZ99 1AA",
            "c/o The Day Centre|1 Street|EXAMPLETON|ZZ99 1AA",
            id="no fixed abode, and somebody who keeps the post",
        ),
    ],
)
def test_an_address_is_read_as_people_write_it(
    lines: tuple[str, ...], postcode: str, envelope: str
) -> None:
    address = parse(lines, postcode)

    assert isinstance(address, PostalAddress)
    assert "|".join(address.on_envelope("")) == envelope
