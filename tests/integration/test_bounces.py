"""Taking in what came back: each report once, and only what bears our signature."""

import os
import threading
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select, update

from digest.audience.erasing import erase
from digest.audience.signed_links import SignedLinks
from digest.audience.subject_access import everything
from digest.deliver.returns.mail_intake import IngestReport
from digest.model.delivery.bounces import BounceKind
from digest.model.delivery.delivery import DeliveryState
from digest.model.delivery.incoming_mail import IncomingState
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading, writing
from digest.store.base.tables import bounce, departure, subscriber, suppression
from digest.store.delivery import deliveries
from digest.store.delivery.deliveries import DeliveryMove
from digest.store.delivery.returns import bounces
from digest.store.reports.editions import listed_copies
from tests.builders import EIGHT
from tests.lists import HASHER
from tests.reports import a_complaint, a_fate, a_maildir, a_report, an_intake
from tests.rows import PlannedEdition, a_planned_edition, states

LATER = EIGHT + timedelta(hours=1)
LINKS = SignedLinks("a secret of the test's own", "https://digest.example.org")
CODE = "k7qf2mxa"


@pytest.fixture
def planned(engine: Engine) -> PlannedEdition:
    """Return an edition whose first reader's copy has left, and the second's not."""
    planned = a_planned_edition(engine, emails=2)
    with writing(engine) as connection:
        for to in (DeliveryState.HANDING_OVER, DeliveryState.ACCEPTED):
            deliveries.move(connection, DeliveryMove(planned.key(0), to), EIGHT)
    return planned


def ours(planned: PlannedEdition, index: int = 0) -> str:
    """Return the address that a reader's copy was sent from."""
    return LINKS.envelope_sender(CODE, ReaderRef(planned.readers[index]))


def ingested(
    engine: Engine, *paths: Path, dry_run: bool = False, links: SignedLinks = LINKS
) -> IngestReport:
    return an_intake(engine, links).ingest(paths, LATER, dry_run=dry_run)


def in_files(place: Path, *messages: bytes) -> list[Path]:
    files = [place / f"{number}.eml" for number in range(len(messages))]
    for file, message in zip(files, messages, strict=True):
        file.write_bytes(message)
    return files


def standings(report: IngestReport) -> list[IncomingState]:
    return [mail.standing for mail in report.mails]


def recorded(engine: Engine) -> list[tuple[int, str]]:
    with reading(engine) as connection:
        rows = connection.execute(
            select(bounce.c.reader_id, bounce.c.kind).order_by(bounce.c.id)
        )
        return [(row.reader_id, row.kind) for row in rows]


def suppressed(engine: Engine) -> dict[str, str]:
    with reading(engine) as connection:
        return {
            row.target_hash: row.reason
            for row in connection.execute(select(suppression))
        }


def who_left(engine: Engine) -> Iterable[int]:
    with reading(engine) as connection:
        return connection.scalars(
            select(departure.c.subscriber_id).where(departure.c.means == "complaint")
        ).all()


def test_a_hard_bounce_is_on_record_and_ends_writing_to_that_address(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    report = a_report(ours(planned, 1), a_fate(address="reader-1@example.org"))
    ingest = ingested(engine, *in_files(tmp_path, report))

    [mail] = ingest.mails
    assert (mail.standing, mail.kind, mail.cancelled) == (
        IncomingState.NEW,
        BounceKind.HARD,
        1,
    )
    assert mail.is_suppressed
    assert suppressed(engine) == {"email-1": "bounced: 5.1.1"}
    assert states(engine, planned.id)[DeliveryState.CANCELLED] == 1
    with reading(engine) as connection:
        listed = listed_copies.listed(connection, planned.id)
        facts = everything(connection, HASHER, "reader-1@example.org")
    words = "bounced for good: 5.1.1 550 No such user here"
    assert [row.bounced for row in listed] == ["", words]
    assert [entry["words"] for entry in facts["bounces"]] == [words]
    assert who_left(engine) == []


@pytest.mark.parametrize(
    ("fate", "kind"),
    [
        (a_fate("5.2.2"), BounceKind.SOFT),
        (a_fate("5.7.1"), BounceKind.OURS),
        (a_fate("4.4.1", action="delayed"), BounceKind.DELAYED),
    ],
)
def test_any_other_bounce_is_on_record_and_does_nothing(
    engine: Engine, planned: PlannedEdition, tmp_path: Path, fate: str, kind: BounceKind
) -> None:
    ingested(engine, *in_files(tmp_path, a_report(ours(planned), fate)))

    assert recorded(engine) == [(planned.readers[0], kind)]
    assert suppressed(engine) == {}


def test_an_address_that_took_nothing_for_weeks_is_given_up_and_not_before(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    """Each on a day of its own; twice on one day is once, and a delay is none."""
    taking = an_intake(engine, LINKS)
    with writing(engine) as connection:
        connection.execute(update(subscriber).values(changed_at=EIGHT))
    full, late = a_fate("5.2.2"), a_fate("4.4.1", action="delayed")
    reported = [(0, full), (0, full), (4, full), (8, full), (9, late), (9, full)]
    for number, (day, fate) in enumerate(reported):
        report = a_report(ours(planned), fate, name=f"report-{number}")
        taking.ingest(in_files(tmp_path, report), LATER + timedelta(day))
    assert suppressed(engine) == {}

    files = in_files(tmp_path, a_report(ours(planned), full, name="the last"))
    taking.ingest(files, LATER + timedelta(10))
    why = "bounced again and again for weeks: 5.2.2"
    assert suppressed(engine) == {"email-0": why}


def test_a_complainer_has_left_the_campaign_and_that_ends_writing_to_that_address(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    [mail] = ingested(engine, *in_files(tmp_path, a_complaint(ours(planned)))).mails

    assert mail.kind is BounceKind.COMPLAINT
    assert suppressed(engine) == {"email-0": "complaint"}
    assert who_left(engine) == [planned.subscribers[0]]


def test_a_report_counts_once_wherever_it_is_kept(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    report = a_report(ours(planned))
    box = a_maildir(tmp_path / "mail", b"Delivered-To: x@example.org\n" + report)
    both = [*in_files(tmp_path, report), box]

    assert standings(ingested(engine, *both)) == [IncomingState.NEW, IncomingState.SEEN]
    assert standings(ingested(engine, *both)) == [IncomingState.SEEN] * 2
    assert len(recorded(engine)) == 1


@pytest.mark.parametrize("index", range(5))
def test_a_report_without_our_signature_does_nothing(
    engine: Engine, planned: PlannedEdition, tmp_path: Path, index: int
) -> None:
    true = ours(planned)
    theirs = SignedLinks("another secret, not ours", "https://digest.example.org")
    forged = [
        a_report(theirs.envelope_sender(CODE, ReaderRef(planned.readers[0]))),
        a_report(true.replace(f"-{planned.readers[0]}-", f"-{planned.readers[1]}-")),
        a_report("digest@example.org"),
        a_complaint(true.replace("bounces+", "leave+")),
        a_complaint("", kind="abuse"),
    ][index]
    ingest = ingested(engine, *in_files(tmp_path, forged))

    assert standings(ingest) == [IncomingState.NOT_OURS]
    assert (recorded(engine), suppressed(engine)) == ([], {})


def test_a_report_on_a_copy_that_is_not_held_does_nothing(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    for code, reader_id in (("zzzzzzzz", planned.readers[0]), (CODE, 2**62)):
        report = a_report(LINKS.envelope_sender(code, ReaderRef(reader_id)))
        ingest = ingested(engine, *in_files(tmp_path, report))
        assert standings(ingest) == [IncomingState.NOT_OURS]


def test_a_report_that_bears_two_of_our_addresses_is_about_neither(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    report = a_report(f"{ours(planned)}, {ours(planned, 1)}")
    [mail] = ingested(engine, *in_files(tmp_path, report)).mails

    assert (mail.standing, mail.words) == (
        IncomingState.NOT_UNDERSTOOD,
        "it names several copies, so it is about none",
    )
    assert recorded(engine) == []


def test_where_it_was_sent_counts_before_what_it_says(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    report = a_report(ours(planned, 1), about=ours(planned, 0))
    ingested(engine, *in_files(tmp_path, report))

    assert recorded(engine) == [(planned.readers[1], "hard")]


@pytest.mark.parametrize(
    ("named", "ends_it"),
    [("old@example.org", False), ("reader-0@example.org", True)],
)
def test_an_address_that_took_the_place_of_another_is_not_blamed_for_it(
    engine: Engine,
    planned: PlannedEdition,
    tmp_path: Path,
    named: str,
    *,
    ends_it: bool,
) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(subscriber)
            .where(subscriber.c.id == planned.subscribers[0])
            .values(changed_at=EIGHT + timedelta(minutes=1))
        )
    ingested(
        engine, *in_files(tmp_path, a_report(ours(planned), a_fate(address=named)))
    )

    assert recorded(engine) == [(planned.readers[0], "hard")]
    assert bool(suppressed(engine)) is ends_it


def test_of_somebody_erased_no_words_are_kept(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    first, second = (
        a_report(ours(planned), name=name) for name in ("report-1", "report-2")
    )
    ingested(engine, *in_files(tmp_path, first))
    erase(engine, HASHER, str(planned.subscribers[0]), LATER)
    ingested(engine, *in_files(tmp_path, second))

    with reading(engine) as connection:
        assert connection.scalars(select(bounce.c.words)).all() == [None, None]
        assert bounces.words_by_reader(connection, planned.id, range(1, 9)) == {
            planned.readers[0]: "bounced: hard 5.1.1"
        }


def test_a_dry_run_says_the_same_and_changes_nothing(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    box = a_maildir(tmp_path / "mail", a_report(ours(planned)))
    dry = ingested(engine, box, dry_run=True)

    assert (recorded(engine), suppressed(engine)) == ([], {})
    assert ingested(engine, box).mails == dry.mails


def test_a_maildirs_messages_are_put_away_once_they_are_committed(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    spam = b"From: x@example.net\nTo: y@example.org\n\nBuy now.\n"
    box = a_maildir(tmp_path / "mail", a_report(ours(planned)), spam)
    ingest = ingested(engine, box)

    assert standings(ingest) == [IncomingState.NEW, IncomingState.NOT_OURS]
    # What is not ours is for somebody else, who has not seen it.
    assert len(list((box / "new").iterdir())) == 1
    assert len(list((box / "cur").glob("*:2,S"))) == 1
    assert standings(ingested(engine, box)) == [
        IncomingState.NOT_OURS,
        IncomingState.SEEN,
    ]


def test_each_message_of_an_mbox_is_taken_by_itself(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    line = b"From MAILER-DAEMON Mon Jul  6 16:00:00 2026\n"
    huge = b"To: y@example.org\n\nHello.\n" + b"From here on\n" * 100_000
    box = tmp_path / "mbox"
    box.write_bytes(
        b"\n".join(
            line + message
            for message in (a_report(ours(planned)), huge, a_report(ours(planned, 1)))
        )
    )
    ingest = ingested(engine, box)

    assert standings(ingest) == [
        IncomingState.NEW,
        IncomingState.NOT_OURS,
        IncomingState.NEW,
    ]
    assert [mail.name for mail in ingest.mails] == [
        f"{box}, message {number}" for number in (1, 2, 3)
    ]


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    places = [
        tmp_path / "missing",
        tmp_path / "folder",
        tmp_path / "pipe",
        Path("imap://mail.example.org/INBOX"),
    ]
    ingest = ingested(engine, *places, *in_files(tmp_path, a_report(ours(planned))))

    assert standings(ingest) == [IncomingState.UNREAD] * 4 + [IncomingState.NEW]
    assert [mail.words.partition(":")[0] for mail in ingest.mails[:4]] == [
        "cannot be read",
        "is a folder, but no Maildir",
        "is no file",
        "a mailbox on a server is set as DIGEST_MAILBOX_URL, and looked into by "
        "itself, or by digest bounces look",
    ]


def test_two_at_once_on_one_maildir_take_each_report_once(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    reports = [a_report(ours(planned), name=f"report-{number}") for number in range(30)]
    box = a_maildir(tmp_path / "mail", *reports)
    reports_of_both: list[IngestReport] = []
    both = [
        threading.Thread(target=lambda: reports_of_both.append(ingested(engine, box)))
        for _ in range(2)
    ]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    assert sum(report.count(IncomingState.NEW) for report in reports_of_both) == 30
    assert len(recorded(engine)) == 30


class CutShortError(Exception):
    """Stands for the end of the process."""


def test_what_is_cut_short_leaves_nothing_and_is_taken_in_whole_later(
    engine: Engine, planned: PlannedEdition, tmp_path: Path
) -> None:
    box = a_maildir(tmp_path / "mail", a_complaint(ours(planned)))

    def dies(*_arguments: object) -> bool:
        raise CutShortError

    with pytest.raises(CutShortError):
        an_intake(engine, LINKS, dies).ingest([box], LATER)
    assert (recorded(engine), suppressed(engine)) == ([], {})
    assert len(list((box / "new").iterdir())) == 1
    assert standings(ingested(engine, box)) == [IncomingState.NEW]
    assert who_left(engine) == [planned.subscribers[0]]
