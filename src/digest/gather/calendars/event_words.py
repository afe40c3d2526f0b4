"""An event's words, as people and their calendars write them, made fit to read."""

import html
import re
from collections.abc import Iterator

from digest.gather import limits
from digest.gather.calendars.ics.answer import ComponentWords
from digest.gather.items.raw_item import Blocks, RawItem, topics_within
from digest.gather.markup.clean_text import cleaned, one_line
from digest.gather.markup.html import to_blocks
from digest.model.posts.shortening import shortened

_MARKUP = re.compile(
    r"</?(a|b|br|div|em|h[1-6]|html|i|li|ol|p|span|strong|u|ul)\b", re.I
)
_BROKEN_INTO_LINES = re.compile(r"<(br|p|div|li)\b", re.I)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_LINES = re.compile(r"\s*\n\s*")
_ADDRESS = re.compile(r'https?://[^\s<>"]+', re.I)
_STOPS = ".,;:!?)]'"
# What led to an address that is taken out of a line.
_LEADING = " \t-\u2013\u2014:|,;([<>"
_LEADS_THERE = re.compile(
    r"\b(?:(?:to )?join(?: us| in)?|link|zoom|online)"
    r"(?: (?:at|by|here|on|via))?$",
    re.I,
)
# What Google and Outlook put around the instructions they add by themselves.
_ADDED = (
    (re.compile(r"^-::[~:]+::-[ \t]*$", re.M), "google.com"),
    (re.compile(r"^_{20,}[ \t]*$", re.M), "teams."),
)
_VIDEO_CALLS = re.compile(
    r"//(meet\.google\.com/[a-z]|([\w-]+\.)?zoom\.us/(j|my|w|wc)/|"
    r"teams\.(microsoft|live)\.com/(l/meetup-join|meet)/|([\w-]+\.)?webex\.com/|"
    r"meet\.jit\.si/|whereby\.com/)",
    re.I,
)
_MAPS = re.compile(
    r"//(maps\.app\.goo\.gl/|goo\.gl/maps|maps\.google\.|(www\.)?google\.[a-z.]+/maps|"
    r"maps\.apple\.com/|(www\.)?openstreetmap\.org/|w3w\.co/|what3words\.com/)",
    re.I,
)
# What a mail program puts before the subject of a meeting that was passed on. "RE:" by
# itself may be religious education.
_PASSED_ON = re.compile(r"^\s*fwd?\s*:(?:\s*(?:fwd?|re)\s*:)*\s*", re.I)
_CALL = re.compile(rf'https?:(?:{_VIDEO_CALLS.pattern})[^\s<>"]*', re.I)


# Where the fields of an event stand in its calendar.
_ORIGINS = {
    "key": "UID",
    "title": "SUMMARY",
    "starts": "DTSTART",
    "ends": "DTEND or DURATION",
    "all_day": "DTSTART, which is a day",
    "zone": "the time zone of DTSTART, the calendar's own or the campaign's",
    "place": "LOCATION",
    "joining_url": "CONFERENCE, LOCATION or DESCRIPTION",
    "url": "URL",
    "topics": "CATEGORIES",
    "body": "DESCRIPTION",
    "state": "STATUS",
}


def raw_event(words: ComponentWords) -> RawItem:
    """Return an event without its times; instructions that a calendar added are cut.

    An address in its title is no part of it, as it may let in whoever has it, and is
    too long to read: one of a video call is the link to join. Raises ValueError, in
    words, where it has no title or its text is too much.
    """
    title = _PASSED_ON.sub("", _without_addresses(words.title, _ADDRESS), count=1)
    if not one_line(title):
        why = "has an address for its title" if words.title.strip() else "has no title"
        raise ValueError(f"{why}: give it one")
    place = _without_addresses(cleaned(words.place), _CALL).strip()
    is_address = bool(_ADDRESS.fullmatch(words.place.strip()))
    line = one_line(_LINES.sub(", ", place.replace(",\n", "\n")))
    calls = (address for address in _addresses(words) if _VIDEO_CALLS.search(address))
    is_map = bool(is_address and _MAPS.search(words.place))
    is_online = is_address and not is_map
    call = words.place if is_online else next(calls, "").rstrip(_STOPS)
    return RawItem(
        title=title,
        place="" if is_address else shortened(line, limits.PLACE_LENGTH),
        joining_url=words.joining_url or call,
        url=words.url or (words.place if is_map else ""),
        topics=topics_within(words.topics),
        body=_body(words),
        origins=_ORIGINS,
    )


def _addresses(words: ComponentWords) -> Iterator[str]:
    for text in (words.place, words.text, words.title):
        yield from _ADDRESS.findall(html.unescape(text))


def _without_addresses(line: str, address: re.Pattern[str]) -> str:
    """Return the line as it is without such addresses, or what only leads to one."""
    parts = address.sub("\0", line).split("\0")
    if len(parts) == 1:
        return line
    words = (part.strip(_LEADING + _STOPS) for part in parts)
    words = (
        _LEADS_THERE.sub("", part).rstrip(_LEADING + _STOPS) or part for part in words
    )
    return ", ".join(filter(None, words))


def _body(words: ComponentWords) -> Blocks:
    text = cleaned(words.text)
    for line, sign in _ADDED:
        # What stands between two such lines and holds the sign is the calendar's.
        parts = line.split(text)
        own = [p for n, p in enumerate(parts) if not (n % 2 and sign in p.lower())]
        text = "\n\n".join(own) if len(parts) > len(own) else text
    if _MARKUP.search(text):
        if not _BROKEN_INTO_LINES.search(text):
            text = text.replace("\n", "<br>")
        return to_blocks(text, "")
    if not text.strip():
        return to_blocks(words.html, "")
    parts = _PARAGRAPHS.split(text.strip())
    return to_blocks("".join(f"<p>{_linked(part)}</p>" for part in parts), "")


def _linked(part: str) -> str:
    """Return plain text as HTML, with its addresses as links."""
    linked, at = [], 0
    for address in _ADDRESS.finditer(part):
        url = address[0].rstrip(_STOPS)
        linked.append(html.escape(part[at : address.start()]))
        linked.append(f'<a href="{html.escape(url)}">{html.escape(url)}</a>')
        at = address.start() + len(url)
    linked.append(html.escape(part[at:]))
    return "".join(linked).strip().replace("\n", "<br>")
