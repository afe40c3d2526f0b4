"""What live needs, each with its cure: the one list of settings, check and golive."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    # All that a campaign is made of, which nobody needs who reads the settings.
    from digest.model.campaigns.campaign import Campaign

# RFC 6761, 6762, 8375 and 9476, and what routers call a home: nobody outside
# reaches these. The example domains are not among them: documents use them.
_PRIVATE_DOMAINS = frozenset(
    {
        "alt",
        "arpa",
        "corp",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
        "test",
    }
)


@dataclass(frozen=True, slots=True)
class LiveNeed:
    """One thing that live needs; `cure` says what to do, "" where it is there.

    `section` is the part of a campaign's settings in which `act` does it.
    """

    name: str
    cure: str = ""
    section: str = ""
    act: str = ""

    @property
    def is_met(self) -> bool:
        """Whether it is there."""
        return not self.cure


@dataclass(frozen=True, slots=True)
class LiveSetup:
    """What an installation has of what live needs.

    `mail_servers` is how many are set, `open_servers` names those to which mail
    may go over a network without encryption.
    """

    base_url: str
    has_secret_key: bool
    mail_servers: int
    open_servers: tuple[str, ...]
    data_dir: str
    is_data_dir_writable: bool


def installation_needs(setup: LiveSetup) -> tuple[LiveNeed, ...]:
    """Return what live needs of an installation, met or not."""
    mail_server, encryption = "", ""
    if not setup.mail_servers:
        mail_server = "set DIGEST_SMTP_URL: name the server that sends"
    if setup.open_servers:
        encryption = (
            "set tls=required in DIGEST_SMTP_URL: mail to "
            f"{', '.join(setup.open_servers)} could be read on its way; only a server "
            "on this machine may go without"
        )
    return (
        LiveNeed("base address", _cure_of_base(setup.base_url)),
        LiveNeed(
            "secret key",
            ""
            if setup.has_secret_key
            else "set DIGEST_SECRET_KEY: links in mail must outlive this machine; "
            "digest init writes one to .env",
        ),
        LiveNeed("mail server", mail_server),
        LiveNeed("encryption", encryption),
        LiveNeed(
            "data folder",
            ""
            if setup.is_data_dir_writable
            else f"make {setup.data_dir} writable, or set DIGEST_DATA_DIR to a folder "
            "that is",
        ),
    )


def campaign_needs(campaign: "Campaign") -> tuple[LiveNeed, ...]:
    """Return what live needs of a campaign, met or not."""
    address, contact, domain = "", "", ""
    if len(campaign.letter.sender) < 2:
        address = "write name and postal address in its file: sender, under [letter]"
    if not (campaign.letter.phone or campaign.reply_to):
        contact = "write reply_to in its file, or phone under [letter]"
    if not is_public_host(campaign.sending_domain):
        domain = (
            f"{campaign.sending_domain} is reached by nobody: change from in its file"
        )
    return (
        LiveNeed("postal address", address, "letter", "Write name and postal address"),
        LiveNeed("way to be reached", contact, "name", "Write where answers go"),
        LiveNeed("sender domain", domain, "name", "Change the sender's address"),
    )


def _cure_of_base(url: str) -> str:
    write = "write it in DIGEST_BASE_URL, as https://news.example.org"
    try:
        scheme, host = urlsplit(url).scheme, urlsplit(url).hostname or ""
    except ValueError:
        return f"{url} is no web address: {write}"
    if not is_public_host(host):
        return f"{url} leads readers nowhere: {write}"
    if scheme != "https":
        return f"{url} can be read and changed on its way, it is not https: {write}"
    return ""


def is_reachable(url: str) -> bool:
    """Whether others on the internet can open what stands at that web address."""
    try:
        return is_public_host(urlsplit(url).hostname or "")
    except ValueError:
        return False


def is_public_host(host: str) -> bool:
    """Whether others on the internet can mean the same by that name or number."""
    try:
        address = ip_address(host)
    except ValueError:
        labels = host.rstrip(".").casefold().split(".")
        # What ends in a number is an address in disguise: 127.1, 0x7f.1.
        is_number = labels[-1].isdigit() or labels[-1].startswith("0x")
        return (
            len(labels) > 1
            and all(labels)
            and not is_number
            and labels[-1] not in _PRIVATE_DOMAINS
        )
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.is_global
