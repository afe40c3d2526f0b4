"""On which lawful bases somebody may be written to, and what each needs."""

import pytest

from digest.audience.lists.list_file import ListProblem, ListRow
from digest.audience.lists.rows import read_row
from digest.model.campaigns.campaign import Organisation
from digest.model.people.lawful_basis import (
    ALL_CONDITIONS,
    LawfulBasis,
    SoftOptInCondition,
    basis_of,
    is_fit,
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
    consent = Consent(basis, conditions=ALL_CONDITIONS)

    assert (unfit_for(consent, [campaign]) is None) is use
    assert is_fit(basis, ALL_CONDITIONS, campaign) is use


def test_a_list_that_goes_nowhere_yet_takes_every_basis() -> None:
    assert unfit_for(Consent(LawfulBasis.PUBLIC_TASK), []) is None


def test_a_soft_opt_in_of_before_conditions_were_written_down_is_not_emailed() -> None:
    campaign = a_campaign(organisation=CHARITY)

    assert not is_fit(LawfulBasis.SOFT_OPT_IN, "", campaign)
