"""Letters and plain emails say of each reader why they get it, by what is on record."""

from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from digest.model.campaigns.campaign import Organisation
from digest.model.editions.compiled_message import Recipient
from digest.model.editions.rendition import UNPRINTED
from digest.model.formats import LARGE_PRINT, LETTER, PLAIN, Format
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.people.person import Consent
from digest.model.people.postal_address import PostalAddress
from digest.render.email.compile import compile_email
from digest.render.letter.batch.print_run import PrintRunHead, lay
from digest.render.letter.ending import LetterReasons
from digest.render.letter.letter import (
    NO_LINE_FOR_WHY,
    SAMPLE,
    Letter,
    LetterBody,
    LetterOptions,
    preview,
    typeset,
)
from digest.render.options import RenderOptions
from tests.builders import EIGHT, a_campaign, a_post, a_variant, words
from tests.sheets import Sheets

LOOK = LetterOptions()
COUNCIL = a_campaign(organisation=Organisation(public_task="Care Act 2014, section 4"))
HEAD = PrintRunHead(COUNCIL, "k7qf2mxa", EIGHT)
ASKED = "You get it because you asked for Lantern Week"
INTEREST = "You get it because you took an interest in our work or supported it"
DUTY = "telling you is part of our public duty: Care Act 2014, section 4."
UNKNOWN = "You are on our list, and we have no record of how that came to be."
CASES = [
    (Consent(LawfulBasis.CONSENT, "by phone", "2026-03-02"), ASKED, "by phone"),
    (Consent(LawfulBasis.SOFT_OPT_IN, at="2026-03-14"), INTEREST, ""),
    (Consent(LawfulBasis.PUBLIC_TASK), DUTY, ""),
    (Consent("Signed the visitors' book"), "Our record of it:", "visitors' book"),
    (Consent(LawfulBasis.DID_NOT_ASK), UNKNOWN, ""),
    (Consent(), UNKNOWN, ""),
]


def a_body(fmt: Format) -> LetterBody:
    return typeset(a_variant(campaign=COUNCIL, format=fmt), LOOK)


def text_of(pages: Sheets) -> str:
    return " ".join(pages.whole_text().split())


@pytest.mark.parametrize("fmt", [LETTER, LARGE_PRINT])
def test_each_letter_of_a_run_says_why_its_own_reader_gets_it(fmt: Format) -> None:
    letters = [
        Letter(f"R-{n}", "Ann Example", PostalAddress(("1 A St", "X"), "ZZ99 1AA"))
        for n in range(len(CASES))
    ]
    of_each = [
        replace(letter, body_key="it", consent=consent)
        for letter, (consent, _, _) in zip(letters, CASES, strict=True)
    ]
    run = lay(of_each, {"it": a_body(fmt)}, HEAD)
    sheets = Sheets(run.pdf)
    pages = {row.reference: row for row in run.rows}

    assert run.problems == ()
    for number, (_, basis, record) in enumerate(CASES):
        row = pages[f"R-{number}"]
        theirs = range(row.first_page - 1, row.first_page - 1 + row.pages)
        text = " ".join(" ".join(sheets.text(page).split()) for page in theirs)
        assert basis in text, number
        assert record in text, number
        others = {ASKED, INTEREST, DUTY, UNKNOWN} - {basis}
        assert not [each for each in others if each in text]


@pytest.mark.parametrize(("consent", "basis", "record"), CASES)
def test_a_preview_says_why_its_reader_gets_it(
    consent: Consent, basis: str, record: str
) -> None:
    variant = a_variant(campaign=COUNCIL, format=LETTER)
    text = text_of(Sheets(preview(variant, LOOK, replace(SAMPLE, consent=consent))))

    assert basis in text
    assert record in text


def test_what_is_on_record_stands_there_only_as_far_as_there_is_room() -> None:
    record = "told us at the stall in the market hall, between the rain and the tea, "
    consent = Consent(LawfulBasis.CONSENT, record * 2, "2026-03-02")
    variant = a_variant(campaign=COUNCIL, format=LARGE_PRINT)
    ways = LetterReasons.of(variant).ways(consent)
    text = text_of(Sheets(preview(variant, LOOK, replace(SAMPLE, consent=consent))))

    assert len(ways[0]) > len(ways[1]) > len(ways[2])
    assert ways[0] not in text
    assert ways[1] in text


def test_a_body_is_the_same_whoever_its_readers_are() -> None:
    variant = a_variant(campaign=COUNCIL, format=LETTER)

    assert typeset(variant, LOOK).pdf == typeset(variant, LOOK).pdf
    assert UNKNOWN not in text_of(Sheets(typeset(variant, LOOK).pdf))


def test_a_body_that_was_kept_by_an_earlier_version_is_still_printed() -> None:
    body = a_body(LETTER)
    facts = {name: body.facts[name] for name in body.facts.keys() - {"reason"}}
    letter = replace(SAMPLE, body_key="it", consent=CASES[0][0])
    run = lay([letter], {"it": replace(body, facts=facts)}, HEAD)

    assert run.problems == ()
    assert ASKED not in text_of(Sheets(run.pdf))


def test_a_letter_with_room_for_few_words_says_why_in_few() -> None:
    post = a_post(body=words("It was a bright morning with lanterns. " * 89))
    variant = a_variant(post, campaign=COUNCIL, format=LETTER)
    text = text_of(Sheets(preview(variant, LOOK, replace(SAMPLE, consent=CASES[1][0]))))

    assert "To change or stop these letters" in text
    assert "You took an interest and did not say no." in text


@pytest.mark.parametrize(("lines", "is_told"), [(93, False), (94, True), (96, False)])
def test_staff_are_told_of_a_letter_with_no_line_for_why(
    lines: int, *, is_told: bool
) -> None:
    post = a_post(body=words("It was a bright morning with lanterns. " * lines))
    body = typeset(a_variant(post, campaign=COUNCIL, format=LETTER), LOOK)

    assert (NO_LINE_FOR_WHY in body.facts.get(UNPRINTED, ())) is is_told
    assert (body.reasons is None) is is_told


@pytest.mark.parametrize(("consent", "basis", "record"), CASES)
def test_a_plain_email_says_why_its_reader_gets_it(
    consent: Consent, basis: str, record: str
) -> None:
    variant = a_variant(campaign=COUNCIL, format=PLAIN)
    url = "https://example.org/u/x"
    to = Recipient("Ann", "ann@example.org", "1.2", url, consent=consent)
    sent = compile_email(variant, RenderOptions(EIGHT)).merge(to)
    message = message_from_bytes(sent, policy=policy.SMTP)
    text = " ".join(message.get_content().split())

    assert message.get_content_type() == "text/plain"
    assert basis in text
    assert record in text
