"""Signed addresses: read back by who made them, and by nobody else."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.signed_links import SignedLinks
from digest.model.delivery.bounces import CopyRef
from digest.model.people.reader_marks import ReaderRef, mark_of

SECRET = "lantern " * 5
OURS = SignedLinks(SECRET, "https://digest.example.org")
OTHERS = SignedLinks(SECRET + "!", "https://digest.example.org")
IDS = st.integers(0, 2**63 - 1)
MARKS = st.sampled_from(["", *map(mark_of, ("ann@example.org", "bob@example.org"))])
READERS = st.builds(ReaderRef, IDS, MARKS)


@given(READERS)
def test_a_link_says_who_leaves(reader: ReaderRef) -> None:
    url = OURS.unsubscribe_url(reader)
    token = url.removeprefix("https://digest.example.org/u/")

    assert OURS.read_unsubscribe_token(token) == reader
    assert len(token) <= 60
    assert token == base64.urlsafe_b64encode(_padded(token)).decode().rstrip("=")


@given(READERS)
def test_mail_says_who_leaves(reader: ReaderRef) -> None:
    mailto = OURS.unsubscribe_mailto(reader)

    assert mailto.endswith("@digest.example.org")
    assert OURS.read_unsubscribe_address(mailto) == reader
    assert (
        OURS.read_unsubscribe_address(mailto.removeprefix("mailto:").upper()) == reader
    )


@given(READERS)
def test_a_bounce_says_whose_copy_it_is(reader: ReaderRef) -> None:
    sender = OURS.envelope_sender("k7qf2mxa", reader, "news.example.org")
    local, _, domain = sender.partition("@")

    assert len(local) <= 64
    assert domain == "news.example.org"
    assert OURS.read_envelope_sender(sender.upper()) == CopyRef("k7qf2mxa", reader)


@given(READERS)
def test_nothing_signed_with_another_secret_is_read(reader: ReaderRef) -> None:
    assert OURS.read_unsubscribe_token(OTHERS.unsubscribe_token(reader)) is None
    assert OURS.read_unsubscribe_address(OTHERS.unsubscribe_mailto(reader)) is None
    sender = OTHERS.envelope_sender("k7qf2mxa", reader)
    assert OURS.read_envelope_sender(sender) is None


@given(READERS)
def test_nothing_is_good_for_another_purpose(reader: ReaderRef) -> None:
    sender = OURS.envelope_sender("k7qf2mxa", reader)
    mailto = OURS.unsubscribe_mailto(reader)
    *_, number, mac = sender.partition("@")[0].split("-")

    assert (
        OURS.read_unsubscribe_address(f"leave+{number}-{mac}@digest.example.org")
        is None
    )
    assert OURS.read_envelope_sender(mailto) is None
    reader_id = reader.reader_id
    octets = reader_id.to_bytes((reader_id.bit_length() + 7) // 8 or 1, "big")
    mixed = base64.urlsafe_b64encode(octets + bytes.fromhex(mac)).decode().rstrip("=")
    assert OURS.read_unsubscribe_token(mixed) is None


@given(READERS, st.data())
def test_a_link_with_one_letter_changed_is_not_read(
    reader: ReaderRef, data: st.DataObject
) -> None:
    token = OURS.unsubscribe_token(reader)
    place = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(
        st.sampled_from("AbZ09_-").filter(lambda letter: letter != token[place])
    )

    assert (
        OURS.read_unsubscribe_token(token[:place] + other + token[place + 1 :]) is None
    )


@given(st.text(max_size=60))
def test_whatever_is_sent_in_is_answered(sent: str) -> None:
    assert OURS.read_unsubscribe_token(sent) is None
    assert OURS.read_unsubscribe_address(sent) is None
    assert OURS.read_envelope_sender(sent) is None


@pytest.mark.parametrize(
    ("ending", "is_read"),
    [("A", False), ("=", True), ("\n", True), (".", True), (">", True)],
)
@pytest.mark.parametrize("mark", ["", "abcde"])
def test_what_mail_programs_take_into_a_link_is_passed_over_and_no_more(
    ending: str, *, is_read: bool, mark: str
) -> None:
    reader = ReaderRef(7, mark)
    token = OURS.unsubscribe_token(reader)

    expected = reader if is_read else None
    assert OURS.read_unsubscribe_token(token + ending) == expected


def test_links_are_built_from_the_settings() -> None:
    links = SignedLinks(
        SECRET, "http://localhost:8000/", mail_domain="mail.example.org"
    )

    assert links.unsubscribe_url(ReaderRef(1)).startswith("http://localhost:8000/u/")
    assert links.unsubscribe_mailto(ReaderRef(1)).endswith("@mail.example.org")


def _padded(token: str) -> bytes:
    return base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))


@given(st.sets(IDS, min_size=1, max_size=200))
def test_a_link_says_which_events_it_leads_to(ids: set[int]) -> None:
    url = OURS.events_url(ids)
    token = url.removeprefix("https://digest.example.org/event/").removesuffix(".ics")

    assert OURS.read_events_token(token) == tuple(sorted(ids))
    assert OURS.events_url(sorted(ids, reverse=True)) == url
    assert OTHERS.read_events_token(token) == ()
    assert OURS.read_events_token(token[:-1] + ("B" if token[-1] == "A" else "A")) == ()
    assert OURS.read_unsubscribe_token(token) is None


def test_a_link_to_events_is_as_long_as_a_browser_takes() -> None:
    apart = range(10**9, 10**9 + 200 * 300, 300)

    assert len(OURS.events_url(apart)) < 2000
    assert OURS.events_url(range(201)) == ""
    assert OURS.events_url([]) == ""


@pytest.mark.parametrize("text", ["", "A" * 22, "A" * 23, "A" * 25, "1", "é" * 30])
def test_what_nobody_signed_leads_to_no_events(text: str) -> None:
    assert OURS.read_events_token(text) == ()
