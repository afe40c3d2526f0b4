"""In which language an item's words are, beside that of the page around them."""

from digest.model.editions.edition import Variant
from digest.model.posts.items import Item
from digest.model.posts.text_language import (
    UNKNOWN,
    TextLanguage,
    item_language,
    text_language,
)
from digest.render.words.catalogue import Phrase
from digest.render.words.languages import language_tag, primary


def page_language(variant: Variant) -> TextLanguage:
    """Return the language of the words that we put around a variant's items."""
    return TextLanguage.of(language_tag(variant.language))


def language_in(item: Item, variant: Variant) -> TextLanguage:
    """Return the language of an item: the campaign's unless it has one of its own."""
    return item_language(item, TextLanguage.of(language_tag(variant.campaign.language)))


def settled(language: TextLanguage, page: TextLanguage) -> TextLanguage:
    """Return a language, the page's for one that nobody can tell but that runs alike.

    Words of no known language are read out in that of the page at best.
    """
    is_alike = language.tag == UNKNOWN and language.direction is page.direction
    return TextLanguage(page.tag, language.direction) if is_alike else language


def foreign(words: str, around: TextLanguage, page: TextLanguage) -> Phrase:
    """Return some words of an item, which say their language if it is not the page's.

    `around` is the language of the item.
    """
    tag = settled(text_language(words, around), page).tag
    return Phrase(words, "" if primary(tag) == primary(page.tag) else tag)
