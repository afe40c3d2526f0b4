"""On which lawful bases somebody may be written to, and what each needs."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest.audience.lists.list_file import ListProblem, ListRow
from digest.audience.lists.rows import read_row
from digest.model.campaigns.campaign import Organisation
from digest.model.people.lawful_basis import (
    ALL_CONDITIONS,
    BasisGap,
    LawfulBasis,
    SoftOptInCondition,
    basis_of,
    day_of,
    faults,
    gap_of,
    gap_of_all,
    rights_of,
    unfit_for,
)
from digest.model.people.person import Consent, Person
from tests.builders import a_campaign

CHARITY = Organisation(charity="1234567", charitable_purpose="News of our work")
COUNCIL = Organisation(public_task="Information under the Care Act 2014, section 4")


@pytest.mark.parametrize(
    ("words", "basis"),
    [
        ("consent", LawfulBasis.CONSENT),
        ("Consent", LawfulBasis.CONSENT),
        ("did not ask", LawfulBasis.DID_NOT_ASK),
        ("soft opt-in", LawfulBasis.SOFT_OPT_IN),
        ("Soft opt in (charity)", LawfulBasis.SOFT_OPT_IN),
        ("charitable soft opt-in", LawfulBasis.SOFT_OPT_IN),
        ("commercial soft opt-in", None),
        ("public task", LawfulBasis.PUBLIC_TASK),
        ("Public-interest task", LawfulBasis.PUBLIC_TASK),
        ("a task in the public interest", LawfulBasis.PUBLIC_TASK),
        ("legitimate interests", None),
        ("Microsoft opt-in form", None),
        ("no soft opt-in", None),
        ("not a public task", None),
        ("soft opt-in of customers", None),
        ("", None),
    ],
)
def test_a_basis_is_known_in_the_words_that_lists_have(
    words: str, basis: LawfulBasis | None
) -> None:
    assert basis_of(words) is basis


def a_row(**cells: str) -> Person | list[ListProblem]:
    row = {
        "name": "Ann Example",
        "email": "ann@example.org",
        "consent_basis": "soft opt-in",
        "consent_at": "2026-02-05",
        "consent_conditions": ALL_CONDITIONS,
    }
    return read_row(ListRow(2, row | cells))


def test_a_soft_opt_in_with_all_its_conditions_is_taken() -> None:
    conditions = " could say no then;Interest or Support; gave it to us themselves"
    person = a_row(consent_conditions=conditions)

    assert isinstance(person, Person)
    assert person.consent == Consent(
        LawfulBasis.SOFT_OPT_IN, at="2026-02-05", conditions=ALL_CONDITIONS
    )


@pytest.mark.parametrize("missing", SoftOptInCondition)
def test_a_soft_opt_in_without_one_of_its_conditions_is_refused(
    missing: SoftOptInCondition,
) -> None:
    others = "; ".join(each for each in SoftOptInCondition if each is not missing)
    problems = a_row(consent_conditions=others)

    assert isinstance(problems, list)
    [problem] = problems
    assert problem.column == "consent_conditions"
    assert missing in problem.wrong


@pytest.mark.parametrize(
    ("day", "wrong"),
    [
        ("2026-02-04", "is before 2026-02-05"),
        ("2025-12-31 10:00", "is before 2026-02-05"),
        ("last spring", "is no day"),
        ("2026-02-30", "is no day"),
        ("", "is no day"),
    ],
)
def test_a_soft_opt_in_is_of_a_day_since_there_has_been_one(
    day: str, wrong: str
) -> None:
    problems = a_row(consent_at=day)

    assert isinstance(problems, list)
    assert [problem.column for problem in problems] == ["consent_at"]
    assert problems[0].wrong.startswith(wrong)


def test_a_commercial_soft_opt_in_is_refused() -> None:
    problems = a_row(consent_basis="commercial soft opt-in")

    assert isinstance(problems, list)
    assert [problem.column for problem in problems] == ["consent_basis"]


@pytest.mark.parametrize(
    ("basis", "organisation", "use"),
    [
        (LawfulBasis.SOFT_OPT_IN, CHARITY, True),
        (LawfulBasis.SOFT_OPT_IN, Organisation(charity="1234567"), False),
        (LawfulBasis.SOFT_OPT_IN, COUNCIL, False),
        (LawfulBasis.PUBLIC_TASK, COUNCIL, True),
        (LawfulBasis.PUBLIC_TASK, CHARITY, False),
        (LawfulBasis.CONSENT, Organisation(), True),
        (LawfulBasis.DID_NOT_ASK, Organisation(), True),
    ],
)
def test_a_campaign_uses_a_basis_only_where_it_says_by_what_right(
    basis: LawfulBasis,
    organisation: Organisation,
    use: bool,  # noqa: FBT001 - a column of the table
) -> None:
    campaign = a_campaign(organisation=organisation)
    consent = Consent(basis, at="2026-02-05", conditions=ALL_CONDITIONS)

    assert (unfit_for(consent, [campaign]) is None) is use
    assert (gap_of(consent, rights_of(campaign)) is None) is use


def test_a_list_that_goes_nowhere_yet_takes_every_basis() -> None:
    assert unfit_for(Consent(LawfulBasis.PUBLIC_TASK), []) is None


@pytest.mark.parametrize(
    ("at", "conditions", "gap"),
    [
        ("2026-02-05", ALL_CONDITIONS, None),
        ("2026-02-05 08:00 UTC", ALL_CONDITIONS, None),
        ("2026-02-04", ALL_CONDITIONS, BasisGap.TOO_EARLY),
        ("2026-02-30", ALL_CONDITIONS, BasisGap.TOO_EARLY),
        ("2026-02-055", ALL_CONDITIONS, BasisGap.TOO_EARLY),
        ("in spring", ALL_CONDITIONS, BasisGap.TOO_EARLY),
        ("", ALL_CONDITIONS, BasisGap.TOO_EARLY),
        ("2026-02-05", "", BasisGap.NO_CONDITIONS),
        ("2026-02-05", SoftOptInCondition.DIRECT, BasisGap.NO_CONDITIONS),
        ("2026-02-05", ALL_CONDITIONS[:-1], BasisGap.NO_CONDITIONS),
        ("2026-02-05", ALL_CONDITIONS + " ", BasisGap.NO_CONDITIONS),
    ],
)
def test_a_soft_opt_in_is_enough_with_all_its_conditions_on_a_day_of_its_time(
    at: str, conditions: str, gap: BasisGap | None
) -> None:
    consent = Consent(LawfulBasis.SOFT_OPT_IN, at=at, conditions=conditions)

    assert gap_of(consent, [LawfulBasis.SOFT_OPT_IN]) is gap


@pytest.mark.parametrize(
    ("day", "is_fault"),
    [("2026-07-06", False), ("2026-07-07", True), ("2999-01-01", True)],
)
def test_nobody_can_have_given_their_details_on_a_day_to_come(
    day: str,
    is_fault: bool,  # noqa: FBT001 - a column of the table
) -> None:
    consent = Consent(LawfulBasis.SOFT_OPT_IN, at=day, conditions=ALL_CONDITIONS)
    wrong = [fault.wrong for fault in faults(consent, date(2026, 7, 6))]

    assert bool(wrong) is is_fault
    assert all("a day to come" in words for words in wrong)


def test_one_basis_that_is_enough_is_enough() -> None:
    task = Consent(LawfulBasis.PUBLIC_TASK)
    soft = Consent(LawfulBasis.SOFT_OPT_IN)
    consent = Consent(LawfulBasis.CONSENT)

    assert gap_of_all([task, soft, consent], []) is None
    assert gap_of_all([soft, task], []) is BasisGap.NO_TASK
    assert gap_of_all([], []) is None


@pytest.mark.parametrize("gap", BasisGap)
def test_what_is_missing_says_which_basis_and_what_to_do(gap: BasisGap) -> None:
    assert "their lawful basis is “" in gap.missing
    assert "ask them for consent" in gap.cure
    assert gap.words == f"{gap.missing}: {gap.cure}"


@given(
    st.sampled_from([*LawfulBasis, "raffle", ""]),
    st.text(alphabet="0123456789-Zü ", max_size=12) | st.dates().map(str),
    st.sampled_from(["", ALL_CONDITIONS, SoftOptInCondition.DIRECT]),
)
def test_what_may_be_emailed_is_what_would_be_taken_in(
    basis: str, at: str, conditions: str
) -> None:
    consent = Consent(basis, at=at, conditions=conditions)

    assert (gap_of(consent, [*LawfulBasis]) is None) is not any(faults(consent))
    assert day_of(at) is None or at.strip().startswith(str(day_of(at)))
