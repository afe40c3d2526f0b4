"""Links and codes of every kind, while one secret key replaces another."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

import pytest

from digest.audience.joining.proofs import WorkProofs
from digest.audience.signed_links import SignedLinks
from digest.model.people.reader_marks import ReaderRef, mark_of
from digest.model.secret_keys import SecretKeys, key_id
from tests.builders import EIGHT

SITE = "https://digest.example.org"
BEFORE, NOW, LATER = "b" * 32, "n" * 32, "l" * 32
ANN = ReaderRef(7, mark_of("ann@example.org"))
UNMARKED = ReaderRef(7)
OLD = SignedLinks(BEFORE, SITE)
ROTATED = SignedLinks(SecretKeys(NOW, (BEFORE,)), SITE)
TWICE = SignedLinks(SecretKeys(LATER, (NOW, BEFORE)), SITE)
ALONE = SignedLinks(NOW, SITE)
# Each kind of thing that is signed: how it is signed, and how it is read.
Made = Callable[[SignedLinks], str]
KINDS: dict[str, tuple[Made, Callable[[SignedLinks, str], object]]] = {
    "leaving by a link": (
        lambda links: links.unsubscribe_token(ANN),
        lambda links, token: links.read_unsubscribe_token(token),
    ),
    "leaving by a link of before marks": (
        lambda links: links.unsubscribe_token(UNMARKED),
        lambda links, token: links.read_unsubscribe_token(token),
    ),
    "leaving by mail": (
        lambda links: links.unsubscribe_mailto(ANN),
        lambda links, address: links.read_unsubscribe_address(address),
    ),
    "leaving by mail of before marks": (
        lambda links: links.unsubscribe_mailto(UNMARKED),
        lambda links, address: links.read_unsubscribe_address(address),
    ),
    "an envelope sender": (
        lambda links: links.envelope_sender("k7qf2mxa", ANN),
        lambda links, address: links.read_envelope_sender(address),
    ),
    "choices": (
        lambda links: links.choices_token(ANN),
        lambda links, token: links.read_choices_token(token),
    ),
    "a confirmation": (
        lambda links: links.confirmation_url(9).rpartition("/")[2],
        lambda links, token: links.read_confirmation_token(token),
    ),
    "a new address": (
        lambda links: links.new_email_url(9).rpartition("/")[2],
        lambda links, token: links.read_new_email_token(token),
    ),
    "an account": (
        lambda links: links.account_url(9).rpartition("/")[2],
        lambda links, token: links.read_account_token(token),
    ),
    "a view in a browser": (
        lambda links: links.view_url(3, "k7qf2mxa").rpartition("/")[2],
        lambda links, token: links.read_view_token(token),
    ),
    "a calendar of editions": (
        lambda links: links.calendar_url(9).rpartition("/")[2].removesuffix(".ics"),
        lambda links, token: links.read_calendar_token(token),
    ),
    "a file of events": (
        lambda links: links.events_token([3, 4]),
        lambda links, token: links.read_events_token(token) or None,
    ),
}
EVERY = pytest.mark.parametrize(("make", "read"), KINDS.values(), ids=KINDS)


@EVERY
def test_what_an_earlier_key_signed_is_read_as_long_as_that_is_held(
    make: Made, read: Callable[[SignedLinks, str], object]
) -> None:
    signed = make(OLD)

    assert read(OLD, signed) is not None
    assert read(ROTATED, signed) == read(TWICE, signed) == read(OLD, signed)
    assert read(ALONE, signed) is None


@EVERY
def test_what_is_signed_anew_is_signed_with_the_newest(
    make: Made, read: Callable[[SignedLinks, str], object]
) -> None:
    signed = make(ROTATED)

    assert signed == make(ALONE)
    assert read(ALONE, signed) == read(ROTATED, signed)
    assert read(OLD, signed) is None


@EVERY
def test_what_a_key_that_was_never_held_has_signed_is_refused(
    make: Made, read: Callable[[SignedLinks, str], object]
) -> None:
    assert read(TWICE, make(SignedLinks("f" * 32, SITE))) is None


def test_a_proof_of_work_outlives_the_key_it_was_asked_with() -> None:
    question = WorkProofs(SecretKeys(BEFORE)).question("ann", EIGHT)
    later = EIGHT + timedelta(minutes=5)

    rotated = WorkProofs(SecretKeys(NOW, (BEFORE,)))
    assert rotated.is_answered(question, "ann", "", later)
    assert not WorkProofs(SecretKeys(NOW)).is_answered(question, "ann", "", later)


def test_a_key_is_named_by_what_does_not_tell_it() -> None:
    names = {key_id(BEFORE), key_id(NOW), key_id(LATER)}

    assert len(names) == 3
    assert all(len(name) == 8 for name in names)
    assert key_id(NOW) not in hashlib.sha256(NOW.encode()).hexdigest()
    assert NOW not in repr(SecretKeys(NOW, (BEFORE,)))
    assert BEFORE not in repr(SecretKeys(NOW, (BEFORE,)))


def test_the_same_key_named_twice_is_held_once() -> None:
    assert SecretKeys(NOW, (BEFORE, NOW, BEFORE)).every == (NOW, BEFORE)
