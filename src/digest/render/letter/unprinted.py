"""What letters of an edition cannot print, told to staff before anything is posted."""

from collections.abc import Iterator

from digest.model.editions.edition import Variant
from digest.model.posts.blocks import texts
from digest.model.posts.items import Item
from digest.render.paper.fonts import cure_for
from digest.render.paper.printable_text import (
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
    """Yield a line for each thing that readers of the letter have to do without.

    The last says what to do, where anything can be done.
    """
    words = words_for(ENGLISH)
    lacking = list[str]()
    if not can_print_language(variant.language):
        name = locale_of(variant.language).english_name or variant.language
        lacking.append(name.split(" ")[0])
        yield (
            f"readers who asked for {name} get our own words in another language: no"
            " font here has its letters"
        )
    for item in variant.items:
        scripts = unprintable_scripts(words_of_item(item), words)
        if not scripts:
            continue
        lacking += scripts
        title = item.title if not is_mostly_unprintable(item.title) else item.key
        share, place = ("is", "its") if is_unprintable(item) else ("has words", "their")
        yield (
            f"“{title}” {share} in {words.listed(scripts)} letters, which no font here"
            f" has: readers are told so in {place} place"
        )
    if cure := cure_for(lacking):
        yield (
            "Chinese, Japanese and Korean letters need a font that is not here, and"
            f" are printed from the next edition on: {cure}, and start digest again"
        )
