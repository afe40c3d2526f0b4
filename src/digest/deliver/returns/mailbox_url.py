"""Which mailbox is looked into for mail that comes back, as the settings say."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from digest.deliver.smtp.mail_server import TlsMode
from digest.errors import SettingsError

_HELP = (
    "write imaps://user:password@host/INBOX, imap://user:password@host?tls=required, "
    "or maildir:///path/of/a/Maildir; special letters in a password as %40"
)
_HERE = ("localhost", "127.0.0.1", "::1")
_TLS = {"required": TlsMode.REQUIRED, "none": TlsMode.NONE}


@dataclass(frozen=True, slots=True)
class ImapAddress:
    """A mailbox on a server; its text shows no password."""

    host: str
    port: int
    tls: TlsMode
    user: str
    password: str = field(repr=False)
    folder: str = "INBOX"

    def __str__(self) -> str:
        return f"{self.user} at {self.host}:{self.port}, {self.folder}"


@dataclass(frozen=True, slots=True)
class MaildirAddress:
    """A Maildir on this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)


@dataclass(frozen=True, slots=True)
class ListenAddress:
    """Where we listen for mail to our own addresses, and by which protocol."""

    host: str
    port: int
    is_lmtp: bool

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the place that `url` names. Raises SettingsError."""
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError:
            port = None
        if port is None or parts.scheme not in ("lmtp", "smtp") or not parts.hostname:
            raise SettingsError(
                "DIGEST_MAIL_LISTEN: write lmtp://127.0.0.1:2424, or smtp://0.0.0.0:25"
            )
        return cls(parts.hostname, port, parts.scheme == "lmtp")


@dataclass(frozen=True, slots=True)
class MailboxUrl:
    """The place that `DIGEST_MAILBOX_URL` names."""

    place: ImapAddress | MaildirAddress

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the mailbox that `url` names.

        Without `tls`, imap:// requires it, but for a server on this machine. Raises
        SettingsError, which never repeats the URL: it may hold a password.
        """
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError as problem:
            raise _wrong("the port is not a number up to 65535") from problem
        if parts.scheme == "maildir" and parts.path.strip("/"):
            return cls(MaildirAddress(Path(unquote(parts.path))))
        if parts.scheme not in ("imap", "imaps") or not parts.hostname:
            raise _wrong("it is not the address of a mailbox")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not user or not password:
            raise _wrong("it names no user, or no password")
        folder = unquote(parts.path.strip("/")) or "INBOX"
        if not (user + password + folder).isascii() or not folder.isprintable():
            raise _wrong("user, password and folder may hold plain letters and signs")
        is_implicit = parts.scheme == "imaps"
        tls = TlsMode.IMPLICIT if is_implicit else _tls(parts, parts.hostname)
        standard = 993 if is_implicit else 143
        return cls(
            ImapAddress(parts.hostname, port or standard, tls, user, password, folder)
        )


def _tls(parts: SplitResult, host: str) -> TlsMode:
    words = parse_qs(parts.query, keep_blank_values=True).get("tls", [""])[-1]
    if not words:
        return TlsMode.NONE if host in _HERE else TlsMode.REQUIRED
    if words not in _TLS:
        raise _wrong("tls is required or none")
    if words == "none" and host not in _HERE:
        raise _wrong("only a server on this machine may be spoken to without TLS")
    return _TLS[words]


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"DIGEST_MAILBOX_URL: {why}; {_HELP}")
