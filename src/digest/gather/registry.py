"""Which reader reads which kind of source: one line each."""

from collections.abc import Mapping

from digest.gather.calendars.calendar import read_calendar
from digest.gather.feeds.feed import read_feed
from digest.gather.folders.folder import read_folder
from digest.gather.items.reading import SourceReader
from digest.gather.pages.page import read_page
from digest.gather.wordpress.export import read_wordpress
from digest.model.campaigns.campaign import SourceKind

READERS: Mapping[SourceKind, SourceReader] = {
    SourceKind.CALENDAR: read_calendar,
    SourceKind.FEED: read_feed,
    SourceKind.FOLDER: read_folder,
    SourceKind.PAGE: read_page,
    SourceKind.WORDPRESS: read_wordpress,
}
