"""Which mail server, and how long to wait for it, as the settings say."""

import re
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Self
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from digest.errors import SettingsError

_HELP = (
    "write smtp://user:password@host:587?tls=required, or smtps://host:465; "
    "special letters in a password as %40"
)
_IMPLICIT_PORT = 465  # RFC 8314 §3.3
_SECONDS = re.compile("[1-9][0-9]{0,3}")


class TlsMode(StrEnum):
    """How the connection is kept private."""

    IMPLICIT = "implicit"
    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server and how to speak to it. Its text shows no password."""

    host: str
    port: int
    tls: TlsMode
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def is_private(self) -> bool:
        """Whether nobody on the way can read along: by TLS, or on this machine."""
        return self.tls in (TlsMode.IMPLICIT, TlsMode.REQUIRED) or _is_here(self.host)

    @classmethod
    def parse_all(cls, urls: str) -> list["SmtpServer"]:
        """Return the servers that comma-separated addresses name, each once.

        Raises SettingsError; see `parse`. A comma in a password is %2C.
        """
        parsed = [cls.parse(url) for url in urls.split(",") if url.strip()]
        return list({str(server): server for server in parsed}.values())

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Return the server that `url` names.

        Without `tls`, smtp:// requires it, but for a server on this machine.
        Raises SettingsError, which never repeats the URL: it may hold a password.
        """
        try:
            parts = urlsplit(url.strip())
            port = parts.port
        except ValueError as problem:
            raise _wrong("the port is not a number up to 65535") from problem
        host = parts.hostname or ""
        if parts.scheme not in ("smtp", "smtps") or not host or parts.path.strip("/"):
            raise _wrong("it is not the address of a mail server")
        if bool(parts.username) != bool(parts.password):
            raise _wrong("it has a user without a password, or the other way round")
        if parts.scheme == "smtp" and port == _IMPLICIT_PORT:
            # It would wait there for a greeting that never comes.
            raise _wrong("port 465 speaks TLS from the start: its address is smtps://")
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        if not (user + password).isascii():
            raise _wrong("user and password may hold plain letters and signs only")
        return cls(
            host=host,
            port=port or (_IMPLICIT_PORT if parts.scheme == "smtps" else 587),
            tls=_tls(parts, host),
            user=user,
            password=password,
        )


@dataclass(frozen=True, slots=True)
class SmtpTimeouts:
    """How long to wait for the server, in seconds: RFC 5321 §4.5.3.2's minima.

    The wait for a connection is our own. That for the final dot must be long:
    giving up too soon sends the reader a second copy.
    """

    connect: float = 30
    command: float = 300
    data: float = 120
    block: float = 180
    final_dot: float = 600
    goodbye: float = 5

    @classmethod
    def parse(cls, words: str) -> Self:
        """Return the waits that words like "command=60, final-dot=900" name.

        The others are as they were. Raises SettingsError saying what to write.
        """
        names = {field.name.replace("_", "-"): field.name for field in fields(cls)}
        timeouts = dict[str, float]()
        for part in filter(None, map(str.strip, words.split(","))):
            name, _, seconds = part.partition("=")
            if name.strip() not in names or not _SECONDS.fullmatch(seconds.strip()):
                raise SettingsError(
                    f'DIGEST_SMTP_TIMEOUTS: "{part}" is no wait of 1 to 9999 seconds: '
                    f"write e.g. final-dot=900; there are {', '.join(names)}"
                )
            timeouts[names[name.strip()]] = float(seconds)
        return cls(**timeouts)


def _tls(parts: SplitResult, host: str) -> TlsMode:
    options = parse_qs(parts.query, keep_blank_values=True)
    if unknown := set(options) - {"tls"}:
        raise _wrong(f"{min(unknown)} is not an option that it has")
    if parts.scheme == "smtps":
        if options:
            raise _wrong("smtps:// is always private and takes no tls option")
        return TlsMode.IMPLICIT
    default = TlsMode.NONE if _is_here(host) else TlsMode.REQUIRED
    mode = options.get("tls", [default])[-1]
    if mode not in (TlsMode.REQUIRED, TlsMode.OPPORTUNISTIC, TlsMode.NONE):
        raise _wrong("tls is required, opportunistic or none")
    return TlsMode(mode)


def _is_here(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")


def _wrong(why: str) -> SettingsError:
    return SettingsError(f"DIGEST_SMTP_URL: {why}; {_HELP}")
