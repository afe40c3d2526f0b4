"""An edition as a caller says it: every post in short and in full, then the dates."""

from collections.abc import Callable, Iterator

from digest.model.editions.edition import Variant
from digest.model.editions.mime import cleaned
from digest.model.posts.items import Event, Item, Link, Post
from digest.model.posts.pictures import shows
from digest.model.posts.shortening import shortened
from digest.model.posts.text_language import TextLanguage
from digest.render.addresses import web_address
from digest.render.calls.script import CallScript, ScriptPart
from digest.render.calls.spoken_blocks import SpokenBlocks
from digest.render.limits import TITLE_WIDTH
from digest.render.words.catalogue import Words, words_of
from digest.render.words.dates import day_in_words
from digest.render.words.event_times import headline, is_off, times
from digest.render.words.item_language import language_in, page_language
from digest.render.words.languages import language_tag
from digest.render.words.link_labels import link_labels, link_words
from digest.render.words.sections import section_headings
from digest.render.words.summaries import can_be_shortened
from digest.render.words.whats_on import coming_days, more_on


def script_of(variant: Variant, shorten: Callable[[str], str]) -> CallScript:
    """Return what is said of the variant, to any reader of that kind."""
    words, campaign = words_of(variant), variant.campaign
    title = cleaned(campaign.title)
    blocks = SpokenBlocks(words, shorten)
    parts = tuple(_parts(variant, blocks))
    page = page_language(variant)
    return CallScript(
        title=title,
        day=day_in_words(variant.slot, campaign.timezone, words),
        # Translators: how a telephone call begins; leave {name} and {caller} as they
        # are: the reader's name, and that of who rings.
        hello=words.gettext(
            "Hello, is that {name}? This is {caller} from %(title)s, with our news. "
            "Is now a good time?",
            title=title,
        ),
        # Translators: said on the telephone to somebody who has no time.
        if_not=words.gettext("When may I ring back? Thank you. Goodbye."),
        outline=_outline(variant, words),
        # Translators: asked on the telephone between two pieces of news.
        go_on=words.gettext("Shall I go on?"),
        # Translators: asked on the telephone after a piece of news was told in short.
        in_full=words.gettext("Would you like to hear all of it?"),
        goodbye=tuple(_goodbye(variant, words)),
        parts=parts,
        language=language_tag(variant.language),
        direction=str(page.direction),
        is_proof=variant.is_proof,
    )


def _outline(variant: Variant, words: Words) -> str:
    """Return how much there is to tell, said before all of it."""
    posts = sum(isinstance(item, Post) for item in variant.items)
    events = len(variant.items) - posts + len(variant.coming)
    counts = []
    if posts:
        counts.append(
            words.ngettext(
                "%(number)d piece of news", "%(number)d pieces of news", posts
            )
        )
    if events:
        counts.append(words.ngettext("%(number)d date", "%(number)d dates", events))
    # Translators: on the telephone; "much" is such as "2 pieces of news and 1 date".
    return words.gettext("I have %(much)s for you.", much=words.listed(counts))


def _goodbye(variant: Variant, words: Words) -> Iterator[str]:
    yield from map(cleaned, variant.goodbye)
    yield words.gettext(
        "Would you like to go on having these calls, or have our news another way, or "
        "not at all?"
    )
    if phone := variant.campaign.letter.phone:
        number = words.number(phone)
        yield words.gettext("You can ring us on %(phone)s.", phone=number)
    yield words.gettext("Goodbye, and thank you.")


def _parts(variant: Variant, blocks: SpokenBlocks) -> Iterator[ScriptPart]:
    if variant.note:
        language = TextLanguage.of(language_tag(variant.campaign.language))
        yield ScriptPart(
            "",
            tuple(blocks.say(variant.note)),
            language=language.tag,
            direction=str(language.direction),
        )
    headings = dict(enumerate(section_headings(variant)))
    posts = [item for item in variant.items if isinstance(item, Post)]
    for number, post in enumerate(posts):
        yield _post(post, variant, blocks, headings.get(number, ""))
    events = sorted(
        (item for item in variant.items if isinstance(item, Event)),
        key=lambda event: event.starts,
    )
    for event in events:
        yield _event(event, variant, blocks)
    yield from _whats_on(variant, blocks.words)


def _post(
    post: Post, variant: Variant, blocks: SpokenBlocks, section: str
) -> ScriptPart:
    words, lines = blocks.words, list[str]()
    if post.byline:
        lines.append(words.gettext("By %(byline)s", byline=post.byline) + ".")
    offers = [
        blocks.link(_label(link, words), link.url)
        for link in post.links
        if web_address(link.url)
    ]
    whole = [*_picture(post, blocks), *_body(post, blocks)]
    is_short = can_be_shortened(post)
    in_short = [cleaned(post.summary)] if is_short else whole
    return _part(
        post,
        variant,
        title_of(post),
        (*lines, *in_short, *offers),
        tuple(whole) if is_short else (),
        section,
    )


def _label(link: Link, words: Words) -> str:
    """Return a link's words, with what kind it is where they do not say."""
    label, kind = cleaned(link_words(link, words)), link_labels(link.kind, words)
    is_said = kind.on_paper.casefold() in label.casefold()
    return label if is_said else f"{kind.on_paper}, {label}"


def _picture(post: Post, blocks: SpokenBlocks) -> Iterator[str]:
    if post.picture and not shows(post.body, post.picture):
        yield from blocks.say((post.picture,))


def _event(event: Event, variant: Variant, blocks: SpokenBlocks) -> ScriptPart:
    words, off = blocks.words, is_off(event)
    joining = "" if off else blocks.address(event.joining_url)
    asking = (
        words.gettext("To ask, ring") if off else words.gettext("To book or ask, ring")
    )
    facts = (
        *times(event, variant.campaign.timezone, words),
        (words.gettext("Where"), cleaned(event.place)),
        (asking, words.number(cleaned(event.booking_phone))),
        (words.gettext("Join online"), joining),
    )
    lines = [f"{words.label(name)} {fact}" for name, fact in facts if fact.strip()]
    whole = tuple(_body(event, blocks))
    is_short = can_be_shortened(event)
    in_short = (cleaned(event.summary),) if is_short else whole
    title = headline(event, title_of(event), words)
    more = whole if is_short else ()
    return _part(event, variant, title, (*lines, *in_short), more)


def _body(item: Item, blocks: SpokenBlocks) -> Iterator[str]:
    if item.body:
        yield from blocks.say(item.body)
    elif item.summary:
        yield cleaned(item.summary)


def _part(  # noqa: PLR0913, PLR0917 - what there is to say of an item
    item: Item,
    variant: Variant,
    title: str,
    brief: tuple[str, ...],
    full: tuple[str, ...],
    section: str = "",
) -> ScriptPart:
    language = language_in(item, variant)
    return ScriptPart(
        title, brief, full, section, language.tag, str(language.direction)
    )


def _whats_on(variant: Variant, words: Words) -> Iterator[ScriptPart]:
    days = coming_days(variant, title_of)
    if not days:
        return
    lines = []
    for day in days:
        for line in day.lines:
            facts = [f"{words.label(day.day)} {line.title}", line.facts]
            if line.phone:
                facts.append(f"{words.gettext('To book or ask, ring')} {line.phone}")
            lines.append(". ".join(filter(None, facts)))
    if more := more_on(variant):
        lines.append(more)
    language = page_language(variant)
    yield ScriptPart(
        words.gettext("What is on"),
        tuple(lines),
        language=language.tag,
        direction=str(language.direction),
    )


def title_of(item: Item) -> str:
    """Return what an item is called, or else the beginning of what it says."""
    return cleaned(item.title) or shortened(cleaned(item.summary), TITLE_WIDTH)
