"""Bounces of mail servers that write no report, and what only looks like one."""

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.deliver.returns.bounce_mail import read
from digest.model.delivery.bounces import BounceKind, DeliveryReport, judge
from tests.reports import LOOSE, a_report

ANN = "ann@example.org"
# Of the 117: a person's own mail, and an answer of somebody's program.
NO_BOUNCES = frozenset({"groupwise_03.txt", "qmail_08.txt"})


@pytest.mark.parametrize("name", LOOSE)
def test_a_bounce_in_plain_words_is_understood_and_told_as_a_guess(name: str) -> None:
    source, kind = LOOSE[name]
    report = read(source).report

    assert isinstance(report, DeliveryReport)
    verdict = judge(report, ANN)
    assert verdict is not None
    assert verdict.kind is kind
    assert verdict.words.endswith("(guessed from its words, as it holds no report)")


@pytest.mark.parametrize("name", LOOSE)
def test_a_person_who_quotes_a_bounce_has_sent_none(name: str) -> None:
    words = LOOSE[name][0].partition(b"\n\n")[2]
    quoted = b"From: Bob Reader <bob@example.org>\nSubject: Re: failure notice\n\n"

    assert read(quoted + b"What is this about?\n\n" + words).report is None


def test_somebody_away_has_sent_no_bounce() -> None:
    away = (
        b"From: Ann <ann@example.org>\nAuto-Submitted: auto-replied (vacation)\n"
        b"Subject: Away\n\nI am away until Monday. My room is 5.1.1, by the stairs.\n"
    )

    assert read(away).report is None


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([a_report(), *(source for source, _ in LOOSE.values())]),
    st.lists(st.tuples(st.integers(0, 1500), st.integers(0, 40), st.binary())),
)
def test_whatever_is_done_to_a_bounce_it_is_read_or_refused_in_words(
    source: bytes, cuts: list[tuple[int, int, bytes]]
) -> None:
    for place, length, put_in in cuts:
        source = source[:place] + put_in + source[place + length :]
    try:
        report = read(source).report
    except ValueError as problem:
        assert "cannot be taken apart" in str(problem)  # noqa: PT017 - either is right
        return
    if report is not None:
        judge(report, ANN)


def test_the_bounces_that_others_have_met_are_understood() -> None:
    files = [
        file
        for name in os.environ.get("DIGEST_CORPUS", "").split(os.pathsep)
        if name
        for first in Path(name).rglob("dsn_01.txt")
        for file in sorted(first.parent.glob("*.txt"))
    ]
    if not files:
        pytest.skip(
            "the 117 mails of flufl.bounce's source distribution are not read: name "
            "its unpacked folder in DIGEST_CORPUS"
        )
    reports = {file.name: read(file.read_bytes()).report for file in files}
    loose = [
        reports[name]
        for name in reports.keys() - NO_BOUNCES
        if not name.startswith("dsn_")
    ]

    assert all(reports[name] for name in reports if name.startswith("dsn_"))
    assert not any(reports[name] for name in NO_BOUNCES)
    assert sum(report is not None for report in loose) >= 0.85 * len(loose)
    for name, report in reports.items():
        address = "userx@example.com"
        verdict = judge(report, address) if report else None
        if name in {"dsn_05.txt", "dsn_08.txt", "simple_03.txt"}:
            assert verdict is not None
            assert verdict.kind is BounceKind.DELAYED
