"""How a reader is served: need, permission, data present, what came back."""

from dataclasses import replace

import pytest

from digest.model.formats import (
    BRAILLE,
    HTML,
    LARGE_PRINT,
    LETTER,
    PHONE,
    PLAIN,
    Channel,
)
from digest.model.people.channel_choice import NotServed, ReaderFacts, Served, resolve
from digest.model.people.lawful_basis import BasisGap

DEAD = ReaderFacts(HTML, has_email=True, email_suppressed=True)
UNLAWFUL = ReaderFacts(HTML, has_email=True, basis_gap=BasisGap.NO_TASK)


@pytest.mark.parametrize(
    ("facts", "served"),
    [
        pytest.param(
            ReaderFacts(HTML, has_email=True),
            Served(Channel.EMAIL, HTML),
            id="an email to whoever wants one",
        ),
        pytest.param(
            ReaderFacts(PLAIN, has_address=True, agreed_to_letters=True),
            Served(Channel.POST, LETTER),
            id="a letter to whoever has no email and agreed to letters",
        ),
        pytest.param(
            replace(DEAD, has_address=True, agreed_to_letters=True),
            Served(Channel.POST, LETTER),
            id="a letter to whoever's email is suppressed and agreed to letters",
        ),
        pytest.param(
            replace(UNLAWFUL, has_address=True),
            Served(Channel.POST, LETTER),
            id="a letter where the lawful basis alone forbids the email",
        ),
        pytest.param(
            ReaderFacts(PHONE, has_phone=True, agreed_to_calls=True),
            Served(Channel.PHONE, PHONE),
            id="a call to whoever asked for calls",
        ),
        pytest.param(
            ReaderFacts(LARGE_PRINT, has_address=True, has_email=True),
            Served(Channel.POST, LARGE_PRINT),
            id="large print to whoever needs it",
        ),
    ],
)
def test_a_reader_who_can_be_reached_is_served(
    facts: ReaderFacts, served: Served
) -> None:
    assert resolve(facts) == served


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        pytest.param(
            ReaderFacts(HTML, is_subscribed=False, has_email=True),
            "left",
            id="left",
        ),
        pytest.param(ReaderFacts(HTML), "add one", id="nothing held"),
        pytest.param(
            replace(DEAD, has_address=True),
            "have not agreed to letters",
            id="a dead email and an address, without their word",
        ),
        pytest.param(
            replace(DEAD, has_address=True, basis_gap=BasisGap.NO_TASK),
            "lawful basis",
            id="a dead email that was not lawful either",
        ),
        pytest.param(
            ReaderFacts(PLAIN, has_address=True),
            "whether they would like letters",
            id="no email and an address, without their word",
        ),
        pytest.param(
            ReaderFacts(PHONE, has_phone=True),
            "not that they want to be rung",
            id="a number, without their word",
        ),
        pytest.param(
            ReaderFacts(
                PHONE, has_phone=True, agreed_to_calls=True, phone_suppressed=True
            ),
            "suppressed",
            id="a number that is suppressed",
        ),
        pytest.param(
            ReaderFacts(HTML, has_email=True, email_suppressed=True),
            "suppressed",
            id="email suppressed and no address",
        ),
        pytest.param(
            ReaderFacts(LETTER, has_email=True),
            "no full postal",
            id="no address",
        ),
        pytest.param(
            ReaderFacts(LETTER, has_address=True, post_suppressed=True),
            "suppressed",
            id="post suppressed",
        ),
        pytest.param(
            ReaderFacts(BRAILLE, has_address=True), "by hand", id="not made yet"
        ),
    ],
)
def test_a_reader_who_cannot_be_reached_is_named_with_the_reason(
    facts: ReaderFacts, words: str
) -> None:
    resolution = resolve(facts)

    assert isinstance(resolution, NotServed)
    assert words in resolution.reason
