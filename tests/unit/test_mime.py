"""Words as header values and quoted-printable, read back by the standard parser."""

import quopri
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.model.editions.mime import (
    AS_FOLDED,
    cleaned,
    mailbox,
    on_the_wire,
    phrase,
    quoted_printable,
    undeliverable,
    unstructured,
)
from tests.gmime import read_by_gmime

NAMES = [
    pytest.param("Ann Example", id="plain"),
    pytest.param("Dr. Ann O'Example, Jr.", id="specials"),
    pytest.param("Zoë Éxample", id="accents"),
    pytest.param('"><script>alert(1)</script>', id="markup"),
    pytest.param("=?utf-8?q?evil=0D=0ABcc:=20x=40y.z?=", id="an encoded word"),
    pytest.param("Ann <x@example.org>, Bob", id="another address"),
    pytest.param("N" * 300, id="300 letters"),
    pytest.param("ñ" * 300, id="300 letters with accents"),
    pytest.param("Ann Example " * 25, id="300 letters in words"),
    pytest.param("آن مثال", id="Arabic"),
    pytest.param("אן דוגמה", id="Hebrew"),
    pytest.param("👩🏽‍🦽 Ann 🏮", id="emoji"),
    pytest.param("Ann (the elder) Example; \\ @", id="comment and specials"),
    pytest.param("_Ann=20Example_", id="looks half encoded"),
]


@pytest.mark.parametrize("name", NAMES)
def test_a_display_name_is_read_back_as_it_was(name: str) -> None:
    header = f"To: {mailbox(name, 'ann@example.org')}\r\n\r\n".encode("ascii")

    read = BytesParser(policy=policy.compat32).parsebytes(header)["To"]
    [strict] = BytesParser(policy=policy.default).parsebytes(header)["To"].addresses

    display_name, address = parseaddr(read.replace("\r\n", ""))
    assert address == strict.addr_spec == "ann@example.org"
    assert str(make_header(decode_header(display_name))) == cleaned(name)
    # The newer parser leaves a space between the encoded words of a long name.
    assert strict.display_name.replace(" ", "") == cleaned(name).replace(" ", "")


@pytest.mark.parametrize("name", NAMES)
def test_header_lines_are_short_and_words_within_75(name: str) -> None:
    for value in (mailbox(name, "ann@example.org"), unstructured(name)):
        lines = f"Reply-To: {value}".split("\r\n")
        words = [word for word in value.split() if word.startswith("=?")]

        # One word of plain letters has no place to fold, and reads back better so.
        assert max(map(len, lines)) <= (320 if name == "N" * 300 else 78)
        assert all(line.startswith(" ") for line in lines[1:])
        assert all(len(word) <= 75 for word in words)


@pytest.mark.parametrize("name", NAMES)
def test_a_message_in_parts_has_headers_as_they_were_folded(name: str) -> None:
    message = EmailMessage(AS_FOLDED)
    message["From"] = sender = mailbox(name, "news@lantern-week-and-more.example.org")
    message["Subject"] = subject = unstructured(f"A reader wrote: {name} {name}")
    message.set_content("Hello\n")

    head = bytes(message).decode("ascii")
    assert head.startswith(f"From: {sender}\r\nSubject: {subject}\r\n")
    with pytest.raises(ValueError, match="linefeed"):
        message["To"] = "ann@example.org\r\nBcc: x@example.org"


@pytest.mark.parametrize(
    ("words", "clean"),
    [
        pytest.param("Ann\r\nBcc: x@y.z", "Ann Bcc: x@y.z", id="a line break"),
        pytest.param("Ann\x00\x07\x9b", "Ann", id="controls"),
        pytest.param("A\u2028B\u2029C\x85D", "A B C D", id="other line breaks"),
        pytest.param("\u202eevil\u2066", "evil", id="text turned around"),
        pytest.param("Ann\ud800", "Ann", id="half a letter"),
        pytest.param("  Ann \t Example ", "Ann Example", id="spaces"),
        pytest.param("👩‍🦽", "👩‍🦽", id="a joined emoji stays joined"),
    ],
)
def test_controls_are_taken_out(words: str, clean: str) -> None:
    assert cleaned(words) == clean


@given(st.text())
def test_any_subject_reads_back_as_itself(text: str) -> None:
    value = unstructured(text)

    assert value.isascii()
    assert str(make_header(decode_header(value.replace("\r\n", "")))) == cleaned(text)


@given(st.text())
def test_gmime_reads_any_subject_and_any_name_whole(text: str) -> None:
    wanted = cleaned(text)
    reading = read_by_gmime(
        f"From: a@example.org\r\nTo: {mailbox(text, 'ann@example.org')}\r\n"
        f"Subject: {unstructured(text)}\r\n\r\n".encode("ascii")
    )

    assert reading.subject == wanted
    assert reading.to == (wanted, "ann@example.org")


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("中" * 70, id="letters of three bytes"),
        pytest.param("a" + "中" * 70, id="behind one of one byte"),
        pytest.param("é " + "中 文" * 40, id="behind two of them"),
        pytest.param("اهلا وسهلا بكم في أسبوع الفوانيس " * 4, id="Arabic"),
        pytest.param("👩🏽‍🦽 " * 20, id="emoji"),
        pytest.param("\x01é" * 60, id="controls between"),
    ],
)
def test_no_encoded_word_but_the_last_is_padded(text: str) -> None:
    *inner, last = unstructured(text).split()

    assert inner
    assert last.startswith("=?")
    assert not any(word.endswith("=?=") and "?b?" in word for word in inner)


@given(st.text())
def test_any_name_is_one_phrase(text: str) -> None:
    assert not set(phrase(text)) & set('"<>@,;:\\()[]\0')
    assert all(line.startswith(" ") for line in phrase(text).split("\r\n")[1:])


@given(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])))
def test_any_line_survives_quoted_printable(text: str) -> None:
    encoded = quoted_printable(text)
    lines = encoded.split("\r\n")

    assert quopri.decodestring(encoded.encode("ascii")).decode() == text
    assert all(len(line) <= 76 for line in lines)
    assert not any(line.startswith((".", "From ")) for line in lines)
    assert not encoded.endswith((" ", "\t"))


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        pytest.param(".dots", ["=2Edots"], id="a dot at first"),
        pytest.param("From here", ["=46rom here"], id="as a mailbox begins"),
        pytest.param("Fromage .", ["Fromage ."], id="neither"),
        pytest.param("x" * 73, ["x" * 73], id="just a line"),
        pytest.param("x" * 74, ["x" * 73 + "=", "x"], id="one letter more"),
        pytest.param("x" * 73 + ".y", ["x" * 73 + "=", "=2Ey"], id="a dot further on"),
        pytest.param("end ", ["end=20"], id="a space at the end"),
        pytest.param(
            "é" + "x" * 141,
            ["=C3=A9" + "x" * 67 + "=", "x" * 73 + "=", "x"],
            id="lines are filled, but no letter is cut in two",
        ),
        pytest.param(
            "é" * 24 + "x.From y",
            ["=C3=A9" * 12 + "=", "=C3=A9" * 12 + "x=", "=2EFrom y"],
            id="and each of them is guarded",
        ),
    ],
)
def test_a_line_is_broken_where_it_is_full_and_guarded_where_it_begins(
    text: str, lines: list[str]
) -> None:
    assert quoted_printable(text) == "\r\n".join(lines)


def test_a_long_subject_is_folded_between_its_words_where_a_line_is_full() -> None:
    text = " ".join(["lantern"] * 30)
    lines = unstructured(text).split("\r\n")

    assert "".join(lines) == text
    assert [len(line) for line in lines] == [63, 64, 64, 48]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("é" + "x" * 50, 1, id="a word that is just full"),
        pytest.param("é" + "x" * 51, 2, id="a letter too many"),
        pytest.param("é " + "lantern " * 13 + "end", 3, id="cut behind spaces"),
        pytest.param("中" * 14, 1, id="a word of base64 that is just full"),
        pytest.param("中" * 15, 2, id="a letter too many for one"),
        pytest.param("中" * 28, 2, id="two of them"),
        pytest.param("中" * 29, 3, id="and a third"),
    ],
)
def test_no_more_encoded_words_are_made_than_a_text_needs(
    text: str, words: int
) -> None:
    assert len(unstructured(text).split()) == words


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        pytest.param("A" * 50, 1, id="fits beside its address"),
        pytest.param("A" * 51, 2, id="one letter more"),
        pytest.param("", 1, id="no name"),
    ],
)
def test_an_address_stands_beside_its_name_where_a_line_has_room(
    name: str, lines: int
) -> None:
    assert len(mailbox(name, "ann@example.org").split("\r\n")) == lines


@pytest.mark.parametrize(
    ("message", "wire"),
    [
        (b"a\r\n", b"a\r\n"),
        (b"a", b"a\r\n"),
        (b"", b"\r\n"),
        (b".\r\n", b"..\r\n"),
        (b".a\r\n.b\r\nc.\r\n", b"..a\r\n..b\r\nc.\r\n"),
        (b"a\nb\rc\r\n", b"a\r\nb\r\nc\r\n"),
        (b"a\n.b", b"a\r\n..b\r\n"),
        (b"a\r.b\r\n", b"a\r\n..b\r\n"),
    ],
)
def test_on_the_wire_every_line_ends_and_no_dot_begins_one(
    message: bytes, wire: bytes
) -> None:
    assert on_the_wire(message) == wire


@pytest.mark.parametrize(
    ("local", "domain", "is_too_long"),
    [(64, 12, False), (65, 12, True), (64, 189, False), (64, 190, True)],
)
def test_an_address_is_as_long_as_mail_can_carry_and_no_longer(
    local: int,
    domain: int,
    is_too_long: bool,  # noqa: FBT001 - a column of the table
) -> None:
    labels = "b" * 40 + "." + "c" * 40 + "." + "d" * 40 + "." + "e" * 40 + "."
    tail = "example.org" if domain == 12 else labels + "f" * (domain - len(labels))
    address = f"{'a' * local}@{tail}"

    assert bool(undeliverable(address)) is is_too_long


@pytest.mark.parametrize(
    ("address", "why"),
    [
        pytest.param("ann@example.org", None, id="plain"),
        pytest.param("o'ann+news@sub.example.org", None, id="all that is allowed"),
        pytest.param("ann@bücher.example", None, id="a domain in other letters"),
        pytest.param("änn@example.org", "not every mail server", id="name in others"),
        pytest.param("ann@example.org\r\nBcc: x@y.z", "correct it", id="a line break"),
        pytest.param("ann", "correct it", id="no domain"),
        pytest.param("a b@example.org", "correct it", id="a space"),
        pytest.param("<ann@example.org>", "correct it", id="brackets"),
        pytest.param("a" * 65 + "@example.org", "correct it", id="long name"),
        pytest.param("a@" + "b" * 100_000, "too long", id="very long"),
        pytest.param("", "correct it", id="empty"),
    ],
)
def test_an_address_that_mail_cannot_reach_says_why(
    address: str, why: str | None
) -> None:
    reason = undeliverable(address)

    assert (reason is None) if why is None else (why in str(reason))
