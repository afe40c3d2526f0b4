"""Why a mail server cannot be spoken to, in words with what to set."""

import smtplib
import socket
import ssl

from digest.deliver.smtp.mail_server import SmtpServer, TlsMode
from digest.deliver.smtp.replies import SmtpReply

_EXPIRED = 10
_OTHER_NAME = (62, 64)  # a name's, and a number's
_GENERAL_CURE = "check that it is up and that DIGEST_SMTP_URL is right"


def why_unusable(server: SmtpServer, problem: OSError, *, is_greeted: bool) -> str:
    """Return what `problem` says of the server, to stand behind its name.

    `is_greeted` where the server has said who it is.
    """
    if isinstance(problem, ssl.SSLCertVerificationError):
        return _of_certificate(problem)
    if isinstance(problem, smtplib.SMTPResponseException):
        return _of_reply(problem)
    # It has no logins at all, or none that smtplib knows.
    if type(problem) in (smtplib.SMTPNotSupportedError, smtplib.SMTPException):
        return _without_login(server)
    cure = _GENERAL_CURE if is_greeted else _cure_before_a_greeting(server, problem)
    return f"cannot be used ({str(problem) or type(problem).__name__}): {cure}"


def _cure_before_a_greeting(server: SmtpServer, problem: OSError) -> str:
    match problem:
        case ssl.SSLError():
            return (
                "it may not speak TLS from the start on that port: write smtp:// in "
                "place of smtps:// in DIGEST_SMTP_URL, or the port that it has for "
                "smtps:// (465)"
            )
        case socket.gaierror():
            return "mend the host in DIGEST_SMTP_URL"
        case ConnectionRefusedError():
            return (
                "start it, or mend the port in DIGEST_SMTP_URL (587 for smtp://, 465 "
                "for smtps://)"
            )
        case smtplib.SMTPServerDisconnected() if server.tls is not TlsMode.IMPLICIT:
            return (
                "check that it is up; if that port speaks TLS from the start, write "
                "smtps:// in place of smtp:// in DIGEST_SMTP_URL"
            )
        case _:
            return _GENERAL_CURE


def _of_certificate(problem: ssl.SSLCertVerificationError) -> str:
    if problem.verify_code == _EXPIRED:
        cure = "its keeper has to renew it"
    elif problem.verify_code in _OTHER_NAME:
        cure = "write the host in DIGEST_SMTP_URL by the name that its certificate has"
    else:
        cure = (
            "its keeper has to use one of a known authority, or name the file of the "
            "authority to Digest in the environment as SSL_CERT_FILE"
        )
    return f"has a certificate that is not valid ({problem.verify_message}): {cure}"


def _of_reply(problem: smtplib.SMTPResponseException) -> str:
    words = problem.smtp_error
    text = words if isinstance(words, bytes) else str(words).encode()
    reply = SmtpReply.of(problem.smtp_code, text)
    if not reply.code:
        return (
            f"does not answer as a mail server does ({reply.words}): mend host and "
            "port in DIGEST_SMTP_URL"
        )
    is_login = isinstance(problem, smtplib.SMTPAuthenticationError)
    if is_login and reply.code >= 500:
        return (
            f"turned us away: {reply}; mend user and password in DIGEST_SMTP_URL, with "
            "special letters as %40"
        )
    return f"turned us away: {reply}"


def _without_login(server: SmtpServer) -> str:
    if server.tls in (TlsMode.IMPLICIT, TlsMode.REQUIRED):
        cure = (
            "leave them out of DIGEST_SMTP_URL, or use its port for logins (587 or 465)"
        )
    else:
        cure = (
            "most take them over TLS alone, so write ?tls=required, or leave them out"
        )
    return f"takes no user and password (AUTH): {cure}, in DIGEST_SMTP_URL"
