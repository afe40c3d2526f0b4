"""An event's words, as people and their calendars write them, made fit to read."""

import html
import re
from dataclasses import dataclass

from digest.gather import limits
from digest.gather.calendars.ics.answer import ComponentWords
from digest.gather.markup import addresses
from digest.gather.markup.html import to_blocks
from digest.gather.markup.words import cleaned, one_line
from digest.model.posts.blocks import Block

_MARKUP = re.compile(
    r"</?(a|b|br|div|em|h[1-6]|html|i|li|ol|p|span|strong|u|ul)\b", re.I
)
_BROKEN_INTO_LINES = re.compile(r"<(br|p|div|li)\b", re.I)
_PARAGRAPHS = re.compile(r"\n[ \t]*\n\s*")
_LINES = re.compile(r"\s*\n\s*")
_ADDRESS = re.compile(r'https?://[^\s<>"]+', re.I)
_STOPS = ".,;:!?)]'"
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


@dataclass(frozen=True, slots=True)
class EventText:
    """What an event says, in our own terms."""

    title: str
    place: str
    joining_url: str
    url: str
    topics: tuple[str, ...]
    body: tuple[Block, ...]


def said_by(words: ComponentWords) -> EventText:
    """Return what an event says; instructions that a calendar added are left out.

    Raises ValueError, in words, where it has no title or its text is too much.
    """
    title = one_line(words.title)
    if not title:
        raise ValueError("has no title: give it one")
    is_address = bool(_ADDRESS.fullmatch(words.place.strip()))
    topics = filter(
        None, (one_line(one)[: limits.TOPIC_LENGTH] for one in words.topics)
    )
    return EventText(
        title=_shortened(title, limits.TITLE_LENGTH),
        place="" if is_address else _place(words.place),
        joining_url=_joining(words, is_address),
        url=addresses.web(words.url, "") or "",
        topics=tuple(dict.fromkeys(topics)),
        body=_body(words),
    )


def _shortened(title: str, most: int) -> str:
    if len(title) <= most:
        return title
    return title[:most].rpartition(" ")[0] + "\u2026"


def _place(said: str) -> str:
    lines = cleaned(said).strip().replace(",\n", "\n")
    return _shortened(one_line(_LINES.sub(", ", lines)), limits.PLACE_LENGTH)


def _joining(words: ComponentWords, place_is_address: bool) -> str:  # noqa: FBT001 - one fact
    if words.joining_url:
        return addresses.web(words.joining_url, "") or ""
    if place_is_address:
        return addresses.web(words.place, "") or ""
    for text in (words.place, words.text):
        for found in _ADDRESS.finditer(html.unescape(text)):
            if _VIDEO_CALLS.search(found[0]):
                return addresses.web(found[0].rstrip(_STOPS), "") or ""
    return ""


def _body(words: ComponentWords) -> tuple[Block, ...]:
    text = cleaned(words.text)
    for line, sign in _ADDED:
        text = _without(line, sign, text)
    if _MARKUP.search(text):
        if not _BROKEN_INTO_LINES.search(text):
            text = text.replace("\n", "<br>")
        return to_blocks(text, "")
    if not text.strip():
        return to_blocks(words.html, "")
    parts = _PARAGRAPHS.split(text.strip())
    return to_blocks("".join(f"<p>{_linked(part)}</p>" for part in parts), "")


def _without(line: re.Pattern[str], sign: str, text: str) -> str:
    """Return the text without the parts between two such lines that hold the sign."""
    parts = line.split(text)
    kept = [
        part for n, part in enumerate(parts) if not (n % 2 and sign in part.lower())
    ]
    return "\n\n".join(kept) if len(parts) > len(kept) else text


def _linked(part: str) -> str:
    """Return plain text as HTML, with its addresses as links."""
    made, at = [], 0
    for found in _ADDRESS.finditer(part):
        url = found[0].rstrip(_STOPS)
        made.append(html.escape(part[at : found.start()]))
        made.append(f'<a href="{html.escape(url)}">{html.escape(url)}</a>')
        at = found.start() + len(url)
    made.append(html.escape(part[at:]))
    return "".join(made).strip().replace("\n", "<br>")
