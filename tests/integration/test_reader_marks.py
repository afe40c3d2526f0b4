"""A reader's mail names them, and not whoever has their number after a restore."""

from pathlib import Path

import pytest
from sqlalchemy import Engine

from digest.audience.editing import edit
from digest.audience.erasing import erase
from digest.audience.signed_links import SignedLinks
from digest.audience.unsubscribing import LeavingState, UnsubscribeLinks
from digest.errors import NotFound
from digest.model.delivery.incoming_mail import IncomingState
from digest.model.people.reader_marks import ReaderRef, mark_of
from digest.store.base.engine import reading, writing
from digest.store.editions import editions
from digest.store.people.addressing import addressees
from tests.builders import EIGHT
from tests.lists import ANN, BOB, HASHER, a_copy, imported
from tests.reports import a_report, an_intake
from tests.stored import FILE, a_stored_campaign

LINKS = SignedLinks("a secret of the test's own", "https://digest.example.org")


@pytest.fixture
def audience(engine: Engine) -> Engine:
    """Return a database in which Ann is the first reader, and Bob the second."""
    a_stored_campaign(engine, FILE)
    imported(engine, ANN, BOB)
    return engine


def links_of(engine: Engine) -> UnsubscribeLinks:
    return UnsubscribeLinks(engine, LINKS, lambda: EIGHT)


def in_mail(engine: Engine, reader_id: int = 1) -> ReaderRef:
    """Return how a copy that leaves now names its reader."""
    with reading(engine) as connection:
        return ReaderRef(reader_id, addressees(connection, [reader_id])[reader_id].mark)


def test_the_link_of_who_had_that_number_before_a_restore_leads_to_nobody(
    audience: Engine,
) -> None:
    eve = LINKS.unsubscribe_token(ReaderRef(1, mark_of("email:eve@example.org")))
    links = links_of(audience)
    for act in (links.look, links.unsubscribe, links.resubscribe):
        with pytest.raises(NotFound, match="is not known here any more"):
            act(eve)

    ann = LINKS.unsubscribe_token(in_mail(audience))
    assert links.look(ann).state is LeavingState.SUBSCRIBED
    assert links.unsubscribe(ann).has_changed


def test_links_of_before_there_were_marks_are_good(audience: Engine) -> None:
    token = LINKS.unsubscribe_token(ReaderRef(1))

    assert links_of(audience).unsubscribe(token).has_changed


def test_who_has_another_address_now_leaves_by_the_links_of_the_old_one(
    audience: Engine,
) -> None:
    before = in_mail(audience)
    with writing(audience) as connection:
        edit(connection, HASHER, "1", {"email": "annie@example.org"}, EIGHT)

    assert in_mail(audience) == before
    token = LINKS.unsubscribe_token(before)
    assert links_of(audience).unsubscribe(token).has_changed


def test_who_was_erased_is_told_that_they_get_nothing(audience: Engine) -> None:
    token = LINKS.unsubscribe_token(in_mail(audience))
    erase(audience, HASHER, "1", EIGHT)

    assert in_mail(audience).mark == ""
    assert links_of(audience).look(token).state is LeavingState.GONE


def test_who_is_imported_again_after_a_restore_is_known_by_the_same_links(
    audience: Engine,
) -> None:
    marks = [in_mail(audience, number).mark for number in (1, 2)]

    assert marks[0] == mark_of("email:ann@example.org")
    assert marks[0] != marks[1] != ""


@pytest.mark.parametrize(
    ("named", "standing"),
    [
        ("email:ann@example.org", IncomingState.NEW),
        ("email:eve@example.org", IncomingState.NOT_OURS),
    ],
)
def test_a_report_on_the_copy_of_who_had_that_number_is_of_nobody_here(
    audience: Engine, tmp_path: Path, named: str, standing: IncomingState
) -> None:
    a_copy(audience, "accepted")
    with reading(audience) as connection:
        [edition] = editions.of_campaign(connection, 1)
    sender = LINKS.envelope_sender(edition.code, ReaderRef(1, mark_of(named)))
    (tmp_path / "report.eml").write_bytes(a_report(sender))
    returns = an_intake(audience, LINKS)
    report = returns.ingest([tmp_path / "report.eml"], EIGHT)

    assert [mail.standing for mail in report.mails] == [standing]
