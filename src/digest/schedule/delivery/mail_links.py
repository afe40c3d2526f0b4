"""The addresses in a copy that are one reader's own, in its campaign's domain."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Engine, select

from digest.audience.signed_links import SignedLinks
from digest.deliver.returns.services.notifications import MailService
from digest.model.people.reader_marks import ReaderRef
from digest.store.base.engine import reading
from digest.store.base.tables import edition
from digest.store.campaigns import campaigns


@dataclass(frozen=True, slots=True)
class MailLinks:
    """Links for the sender; what an edition's campaign says is looked up once.

    In a `rehearsal` the links to unsubscribe say so and do nothing. `reads_mail` says
    that what is written to our addresses is read, and `services` are those that tell us
    what became of a copy.
    """

    engine: Engine
    links: SignedLinks
    rehearsal: bool = False
    reads_mail: bool = False
    services: Sequence[MailService] = ()
    _domains: dict[str, str] = field(default_factory=dict)

    def unsubscribe_url(self, reader: ReaderRef) -> str:
        """Return the https address that unsubscribes without signing in."""
        if self.rehearsal:
            return self.links.rehearsal_url
        return self.links.unsubscribe_url(reader)

    def unsubscribe_mailto(self, edition_code: str, reader: ReaderRef) -> str:
        """Return the mailto: address that does the same; "" where no mail is read."""
        if self.rehearsal or not self.reads_mail:
            return ""
        return self.links.unsubscribe_mailto(reader, self._domain_of(edition_code))

    def choices_url(self, reader: ReaderRef) -> str:
        """Return the https address where the reader chooses what they get."""
        if self.rehearsal:
            return self.links.rehearsal_url
        return self.links.choices_url(reader)

    def envelope_sender(self, edition_code: str, reader: ReaderRef) -> str:
        """Return the address that bounces of this copy go to."""
        domain = self._domain_of(edition_code)
        return self.links.envelope_sender(edition_code, reader, domain)

    def service_headers(self, edition_code: str, reader: ReaderRef) -> str:
        """Return the headers by which mail services give this copy's name back."""
        if not self.services:
            return ""
        reference = self.envelope_sender(edition_code, reader).partition("@")[0]
        return "".join(service.header(reference) for service in self.services)

    def _domain_of(self, edition_code: str) -> str:
        if edition_code in self._domains:
            return self._domains[edition_code]
        with reading(self.engine) as connection:
            query = select(edition.c.campaign_id).where(edition.c.code == edition_code)
            campaign_id = connection.scalars(query).one()
            domain = campaigns.load(connection, campaign_id).sending_domain
        self._domains[edition_code] = domain
        return domain
