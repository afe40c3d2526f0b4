"""Posts in sections by topic or by source, with headings in every format."""

import re
from datetime import timedelta
from typing import Any

from sqlalchemy import Engine

from digest.compose.variants import draft, of_edition
from digest.model.editions.edition import OTHER_POSTS, Variant
from digest.model.editions.mode import Mode
from digest.model.formats import HTML, LETTER, PLAIN, Format
from digest.render.families import family_of
from digest.render.letter.letter import LetterOptions, typeset
from digest.render.options import RenderOptions
from digest.schedule.editions import publishing
from digest.schedule.editions.previews import SAMPLE
from digest.schedule.editions.steering.steer import Steer
from digest.store.base.engine import reading
from digest.store.base.modes import in_mode
from digest.store.campaigns import campaigns
from digest.store.posts import log
from tests.builders import EIGHT, a_post, an_event, words
from tests.sheets import Sheets
from tests.stored import READY, a_reader, a_stored_campaign, posts_accepted

COUNCIL = """
[[source]]
name = "council"
kind = "feed"
url = "https://example.org/council"
topics = ["news", "boats"]
"""
TOPICS = {"one": ("boats",), "two": ("news",), "three": ("boats",), "four": ()}


def a_campaign(engine: Engine, sections: str = "topic") -> Engine:
    """Return live mode on a database with posts of two topics and of none."""
    keys = f'sections = "{sections}"\nlists ='
    file = READY.replace("lists =", keys).replace('"blog"', '"town-blog"')
    a_stored_campaign(engine, file + COUNCIL)
    a_reader(engine, "ann")
    posts_accepted(
        engine,
        [
            a_post(
                key,
                title=key.title(),
                body=words(f"What {key} says."),
                published=EIGHT + timedelta(minutes=minute),
                topics=topics,
            )
            for minute, (key, topics) in enumerate(TOPICS.items())
        ]
        + [an_event(title="Walk")],
    )
    return in_mode(engine, Mode.LIVE)


def the_draft(engine: Engine, fmt: Format = HTML) -> Variant:
    with reading(engine) as connection:
        stored = campaigns.by_name(connection, "lantern-week")
        row = campaigns.schedules_of(connection, stored)[0]
        variant = draft(connection, stored, row, fmt, EIGHT)
    assert variant is not None
    return variant


def titles(variant: Variant) -> list[tuple[str, str]]:
    names = (*variant.sections, *([""] * len(variant.items)))
    return [
        (name, item.title) for name, item in zip(names, variant.items, strict=False)
    ]


def test_posts_stand_by_topic_in_the_order_of_the_sources(engine: Engine) -> None:
    live = a_campaign(engine)
    edition = publishing.publish(live, "lantern-week", "daily", EIGHT)
    with reading(live) as connection:
        composed = of_edition(connection, edition.id, HTML)

    assert composed
    assert titles(composed.variant) == [
        ("news", "Two"),
        ("boats", "One"),
        ("boats", "Three"),
        (OTHER_POSTS, "Four"),
        ("", "Walk"),
    ]


def test_pinned_posts_stand_before_all_sections(sqlite_engine: Engine) -> None:
    live = a_campaign(sqlite_engine)
    hand = Steer(live, "lantern-week", "daily", "priya", EIGHT)
    ids = {item.title: number for number, item in numbered(live)}
    hand.pin(ids["Three"])

    assert titles(the_draft(live))[:3] == [
        ("", "Three"),
        ("news", "Two"),
        ("boats", "One"),
    ]


def test_one_section_alone_has_no_heading(sqlite_engine: Engine) -> None:
    live = a_campaign(sqlite_engine, "source")

    assert the_draft(live).sections == ()


def test_without_the_key_posts_come_by_date(sqlite_engine: Engine) -> None:
    live = a_campaign(sqlite_engine)
    a_stored_campaign(sqlite_engine, READY.replace('"blog"', '"town-blog"'))

    assert [title for _, title in titles(the_draft(live))] == [
        "One",
        "Two",
        "Three",
        "Four",
        "Walk",
    ]


def test_headings_in_html_nest(sqlite_engine: Engine) -> None:
    variant = the_draft(a_campaign(sqlite_engine))
    html = rendered(variant, HTML)
    headings = re.findall(r"<h([23])[^>]*>(?:<a name=\S+></a>)?([^<]+)</h", html)

    assert [(int(level), text) for level, text in headings][1:] == [
        (2, "News"),
        (3, "Two"),
        (2, "Boats"),
        (3, "One"),
        (3, "Three"),
        (2, "More"),
        (3, "Four"),
        (2, "Events"),
        (3, "Walk"),
        (2, "About this email"),
    ]


def test_headings_in_plain_text_are_underlined(sqlite_engine: Engine) -> None:
    text = rendered(the_draft(a_campaign(sqlite_engine), PLAIN), PLAIN)

    assert re.search(r"Boats\n=====\n\s*One\n---\n.*Three\n-----\n", text, re.DOTALL)


def test_headings_in_letters_are_bookmarks(sqlite_engine: Engine) -> None:
    variant = the_draft(a_campaign(sqlite_engine), LETTER)
    sheets = Sheets(typeset(variant, LetterOptions()).pdf)

    assert sheets.whole_text().index("News") < sheets.whole_text().rindex("Two")
    assert sheets.whole_text().rindex("Three") < sheets.whole_text().rindex("More")


def rendered(variant: Variant, fmt: Format) -> str:
    preview = fmt.previews[0]
    family = family_of(fmt)
    return family.preview(
        variant, preview, RenderOptions(EIGHT), SAMPLE
    ).content.decode()


def numbered(engine: Engine) -> list[tuple[int, Any]]:
    with reading(engine) as connection:
        return [(entry.id, entry.item) for entry in log.released(connection, 1, 0)]
