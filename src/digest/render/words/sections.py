"""What the headings above the sections of an edition say."""

from collections.abc import Sequence

from digest.model.campaigns.campaign import SectionKind
from digest.model.editions.edition import OTHER_POSTS, Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.text_language import TextLanguage
from digest.render.words.catalogue import Phrase, Words, words_of
from digest.render.words.item_language import foreign, page_language
from digest.render.words.languages import language_tag


def section_headings(variant: Variant) -> Sequence[Phrase]:
    """Return what stands above each post of the variant: "" but where one begins."""
    words, before = words_of(variant), ""
    headings = []
    for section in variant.sections:
        begins = section and section != before
        headings.append(_heading(section, variant, words) if begins else Phrase("", ""))
        before = section
    return headings


def _heading(section: str, variant: Variant, words: Words) -> Phrase:
    if section == OTHER_POSTS:
        # Translators: the heading above posts that are in no section of their own.
        return words.gettext("More")
    # A topic, or the name of a source, which has hyphens for spaces.
    is_name = variant.campaign.sections is SectionKind.SOURCE
    text = cleaned(section.replace("-", " ") if is_name else section)
    around = TextLanguage.of(language_tag(variant.campaign.language))
    return foreign(text[:1].upper() + text[1:], around, page_language(variant))
