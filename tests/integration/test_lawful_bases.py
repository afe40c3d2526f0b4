"""A lawful basis is checked where a subscription is made, and again at each plan."""

from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select, update

from digest.audience.adding import add
from digest.audience.lists.importing import ListImport
from digest.audience.lists.list_file import RowRefused
from digest.compose import lifecycle, plan
from digest.compose.reach import reaches_anybody
from digest.model.formats import HTML
from digest.model.people.lawful_basis import (
    ALL_CONDITIONS,
    BasisGap,
    LawfulBasis,
    SoftOptInCondition,
    gap_of,
)
from digest.model.people.person import Consent
from digest.schedule.reports.status import status_of
from digest.store.base.engine import reading, writing
from digest.store.base.tables import consent, delivery, reader, subscription
from digest.store.campaigns import campaigns
from digest.store.editions import editions, moves
from digest.store.people import addressing, subscriptions
from digest.store.people.kinds import bases as gaps
from digest.store.people.readers import kinds_of_readers
from digest.store.people.subscriptions import ListEntry
from digest.store.reports.editions import unserved
from digest.store.reports.people.expected_readers import readers_of_schedules
from tests.builders import EIGHT, a_post
from tests.lists import ANN, BOB, CY, HASHER, TWO_LISTS, imported
from tests.stored import FILE, a_stored_campaign, posts_accepted, schedule_id

CHARITY = (
    FILE
    + """
[organisation]
charity = "1234567"
charitable_purpose = "News of our work with neighbours"
"""
)
COUNCIL = FILE + '\n[organisation]\npublic_task = "Care Act 2014, section 4"\n'
HEAD = "name,email,address_1,address_2,postcode,consent_basis,consent_at,"
HEAD += "consent_conditions"
SOFT = "Bo Example,bo@example.org,,,,soft opt-in,2026-03-01," + ALL_CONDITIONS
TASK = "Di Example,di@example.org,,,,Public task,,"
AT_HOME = "Di Example,di@example.org,1 Example Street,TIDEWELL,ZZ99 1AA,Public task,,"


def bases(engine: Engine) -> list[str | None]:
    with reading(engine) as connection:
        return list(connection.scalars(select(subscription.c.consent_basis)))


def planned(engine: Engine) -> tuple[list[str], list[str]]:
    """Plan an edition; return by what copies go, and why somebody gets none."""
    posts_accepted(engine, [a_post()])
    with writing(engine) as connection:
        place = editions.Slot(1, schedule_id(engine, "daily"), EIGHT)
        moves.open_at(connection, place, EIGHT)
        edition = editions.at_slot(connection, place.schedule_id, EIGHT)
    assert edition is not None
    lifecycle.freeze(engine, edition.id, EIGHT)
    lifecycle.approve(engine, edition.id, EIGHT)
    plan.plan(engine, edition.id, EIGHT)
    with reading(engine) as connection:
        channels = [*connection.scalars(select(delivery.c.channel))]
        missing = unserved.not_served(connection, edition.id)
    return channels, [each.reason for each in missing]


@pytest.mark.parametrize(
    ("file", "row", "basis"),
    [
        (CHARITY, SOFT, LawfulBasis.SOFT_OPT_IN),
        (COUNCIL, TASK, LawfulBasis.PUBLIC_TASK),
    ],
)
def test_a_basis_that_the_campaign_may_use_is_taken_and_planned(
    engine: Engine, file: str, row: str, basis: str
) -> None:
    a_stored_campaign(engine, file)
    report = imported(engine, row, head=HEAD)

    assert report.refused == 0
    assert bases(engine) == [basis]
    with reading(engine) as connection:
        assert connection.scalars(select(consent.c.basis)).all() == [basis]
    assert planned(engine) == (["email"], [])


@pytest.mark.parametrize(
    ("file", "row"), [(FILE, SOFT), (COUNCIL, SOFT), (FILE, TASK), (CHARITY, TASK)]
)
def test_a_basis_that_no_campaign_of_the_list_may_use_is_refused_with_the_reason(
    engine: Engine, file: str, row: str
) -> None:
    a_stored_campaign(engine, file)
    report = imported(engine, row, ANN + ",,", head=HEAD)

    [problem] = report.problems
    assert problem.column == "consent_basis"
    assert "Lantern Week does not say by what right" in problem.wrong
    assert "[organisation]" in problem.do
    assert report.added == 1


def test_who_is_added_by_hand_on_a_soft_opt_in_needs_its_conditions(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, CHARITY)
    cells = {"name": "Bo", "email": "bo@example.org", "consent_at": "2026-03-01"}
    cells["consent_basis"] = LawfulBasis.SOFT_OPT_IN
    with writing(engine) as connection:
        with pytest.raises(RowRefused, match="gave it to us themselves"):
            add(connection, HASHER, "lantern", cells, EIGHT)
        whole = cells | {"consent_conditions": ALL_CONDITIONS}
        add(connection, HASHER, "lantern", whole, EIGHT)
        written = connection.execute(select(consent)).one()

    assert (written.basis, written.conditions) == (
        LawfulBasis.SOFT_OPT_IN,
        ALL_CONDITIONS,
    )


@pytest.mark.parametrize(
    ("file", "row"), [(CHARITY, SOFT), (COUNCIL, TASK)], ids=["charity", "council"]
)
def test_no_email_goes_once_the_campaign_takes_its_word_back(
    engine: Engine, file: str, row: str
) -> None:
    a_stored_campaign(engine, file)
    imported(engine, row, head=HEAD)
    imported(engine, "Ann Example,ann@example.org,,,,consent,,", head=HEAD)
    a_stored_campaign(engine, FILE)

    channels, [reason] = planned(engine)
    assert channels == ["email"]
    assert f"“{bases(engine)[0]}”, and the campaign does not say" in reason


def test_a_letter_still_goes_where_an_email_may_not(engine: Engine) -> None:
    a_stored_campaign(engine, COUNCIL)
    imported(engine, AT_HOME, head=HEAD)
    a_stored_campaign(engine, FILE)

    assert planned(engine) == (["post"], [])


def test_conditions_that_nobody_wrote_down_are_no_conditions(engine: Engine) -> None:
    a_stored_campaign(engine, CHARITY)
    imported(engine, SOFT, head=HEAD)
    with writing(engine) as connection:
        connection.execute(update(subscription).values(consent_conditions=None))

    channels, [reason] = planned(engine)
    assert channels == []
    assert "its conditions are not on record" in reason


def test_whoever_foresees_an_edition_says_the_same_as_its_plan(engine: Engine) -> None:
    a_stored_campaign(engine, CHARITY)
    imported(engine, SOFT, head=HEAD)
    a_stored_campaign(engine, FILE)
    posts_accepted(engine, [a_post()])
    with writing(engine) as connection:
        place = editions.Slot(1, schedule_id(engine, "daily"), EIGHT)
        moves.open_at(connection, place, EIGHT)
        edition = editions.at_slot(connection, place.schedule_id, EIGHT)
        assert edition is not None
        [kind] = kinds_of_readers(connection, edition, 9, EIGHT).values()
        stored = campaigns.listed(connection)
        [facts] = readers_of_schedules(connection, stored, [place.schedule_id], EIGHT)[
            place.schedule_id
        ]

        assert facts == kind.facts
        assert facts.wanted is HTML
        assert facts.basis_gap is BasisGap.NO_CHARITY
        assert not reaches_anybody(connection, edition, 1, EIGHT)


def with_basis(engine: Engine, *, basis: str, conditions: str, at: str) -> None:
    """Have the first reader be there on that evidence."""
    evidence = Consent(basis, at=at, conditions=conditions)
    with writing(engine) as connection:
        subscriptions.renew(connection, 1, {1: ListEntry(evidence)})


@pytest.mark.parametrize(
    ("at", "conditions", "words"),
    [
        ("2026-02-05", ALL_CONDITIONS, ""),
        ("2026-02-04", ALL_CONDITIONS, "no day from 2026-02-05 on"),
        ("2026-02-05", SoftOptInCondition.DIRECT, "conditions are not on record"),
    ],
)
def test_a_soft_opt_in_is_planned_with_every_condition_and_from_its_first_day(
    engine: Engine, at: str, conditions: str, words: str
) -> None:
    a_stored_campaign(engine, CHARITY)
    imported(engine, SOFT, head=HEAD)
    with_basis(engine, basis=LawfulBasis.SOFT_OPT_IN, conditions=conditions, at=at)
    channels, reasons = planned(engine)

    assert channels == ([] if words else ["email"])
    assert [words in reason for reason in reasons] == ([True] if words else [])


def test_evidence_that_a_row_makes_of_what_is_stored_is_as_whole_as_a_rows_own(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, CHARITY)
    imported(engine, SOFT, head=HEAD)
    before = bases(engine)
    report = imported(
        engine, "Bo Example,bo@example.org,,,,,2025-12-01,", ANN + ",,", head=HEAD
    )

    [problem] = report.problems
    assert problem.column == "consent_at"
    assert "is before 2026-02-05" in problem.wrong
    assert (report.refused, report.added) == (1, 1)
    assert bases(engine)[:1] == before
    with reading(engine) as connection:
        days = connection.scalars(select(subscription.c.consent_on)).all()
    assert days[0] == date(2026, 3, 1)


def test_what_is_said_of_a_whole_file_is_checked_as_each_rows_own(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, CHARITY)
    consent = Consent(LawfulBasis.SOFT_OPT_IN, at="2026-03-01")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "list.csv"
        path.write_text("name,email\nAnn Example,ann@example.org\n")
        run = ListImport(engine, "lantern", HASHER, consent=consent)
        report = run.run(path, EIGHT)

    [problem] = report.problems
    assert problem.column == "consent_conditions"
    assert report.added == 0


def test_a_soft_opt_in_of_tomorrow_is_refused_and_of_today_is_taken(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, CHARITY)
    today, tomorrow = EIGHT.date(), EIGHT.date() + timedelta(days=1)
    rows = (SOFT.replace("2026-03-01", str(day)) for day in (today, tomorrow))
    reports = [imported(engine, row, head=HEAD) for row in rows]

    assert [report.added for report in reports] == [1, 0]
    assert "a day to come" in reports[1].problems[0].wrong


@given(
    st.sampled_from([*LawfulBasis, "raffle", "Public task", ""]),
    st.sampled_from(["2026-02-04", "2026-02-05", "2026-03-01", "2026-02-30", ""])
    | st.text(alphabet="0123456789-", max_size=11),
    st.sampled_from(["", ALL_CONDITIONS, SoftOptInCondition.DIRECT]),
    st.sets(st.sampled_from(LawfulBasis)),
)
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_database_says_the_same_of_a_basis_as_the_model(
    one_reader: Engine, basis: str, at: str, conditions: str, rights: set[LawfulBasis]
) -> None:
    evidence = Consent(basis, at=at, conditions=conditions)
    with_basis(one_reader, basis=basis, conditions=conditions, at=at)
    who = reader.c.subscriber_id
    with reading(one_reader) as connection:
        says, is_fit = connection.execute(
            select(gaps.gap(who, rights, [1]), gaps.is_fit(who, rights, [1]))
        ).one()

    gap = gap_of(evidence, rights)
    assert says == (gap or gaps.ENOUGH)
    assert bool(is_fit) is (gap is None)


@pytest.fixture
def one_reader(engine: Engine) -> Engine:
    """Return a database with one reader of a campaign."""
    a_stored_campaign(engine)
    imported(engine, ANN)
    return engine


def help_lines(engine: Engine) -> list[str]:
    lines: list[str] = status_of(engine, EIGHT)["help"]
    return [line for line in lines if "no email" in line]


@pytest.mark.parametrize(
    ("basis", "missing", "cure"),
    [
        (LawfulBasis.PUBLIC_TASK, "does not say which task", "digest campaign apply"),
        (
            LawfulBasis.SOFT_OPT_IN,
            "conditions are not on record",
            "digest subscribers import FILE --list lantern",
        ),
    ],
)
def test_status_tells_whom_a_basis_of_before_keeps_from_being_emailed(
    engine: Engine, basis: str, missing: str, cure: str
) -> None:
    a_stored_campaign(engine)
    imported(engine, ANN, CY + "\nDi,di@example.org,,,,", BOB)
    with writing(engine) as connection:
        connection.execute(update(subscription).values(consent_basis=basis))
    [line] = help_lines(engine)

    assert line.startswith("Lantern Week: 2 readers on the list lantern get no email: ")
    assert missing in line
    assert cure in line


def test_status_is_silent_where_another_list_lets_them_be_emailed(
    engine: Engine,
) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN)
    imported(engine, ANN, to="friends")
    with writing(engine) as connection:
        connection.execute(
            update(subscription)
            .where(subscription.c.mailing_list_id == 1)
            .values(consent_basis=LawfulBasis.PUBLIC_TASK)
        )
    assert help_lines(engine) == []
    with writing(engine) as connection:
        subscriptions.end(connection, 1, [2], "left", EIGHT)
    [line] = help_lines(engine)
    assert "1 reader on the list" in line


def test_status_is_silent_once_the_campaign_says_by_what_right(engine: Engine) -> None:
    a_stored_campaign(engine, COUNCIL)
    imported(engine, TASK, head=HEAD)

    assert help_lines(engine) == []


@pytest.mark.parametrize("unfit", [1, 2])
def test_an_email_says_the_basis_by_which_it_may_go_whichever_came_first(
    engine: Engine, unfit: int
) -> None:
    a_stored_campaign(engine, TWO_LISTS)
    imported(engine, ANN)
    imported(engine, ANN, to="friends")
    bases_of = {unfit: LawfulBasis.PUBLIC_TASK, 3 - unfit: "existing supporter"}
    with writing(engine) as connection:
        for number, basis in bases_of.items():
            connection.execute(
                update(subscription)
                .where(subscription.c.mailing_list_id == number)
                .values(consent_basis=basis)
            )
    with reading(engine) as connection:
        [to] = addressing.addressees(connection, [1]).values()

    assert to.consent.basis == "existing supporter"
