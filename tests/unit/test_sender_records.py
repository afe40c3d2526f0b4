"""What a domain's records mean to those who receive its mail."""

import pytest

from digest.model.sender_records import DnsRecordStanding, DomainAnswers, judged

THERE, TO_MEND, UNKNOWN = DnsRecordStanding
GOOD = DomainAnswers(
    ("google-site-verification=x", "v=spf1 include:mail.example.net ~all"),
    ("v=DMARC1; p=none",),
    has_keys=True,
    exchangers=("mx.example.org.",),
)


def standings(answers: DomainAnswers) -> list[DnsRecordStanding]:
    return [record.standing for record in judged("example.org", answers)]


def test_what_is_there_is_there() -> None:
    assert standings(GOOD) == [THERE] * 4


def test_what_could_not_be_looked_up_is_unknown_and_no_fault() -> None:
    assert standings(DomainAnswers()) == [UNKNOWN] * 4


def test_what_is_lacking_is_told_with_what_to_add() -> None:
    records = judged(
        "example.org", DomainAnswers((), (), has_keys=False, exchangers=())
    )

    assert [record.standing for record in records] == [TO_MEND] * 4
    for record, words in zip(
        records,
        (
            "v=spf1 include:",
            "_domainkey",
            '_dmarc.example.org with "v=DMARC1; p=none"',
            "no MX",
        ),
        strict=True,
    ):
        assert words in record.words


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (("v=spf1 -all", "V=SPF1 ~all"), "has 2 SPF records"),
        (("v=spf1 +all",), "lets anybody send"),
        (("v=spf1 a all",), "lets anybody send"),
        (("v=spf10 -all", "spf2.0/pra -all"), "does not say who may send"),
    ],
)
def test_an_spf_record_that_does_not_help_is_told(
    texts: tuple[str, ...], words: str
) -> None:
    answers = DomainAnswers(texts, GOOD.dmarc, GOOD.has_keys, GOOD.exchangers)

    assert words in judged("example.org", answers)[0].words


def test_a_domain_that_takes_no_mail_is_told() -> None:
    answers = DomainAnswers(GOOD.texts, GOOD.dmarc, GOOD.has_keys, exchangers=(".",))

    assert "takes no mail" in judged("example.org", answers)[3].words
