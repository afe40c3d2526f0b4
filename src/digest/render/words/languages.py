"""Language tags, and what follows from one: its locale, its direction, its kin."""

import re
from functools import lru_cache

from babel import Locale, UnknownLocaleError

from digest.model.posts.text_language import TextLanguage

ENGLISH = "en-GB"
_TAG = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8}){0,4}")


def language_tag(language: str) -> str:
    """Return the tag for Content-Language and lang, never anything but a tag."""
    return language if _TAG.fullmatch(language) else ENGLISH


def locale_of(language: str) -> Locale:
    """Return the locale of a language tag such as en-GB; English where unknown."""
    return _known_locale(language) or Locale.parse(ENGLISH, sep="-")


def own_name(language: str) -> str:
    """Return what a language calls itself, as one who reads it looks for it."""
    name = locale_of(language).get_display_name() or language
    return f"{name[0].upper()}{name[1:]}"


def staff_name(language: str) -> str:
    """Return what staff, who read English, call a language; its tag where unknown."""
    locale = _known_locale(language)
    name = locale.get_display_name(locale_of(ENGLISH)) if locale else None
    return name or language


def known_language(language: str) -> str:
    """Return the language, or English where nobody knows it."""
    return language if _known_locale(language) else ENGLISH


@lru_cache(maxsize=256)
def _known_locale(language: str) -> Locale | None:
    for tag in (language, primary(language)):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


def direction(language: str) -> str:
    """Return "rtl" for a language written from right to left, else "ltr"."""
    return TextLanguage.of(language).direction


def primary(language: str) -> str:
    """Return the language of a tag without its territory: "en" of en-GB."""
    return language.partition("-")[0].casefold()
