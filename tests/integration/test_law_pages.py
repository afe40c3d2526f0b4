"""The pages on privacy, accessibility and complaints say what is really so."""

import re
from collections.abc import Iterator
from dataclasses import fields, replace
from html import unescape

import pytest
from pydantic import SecretStr
from sqlalchemy import update
from starlette.testclient import TestClient

from digest.audience.subject_access import HeldKind, everything
from digest.bootstrap import App
from digest.model.campaigns.campaign import LetterHead, Organisation
from digest.model.people.data_complaints import ComplaintChannel
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.retention import RetentionSpans
from digest.render.email.compile import preview_html, preview_text
from digest.render.options import RenderOptions
from digest.store.base.tables import subscription
from digest.store.people.complaints import data_complaints
from digest.web.app import make_app
from digest.web.desk.people.held_view import held_view
from digest.web.public.law.accessibility_words import AccessibilityWords
from digest.web.public.law.facts import PrivacyFacts, senders
from digest.web.public.law.privacy_words import PrivacyWords
from tests.builders import EIGHT, SITE, a_campaign, a_post, a_variant
from tests.lists import ANN, HASHER, imported
from tests.stored import FILE, a_stored_campaign

PRIVACY, ACCESSIBILITY = "/privacy/lantern-week", "/accessibility/lantern-week"
COMPLAIN = "/complain/lantern-week"
NO_FACTS = PrivacyFacts(
    (),
    has_other_words=False,
    senders=(),
    services=(),
    has_programs=False,
    keep=RetentionSpans(),
)
WHOLE = (
    FILE.replace("lists =", 'reply_to = "team@example.org"\nlists =')
    + """
[letter]
sender = ["Lantern Week", "1 Example Street", "TIDEWELL"]
phone = "01632 960 155"

[organisation]
name = "Lantern Neighbours"
contact = "Ask for Nell on Tuesdays."
charity = "1234567"
"""
)


@pytest.fixture
def anybody(program: App) -> Iterator[TestClient]:
    """Yield a client of somebody whom nobody knows."""
    a_stored_campaign(program.engine, WHOLE)
    with TestClient(make_app(program), base_url=SITE) as client:
        yield client


def words_on(client: TestClient, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def test_the_page_on_privacy_says_who_answers_and_how_they_are_reached(
    anybody: TestClient,
) -> None:
    page = words_on(anybody, PRIVACY)

    for words in (
        "Lantern Week is sent by Lantern Neighbours",
        "registered charity, number 1234567",
        "Ask for Nell on Tuesdays.",
        "01632 960 155",
        "team@example.org",
        "1 Example Street, TIDEWELL",
        "Information Commissioner",
    ):
        assert words in page
    assert COMPLAIN in anybody.get(PRIVACY).text


def test_news_that_is_called_as_its_sender_is_not_said_to_be_sent_by_itself(
    program: App, anybody: TestClient
) -> None:
    named = WHOLE.replace("Lantern Neighbours", "Lantern Week")
    a_stored_campaign(program.engine, named)

    page = words_on(anybody, PRIVACY)
    assert "Lantern Week answer for what is held of you." in page
    assert "is sent by Lantern Week" not in page


def test_all_that_is_handed_over_of_a_person_is_on_the_page_and_nothing_else(
    program: App,
) -> None:
    imported(program.engine, ANN)
    with program.reading() as connection:
        facts = everything(connection, HASHER, "1")
    own = {"topics", "address"}
    several = {
        name for name, value in facts.items() if isinstance(value, list | dict)
    } - own

    assert several == {*HeldKind}
    keys = {key for key, _, _ in held_view(facts, "UTC")["parts"]}
    assert keys | {HeldKind.ACTS, HeldKind.SUPPRESSED} == {*HeldKind}
    statement = PrivacyWords(a_campaign(), NO_FACTS).statements()[1]
    assert len(statement.points) == len(HeldKind) + 2
    assert len({*statement.points}) == len(statement.points)


@pytest.mark.parametrize(
    ("basis", "words"),
    [
        (LawfulBasis.CONSENT, "you asked for it (consent)"),
        (LawfulBasis.SOFT_OPT_IN, "(charitable soft opt-in)"),
        (LawfulBasis.PUBLIC_TASK, "part of our public duty (public task)"),
        (LawfulBasis.DID_NOT_ASK, "nobody has asked you yet"),
        ("a raffle", "something else that is on record, or nothing"),
        (None, "something else that is on record, or nothing"),
    ],
)
def test_the_bases_on_the_page_are_those_of_the_people_on_its_lists(
    anybody: TestClient, program: App, basis: str | None, words: str
) -> None:
    imported(program.engine, ANN)
    with program.writing() as connection:
        connection.execute(update(subscription).values(consent_basis=basis))
    page = words_on(anybody, PRIVACY)

    assert words in page
    others = {"(consent)", "(charitable soft opt-in)", "(public task)", "yet: you can"}
    assert sum(each in page for each in others) == (basis in {*LawfulBasis})


def test_the_public_task_is_said_in_the_words_of_the_campaign() -> None:
    organisation = Organisation(public_task="Care Act 2014, section 4.")
    facts = replace(NO_FACTS, bases=(LawfulBasis.PUBLIC_TASK,))
    page = PrivacyWords(a_campaign(organisation=organisation), facts).statements()

    assert any("Care Act 2014, section 4" in point for point in page[2].points)


@pytest.mark.parametrize(
    ("hosts", "domains"),
    [
        (("smtp.example.net",), ("example.net",)),
        (("email-smtp.eu-west-2.example.com",), ("eu-west-2.example.com",)),
        (("mail2.example.org.", "SMTP.example.org"), ("example.org",)),
        (("post.example.net",), ("post.example.net",)),
        (("smtp.net",), ("smtp.net",)),
        (("localhost",), ()),
        (("mailhog",), ()),
        (("relay.office.internal",), ()),
        (("192.0.2.7",), ()),
        (("2001:db8::7",), ()),
    ],
)
def test_a_mail_server_is_told_as_far_as_it_means_something_to_a_reader(
    hosts: tuple[str, ...], domains: tuple[str, ...]
) -> None:
    assert senders(hosts) == domains


def test_nothing_secret_of_the_mail_server_is_told(program: App) -> None:
    a_stored_campaign(program.engine, WHOLE)
    url = SecretStr("smtp://robot:hunter2@smtp.example.net:2525")
    settings = program.settings.model_copy(
        update={"smtp_url": url, "postmark_login": SecretStr("p" * 20 + ":" + "q" * 20)}
    )
    sender = replace(program, settings=settings)
    with TestClient(make_app(sender), base_url=SITE) as client:
        page = words_on(client, PRIVACY)

    assert "the mail service at example.net" in page
    assert "Postmark, which tells us what became of each email" in page
    for secret in ("robot", "hunter2", "2525", "smtp.", "pppp"):
        assert secret not in page


@pytest.mark.parametrize(
    ("letter", "there", "missing"),
    [
        (
            LetterHead(("A", "B"), phone="01632 960 155"),
            ("as a letter, in 14 point", "by telephone"),
            (),
        ),
        (LetterHead(("A", "B")), ("in large print, in 18 point",), ("by telephone",)),
        (LetterHead(()), ("by email", "in plain words"), ("as a letter", "telephone")),
    ],
)
def test_the_page_on_accessibility_has_the_formats_that_the_campaign_can_send(
    letter: LetterHead, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    offered, otherwise, *_ = AccessibilityWords(a_campaign(letter=letter)).statements()
    points = " | ".join(offered.points)

    assert all(words in points for words in there)
    assert not any(words in points for words in missing)
    assert all(any(words in each for each in otherwise.words) for words in missing)
    assert "braille" in otherwise.words[0]


@pytest.mark.parametrize("address", [PRIVACY, ACCESSIBILITY, COMPLAIN])
def test_no_cookie_is_set_and_no_script_is_there(
    anybody: TestClient, address: str
) -> None:
    answer = anybody.get(address)

    assert "set-cookie" not in answer.headers
    assert "<script" not in answer.text
    assert anybody.head(address).status_code == 200


@pytest.mark.parametrize("address", [PRIVACY, ACCESSIBILITY, COMPLAIN])
@pytest.mark.parametrize("language", ["en-XA", "ar-XB"])
def test_each_page_is_in_the_language_of_its_campaign(
    program: App, address: str, language: str
) -> None:
    text = WHOLE.replace("lists =", f'language = "{language}"\nlists =')
    a_stored_campaign(program.engine, text)
    imported(program.engine, ANN)
    with TestClient(make_app(program), base_url=SITE) as client:
        page = client.get(address).text
    body = page[page.index("<main") : page.index("</main>")]
    texts = unescape(re.sub(r"<[^>]*>", "\n", body)).split("\n")
    own = ("Lantern", "Nell", "example", "01632", "1 Example", "ico.org", "0303")
    accented = [each for each in map(str.strip, texts) if not each.isascii()]
    english = [
        each
        for each in map(str.strip, texts)
        if re.fullmatch(r"[ -~]*[a-z]{4}[ -~]*", each)
        and not any(words in each for words in own)
    ]

    assert english == []
    assert len(accented) > 5


@pytest.mark.parametrize("folder", ["privacy", "accessibility", "complain"])
def test_one_campaign_has_the_page_and_of_several_one_is_chosen(
    program: App, folder: str
) -> None:
    with TestClient(make_app(program), base_url=SITE) as client:
        answer = client.get(f"/{folder}", follow_redirects=False)
        second = WHOLE.replace('"lantern-week"', '"second"')
        a_stored_campaign(program.engine, second)
        several = client.get(f"/{folder}")

        assert answer.headers["location"] == f"/{folder}/lantern-week"
        assert f'"/{folder}/lantern-week"' in several.text
        assert f'"/{folder}/second"' in several.text
        assert client.get(f"/{folder}/nothing").status_code == 404


@pytest.mark.parametrize("address", ["/subscribe/lantern-week/email", PRIVACY])
def test_every_page_of_readers_leads_to_both_statements(
    anybody: TestClient, address: str
) -> None:
    page = anybody.get(address).text

    assert f'href="{PRIVACY}"' in page or 'href="/privacy"' in page
    assert f'href="{ACCESSIBILITY}"' in page or 'href="/accessibility"' in page


def test_a_complaint_by_the_page_is_in_the_log_with_its_day(
    anybody: TestClient, program: App
) -> None:
    form = {"words": "Stop it", "name": "Nell", "contact": "nell@example.org"}
    page = words_on_answer(anybody.post(COMPLAIN, data=form).text)
    with program.reading() as connection:
        [entry] = data_complaints.listed(connection, 9)

    assert entry.channel is ComplaintChannel.WEB
    assert (entry.words, entry.name, entry.contact) == tuple(form.values())
    assert entry.subscriber_id is None
    assert f"{entry.acknowledge_by.day} " in page
    assert "tells you so by" in page


def words_on_answer(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", text)).split())


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"words": "", "contact": "x@example.org"}, "words"),
        ({"words": "Stop it", "contact": " "}, "contact"),
        ({"words": "x" * 10_001, "contact": "x@example.org"}, "words"),
    ],
)
def test_a_complaint_that_cannot_be_kept_stays_typed_and_says_what_to_do(
    anybody: TestClient, program: App, form: dict[str, str], field: str
) -> None:
    answer = anybody.post(COMPLAIN, data=form)
    with program.reading() as connection:
        assert data_complaints.listed(connection, 9) == []

    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_a_program_that_fills_in_everything_is_thanked_and_not_heard(
    anybody: TestClient, program: App
) -> None:
    form = {"words": "Buy", "contact": "x", "website": "https://example.org"}
    answer = anybody.post(COMPLAIN, data=form)
    with program.reading() as connection:
        assert data_complaints.listed(connection, 9) == []

    assert answer.status_code == 200


def test_a_flood_of_complaints_from_one_place_is_stopped(
    anybody: TestClient, program: App
) -> None:
    form = {"words": "Stop it", "contact": "x@example.org"}
    answers = [anybody.post(COMPLAIN, data=form).status_code for _ in range(12)]
    with program.reading() as connection:
        entries = data_complaints.listed(connection, 99)

    assert answers[0] == 200
    assert answers[-1] == 429
    assert len(entries) == answers.count(200) == 10


def test_emails_lead_to_the_page_on_privacy_where_there_is_one() -> None:
    variant = a_variant(a_post())
    url = "https://example.org/privacy/lantern-week"
    with_page = RenderOptions(EIGHT, privacy_url=url)

    assert f'href="{url}"' in preview_html(variant, with_page)
    assert url in preview_text(variant, with_page)
    assert "What we hold of you" not in preview_text(variant, RenderOptions(EIGHT))


def test_how_long_it_is_kept_is_what_is_set() -> None:
    keep = RetentionSpans.parse("people=90d, history=2y, incoming=91d, letters=3d")
    facts = replace(NO_FACTS, keep=keep)
    spans = PrivacyWords(a_campaign(), facts).statements()[3].points

    assert spans[0].endswith("Once you are on none: 90 days")
    assert "what came of them: 2 years" in spans[1]
    assert "by email: 91 days" in spans[2]
    assert "printed: 3 days" in spans[3]
    usual = PrivacyWords(a_campaign(), NO_FACTS).statements()[3].points
    assert "28 days" in usual[0]
    assert "1 year" in usual[1]


def test_the_facts_of_the_page_name_nobody() -> None:
    assert {each.name for each in fields(PrivacyFacts)} == {
        *("bases", "has_other_words", "senders", "services", "has_programs"),
        "keep",
    }
