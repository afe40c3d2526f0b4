"""Mail server URLs."""

import pytest

from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts, TlsMode
from digest.errors import SettingsError


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param(
            "smtp://mail.example.org",
            SmtpServer("mail.example.org", 587, TlsMode.REQUIRED),
            id="the ordinary case requires encryption",
        ),
        pytest.param(
            "smtp://us:p%40ss@mail.example.org:2525?tls=opportunistic",
            SmtpServer("mail.example.org", 2525, TlsMode.OPPORTUNISTIC, "us", "p@ss"),
            id="everything said",
        ),
        pytest.param(
            "smtps://mail.example.org",
            SmtpServer("mail.example.org", 465, TlsMode.IMPLICIT),
            id="encrypted from the first byte",
        ),
        pytest.param(
            "smtp://127.0.0.1:1025",
            SmtpServer("127.0.0.1", 1025, TlsMode.NONE),
            id="on this machine",
        ),
        pytest.param(
            "smtp://[::1]:1025?tls=required",
            SmtpServer("::1", 1025, TlsMode.REQUIRED),
            id="an IPv6 address",
        ),
    ],
)
def test_a_url_names_a_server(url: str, expected: SmtpServer) -> None:
    assert SmtpServer.parse(url) == expected


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("", id="nothing"),
        pytest.param("mail.example.org", id="no scheme"),
        pytest.param("http://mail.example.org", id="another scheme"),
        pytest.param("smtp://", id="no host"),
        pytest.param("smtp://mail.example.org/inbox", id="a path"),
        pytest.param("smtp://mail.example.org:many", id="a port in words"),
        pytest.param("smtp://mail.example.org:99999", id="a port too high"),
        pytest.param("smtp://us@mail.example.org", id="a user alone"),
        pytest.param("smtp://us:sesäme@mail.example.org", id="beyond ASCII"),
        pytest.param("smtp://us:sesame@mail.example.org?tls=maybe", id="odd tls"),
        pytest.param("smtp://us:sesame@mail.example.org?ttl=1", id="odd option"),
        pytest.param("smtps://us:sesame@mail.example.org?tls=none", id="both"),
        pytest.param("smtp://us:sesame@[mail", id="a bracket left open"),
        pytest.param("smtp://mail.example.org:465", id="the port of smtps"),
    ],
)
def test_a_wrong_url_is_one_line_without_the_password(url: str) -> None:
    with pytest.raises(SettingsError) as caught:
        SmtpServer.parse(url)

    assert "DIGEST_SMTP_URL" in str(caught.value)
    assert "sesame" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_server_shows_no_password() -> None:
    server = SmtpServer.parse("smtp://us:sesame@mail.example.org")

    assert "sesame" not in f"{server} {server!r}"


def test_the_waits_named_are_set_and_the_others_are_the_standards() -> None:
    waits = SmtpTimeouts.parse("final-dot=900, command = 60")
    assert (waits.final_dot, waits.command, waits.data) == (900, 60, 120)
    assert SmtpTimeouts.parse("") == SmtpTimeouts()


@pytest.mark.parametrize(
    "words", ["forever=1", "command", "command=0", "data=-1", "data=nan", "block=1e9"]
)
def test_a_wait_that_is_none_is_refused_in_words(words: str) -> None:
    with pytest.raises(SettingsError, match=r"DIGEST_SMTP_TIMEOUTS.*final-dot=900"):
        SmtpTimeouts.parse(words)
