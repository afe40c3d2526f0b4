"""What the operator decides: read once, frozen, secrets kept out of sight."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
    model_validator,
)

from digest.deliver.returns.mailbox_url import ListenAddress, MailboxUrl
from digest.deliver.returns.services.sns_topic import SnsTopic
from digest.deliver.smtp.mail_server import SmtpServer
from digest.errors import SettingsError
from digest.model.campaigns.live_needs import (
    LiveNeed,
    LiveSetup,
    installation_needs,
)
from digest.model.campaigns.web_access import WebAccess
from digest.model.delivery.rate_limits import (
    DomainRateLimits,
    RateLimit,
    RateLimits,
    parse_limits,
    parse_slow_start,
)
from digest.model.editions.mime import undeliverable
from digest.model.editions.mode import Mode
from digest.model.retention import RetentionSpans

PREFIX = "DIGEST_"
Parsed = TypeVar("Parsed")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")
# What Postmark proves itself by: nobody can guess it.
_LOGIN_LENGTH = 20
_KEY_LENGTH = 32


def _parsed_by(parse: Callable[[str], object]) -> BeforeValidator:
    """Return a validator that reads words with `parse` and leaves values alone."""
    return BeforeValidator(
        lambda value: parse(value) if isinstance(value, str) else value
    )


def _split(words: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in words.split(",") if part.strip())


def _keys_in(value: SecretStr | None) -> tuple[str, ...]:
    """Return the keys of a list: one a line, or with commas on a single one."""
    words = value.get_secret_value().strip() if value else ""
    parts = words.splitlines() if "\n" in words else words.split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _refused_as(name: str, parse: Callable[[], Parsed]) -> Parsed:
    """Return what is parsed; a setting's fault is said once by its name."""
    try:
        return parse()
    except SettingsError as problem:
        words = str(problem).removeprefix(f"{name}: ").removeprefix(f"{name} ")
        raise ValueError(words) from problem


def _listen_address(words: str) -> ListenAddress:
    return _refused_as("DIGEST_MAIL_LISTEN", lambda: ListenAddress.parse(words))


class Settings(BaseModel):
    """Every setting with its default; see docs/reference/settings.md."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, strict=False
    )

    data_dir: Path = Path("var")
    database_url: SecretStr | None = None
    smtp_url: SecretStr | None = None
    smtp_timeouts: str = ""
    mailbox_url: SecretStr | None = None
    mail_listen: Annotated[ListenAddress | None, _parsed_by(_listen_address)] = None
    mail_listen_certificate: Path | None = None
    mail_listen_key: Path | None = None
    ses_topic: Annotated[tuple[str, ...], _parsed_by(_split)] = ()
    postmark_login: SecretStr | None = None
    mailgun_key: SecretStr | None = None
    sendgrid_key: str = ""
    smtp_connections: Annotated[int, Field(ge=1, le=100)] = 8
    rate: Annotated[tuple[RateLimit, ...], _parsed_by(parse_limits)] = ()
    domain_rate: Annotated[DomainRateLimits, _parsed_by(DomainRateLimits.parse)] = (
        DomainRateLimits()
    )
    slow_start: Annotated[RateLimit | None, _parsed_by(parse_slow_start)] = None
    base_url: str = "http://localhost:8000"
    secret_key: SecretStr | None = None
    secret_key_fallbacks: SecretStr | None = None
    live: bool = False
    allow: Annotated[tuple[str, ...], _parsed_by(_split)] = ()
    operators: Annotated[tuple[str, ...], _parsed_by(_split)] = ()
    timezone: str = "Europe/London"
    keep: Annotated[RetentionSpans, _parsed_by(RetentionSpans.parse)] = RetentionSpans()
    fetch_allow: Annotated[WebAccess, _parsed_by(WebAccess.parse)] = WebAccess()
    templates_dir: Path | None = None
    metrics_token: SecretStr | None = None
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr | None = None
    oidc_name: str = "your organisation's account"

    @field_validator("timezone")
    @classmethod
    def _zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (OSError, ValueError, LookupError) as problem:
            raise ValueError(
                "is not a time zone; write e.g. Europe/London"
            ) from problem
        return value

    @field_validator("operators")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for address in value:
            if undeliverable(address):
                raise ValueError(
                    "has something that is no email address; write "
                    "ops@example.org, kim@example.org"
                )
        return value

    @field_validator("allow")
    @classmethod
    def _allowed(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for words in value:
            if undeliverable(f"any{words}" if words.startswith("@") else words):
                raise ValueError(
                    "has something that is neither an email address nor a domain; "
                    "write kim@example.org, @example.net"
                )
        return value

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, value: str) -> str:
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        return value.rstrip("/")

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str) -> str:
        parts = urlsplit(value)
        is_here = parts.scheme == "http" and parts.hostname in _LOOPBACK
        if value and not (parts.scheme == "https" or is_here):
            raise ValueError("must start with https://: who signs in is told there")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _whole_certificate(self) -> "Settings":
        if bool(self.mail_listen_certificate) != bool(self.mail_listen_key):
            raise ValueError(
                "DIGEST_MAIL_LISTEN_CERTIFICATE and DIGEST_MAIL_LISTEN_KEY go "
                "together: name both files, or neither"
            )
        return self

    @model_validator(mode="after")
    def _whole_provider(self) -> "Settings":
        has_client = self.oidc_client_id and self.oidc_client_secret
        if self.oidc_issuer and not has_client:
            raise ValueError(
                "DIGEST_OIDC_ISSUER needs DIGEST_OIDC_CLIENT_ID and "
                "DIGEST_OIDC_CLIENT_SECRET: the provider gives both"
            )
        return self

    @field_validator("mailbox_url")
    @classmethod
    def _mailbox(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            url = value.get_secret_value()
            _refused_as("DIGEST_MAILBOX_URL", lambda: MailboxUrl.parse(url))
        return value

    @field_validator("ses_topic")
    @classmethod
    def _topics(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        _refused_as("DIGEST_SES_TOPIC", lambda: [*map(SnsTopic.parse, value)])
        return value

    @field_validator("postmark_login")
    @classmethod
    def _login(cls, value: SecretStr | None) -> SecretStr | None:
        user, _, password = (value.get_secret_value() if value else "").partition(":")
        if value and not (user and len(password) >= _LOGIN_LENGTH):
            raise ValueError(
                f"must be user:password, the password of {_LOGIN_LENGTH} characters or "
                "more: whoever knows it can say that somebody's email bounced"
            )
        return value

    @field_validator("sendgrid_key")
    @classmethod
    def _public_key(cls, value: str) -> str:
        if value:
            from digest.deliver.returns.services.sendgrid import (  # noqa: PLC0415 - its machinery takes a while, for those alone who use it
                SendGridWebhook,
            )

            _refused_as("DIGEST_SENDGRID_KEY", lambda: SendGridWebhook.of(value))
        return value

    @field_validator("templates_dir")
    @classmethod
    def _folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError("is not a folder")
        return value

    @field_validator("secret_key")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < _KEY_LENGTH:
            raise ValueError(
                f"must be {_KEY_LENGTH} characters or more: digest secret-key new "
                "makes one"
            )
        return value

    @field_validator("secret_key_fallbacks")
    @classmethod
    def _each_long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if any(len(key) < _KEY_LENGTH for key in _keys_in(value)):
            raise ValueError(
                "must be whole keys, with commas between them or one a line: each "
                f"has {_KEY_LENGTH} characters or more"
            )
        return value

    @property
    def earlier_keys(self) -> tuple[str, ...]:
        """The secret keys from before that are still read by, as they are set."""
        return _keys_in(self.secret_key_fallbacks)

    @property
    def database(self) -> str:
        """The database's address: as set, or a file in the data directory."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'digest.db'}"

    @property
    def is_https(self) -> bool:
        """Whether people reach the pages by https."""
        return self.base_url.startswith("https:")

    @property
    def limits(self) -> RateLimits:
        """How fast copies may leave."""
        return RateLimits(self.rate, self.domain_rate, self.slow_start)

    @property
    def mailbox(self) -> MailboxUrl | None:
        """The mailbox that is looked into, if one is set."""
        url = self.mailbox_url
        return MailboxUrl.parse(url.get_secret_value()) if url else None

    @property
    def reads_mail(self) -> bool:
        """Whether what is written to our addresses is read here."""
        return self.mailbox_url is not None or self.mail_listen is not None

    @property
    def live_needs(self) -> tuple[LiveNeed, ...]:
        """What live needs of an installation, met or not."""
        urls = self.smtp_url.get_secret_value() if self.smtp_url else ""
        servers = SmtpServer.parse_all(urls)
        there = (path for path in (self.data_dir, *self.data_dir.absolute().parents))
        nearest = next(path for path in there if path.exists())
        return installation_needs(
            LiveSetup(
                base_url=self.base_url,
                has_secret_key=self.secret_key is not None,
                mail_servers=len(servers),
                open_servers=tuple(str(s) for s in servers if not s.is_private),
                data_dir=str(self.data_dir),
                is_data_dir_writable=os.access(nearest, os.W_OK | os.X_OK),
            )
        )

    @property
    def lacking(self) -> list[str]:
        """The cures of what live needs and is not there."""
        return [need.cure for need in self.live_needs if not need.is_met]

    @property
    def mode(self) -> Mode:
        """Whether mail goes to everyone, or only where practice allows."""
        return Mode.LIVE if self.live else Mode.PRACTICE


def as_understood(settings: Settings) -> dict[str, str]:
    """Return every setting as it was understood, secrets starred."""
    values: dict[str, str] = {}
    for field in Settings.model_fields:
        value = getattr(settings, field)
        if isinstance(value, tuple):
            value = ", ".join(map(str, value))
        elif isinstance(value, bool):
            value = "yes" if value else "no"
        values[f"{PREFIX}{field.upper()}"] = "" if value is None else str(value)
    return values


def refuse_unready(settings: Settings) -> None:
    """Raise SettingsError where they say live and lack what live needs: all of it."""
    if settings.live and (cures := settings.lacking):
        raise SettingsError(
            f"DIGEST_LIVE is yes, and live needs more: {'; '.join(cures)}"
        )
