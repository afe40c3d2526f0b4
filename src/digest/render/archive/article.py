"""An edition as part of a web page: as its email has it, with nothing of a reader."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from markupsafe import Markup

from digest.model.editions.edition import Variant
from digest.model.posts.blocks import Block
from digest.model.posts.items import Event
from digest.model.posts.pictures import PictureHosting
from digest.model.posts.text_language import TextLanguage
from digest.render.email.compile import allowed
from digest.render.email.contents import contents, fullest
from digest.render.email.entries import Depth, EmailEntry, calendar_link, entry_of
from digest.render.email.html_blocks import BlockMarkup, HtmlBlocks
from digest.render.email.html_words import html_words, language_attributes, marked
from digest.render.email.pictures import EmailPictures
from digest.render.email.subject import counted, subject
from digest.render.options import RenderOptions
from digest.render.templates import environment, macros, rendered
from digest.render.words.catalogue import Phrase, Words, words_for, words_of
from digest.render.words.dates import day_in_words
from digest.render.words.item_language import page_language
from digest.render.words.languages import ENGLISH, direction, language_tag


@dataclass(frozen=True, slots=True)
class Article:
    """An edition or an event for a web page: its title, and the markup below that.

    `when` says its day, `holds` how many posts and events there are. `language` and
    `direction` are those of the words in it.
    """

    title: str
    when: str
    holds: str
    language: str
    direction: str
    body: Markup


def edition_article(
    variant: Variant, options: RenderOptions, *, has_list: bool = True
) -> Article:
    """Return an edition as anybody may read it, each post as the email has it in full.

    Nothing in it is of a reader: no name, no address, no link of their own. Without
    `has_list` it has no list of contents, whose links lead within a page. Raises
    RenderError.
    """
    issue = contents(variant, fullest(variant), options.calendar_url)
    context = {"issue": issue, "has_list": has_list}
    return Article(
        title=subject(variant),
        when=day_in_words(variant.slot, variant.campaign.timezone, words_of(variant)),
        holds=counted(variant.items, words_of(variant)),
        language=language_tag(variant.language),
        direction=direction(variant.language),
        body=_markup("edition.html", variant, options, context),
    )


def event_article(
    variant: Variant, event: Event, options: RenderOptions, calendar_href: str
) -> Article:
    """Return one event of a variant's campaign, with all that is known of it.

    Raises RenderError.
    """
    entry: EmailEntry = entry_of(variant, event, Depth.FULL, "event")
    link = calendar_link(event, variant, calendar_href)
    return Article(
        title=entry.title,
        when=entry.day,
        holds="",
        language=language_tag(variant.language),
        direction=direction(variant.language),
        body=_markup("event.html", variant, options, {"entry": entry, "link": link}),
    )


def note_as_markup(
    note: Iterable[Block], language: str, templates_dir: Path | None
) -> Markup:
    """Return a note in that language as a page of staff's has it, in English.

    As an edition on the web has it: escaped, with nothing that is no block. Raises
    RenderError.
    """
    english, written = (
        TextLanguage.of(language_tag(each)) for each in (ENGLISH, language)
    )
    markup = _block_markup(templates_dir, words_for(ENGLISH))
    no_pictures = EmailPictures({}, PictureHosting.NONE, "")
    blocks = HtmlBlocks(markup, no_pictures, 1, written, english).write(note)
    return Markup(allowed(blocks))  # noqa: S704 - escaped where it is written


def _block_markup(templates_dir: Path | None, words: Words) -> BlockMarkup:
    templates = environment(templates_dir, "web", marked)
    return BlockMarkup(
        macros(templates, "public/article/blocks.html", html_words(words)),
        language_attributes,
    )


def _markup(
    name: str, variant: Variant, options: RenderOptions, context: dict[str, object]
) -> Markup:
    templates = environment(options.templates_dir, "web", marked)
    words = html_words(words_of(variant))
    markup = _block_markup(options.templates_dir, words_of(variant))
    hosting = variant.campaign.pictures
    if hosting is not PictureHosting.NONE:
        hosting = PictureHosting.HOSTED
    pictures = EmailPictures(options.pictures, hosting, options.hosted_at)
    page = page_language(variant)

    def blocks(blocks: Iterable[Block], above: int, language: TextLanguage) -> Markup:
        return HtmlBlocks(markup, pictures, above, language, page).write(blocks)

    def attributes_of(phrase: Phrase) -> Markup:
        return language_attributes(TextLanguage.of(phrase.lang or page.tag), page)

    parts = {**words, **context, "blocks": blocks, "attributes": attributes_of}
    text = rendered(templates, f"public/article/{name}", parts)
    return Markup(allowed(text))  # noqa: S704 - escaped where it is written
