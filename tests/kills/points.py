"""The named instants at which a run is killed, and who sees each of them come."""

from enum import StrEnum


class Point(StrEnum):
    """An instant of a run, in the order in which they come."""

    EDITION_CREATED = "edition created"
    HALF_PLANNED = "readers half planned"
    CLAIM_COMMITTED = "claim committed"
    CONNECTED = "connected"
    AFTER_MAIL = "after MAIL"
    AFTER_RCPT = "after RCPT"
    MID_DATA = "mid-DATA"
    DOT_SENT = "dot sent, reply unread"
    REPLY_READ = "reply read, not committed"
    COMMITTED = "committed"
    BOUNCE = "bounce half processed"
    LEAVING = "leaving mid-run"
    RANDOM = "a random instant"


IN_PLANNING = (Point.EDITION_CREATED, Point.HALF_PLANNED)
SEEN_BY_SINK = frozenset(
    {
        Point.CONNECTED,
        Point.AFTER_MAIL,
        Point.AFTER_RCPT,
        Point.MID_DATA,
        Point.DOT_SENT,
    }
)
# The most occurrences that are let pass before the kill.
LATEST = {
    Point.EDITION_CREATED: 1,
    Point.HALF_PLANNED: 3,
    Point.CLAIM_COMMITTED: 2,
    Point.CONNECTED: 8,
    Point.BOUNCE: 6,
}
