"""Languages as Typst takes them, by their tags."""

from typing import Any

from digest.model.posts.text_language import TextLanguage

_WRITTEN_IN = {"Hant": "TW"}


def typst_language(language: str) -> dict[str, Any]:
    """Return the language of that tag as Typst takes it."""
    primary, *others = language.split("-")
    regions = [part.upper() for part in others if len(part) == 2]
    # Fonts know the letters of a script by where it is written.
    regions += [_WRITTEN_IN[part] for part in others if part in _WRITTEN_IN]
    return {
        "lang": primary.lower(),
        "region": next(iter(regions), None),
        "dir": str(TextLanguage.of(language).direction),
    }
