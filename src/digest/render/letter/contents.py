"""An edition as a letter says it: every post in full, then events, then us."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from digest.model.editions.edition import Variant
from digest.model.posts.blocks import TextSpan, texts
from digest.model.posts.items import Event, Item, Post
from digest.model.posts.pictures import shows
from digest.model.posts.text_language import (
    TextLanguage,
    item_language,
    text_language,
)
from digest.render.letter.address_zones import GEOMETRIES, SheetGeometry
from digest.render.letter.blocks import (
    BlockTypesetter,
    Json,
    LetterPictures,
    in_language,
    is_same_language,
    lang_of,
)
from digest.render.letter.directions import directed
from digest.render.letter.ending import Ending, ending_of
from digest.render.letter.links import PrintedAddresses, Shorten
from digest.render.letter.unprinted import is_unprintable, words_of_item
from digest.render.limits import CONTENTS_FROM, MASTHEAD_WORD_LENGTH
from digest.render.paper.languages import typst_language
from digest.render.paper.printable_text import (
    all_printable,
    breakable,
    can_print_language,
    printable,
    unprintable_scripts,
)
from digest.render.words.catalogue import Phrase, Words, words_of
from digest.render.words.dates import day_in_words
from digest.render.words.event_times import headline, is_off, times
from digest.render.words.languages import ENGLISH, known_language
from digest.render.words.link_labels import link_labels, link_words
from digest.render.words.sections import section_headings
from digest.render.words.whats_on import coming_days, more_on


@dataclass(frozen=True, slots=True)
class LetterSetup:
    """What it takes to write a letter out: the sheet, its pictures, words, links.

    `reader` is the language of the letter, `campaign` that of posts which do not
    show another.
    """

    geometry: SheetGeometry
    size: int
    pictures: LetterPictures
    shorten: Shorten
    words: Words
    reader: TextLanguage
    campaign: TextLanguage
    table_width: float

    def typesetter(self, language: TextLanguage | None = None) -> BlockTypesetter:
        """Return one for a post or an event: each gives its own addresses.

        It sets words of that language, or of the letter's.
        """
        return BlockTypesetter(
            self.size,
            self.geometry.line_mm,
            self.pictures,
            PrintedAddresses(self.shorten),
            self.words,
            table_width=self.table_width,
            language=language or self.reader,
        )

    def language_of(self, item: Item) -> TextLanguage:
        """Return the language of an item's own words."""
        return item_language(item, self.campaign)

    def own(self, blocks: Iterable[Json], item: Item) -> Iterator[Json]:
        """Yield blocks of an item's own words, in their language."""
        return in_language(blocks, self.language_of(item), self.reader)

    def phrase(self, text: str, item: Item) -> Phrase:
        """Return words of an item with their language, "" where it is the letter's."""
        language = text_language(text, self.language_of(item))
        is_readers = is_same_language(language, self.reader)
        return Phrase(text, "" if is_readers else language.tag)

    def title(self, item: Item) -> Phrase:
        """Return what the letter calls an item."""
        for title in (item.title, item.summary):
            if printable(title, self.words).strip():
                return self.phrase(printable(title, self.words), item)
        return self.words.gettext("News")

    def heading(self, level: int, item: Item, mark: str = "") -> Iterator[Json]:
        """Yield an item's title, as a heading in its own language."""
        title = self.title(item)
        language = text_language(title, self.language_of(item))
        heading = self.typesetter(language).heading(level, title, mark)
        return in_language([heading], language, self.reader)


@dataclass(frozen=True, slots=True)
class LetterForm:
    """In how many words a letter ends, and whether its gaps are somewhat smaller.

    And whether it `says_why` its reader gets it.
    """

    ending: Ending = Ending.FULL
    tight: bool = False
    says_why: bool = True


def letter_job(
    variant: Variant, pictures: LetterPictures, shorten: Shorten, form: LetterForm
) -> dict[str, Any]:
    """Return all that the letter's template is told, but for the recipient.

    A language whose letters no font of ours has gives way to the campaign's.
    """
    variant = in_printable_language(variant)
    campaign = variant.campaign
    words = words_of(variant)
    sheet = GEOMETRIES[campaign.letter.envelope]
    points = variant.format.points
    geometry = sheet.with_lines_for(points, is_rtl=words.is_rtl)
    setup = LetterSetup(
        geometry,
        points,
        pictures,
        shorten,
        words,
        TextLanguage.of(variant.language),
        TextLanguage.of(campaign.language),
        sheet.line_mm,
    )
    typesetter = setup.typesetter()
    date = day_in_words(variant.slot, campaign.timezone, words)
    # Translators: the title of a letter whose campaign has none.
    masthead = printable(campaign.title, words) or words.gettext("News")
    blocks = [
        *_blocks(variant, setup),
        *_goodbye(variant, setup),
        *ending_of(variant, typesetter, form.ending, says_why=form.says_why),
    ]
    job = {
        "title": printable(f"{campaign.title}: {date}", words),
        "masthead": breakable(masthead, MASTHEAD_WORD_LENGTH),
        "logo": pictures.logo(campaign.logo),
        "date": date,
        **typst_language(known_language(variant.language)),
        "size": setup.size,
        "tight": form.tight,
        "geometry": geometry.as_json(),
        "sender": [typesetter.say(line, 0.4) for line in campaign.letter.sender],
        "phone": printable(campaign.letter.phone, words),
        "words": _fixed_words(words),
        "proof": variant.is_proof,
        "recipient": None,
        "blocks": list(directed(blocks, str(setup.reader.direction))),
    }
    # Words of our own too: nothing that no font has reaches the compiler.
    printable_job: dict[str, Any] = all_printable(job, words)
    return printable_job


def in_printable_language(variant: Variant) -> Variant:
    """Return the variant in the first of its languages that our fonts can print."""
    languages = (variant.language, variant.campaign.language, ENGLISH)
    language = next(filter(can_print_language, languages), ENGLISH)
    return replace(variant, language=language)


def _fixed_words(words: Words) -> dict[str, Json]:
    """Return the words that the template places itself: {page} stands for a number."""
    phrases = {
        # Translators: at the foot of every page; leave {page} and {pages} as they are.
        "page_of": words.gettext("Page {page} of {pages}"),
        # Translators: across the top of a letter that is only to be checked.
        "proof": words.gettext("PROOF: not to be posted"),
        # Translators: a single word, large across each page of such a letter.
        "across": words.gettext("PROOF"),
        # Translators: the salutation where the reader's name is too long for a line.
        "reader": words.gettext("Dear reader,"),
        "salutation": words.gettext("Dear %(name)s,"),
    }
    return {name: {"t": str(words)} | lang_of(words) for name, words in phrases.items()}


def _blocks(variant: Variant, setup: LetterSetup) -> Iterator[Json]:
    posts = [item for item in variant.items if isinstance(item, Post)]
    events = sorted(
        (item for item in variant.items if isinstance(item, Event)),
        key=lambda event: event.starts,
    )
    if variant.note:
        yield from _body(note_of(variant), setup.typesetter(setup.campaign), setup)
    yield from _contents(posts, events, setup)
    headings = dict(enumerate(section_headings(variant)))
    is_in_section = False
    for number, post in enumerate(posts):
        if heading := headings.get(number):
            is_in_section = True
            yield setup.typesetter().heading(2, heading)
        level = 3 if is_in_section else 2
        yield from _post(post, f"post-{number}", setup, level)
    if events:
        yield setup.typesetter().heading(2, _events(setup.words), "events")
    for event in events:
        yield from _event(event, variant, setup)
    yield from _whats_on(variant, setup)


def _whats_on(variant: Variant, setup: LetterSetup) -> Iterator[Json]:
    days, words = coming_days(variant, setup.title), setup.words
    if days:
        yield setup.typesetter().heading(2, words.gettext("What is on"))
    for day in days:
        yield setup.typesetter().heading(3, day.day)
        for line in day.lines:
            spans = [TextSpan(line.title, strong=True)]
            if line.facts:
                spans.append(TextSpan(f". {line.facts}"))
            if line.phone:
                asking = words.gettext("To book or ask, ring")
                spans.append(TextSpan(f". {asking} {line.phone}"))
            yield setup.typesetter().paragraph(*spans)
    if more := more_on(variant):
        yield setup.typesetter().paragraph(TextSpan(more))


def note_of(variant: Variant) -> Post:
    """Return what staff say to all readers, which is set as a post without a title."""
    return Post("note", "", variant.note)


def _goodbye(variant: Variant, setup: LetterSetup) -> Iterator[Json]:
    if not variant.goodbye:
        return
    yield setup.typesetter().heading(2, setup.words.gettext("Our last edition"))
    for paragraph in variant.goodbye:
        language = text_language(paragraph, setup.campaign)
        words = setup.typesetter(language).paragraph(TextSpan(paragraph))
        yield from in_language([words], language, setup.reader)


def _contents(
    posts: Sequence[Post], events: Sequence[Event], setup: LetterSetup
) -> Iterator[Json]:
    words, typesetter = setup.words, setup.typesetter()
    titles = [
        (setup.title(post), f"post-{number}") for number, post in enumerate(posts)
    ]
    if events:
        titles.append((_events(words), "events"))
    if len(titles) < CONTENTS_FROM:
        return
    yield {
        "k": "contents",
        "title": typesetter.phrase(words.gettext("In this letter")),
        # Translators: in a list of contents; leave {page} as it is.
        "page": typesetter.phrase(words.gettext("page {page}")),
        "entries": [
            {"title": typesetter.phrase(title, 0.7), "id": mark}
            for title, mark in titles
        ],
    }


def _events(words: Words) -> Phrase:
    # Translators: the heading above the events in a letter.
    return words.gettext("Dates for your diary")


def _post(post: Post, mark: str, setup: LetterSetup, level: int) -> Iterator[Json]:
    typesetter = setup.typesetter(setup.language_of(post))
    typesetter.above = typesetter.deepest = level
    yield from setup.heading(level, post, mark)
    if post.byline:
        byline = setup.words.gettext("By %(byline)s", byline=post.byline)
        yield setup.typesetter().label(TextSpan(byline, strong=True))
    yield from _links(post, typesetter, setup, other_forms=True)
    lead = post.picture
    is_told = lead is not None and bool(lead.alt) and lead.alt in texts(post.body)
    if lead and not is_told and not shows(post.body, lead):
        yield from setup.own(typesetter.blocks((lead,)), post)
    yield from _body(post, typesetter, setup)
    yield from _links(post, typesetter, setup, other_forms=False)


def _body(
    item: Item, typesetter: BlockTypesetter, setup: LetterSetup
) -> Iterator[Json]:
    if is_unprintable(item):
        yield setup.typesetter().paragraph(TextSpan(_not_printed(item, setup.words)))
    elif item.body:
        yield from setup.own(typesetter.blocks(item.body), item)
    elif item.summary:
        summary = typesetter.paragraph(TextSpan(item.summary))
        yield from setup.own([summary], item)


def _not_printed(item: Item, words: Words) -> Phrase:
    scripts = unprintable_scripts(words_of_item(item), words)
    # Translators: instead of a post that is in letters which cannot be printed.
    return words.gettext(
        "This is in %(script)s letters, which we cannot print. Please ring or write to"
        " us, and we will find another way.",
        script=words.listed(scripts),
    )


def _links(
    post: Post, typesetter: BlockTypesetter, setup: LetterSetup, *, other_forms: bool
) -> Iterator[Json]:
    for link in post.links:
        is_elsewhere = link.kind.is_another_form != other_forms
        if is_elsewhere or typesetter.addresses.has_given(link.url):
            continue
        kind = link_labels(link.kind, setup.words).on_paper
        label = link_words(link, setup.words).strip()
        words = setup.phrase(label, post) if label else kind
        if kind.casefold() not in words.casefold():
            words = Phrase(f"{setup.words.label(kind)} {label}", kind.lang)
        yield typesetter.action(words, link.url)


def _event(event: Event, variant: Variant, setup: LetterSetup) -> Iterator[Json]:
    typesetter = setup.typesetter()
    words, printed = setup.words, typesetter.addresses.printed
    joining = "" if is_off(event) else event.joining_url
    asking = (
        words.gettext("To ask, ring")
        if is_off(event)
        # Translators: before a telephone number, of an event.
        else words.gettext("To book or ask, ring")
    )
    facts = (
        *times(event, variant.campaign.timezone, words),
        (words.gettext("Where"), setup.phrase(event.place, event)),
        (asking, words.number(event.booking_phone)),
        (words.gettext("Join online"), joining and printed(joining)),
        (words.gettext("On the web"), event.url and printed(event.url)),
    )
    title = headline(event, setup.title(event), words)
    if title == setup.title(event):
        yield from setup.heading(3, event)
    else:
        yield setup.typesetter().heading(3, title)
    # Facts that nothing follows must not cling to the next event, and that to the
    # one after it: a page would end where the chain does not fit.
    is_followed = bool(event.body or event.summary)
    as_block = typesetter.label if is_followed else typesetter.paragraph
    spans: list[TextSpan] = []
    for name, fact in facts:
        if fact.strip():
            if spans:
                spans.append(TextSpan("\n"))
            label = TextSpan(words.label(name), strong=True)
            spans += label, TextSpan(" "), TextSpan(fact)
    yield as_block(*spans)
    own = setup.typesetter(setup.language_of(event))
    own.addresses = typesetter.addresses
    yield from _body(event, own, setup)
