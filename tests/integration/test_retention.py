"""What is kept for how long, and what is never removed."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import Engine, func, insert, select, update

from digest.audience.suppressing import suppress
from digest.bootstrap import App
from digest.environment import parsed
from digest.errors import DigestError, SettingsError
from digest.model.people.departure import LeavingMeans
from digest.model.retention import RetentionSpans
from digest.model.roles import Role
from digest.schedule.campaign_logos import upload
from digest.schedule.editions.publishing import publish
from digest.schedule.reports.status import status_of
from digest.schedule.reports.tallies import keep_tallies
from digest.settings import Settings, as_understood
from digest.store.base.engine import writing
from digest.store.base.tables import (
    account,
    account_session,
    audit,
    bounce,
    call_attempt,
    consent,
    data_complaint,
    delivery,
    edition,
    incoming_mail,
    joining_request,
    left_out,
    list_import,
    operator_mail,
    picture_file,
    print_batch,
    reader,
    rendition,
    subscriber,
    subscription,
    suppression,
    tally,
    variant,
)
from digest.store.campaigns import campaigns
from digest.store.campaigns.file_versions import CampaignFile
from digest.store.delivery.printing import print_batches
from digest.store.people import departures, subscriptions
from digest.store.people.erasing.erased_file import NAME
from digest.store.people.erasing.erasures import FORGOTTEN
from digest.store.reports.editions import outcomes
from digest.web.app import make_app
from tests.archived import ARCHIVE, ArchivedSite
from tests.builders import EIGHT, SITE, a_post
from tests.commands import Commands, commands
from tests.databases import quick_engine
from tests.joining import JOINABLE, a_joining_site, link_in
from tests.kept import overdue, removed
from tests.lists import ANN, BOB, HASHER, HASHER_SECRET, imported
from tests.one_loop import client_of
from tests.paper import DILWYN, Paper, paper, paper_pattern
from tests.pictures import a_drawing, saved
from tests.staff import signed_in
from tests.stored import a_stored_campaign, posts_accepted

__all__ = ["paper", "paper_pattern"]
CY_BY_EMAIL = "Cy Example,cy@example.org,,,,"
DAY = timedelta(days=1)
WEEK, MONTH, YEAR = 7 * DAY, 28 * DAY, 365 * DAY


@dataclass
class Kept:
    """A program whose clock goes when a test says so: Ann, Bob and Cy have got one."""

    digest: App
    now: datetime = EIGHT

    @property
    def engine(self) -> Engine:
        """Return its database."""
        return self.digest.engine

    def later(self, length: timedelta) -> None:
        """Let time pass."""
        self.now += length

    def count(self, table: object) -> int:
        """Return how many rows a table has."""
        with self.digest.reading() as connection:
            return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]

    def off_all_lists(self, number: int, reason: str = subscriptions.TAKEN_OFF) -> None:
        """Have somebody be on no list any more."""
        with self.digest.writing() as connection:
            subscriptions.end(connection, number, [1], reason, self.now)

    def name(self, number: int) -> str:
        """Return what is held of a name."""
        with self.digest.reading() as connection:
            name = select(subscriber.c.name).where(subscriber.c.id == number)
            return str(connection.scalar(name))


@pytest.fixture
def stock(engine: Engine, tmp_path: Path) -> Kept:
    """Return such a program, on either database."""
    settings = Settings(data_dir=tmp_path / "data")
    begun = Kept(App(settings, engine, lambda: begun.now, HASHER_SECRET))
    a_stored_campaign(engine, JOINABLE)
    imported(engine, ANN, BOB, CY_BY_EMAIL)
    posts_accepted(engine, [a_post()])
    publish(engine, "lantern-week", "daily", EIGHT)
    with begun.digest.work() as work:
        assert not work.once(Event()).faults
    keep_tallies(engine)
    stands(begun, "posted", EIGHT)
    return begun


def stands(stock: Kept, state: str, posted_at: datetime | None = None) -> None:
    """Have the print batch stand so."""
    with stock.digest.writing() as connection:
        values = {"state": state, "posted_at": posted_at}
        connection.execute(update(print_batch).values(values))


def test_a_day_after_nothing_is_over_its_time(stock: Kept) -> None:
    stock.later(DAY)

    assert overdue(stock.digest) == {}


def test_a_dry_run_changes_nothing_and_says_what_would_go(stock: Kept) -> None:
    stock.off_all_lists(1)
    stock.later(YEAR + DAY)
    before = {
        table: stock.count(table)
        for table in (subscriber, delivery, left_out, rendition, audit)
    }

    assert overdue(stock.digest) == {
        "people": 1,
        "letters": 1,
        "inbox": 2,
        "renditions": before[rendition],
        "history": before[delivery] + before[left_out],
    }
    [people, *_] = stock.digest.retention.findings()
    assert people.oldest == EIGHT
    assert {table: stock.count(table) for table in before} == before
    assert stock.name(1) == "Ann Example"


# == People ==


def test_who_is_on_no_list_for_28_days_is_erased_and_nobody_else(stock: Kept) -> None:
    stock.off_all_lists(1)
    stock.later(DAY)
    stock.off_all_lists(2)
    stock.later(MONTH)

    assert removed(stock.digest, "people") == 1
    assert [stock.name(number) for number in (1, 2, 3)] == [
        "",
        "Bob Example",
        "Cy Example",
    ]
    assert len((stock.digest.settings.data_dir / NAME).read_text().splitlines()) == 1
    # Who got what is counted as before.
    assert stock.count(delivery) + stock.count(left_out) == 3


def test_who_was_only_taken_off_can_be_on_a_list_again(stock: Kept) -> None:
    stock.off_all_lists(1)
    stock.later(MONTH + DAY)
    removed(stock.digest, "people")

    assert stock.count(suppression) == 0
    assert imported(stock.engine, ANN).added == 1


def leave(stock: Kept, number: int) -> None:
    with stock.digest.writing() as connection:
        departures.leave(connection, 1, number, LeavingMeans.LINK, stock.now)
    stock.off_all_lists(number)


def test_no_list_brings_back_who_left_by_their_own_word(stock: Kept) -> None:
    leave(stock, 1)
    stock.later(MONTH + DAY)
    removed(stock.digest, "people")

    report = imported(stock.engine, ANN)
    assert report.added == 0
    assert [each.wrong for each in report.not_brought_back] == [
        f"is suppressed ({FORGOTTEN})"
    ]


def test_their_own_word_brings_them_back(engine: Engine, tmp_path: Path) -> None:
    site = a_joining_site(engine, tmp_path)
    imported(engine, ANN)
    leave(Kept(site.digest, site.now), 1)
    site.later(days=29)
    removed(site.digest, "people")

    site.asks("ann@example.org")
    [mail] = site.mails()
    assert site.client.post(link_in(mail)).status_code == 200

    with site.digest.reading() as connection:
        assert connection.scalar(select(func.count()).select_from(suppression)) == 0
        names = connection.scalars(select(subscriber.c.email)).all()
    assert names == [None, "ann@example.org"]


def test_who_asked_never_to_be_written_to_stays_so(stock: Kept) -> None:
    with stock.digest.writing() as connection:
        suppress(connection, HASHER, "1", "asked", EIGHT)
    stock.off_all_lists(1)
    stock.later(MONTH + DAY)
    removed(stock.digest, "people")

    with stock.digest.reading() as connection:
        assert connection.scalars(select(suppression.c.reason)).all() == ["asked"]


def is_back(stock: Kept) -> None:
    with stock.digest.writing() as connection:
        values = {"ended_at": None, "ended_reason": None}
        connection.execute(update(subscription).values(values))


def asks_to_join(stock: Kept) -> None:
    with stock.digest.writing() as connection:
        connection.execute(
            insert(joining_request).values(
                campaign_id=1,
                subscriber_id=1,
                content={},
                way="letter",
                wording="",
                requested_at=stock.now,
            )
        )


def has_a_copy_under_way(stock: Kept) -> None:
    with stock.digest.writing() as connection:
        connection.execute(update(delivery).values(state="uncertain"))


def complains(stock: Kept) -> None:
    with stock.digest.writing() as connection:
        today = stock.now.date()
        days = dict.fromkeys(("received_on", "acknowledge_by", "answer_by"), today)
        words = dict.fromkeys(("name", "contact", "words", "answer"), "")
        about = {"subscriber_id": 1, "channel": "phone", "recorded_at": stock.now}
        connection.execute(insert(data_complaint).values(days | words | about))


@pytest.mark.parametrize(
    "meanwhile", [complains, is_back, asks_to_join, has_a_copy_under_way]
)
def test_nobody_is_erased_whom_something_goes_on_for(
    stock: Kept, meanwhile: Callable[[Kept], None]
) -> None:
    stock.off_all_lists(1)
    stock.later(MONTH + DAY)
    meanwhile(stock)

    assert removed(stock.digest, "people") == 0
    assert stock.name(1) == "Ann Example"


def test_who_comes_back_at_that_moment_is_not_erased(stock: Kept) -> None:
    """Whoever is listed is asked for again in the transaction that erases them."""
    stock.off_all_lists(1)
    stock.later(MONTH + DAY)

    def clock() -> datetime:
        is_back(stock)  # between the two
        return stock.now

    late = replace(stock.digest.erasures, clock=clock)
    assert late.erase_off_lists(stock.now - MONTH, 500) == 0
    assert stock.name(1) == "Ann Example"


def test_one_who_cannot_be_erased_costs_no_other(stock: Kept) -> None:
    for number in (1, 2):
        stock.off_all_lists(number)
    with stock.digest.writing() as connection:
        # No text as an address: their row cannot be read.
        damaged = update(subscriber).where(subscriber.c.id == 1)
        connection.execute(damaged.values(address="a damaged address"))
    stock.later(MONTH + DAY)

    assert removed(stock.digest, "people") >= 1
    assert stock.name(2) == ""


def test_a_restored_backup_does_not_bring_them_back_as_if_they_had_asked(
    stock: Kept,
) -> None:
    with stock.digest.reading() as connection:
        rows = connection.execute(select(subscriber)).mappings().all()
    stock.off_all_lists(1)
    stock.later(MONTH + DAY)
    removed(stock.digest, "people")
    with stock.digest.writing() as connection:
        [before] = [row for row in rows if row["id"] == 1]
        connection.execute(
            update(subscriber).where(subscriber.c.id == 1).values(**before)
        )

    assert [each.subscriber_id for each in stock.digest.erasures.replay().erased] == [1]
    assert stock.count(suppression) == 0


# == Who got what ==


def test_who_got_what_is_kept_for_a_year_and_their_counts_for_good(stock: Kept) -> None:
    rows_of = (delivery, left_out)
    with stock.digest.writing() as connection:
        first = connection.execute(select(delivery)).first()
        assert first is not None
        whose = {"edition_id": first.edition_id, "reader_id": first.reader_id}
        report = {"mark": "b", "kind": "soft", "status": "4.2.2", "recorded_at": EIGHT}
        connection.execute(insert(bounce).values(whose | report))
        call = {"outcome": "spoken", "caller": "Dee", "at": EIGHT, "tries_before": 0}
        connection.execute(insert(call_attempt).values(whose | call))
    stock.later(YEAR)
    assert removed(stock.digest, "history") == 0
    with stock.digest.reading() as connection:
        before = outcomes.outcomes_of(connection, [1])
    copies = sum(map(stock.count, rows_of))

    stock.later(DAY)
    assert removed(stock.digest, "history") == copies + 2
    assert [*map(stock.count, (*rows_of, bounce, call_attempt))] == [0, 0, 0, 0]
    with stock.digest.reading() as connection:
        after = outcomes.outcomes_of(connection, [1])
    assert sorted(map(str, after)) == sorted(map(str, before))
    assert stock.count(reader) == 3


@pytest.mark.parametrize(
    ("table", "values"),
    [
        pytest.param(delivery, {"owes": True}, id="what is owed still"),
        pytest.param(delivery, {"state": "uncertain"}, id="what nobody has settled"),
        pytest.param(edition, {"is_tallied": False}, id="what is not counted yet"),
        pytest.param(edition, {"state": "sending"}, id="what goes still"),
    ],
)
def test_no_copy_goes_that_something_goes_by(
    stock: Kept, table: object, values: dict[str, object]
) -> None:
    with stock.digest.writing() as connection:
        connection.execute(update(table).values(values))  # type: ignore[arg-type]
    copies = stock.count(delivery)
    stock.later(2 * YEAR)
    removed(stock.digest, "history")

    assert stock.count(delivery) == copies


def test_a_letter_that_nobody_posted_stays_on_record(stock: Kept) -> None:
    stands(stock, "sealed")
    stock.later(2 * YEAR)
    removed(stock.digest, "history")

    with stock.digest.reading() as connection:
        channels = connection.scalars(select(delivery.c.channel)).all()
    assert channels == ["post"]


def test_many_copies_go_a_group_at_a_time(
    stock: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("digest.schedule.upkeep.retention.REMOVED_AT_ONCE", 1)
    stock.later(2 * YEAR)
    most = list[int]()
    [kind] = [each for each in stock.digest.retention.kinds if each.name == "history"]

    def counted(before: datetime, now: datetime, at_once: int) -> int:
        most.append(at_once)
        return kind.remove(before, now, at_once)

    copies = stock.count(delivery) + stock.count(left_out)
    assert stock.digest.retention.apply(replace(kind, remove=counted)) == copies
    assert most == [1] * (copies + 1)


# == Files ==


def test_mail_in_the_built_in_inbox_goes_after_a_week(stock: Kept) -> None:
    stock.now = datetime.now(tz=EIGHT.tzinfo) + WEEK - timedelta(hours=1)
    assert removed(stock.digest, "inbox") == 0
    stock.later(timedelta(hours=2))

    assert removed(stock.digest, "inbox") == 2
    assert len(stock.digest.inbox) == 0


def test_files_of_letters_go_once_they_are_over_for_28_days(stock: Kept) -> None:
    folder = stock.digest.settings.data_dir / "print"
    stands(stock, "sealed")
    assert len([*folder.rglob("*.pdf")]) == 1
    stock.later(YEAR)
    assert removed(stock.digest, "letters") == 0  # it is to be posted still
    stands(stock, "posted", stock.now)
    stock.later(MONTH + DAY)

    assert removed(stock.digest, "letters") == 1
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    with stock.digest.reading() as connection:
        row = connection.execute(select(print_batch)).one()
    assert (row.letters, row.sha256) == (1, "")


# == What ages by itself ==


def old_rows(stock: Kept) -> None:
    """Have a row of every kind that goes by itself."""
    old, at = {"received_at": EIGHT, "door": "mailbox", "attempts": 0}, EIGHT
    with stock.digest.writing() as connection:
        for mark, waits in (("a", None), ("b", EIGHT)):
            state = {"mark": mark, "state": "reply", "forward_at": waits}
            connection.execute(insert(incoming_mail).values(old | state))
        connection.execute(
            insert(joining_request),
            [
                {
                    "campaign_id": 1,
                    "content": {"email": "x@example.org"},
                    "way": "email",
                    "wording": "",
                    "requested_at": at,
                    "address_hash": f"{number}" * 32,
                    "pending_key": f"1:{number}",
                }
                for number in (1, 2)
            ],
        )
        file = {
            "file_name": "list.csv",
            "state": "imported",
            "note": "",
            "headings": [],
        }
        came = {"samples": [["Ann"]], "rows": 1, "counts": {}, "by": "Dee"}
        times = {"created_at": at, "ended_at": at}
        connection.execute(insert(list_import).values(file | came | times))
        mail = {"notice": "daily", "recipient": "ops@example.org", "subject": ""}
        due = {"content": [], "made_at": at, "next_try_at": at}
        connection.execute(insert(operator_mail).values(mail | due))
        connection.execute(
            insert(account).values(
                email="kim@example.org",
                name="Kim",
                role="admin",
                totp_step=0,
                created_at=at,
            )
        )
        session = {"account_id": 1, "device": "", "started_at": at, "seen_at": at}
        connection.execute(
            insert(account_session),
            [
                session | {"token_hash": f"{days}", "ends_at": at + days * DAY}
                for days in (1, 1000)
            ],
        )


def test_rows_that_age_by_themselves_go_and_what_is_awaited_stays(stock: Kept) -> None:
    old_rows(stock)
    stock.later(91 * DAY)

    assert removed(stock.digest, "incoming") == 1
    assert removed(stock.digest, "sign-ups") == 2
    assert removed(stock.digest, "operators") == 1
    assert removed(stock.digest, "sessions") == 1
    assert removed(stock.digest, "imports") == 1
    with stock.digest.reading() as connection:
        assert connection.scalars(select(incoming_mail.c.mark)).all() == ["b"]
        assert connection.scalars(select(joining_request.c.content)).all() == [{}, {}]
    stock.later(31 * DAY)
    # But for the newest: its number is in a link.
    assert removed(stock.digest, "settled sign-ups") == 1
    assert stock.count(account_session) == 1


def test_a_logo_that_was_handed_in_and_never_named_goes(stock: Kept) -> None:
    names = [upload(stock.engine, saved(a_drawing(size)), EIGHT) for size in (60, 70)]
    used = names[0].partition("-")[0]
    head = '[email]\nlogo = "lamp.png"\nlogo_alt = "A lamp"\n\n[joining]'
    text = JOINABLE.replace("[joining]", head)
    with stock.digest.writing() as connection:
        # Of an earlier version alone: it is one to go back to.
        for file in (
            CampaignFile(text, "UTC", "/", f"{used} 60x40"),
            CampaignFile(JOINABLE, "UTC", "/"),
        ):
            campaigns.apply(connection, file, EIGHT)
    stock.later(31 * DAY)

    assert removed(stock.digest, "pictures") == 2  # one for emails, one for letters
    with stock.digest.reading() as connection:
        stored = connection.scalars(select(picture_file.c.picture)).all()
    assert stored == [used, used]


def test_what_must_stay_is_there_after_years(stock: Kept) -> None:
    leave(stock, 1)
    with stock.digest.writing() as connection:
        suppress(connection, HASHER, "new@example.org", "asked", EIGHT)
        evidence = {"basis": "consent", "method": "phone", "actor": "Dee", "at": EIGHT}
        whose = [{"subscriber_id": number, "mailing_list_id": 1} for number in (2, 3)]
        connection.execute(insert(consent), [evidence | each for each in whose])
    acts = stock.count(audit)
    stock.later(5 * YEAR)
    for kind in stock.digest.retention.kinds:
        stock.digest.retention.apply(kind)

    with stock.digest.reading() as connection:
        reasons = connection.scalars(select(suppression.c.reason)).all()
    assert sorted({*reasons}) == ["asked", FORGOTTEN]
    assert stock.count(consent) >= 2
    assert [stock.name(number) for number in (2, 3)] == ["Bob Example", "Cy Example"]
    assert stock.count(audit) >= acts
    assert stock.count(edition) == 1
    assert stock.count(variant) > 0  # links in mail that went out lead to it
    assert stock.count(tally) > 0
    assert (stock.digest.settings.data_dir / NAME).exists()


# == Each night ==


def test_each_night_all_of_it_is_done(stock: Kept) -> None:
    stock.off_all_lists(1)
    stock.digest.night_tasks.do_due()
    stock.later(MONTH + DAY)
    stock.digest.night_tasks.do_due()

    assert stock.name(1) == ""
    assert stock.count(rendition) == 0
    assert overdue(stock.digest) == {}
    nights = {
        each["task"]: each["amount"]
        for each in status_of(stock.engine, stock.now)["nights"]
    }
    assert nights["retention of people"] == 1
    assert nights["retention of renditions"] == 2
    assert nights["retention of history"] == 0


def test_staff_see_what_is_kept_and_what_came_of_the_last_night(stock: Kept) -> None:
    def page() -> str:
        visitor = client_of(make_app(stock.digest))
        signed_in(visitor, stock.digest, Role.ADMIN)
        return visitor.get("/desk/settings/retention").text

    assert "Not yet" in page()
    stock.off_all_lists(1)
    stock.digest.night_tasks.do_due()
    stock.later(MONTH + DAY)
    stock.digest.night_tasks.do_due()

    after = page()
    assert "Who is on no mailing list any more: they are erased" in after
    assert "28 days" in after
    assert "1 on Tuesday 4 August 2026, 09:00 BST" in after


def test_proofs_are_over_when_they_are_made(paper: Paper) -> None:
    with paper.program.writing() as connection:
        connection.execute(update(edition).values(mode="practice", state="rehearsed"))
    batch = paper.batches[DILWYN]
    assert removed(paper.program, "letters") == 0
    late = replace(paper.program, clock=lambda: EIGHT + MONTH + DAY)

    assert removed(late, "letters") == 3
    with late.reading() as connection:
        proofs = print_batches.get(connection, batch.id)
    with pytest.raises(DigestError, match="removed for good"):
        late.batch_steps.letters(proofs)


# == By hand ==


@pytest.fixture
def command() -> Iterator[Commands]:
    """Yield what runs commands."""
    with commands() as running:
        yield running


def test_by_command_it_is_shown_then_asked_and_then_done(
    tmp_path: Path, command: Commands
) -> None:
    (tmp_path / "var").mkdir()
    assert command.run(tmp_path, "init").returncode == 0
    engine = quick_engine(f"sqlite:///{tmp_path / 'var' / 'digest.db'}")
    a_stored_campaign(engine)
    imported(engine, ANN)
    with writing(engine) as connection:
        subscriptions.end(connection, 1, [1], subscriptions.TAKEN_OFF, EIGHT)
    engine.dispose()
    at = ("--now", (EIGHT + MONTH + DAY).isoformat())

    findings = command.run(tmp_path, "retention", "--dry-run", *at)
    assert "people              28d   1        2026-07-06" in findings.stdout
    assert "a dry run: nothing was changed" in findings.stderr
    question = command.run(tmp_path, "retention", *at)
    assert question.returncode == 1
    assert "nothing was changed: to remove it" in question.stderr
    done = command.run(tmp_path, "retention", "--yes", *at)
    assert "removed: people: 1" in done.stdout
    again = command.run(tmp_path, "retention", "--json", "--dry-run", *at)
    assert {each["overdue"] for each in json.loads(again.stdout)} == {0}


# == What operators decide ==


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ("inbx=3d", "did you mean inbox?"),
        ("history=1", "history: write days or years, from 90d to 20y"),
        ("history=30d", "from 90d to 20y"),
        ("people=0d", "people: write days or years, from 1d"),
        ("people=99y", "to 20y"),
        ("inbox=3d, inbox=4d", "has inbox twice"),
        ("everything", "knows no kind"),
    ],
)
def test_a_span_that_cannot_be_is_refused_by_name(words: str, problem: str) -> None:
    with pytest.raises(SettingsError, match="DIGEST_KEEP") as refused:
        parsed({"DIGEST_KEEP": words}, Path("none"))

    assert problem in str(refused.value)


def test_operators_decide_for_how_long_what_is_kept() -> None:
    settings = parsed({"DIGEST_KEEP": "people=90d, history=2y"}, Path("none"))

    assert settings.keep.people == 90 * DAY
    assert settings.keep.history == 2 * YEAR
    assert settings.keep.inbox == WEEK
    assert as_understood(settings)["DIGEST_KEEP"] == (
        "people=90d, letters=28d, inbox=7d, renditions=7d, incoming=90d, history=2y"
    )


def test_each_span_is_that_of_its_kind(tmp_path: Path, engine: Engine) -> None:
    words = "people=2d, letters=3d, inbox=4d, renditions=8d, incoming=31d, history=99d"
    settings = Settings(data_dir=tmp_path, keep=RetentionSpans.parse(words))
    digest = App(settings, engine, lambda: EIGHT, HASHER_SECRET)

    spans = {each.name: each.span.days for each in digest.retention.kinds}
    assert {name: spans[name] for name in spans if f"{name}=" in words} == {
        "people": 2,
        "letters": 3,
        "inbox": 4,
        "renditions": 8,
        "incoming": 31,
        "history": 99,
    }


def test_what_is_over_its_time_leaves_no_page_in_pieces(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    site = ArchivedSite(sqlite_engine, tmp_path)
    code = site.sends(a_post(title="Kettles and urns"))
    number = site.edition_id(code)
    with site.digest.work() as work:
        assert not work.once(Event()).faults
    keep_tallies(sqlite_engine)
    with site.digest.reading() as connection:
        variant_id = connection.scalars(select(variant.c.id)).one()
    view = site.digest.links.view_url(variant_id, code).removeprefix(SITE)
    assert "Kettles and urns" in site.text(view)
    site.now += 2 * YEAR
    kinds = site.digest.retention.kinds
    removed_of = {kind.name: site.digest.retention.apply(kind) for kind in kinds}
    assert removed_of["renditions"] == 1
    assert removed_of["history"] >= 1

    public = (ARCHIVE, f"{ARCHIVE}/{code}", f"{ARCHIVE}.atom", view)
    assert all("Kettles and urns" in site.text(page) for page in public)
    signed_in(site.client, site.digest, Role.ADMIN, "Priya")
    for page in (f"/desk/runs/{number}", f"/desk/editions/{number}", "/desk/people/1"):
        assert site.status(page) == 200
