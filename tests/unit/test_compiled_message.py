"""A compiled message merged with readers."""

import json
import quopri
from dataclasses import replace
from html import escape
from typing import Any

import pytest

from digest.model.editions.compiled_message import (
    CompiledMessage,
    MergeField,
    ReasonWords,
    Recipient,
    body_value,
)
from digest.model.editions.mime import quoted_printable
from digest.model.people.person import NO_EVIDENCE, Consent

ANN = Recipient(
    name="Ann Example",
    address="ann@example.org",
    reference="d1",
    leave_url="https://example.org/u/t0k?a=1&b=2",
    leave_mailto="mailto:leave+t0k@example.org?subject=leave",
)
GREETING = CompiledMessage.of(
    [
        b"To: ",
        MergeField.TO,
        b"\r\n\r\n",
        b"Dear=20=\r\n",
        MergeField.NAME_IN_TEXT,
        b"=\r\n",
        b",\r\n",
    ]
)


def test_values_stand_between_the_literals() -> None:
    assert GREETING.merge(ANN) == (
        b"To: Ann Example <ann@example.org>\r\n\r\nDear=20=\r\nAnn Example=\r\n,\r\n"
    )


def test_a_stored_message_is_the_same_message() -> None:
    assert CompiledMessage.from_bytes(GREETING.to_bytes()) == GREETING


@pytest.mark.parametrize(
    "stored",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"%PDF-1.7\n", id="something else"),
        pytest.param(b"digest-message 2\n{}\n", id="a version to come"),
        pytest.param(GREETING.to_bytes()[:-3], id="cut short"),
        pytest.param(GREETING.to_bytes() + b"x", id="too long"),
        pytest.param(b"digest-message 1\nnonsense\n", id="not JSON"),
    ],
)
def test_what_is_not_a_stored_message_is_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        CompiledMessage.from_bytes(stored)


@pytest.mark.parametrize(
    "stored",
    [
        b"",
        b"%PDF-1.7\n",
        b"digest-message 1\n",
        b"digest-message 2\n" + GREETING.to_bytes().partition(b"\n")[2],
        GREETING.to_bytes().partition(b"\n")[2],
        GREETING.to_bytes()[:-1],
    ],
)
def test_whoever_finds_another_version_is_told_to_render_again(stored: bytes) -> None:
    with pytest.raises(ValueError, match="render it again"):
        CompiledMessage.from_bytes(stored)


def test_a_reference_may_be_as_long_as_an_identifier_and_no_longer() -> None:
    assert replace(ANN, reference="r" * 128).reference == "r" * 128
    with pytest.raises(ValueError, match="a reference is"):
        replace(ANN, reference="r" * 129)


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        pytest.param(
            {}, b"<%b>, <%b>" % (ANN.leave_url.encode(), ANN.leave_mailto.encode())
        ),
        pytest.param({"leave_mailto": ""}, b"<%b>" % ANN.leave_url.encode()),
    ],
    ids=["by web and by mail", "by web alone"],
)
def test_ways_to_leave_are_in_angle_brackets(
    changes: dict[str, Any], value: bytes
) -> None:
    message = CompiledMessage.of([MergeField.LEAVE])

    assert message.merge(replace(ANN, **changes)) == value


def test_a_value_is_escaped_for_where_it_stands() -> None:
    hostile = replace(ANN, name='Ann "><script>', address="a&b@example.org")

    assert body_value(MergeField.NAME_IN_TEXT, hostile) == 'Ann "><script>'
    assert (
        body_value(MergeField.NAME_IN_HTML, hostile) == "Ann &quot;&gt;&lt;script&gt;"
    )
    assert body_value(MergeField.ADDRESS_IN_HTML, hostile) == "a&amp;b@example.org"
    assert body_value(MergeField.LEAVE_URL_IN_HTML, hostile).endswith("?a=1&amp;b=2")


@pytest.mark.parametrize(
    "name",
    [
        *("Ann", "Zoë", "A", "a" * 73, "a" * 74, "Ann Bo " * 10 + "Cy"),
        *(".ann", "a.b", "From Ann", "From", "Ann & Bo", "O'Ann", "a=b", "<b>", '"a"'),
    ],
)
def test_a_value_is_encoded_once_where_text_and_html_have_it_alike(name: str) -> None:
    message = CompiledMessage.of(
        [MergeField.NAME_IN_TEXT, b"\n", MergeField.NAME_IN_HTML]
    )
    in_text, in_html = quoted_printable(name), quoted_printable(escape(name))

    assert message.merge(replace(ANN, name=name)).decode() == f"{in_text}\n{in_html}"


@pytest.mark.parametrize(
    "changes",
    [
        {"leave_url": "javascript:alert(1)"},
        {"leave_url": "https://example.org/>\r\nBcc: x@y.z"},
        {"leave_url": "https://example.org/" + "x" * 600},
        {"leave_mailto": "https://example.org/"},
        {"leave_mailto": "mailto:a@example.org>, <https://example.com/"},
        {"reference": "a b"},
        {"reference": "a>\r\nBcc: x@y.z"},
        {"reference": ""},
        {"choices_url": "https://example.org/ p"},
        {"choices_url": "mailto:leave@example.org"},
        {"service_headers": "X-Copy: 1"},
        {"leave_mailto": "mailto:a@example.org\nX-Copy: 1\r"},
        {"service_headers": "X-Copy: 1\r\nBcc: x@y.z\r\n"},
    ],
    ids=str,
)
def test_a_malformed_link_or_reference_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"."):
        replace(ANN, **changes)


def test_an_address_without_an_ascii_form_is_not_merged() -> None:
    with pytest.raises(ValueError, match="ask for another address"):
        GREETING.merge(replace(ANN, address="änn@example.org"))


def test_a_message_stored_with_its_salutation_as_one_value_still_greets() -> None:
    head = {"slots": ["salutation-in-text", "to"], "lengths": [2, 3, 1]}
    stored = b"digest-message 1\n" + json.dumps(head).encode() + b"\n\r\n=\r\n,"

    message = CompiledMessage.from_bytes(stored)

    assert message.merge_fields == (MergeField.NAME_IN_TEXT, MergeField.TO)
    assert message.merge(ANN).startswith(b"\r\nDear=20=\r\nAnn Example=\r\n")


REASONS = ReasonWords(
    *("You get it because you asked.", "Our record of it:", "We have no record of it."),
    *("You took an interest.", "It is our duty."),
)


@pytest.mark.parametrize(
    ("consent", "words"),
    [
        pytest.param(
            Consent("consent", "paper form", "3 March 2026"),
            "You get it because you asked. Our record of it: paper form, 3 March 2026",
            id="they asked",
        ),
        pytest.param(
            Consent("Consent", wording="Yes, send me the news"),
            "You get it because you asked.",
            id="to a wording",
        ),
        pytest.param(
            Consent("soft opt-in", "membership", "2026-02-10"),
            "You took an interest. Our record of it: "
            "soft opt-in, membership, 2026-02-10",
            id="a soft opt-in",
        ),
        pytest.param(
            Consent("charitable soft opt-in", "membership", "2026-02-10"),
            "You took an interest. Our record of it: membership, 2026-02-10",
            id="a soft opt-in with its conditions",
        ),
        pytest.param(Consent("public task"), "It is our duty.", id="a public task"),
        pytest.param(
            Consent("legitimate interests", "membership"),
            "Our record of it: legitimate interests, membership",
            id="another basis",
        ),
        pytest.param(
            Consent("consent"),
            "Our record of it: consent",
            id="nobody says how or when",
        ),
        pytest.param(
            Consent(method="paper form"), "Our record of it: paper form", id="no basis"
        ),
        pytest.param(
            Consent("no consent yet", "met at the fair"),
            "Our record of it: no consent yet, met at the fair",
            id="none",
        ),
        pytest.param(NO_EVIDENCE, "We have no record of it.", id="nothing is held"),
        pytest.param(
            Consent("consent", "<b>\r\nBcc: x"),
            "You get it because you asked. Our record of it: <b> Bcc: x",
            id="markup and line ends",
        ),
    ],
)
def test_a_reader_is_told_why_by_what_is_on_record(
    consent: Consent, words: str
) -> None:
    reader = replace(ANN, consent=consent)
    message = replace(
        CompiledMessage.of([MergeField.REASON_IN_TEXT, MergeField.REASON_IN_HTML]),
        reasons=REASONS,
    )
    html = words.replace("<b>", "&lt;b&gt;")
    text = body_value(MergeField.REASON_IN_TEXT, reader, REASONS)

    assert " ".join(text.split()) == words
    assert body_value(MergeField.REASON_IN_HTML, reader, REASONS) == html
    assert quopri.decodestring(
        CompiledMessage.from_bytes(message.to_bytes()).merge(reader)
    ).decode().replace("\r\n", " ") in {text.replace("\n", " ") + html}
