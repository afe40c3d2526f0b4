"""Encryption and logging in: what is never said in the clear."""

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from digest.deliver.carrier import Copy
from digest.deliver.smtp.connect import SmtpCarrier
from digest.deliver.smtp.mail_server import SmtpServer, SmtpTimeouts, TlsMode
from digest.errors import CarrierError
from digest.model.delivery.delivery import Accepted
from tests.fakes import certificates
from tests.fakes.certificates import expired_certificate, needs_openssl
from tests.fakes.mail_server import SILENCE, at, mail_server

pytestmark = pytest.mark.anyio
COPY = Copy("1.1", "bounces@example.org", "ann@example.org", b"Subject: a\r\n\r\nb\r\n")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with a key and a certificate for 127.0.0.1."""
    return certificates.certificate(tmp_path_factory.mktemp("tls"))


def _server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def _server(port: int, tls: TlsMode, user: str = "us") -> SmtpServer:
    return SmtpServer("127.0.0.1", port, tls, user, "sesame" if user else "")


@needs_openssl
async def test_a_copy_goes_over_an_encrypted_connection_after_the_login(
    certificate: Path,
) -> None:
    def script(step: str, _words: str) -> str | None:
        return "250-hello\r\n250-AUTH PLAIN\r\n250 STARTTLS" if step == "EHLO" else None

    trust = ssl.create_default_context(cafile=certificate)
    with mail_server(script, _server_side(certificate)) as server:
        smtp = SmtpCarrier(_server(server.port, TlsMode.REQUIRED), trust=lambda: trust)
        connection = await smtp.open()
        assert isinstance(await connection.hand_over(COPY), Accepted)
        await connection.close()

    assert server.steps[:5] == ["CONNECT", "EHLO", "STARTTLS", "EHLO", "AUTH"]


@needs_openssl
async def test_a_certificate_nobody_vouches_for_is_refused_before_the_password(
    certificate: Path,
) -> None:
    def script(step: str, _words: str) -> str | None:
        return "250-hello\r\n250-AUTH PLAIN\r\n250 STARTTLS" if step == "EHLO" else None

    with mail_server(script, _server_side(certificate)) as server:
        smtp = SmtpCarrier(_server(server.port, TlsMode.REQUIRED))
        with pytest.raises(CarrierError, match=r"not valid .* keeper has to use one"):
            await smtp.open()

    assert "AUTH" not in server.steps


@needs_openssl
async def test_a_certificate_for_another_name_is_refused(certificate: Path) -> None:
    trust = ssl.create_default_context(cafile=certificate)
    with mail_server(tls=_server_side(certificate)) as server:
        named = replace(_server(server.port, TlsMode.REQUIRED), host="localhost")
        with pytest.raises(CarrierError, match=r"not valid .* by the name that"):
            await SmtpCarrier(named, trust=lambda: trust).open()


@pytest.mark.parametrize("tls", [TlsMode.REQUIRED, TlsMode.OPPORTUNISTIC])
async def test_without_encryption_no_password_is_said(tls: TlsMode) -> None:
    offers_login = at("EHLO", "250-hello\r\n250 AUTH PLAIN")
    with (
        mail_server(offers_login) as server,
        pytest.raises(CarrierError, match="offers no encryption"),
    ):
        await SmtpCarrier(_server(server.port, tls)).open()

    assert "AUTH" not in server.steps
    assert "MAIL" not in server.steps


async def test_opportunistic_does_without_encryption_where_nothing_is_secret() -> None:
    with mail_server() as server:
        smtp = SmtpCarrier(_server(server.port, TlsMode.OPPORTUNISTIC, user=""))
        connection = await smtp.open()
        assert isinstance(await connection.hand_over(COPY), Accepted)
        await connection.close()


async def test_a_wrong_password_is_one_line_without_it() -> None:
    def script(step: str, _words: str) -> str | None:
        return {
            "EHLO": "250-hello\r\n250 AUTH PLAIN",
            "AUTH": "535 5.7.8 wrong",
        }.get(step)

    with (
        mail_server(script) as server,
        pytest.raises(
            CarrierError, match=r"535 5\.7\.8 wrong; mend user and"
        ) as caught,
    ):
        await SmtpCarrier(_server(server.port, TlsMode.NONE)).open()

    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("greeting", ["250 hello", "250-hello\r\n250 AUTH XOAUTH2"])
async def test_a_server_without_logins_of_ours_says_what_to_set(greeting: str) -> None:
    with (
        mail_server(at("EHLO", greeting)) as server,
        pytest.raises(CarrierError, match=r"AUTH.*tls=required, or leave them out"),
    ):
        await SmtpCarrier(_server(server.port, TlsMode.NONE)).open()


@needs_openssl
async def test_an_expired_certificate_is_its_keepers_to_renew(tmp_path: Path) -> None:
    expired = expired_certificate(tmp_path)
    trust = ssl.create_default_context(cafile=expired)
    with mail_server(tls=_server_side(expired)) as server:
        smtp = SmtpCarrier(_server(server.port, TlsMode.REQUIRED), trust=lambda: trust)
        with pytest.raises(CarrierError, match=r"expired.*keeper has to renew it"):
            await smtp.open()


async def test_smtps_to_a_port_that_speaks_in_the_clear_says_what_to_write() -> None:
    with (
        mail_server() as server,
        pytest.raises(CarrierError, match="write smtp:// in place of smtps://"),
    ):
        await SmtpCarrier(_server(server.port, TlsMode.IMPLICIT)).open()


async def test_smtp_to_a_port_that_says_nothing_says_what_to_write() -> None:
    impatient = SmtpTimeouts(command=0.1)
    with (
        mail_server(at("CONNECT", SILENCE)) as server,
        pytest.raises(CarrierError, match="write smtps:// in place of smtp://"),
    ):
        await SmtpCarrier(_server(server.port, TlsMode.NONE), impatient).open()
