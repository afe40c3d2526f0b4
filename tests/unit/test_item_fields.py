"""What a person is shown of an item before it comes in."""

from datetime import timedelta

from digest.gather.items.raw_item import origins_of
from digest.model.posts.blocks import Picture
from digest.model.posts.item_fields import fields_in_words
from digest.model.posts.items import EventState, Link, LinkKind, TimeSpan
from tests.builders import EIGHT, a_post, an_event, words

ZONE = "Europe/London"


def test_every_field_that_says_something_is_told_in_words() -> None:
    link = Link(LinkKind.SURVEY, "our survey", "https://example.org/s")
    post = a_post(
        body=words("One two three."),
        picture=Picture("https://example.org/k.png"),
        topics=("tea", "stories"),
        links=(link,),
    )

    assert fields_in_words(post, ZONE) == {
        "key": "post-1",
        "title": "The kettle is always on",
        "body": "3 words: One two three.",
        "byline": "Ann Example, Volunteer, The Hall",
        "published": "Monday 6 July 2026, 09:00 BST",
        "url": "https://example.org/post-1",
        "summary": "Come in out of the rain.",
        "picture": "https://example.org/k.png "
        "(WITHOUT a text for those who cannot see it)",
        "topics": "tea; stories",
        "links": "survey: our survey <https://example.org/s>",
    }


def test_a_body_of_one_word_has_one_word() -> None:
    assert fields_in_words(a_post(body=words("Tea!")), ZONE)["body"] == "1 word: Tea!"


def test_an_event_is_told_in_its_own_zone() -> None:
    event = an_event(starts=EIGHT, ends=None, zone="Asia/Kolkata", all_day=True)
    fields = fields_in_words(event, ZONE)

    assert fields["starts"] == "Monday 6 July 2026, 13:30 IST"
    assert fields["all_day"] == "yes"
    assert "ends" not in fields


def test_what_has_changed_of_an_event_is_told() -> None:
    later = TimeSpan(EIGHT + timedelta(days=7))
    state = EventState.CANCELLED
    fields = fields_in_words(
        an_event(state=state, also=(later,), announced=TimeSpan(EIGHT)), ZONE
    )

    assert fields["state"] == "cancelled"
    assert fields["also"] == "Monday 13 July 2026, 09:00 BST"
    assert fields["told"] == "Monday 6 July 2026, 09:00 BST"
    assert fields_in_words(an_event(), ZONE)["state"] == "on"


def test_long_words_are_cut_between_two_words() -> None:
    body = fields_in_words(a_post(body=words("word " * 200)), ZONE)["body"]

    assert body.startswith("200 words: word word")
    assert body.endswith("word word…")
    assert len(body) < 330


def test_where_a_field_came_from_is_told_for_each_field_and_no_other() -> None:
    post = a_post(url="", published=None, topics=())
    origins = origins_of(post, {"title": "the head", "url": "the link"})

    assert origins == {
        "key": "worked out by this program",
        "title": "the head",
        "body": "worked out by this program",
        "byline": "the lines that open its text",
        "summary": "the first sentences of its text",
    }


def test_words_without_spaces_are_cut_to_three_hundred_letters() -> None:
    title = fields_in_words(a_post(title="x" * 301), ZONE)["title"]

    assert title == "x" * 299 + "…"
    assert fields_in_words(a_post(title="x" * 300), ZONE)["title"] == "x" * 300
