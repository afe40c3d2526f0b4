"""A lawful basis is checked where a subscription is made, and again at each plan."""

import pytest
from sqlalchemy import Engine, select, update

from digest.audience.adding import add
from digest.audience.lists.list_file import RowRefused
from digest.compose import lifecycle, plan
from digest.compose.reach import reaches_anybody
from digest.model.formats import HTML
from digest.model.people.lawful_basis import ALL_CONDITIONS, LawfulBasis
from digest.store.base.engine import reading, writing
from digest.store.base.tables import consent, delivery, subscription
from digest.store.campaigns import campaigns
from digest.store.editions import editions, moves
from digest.store.people.readers import kinds_of_readers
from digest.store.reports import unserved
from digest.store.reports.expected_readers import readers_of_schedules
from tests.builders import EIGHT, a_post
from tests.lists import ANN, HASHER, imported
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
    assert "lawful basis on record" in reason


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
    assert "write its conditions down" in reason


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
        assert not facts.may_be_emailed
        assert not reaches_anybody(connection, edition, 1, EIGHT)
