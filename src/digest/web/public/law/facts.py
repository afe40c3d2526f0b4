"""What the pages on privacy say that is set, or stored: on which bases, who sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from digest.bootstrap import App
from digest.deliver.smtp.mail_server import SmtpServer
from digest.model.campaigns.campaign import Campaign
from digest.model.campaigns.live_needs import is_public_host
from digest.model.people.lawful_basis import LawfulBasis
from digest.model.retention import RetentionSpans
from digest.store.base.engine import reading
from digest.store.people.kinds import bases
from digest.store.people.readers import list_ids
from digest.store.staff import access_keys
from digest.web import limits

# What a mail server is called in a domain: the domain alone says whose it is.
_MAIL_HOSTS = ("smtp", "mail", "email", "relay", "mx", "out", "outbound", "submission")
_SERVICES = {
    "ses": "Amazon SES",
    "postmark": "Postmark",
    "mailgun": "Mailgun",
    "sendgrid": "SendGrid",
}


@dataclass(frozen=True, slots=True)
class PrivacyFacts:
    """On which bases readers are there, and whom else what is held is known to.

    `has_other_words` says that some are there on what a list calls otherwise, or on
    nothing that was written down. `senders` are domains of mail servers, as far as
    they mean something to a reader, and `keep` for how long what is kept.
    """

    bases: tuple[LawfulBasis, ...]
    has_other_words: bool
    senders: tuple[str, ...]
    services: tuple[str, ...]
    has_programs: bool
    keep: RetentionSpans


class PrivacyFactsLookup:
    """Looks the facts of a campaign up; kept for a while, as anybody may ask."""

    def __init__(self, digest: App) -> None:
        self._digest = digest
        self._lock = Lock()
        self._known: dict[str, tuple[datetime, PrivacyFacts]] = {}

    def of(self, campaign: Campaign) -> PrivacyFacts:
        """Return what is so, or was a little while ago."""
        now = self._digest.now()
        with self._lock:
            at, facts = self._known.get(campaign.name, (None, None))
        if at is not None and facts and at <= now < at + limits.PRIVACY_FACTS_KEPT:
            return facts
        facts = self._looked_up(campaign)
        with self._lock:
            self._known[campaign.name] = now, facts
        return facts

    def _looked_up(self, campaign: Campaign) -> PrivacyFacts:
        digest = self._digest
        with reading(digest.engine) as connection:
            in_use = bases.in_use(connection, list_ids(connection, campaign.lists))
            keys = access_keys.listed(connection)
        return PrivacyFacts(
            tuple(each for each in LawfulBasis if each in in_use),
            has_other_words=bool(in_use - {*LawfulBasis}),
            senders=senders(_servers(digest)),
            services=tuple(_named(digest.mail_services)),
            has_programs=any(key.revoked_at is None for key in keys),
            keep=digest.settings.keep,
        )


def senders(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Return whose mail servers these are: domains that mean something to a reader.

    Nothing of what is inside our own network, and no number.
    """
    return tuple(dict.fromkeys(filter(None, map(_domain, hosts))))


def _domain(host: str) -> str:
    name = host.rstrip(".").casefold()
    if not is_public_host(name) or not any(letter.isalpha() for letter in name):
        return ""
    first, _, rest = name.partition(".")
    is_mail = first.rstrip("0123456789-").split("-")[-1] in _MAIL_HOSTS
    return rest if is_mail and "." in rest else name


def _servers(digest: App) -> tuple[str, ...]:
    url = digest.settings.smtp_url
    servers = SmtpServer.parse_all(url.get_secret_value()) if url else []
    return tuple(server.host for server in servers)


def _named(services: Mapping[str, object]) -> list[str]:
    return [words for name, words in _SERVICES.items() if name in services]
