"""The archive of a campaign: what has gone out, for anybody to read.

One value for the pages and the feed, and for whatever else shows it. Nothing in it is
of a reader, and nothing is in it that was withdrawn, held or called back.
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection, Engine

from digest.compose import variants
from digest.errors import DigestError, NotFound, UnreadableError
from digest.model.campaigns.campaign import Campaign
from digest.model.editions.edition import Variant
from digest.model.formats import HTML
from digest.render.archive.article import Article, edition_article
from digest.render.archive.feed import FeedAddresses, FeedEntry, atom_feed
from digest.render.options import RenderOptions
from digest.schedule.editions.renditions import gallery_for
from digest.schedule.limits import ARCHIVE_PAGE, FEED_ENTRIES
from digest.store.base.engine import reading
from digest.store.campaigns import campaigns
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.editions import archive
from digest.store.editions.editions import Edition

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ArchivedEdition:
    """An edition that has gone out, and what it says."""

    edition: Edition
    article: Article

    @property
    def went_out_at(self) -> datetime:
        """When its copies were planned, or its slot where that is not known."""
        return self.edition.planned_at or self.edition.slot


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """Some editions, newest first; `before` begins the next page, "" without one."""

    editions: tuple[ArchivedEdition, ...]
    before: str


@dataclass(frozen=True, slots=True)
class Archive:
    """Gives what anybody may read of campaigns that want it."""

    engine: Engine
    clock: Callable[[], datetime]
    templates_dir: Path | None
    base_url: str
    host: str
    calendar_url: Callable[[Sequence[int]], str]

    def campaigns(self) -> list[Campaign]:
        """Return the campaigns that anybody may read on the web."""
        with reading(self.engine) as connection:
            listed = campaigns.listed(connection)
        return [each.campaign for each in listed if each.campaign.archive]

    def campaign(self, name: str) -> StoredCampaign:
        """Return the campaign. Raises NotFound where nobody may read it on the web."""
        with reading(self.engine) as connection:
            for stored in campaigns.listed(connection):
                if stored.campaign.name == name and stored.campaign.archive:
                    return stored
        raise NotFound("This cannot be read on the web. Check the address, or go back.")

    def mark(self, stored: StoredCampaign) -> str:
        """Return what is another as soon as anything of the campaign's archive is.

        With the day, as a campaign may be over by the next.
        """
        now = self.clock()
        with reading(self.engine) as connection:
            return f"{archive.mark(connection, stored.id, now)} {now:%Y%m%d}"

    def page(self, stored: StoredCampaign, before: str = "") -> ArchivePage:
        """Return a page of editions: the latest, or those before that edition's code.

        What cannot be shown is left out.
        """
        with reading(self.engine) as connection:
            rows = archive.page(
                connection, stored.id, self.clock(), ARCHIVE_PAGE + 1, before
            )
            here = rows[:ARCHIVE_PAGE]
            articles = [*self._articles(connection, here)]
        following = here[-1].code if len(rows) > ARCHIVE_PAGE else ""
        return ArchivePage(tuple(articles), following)

    def edition(self, stored: StoredCampaign, code: str) -> ArchivedEdition:
        """Return one edition. Raises NotFound where there is none to be read."""
        with reading(self.engine) as connection:
            edition = archive.by_code(connection, stored.id, code, self.clock())
            articles = [*self._articles(connection, [edition] if edition else [])]
        if not articles:
            raise NotFound("There is no such edition, or nobody may read it any more.")
        return articles[0]

    def variant(self, variant_id: int, code: str) -> tuple[Campaign, Article]:
        """Return a variant as its readers had it, but for what was withdrawn since.

        `code` is how its edition's begins. Raises NotFound where nothing is left of it.
        """
        composed = None
        with reading(self.engine) as connection, suppress(UnreadableError):
            composed = variants.composed(connection, variant_id)
        if composed is None or not composed.variant.code.startswith(code):
            raise NotFound(
                "There is nothing more to read of it: what was in it has been taken "
                "back. Write to or ring whoever sent it to you."
            )
        variant = replace(composed.variant, format=HTML)
        return variant.campaign, edition_article(variant, self.options(variant))

    def feed(self, stored: StoredCampaign) -> bytes:
        """Return the campaign's latest editions as an Atom feed. Raises RenderError."""
        name, now = stored.campaign.name, self.clock()
        page = f"{self.base_url}/archive/{name}"
        with reading(self.engine) as connection:
            rows = archive.page(connection, stored.id, now, FEED_ENTRIES)
            withdrawn = archive.withdrawals(connection, stored.id)
            entries = [
                FeedEntry(
                    archived.edition.code,
                    f"{page}/{archived.edition.code}",
                    archived.article,
                    archived.went_out_at,
                    self._updated(connection, archived, withdrawn),
                )
                for archived in self._articles(connection, rows, in_feed=True)
            ]
            applied_at = campaigns.applied_at(connection, stored.id)
        at = FeedAddresses(f"{page}.atom", page, self.host)
        return atom_feed(stored.campaign, entries, at, applied_at, self.templates_dir)

    def _updated(
        self,
        connection: Connection,
        archived: ArchivedEdition,
        withdrawn: Sequence[archive.WithdrawnPosition],
    ) -> datetime:
        """Return when the edition's words last changed: it went out, or one went."""
        edition = archived.edition
        stretch = archive.stretch_of(connection, edition)
        since = (each.at for each in withdrawn if stretch.takes(each.position))
        return max([archived.went_out_at, *since])

    def _articles(
        self,
        connection: Connection,
        editions: Sequence[Edition],
        *,
        in_feed: bool = False,
    ) -> Iterator[ArchivedEdition]:
        for edition in editions:
            try:
                composed = variants.of_edition(connection, edition.id, HTML)
                if composed is not None:
                    options = self.options(composed.variant, absolute=in_feed)
                    article = edition_article(
                        composed.variant, options, has_list=not in_feed
                    )
                    yield ArchivedEdition(edition, article)
            except DigestError:
                # Its reason is for staff, who see it where they look at the edition.
                log.warning("edition not shown on the web edition=%s", edition.id)

    def options(self, variant: Variant, *, absolute: bool = False) -> RenderOptions:
        """Return what a renderer is told; pictures are `absolute` outside our pages."""
        return RenderOptions(
            self.clock(),
            self.templates_dir,
            gallery_for(self.engine, variant),
            f"{self.base_url}/media" if absolute else "/media",
            calendar_url=self.calendar_url,
        )
