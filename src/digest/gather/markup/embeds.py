"""Recordings that a page plays inside itself, as links that can be followed."""

import re
from typing import Any

from digest.gather.markup import addresses
from digest.gather.markup.elements import tags

EMBEDS = tags("iframe video audio embed")
_VIDEO, _AUDIO = "Watch the video", "Listen to the recording"
# The players of others, by address, and where the same stands as a page.
_PLAYERS = (
    (
        r"(?:www\.)?youtube(?:-nocookie)?\.com/embed/([\w-]{6,})",
        "www.youtube.com/watch?v={}",
    ),
    (r"player\.vimeo\.com/video/(\d+)", "vimeo.com/{}"),
    (
        r"(?:www|geo)\.dailymotion\.com/(?:embed|player)/video/(\w+)",
        "www.dailymotion.com/video/{}",
    ),
    (r"([\w.-]+)/videos/embed/([\w-]+)", "{}/w/{}"),  # PeerTube
)
_PAGES = tuple((re.compile(rf"https?://{player}"), page) for player, page in _PLAYERS)
_SOUND = re.compile(
    r"https?://(?:w\.soundcloud\.com/player|open\.spotify\.com/embed|"
    r"(?:www\.)?mixcloud\.com/widget|bandcamp\.com/EmbeddedPlayer)"
)


def embedded(element: Any, base: str) -> tuple[str, str] | None:
    """Return the words and the address of a link to what an element plays, if any.

    Of other frames nothing is known: most are advertisements and forms.
    """
    source = element.find(".//source") if element.tag in {"video", "audio"} else None
    src = element.get("src") or (source.get("src") if source is not None else "")
    address = addresses.web(src or "", base)
    if address is None:
        return None
    if element.tag in {"video", "audio"}:
        return (_VIDEO if element.tag == "video" else _AUDIO), address
    for player, page in _PAGES:
        if match := player.match(address):
            return _VIDEO, "https://" + page.format(*match.groups())
    return (_AUDIO, address) if _SOUND.match(address) else None
