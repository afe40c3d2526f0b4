"""What letters of an edition cannot print, told to staff before anything is posted."""

from collections.abc import Iterable, Iterator

from digest.model.editions.edition import Variant
from digest.model.posts.blocks import texts
from digest.model.posts.items import Item
from digest.render.letter.fonts import EXTRA, EXTRA_NAMES
from digest.render.letter.printable_text import (
    can_print_language,
    is_mostly_unprintable,
    unprintable_scripts,
)
from digest.render.words.catalogue import words_for
from digest.render.words.languages import ENGLISH, locale_of


def words_of_item(item: Item) -> str:
    """Return all words of an item's own that a letter prints."""
    return " ".join((item.title, *texts(item.body), "" if item.body else item.summary))


def is_unprintable(item: Item) -> bool:
    """Whether next to nothing of an item can be printed."""
    return is_mostly_unprintable(words_of_item(item))


def told_to_staff(variant: Variant) -> Iterator[str]:
    """Yield a line for each thing that readers of the letter have to do without."""
    words = words_for(ENGLISH)
    if not can_print_language(variant.language):
        name = locale_of(variant.language).english_name or variant.language
        yield (
            f"readers who asked for {name} get our own words in another language: no"
            f" font here has its letters{_cure([name.split(' ')[0]])}"
        )
    for item in variant.items:
        scripts = unprintable_scripts(words_of_item(item), words)
        if not scripts:
            continue
        share = "is" if is_unprintable(item) else "has words"
        title = item.title if not is_mostly_unprintable(item.title) else item.key
        yield (
            f"“{title}” {share} in {' and '.join(scripts)} letters, which no font here"
            f" has: readers are told so in its place{_cure(scripts)}"
        )


def _cure(names: Iterable[str]) -> str:
    return f"; {EXTRA}" if EXTRA_NAMES.intersection(names) else ""
