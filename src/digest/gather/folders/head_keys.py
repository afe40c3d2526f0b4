"""The keys of a file's head: ours, those that other programs write, and the others."""

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from digest.gather import limits
from digest.gather.folders.head_syntax import FileParts
from digest.gather.markup.clean_text import one_line
from digest.model.posts.items import EventState

# What a key is called elsewhere: Hugo, Jekyll, Eleventy, Pelican, Obsidian, Ghost.
# Of several the first one counts; but topics are those of all of them.
_ELSEWHERE = {
    "published": (
        *("date", "publishdate", "publish_date", "published_at", "pubdate"),
        *("datetime", "created", "lastmod", "updated", "modified"),
    ),
    "topics": ("tags", "tag", "categories", "category", "keywords"),
    "summary": ("description", "excerpt"),
    "author": ("authors",),
    "language": ("lang", "locale"),
}
_OURS = (
    *("title", "byline", "author", "role", "organisation", "published", "url"),
    *("topics", "summary", "picture", "picture_alt", "picture_caption", "kind"),
    *("starts", "ends", "zone", "place", "joining_url", "booking_phone", "status"),
    *("key", "draft", "language"),
)
# What is called otherwise here, and means a little else.
_INSTEAD = {
    **dict.fromkeys(("image", "images", "cover", "featured_image"), "picture"),
    **dict.fromkeys(("thumbnail", "banner", "feature_image", "img"), "picture"),
    **dict.fromkeys(("alt", "image_alt", "cover_alt"), "picture_alt"),
    **dict.fromkeys(("location", "venue", "where"), "place"),
    **dict.fromkeys(("start", "start_date", "begins", "when"), "starts"),
    **dict.fromkeys(("end", "end_date", "until"), "ends"),
    **dict.fromkeys(("timezone", "tz"), "zone"),
    **dict.fromkeys(("link", "canonical", "canonical_url", "external_url"), "url"),
    **dict.fromkeys(("subtitle", "lead", "intro", "teaser"), "summary"),
    **dict.fromkeys(("headline", "name"), "title"),
    "organization": "organisation",
}
# What only lays out a website, and is of no use to anybody here.
_LAYOUT = frozenset(
    {
        *("layout", "template", "theme", "permalink", "slug", "weight", "order"),
        *("type", "id", "uid", "aliases", "redirect_from", "toc", "comments"),
        *("sitemap", "series", "menu", "nav_order", "parent", "cascade", "outputs"),
        *("headless", "math", "mathjax", "markup"),
        *("css", "cssclasses", "cssclass", "js", "robots", "pin", "featured", "params"),
        *("share", "social", "search", "linktitle", "expirydate", "translationkey"),
        *("save_as", "translation"),
        *("reading_time", "author_profile", "classes", "header", "sidebar", "icon"),
    }
)
_YES = frozenset({"true", "yes", "on", "y", "1"})
_NO = frozenset({"false", "no", "off", "n", "0"})
_UNPUBLISHED = frozenset(
    {"draft", "hidden", "private", "pending", "unpublished", "skip"}
)
_PUBLISHED = frozenset({"publish", "published", "public", "live"})


@dataclass(frozen=True, slots=True)
class HeadKeys:
    """A head's values by our keys; `written` is each one's own key and line."""

    values: Mapping[str, Any]
    written: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    unknown: tuple[tuple[str, int], ...] = ()
    is_draft: bool = False

    @classmethod
    def of(cls, parts: FileParts) -> "HeadKeys":
        """Return the keys of a head.

        Raises ValueError, in words, where it cannot be told whether it is a draft.
        """
        names = {_plain(name): name for name in parts.values}
        values: dict[str, Any] = {}
        written: dict[str, tuple[str, int]] = {}
        is_draft = _is_draft(names, parts)
        for key in _OURS:
            for name in (key, *_ELSEWHERE.get(key, ())):
                own = names.pop(name, None)
                value = parts.values.get(own or "", "")
                if own is None or (key == "published" and _answer(value) is not None):
                    continue
                written.setdefault(key, (own, parts.lines.get(own, 0)))
                if key == "topics":
                    value = [*values.get(key, ()), *_list(value)]
                values[key] = value if key == "topics" else values.get(key, value)
        unknown = tuple(
            (own, parts.lines.get(own, 0))
            for name, own in names.items()
            if name not in _LAYOUT and name != "publish"
        )
        return cls(values, written, unknown, is_draft)

    def remarks(self, instead_of: str = "") -> Iterator[str]:
        """Yield what is to be told of each key that means nothing here.

        Or of those alone that were to be `instead_of` another, by our name for it.
        """
        for name, line in self.unknown:
            words = one_line(name)[: limits.NAME_LENGTH]
            instead = _INSTEAD.get(_plain(name)) or _nearest(_plain(name))
            cure = f'write "{instead}"' if instead else "take it away"
            if instead_of in {"", instead}:
                yield f'has "{words}"{_at(line)}, which means nothing here: {cure}'

    def place(self, key: str) -> str:
        """Return how a value is called in words: its key as written, and its line."""
        name, line = self.written.get(key, (key, 0))
        return f'"{one_line(name)}"{_at(line)}'


def is_known(name: str) -> bool:
    """Whether a key means something, here or to a program that writes such files."""
    return _plain(name) in {*_all_keys(), *_LAYOUT, "publish"}


def may_be_known(name: str) -> bool:
    """Whether a key means something, or is another's word for it or a slip of it."""
    plain = _plain(name)
    return is_known(name) or plain in _INSTEAD or bool(_nearest(plain))


def is_title(name: str) -> bool:
    """Whether a key is that of a title, or a slip of it."""
    return _nearest(_plain(name)) == "title"


def is_state(name: str, value: str) -> bool:
    """Whether it says that a file is a draft, or is none."""
    if _plain(name) == "status":
        return value.strip().lower() in {*_UNPUBLISHED, *_PUBLISHED}
    is_yes_or_no = _plain(name) in {"draft", "published", "publish"}
    return is_yes_or_no and _answer(value) is not None


def _nearest(name: str) -> str:
    near = difflib.get_close_matches(name, _all_keys(), 1, 0.7)
    return near[0] if near else ""


def _at(line: int) -> str:
    return f" in line {line}" if line else ""


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


def _all_keys() -> list[str]:
    return [*_OURS, *(name for names in _ELSEWHERE.values() for name in names)]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else str(value).split(",")


def _answer(value: Any) -> bool | None:
    """Return a yes or a no, and None for what is neither."""
    word = value.strip().lower() if isinstance(value, str) else ""
    return True if word in _YES else False if word in _NO else None


def _is_draft(names: Mapping[str, str], parts: FileParts) -> bool:
    """Whether its head keeps a file back, in the words of any of these programs."""
    for name, means_draft in (
        ("draft", True),
        ("published", False),
        ("publish", False),
    ):
        own = names.get(name)
        answer = _answer(parts.values.get(own or "", ""))
        if answer is means_draft:
            return True
        if name == "draft" and own and answer is None and parts.values[own] != "":
            line = _at(parts.lines.get(own, 0))
            raise ValueError(f'has a "draft"{line} that is neither true nor false')
    status = parts.values.get(names.get("status", ""), "")
    word = status.strip().lower() if isinstance(status, str) else ""
    if word in {*_UNPUBLISHED, *_PUBLISHED, *EventState, ""}:
        return word in _UNPUBLISHED
    states = ", ".join((*EventState, "draft"))
    raise ValueError(f'has the status "{one_line(word)[:40]}": write one of {states}')
