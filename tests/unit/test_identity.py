"""Which post is which at the next reading, whatever a feed does to its signs."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from digest.model.posts.identity.pairing import recognise
from digest.model.posts.identity.signs import DECISIVE, Sign, keyed
from digest.model.posts.items import Post
from tests.builders import EIGHT, words

BODY = "What the committee of the hall has done this month about {0} and boat {0}."
WINDOW = 6  # posts that a feed shows
STABLE, ANEW, SHARED, NONE, PLACES = "stable", "anew", "shared", "none", "places"
PLACES_UP = "places, from the bottom"


@dataclass
class Notice:
    """A post as its publisher has it; `number` is what it really is."""

    number: int
    title: str
    body: str
    published: datetime


@dataclass
class Feed:
    """A feed that treats its signs in some way, and the log that is kept of it."""

    ids: str
    links: str
    dates: str
    titles: str = STABLE
    window: int = WINDOW
    notices: list[Notice] = field(default_factory=list)
    log: dict[str, Post] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    readings: int = 0
    visible: set[int] = field(default_factory=set)
    as_others: set[int] = field(default_factory=set)  # that look like others, edited
    errors: int = 0  # posts repeated, less posts lost
    latest: list[Post] = field(default_factory=list)
    silences: int = 0  # readings that repeated or lost a post, and did not tell

    def publish(self) -> None:
        """Publish something new."""
        number = len(self.notices)
        title = f"Notice {number}" if self.titles == STABLE else "Notice"
        self.notices.append(Notice(number, title, BODY.format(number), self._next(1)))

    def publish_again(self, notice: Notice) -> None:
        """Publish, a week later, what was published before, as if it were new."""
        at = self._next(7)
        self.notices.append(Notice(len(self.notices), notice.title, notice.body, at))

    def _next(self, days: int) -> datetime:
        last = self.notices[-1].published if self.notices else EIGHT
        return last + timedelta(days=days)

    @property
    def is_exact(self) -> bool:
        """Whether each post that was ever visible is in the log, and once."""
        return len(self.log) == len(self.visible)

    def read(self, order: Random | None = None, known_by: Sign | None = None) -> None:
        """Take a reading into the log, as the store does."""
        self.readings += 1
        visible = self.notices[-self.window :][::-1]
        if order is not None:
            order.shuffle(visible)
        posts = [self._post(notice, place) for place, notice in enumerate(visible)]
        # Of a reading that is the last one word for word nobody can say that what it
        # has is new; nor of a post of several whose place and words one had.
        before = {(post.key, post.body) for post in self.latest}
        for notice, post in zip(visible, posts, strict=True):
            is_new = notice.number not in self.visible and posts != self.latest
            is_by_place = self.ids == PLACES_UP and self.window > 1
            if is_new and is_by_place and (post.key, post.body) in before:
                self.as_others.add(notice.number)
            elif is_new and notice.number not in self.as_others:
                self.visible.add(notice.number)
        self.latest = posts
        reading = keyed(posts, known_by)
        recognition = recognise(list(self.log.values()), reading, known_by)
        assert len({post.key for post in recognition.posts}) == len(recognition.posts)
        remarks = [*recognition.remarks, *(post.title for post in reading.repeats)]
        for post in recognition.posts:
            self.log[post.key] = post
        errors = len(self.log) - len(self.visible)
        self.silences += errors != self.errors and not remarks
        self.errors = errors
        self.remarks += remarks

    def _post(self, notice: Notice, place: int) -> Post:
        own, again = f"{notice.number}", f"{notice.number}-{self.readings}"
        at = self.notices[-1].published + timedelta(hours=self.readings)
        link = {STABLE: f"https://x.example/p{own}", ANEW: f"https://x.example/{again}"}
        url = link.get(self.links, "https://x.example/news" * (self.links == SHARED))
        entry_id = {STABLE: f"id {own}", ANEW: f"id {again}", SHARED: "id"}
        up = min(self.window, len(self.notices)) - place
        entry_id |= {PLACES: f"item {place + 1}", PLACES_UP: f"item {up}"}
        return Post(
            # What stands for an id that a feed does not give.
            key=entry_id.get(self.ids, "") or url or notice.title,
            title=notice.title,
            body=words(notice.body),
            url=url,
            published={STABLE: notice.published, ANEW: at}.get(self.dates),
        )


ALL_IDS, ALL_LINKS = (
    (STABLE, ANEW, SHARED, NONE, PLACES, PLACES_UP),
    (STABLE, ANEW, SHARED, NONE),
)


def feeds(ids: str = "", links: str = "") -> st.SearchStrategy[Feed]:
    return st.builds(
        Feed,
        ids=st.just(ids) if ids else st.sampled_from(ALL_IDS),
        links=st.just(links) if links else st.sampled_from(ALL_LINKS),
        dates=st.sampled_from((STABLE, ANEW, NONE)),
        titles=st.sampled_from((STABLE, SHARED)),
        window=st.sampled_from((WINDOW, 3, 1)),
    )


def live(feed: Feed, data: st.DataObject, acts: tuple[str, ...]) -> None:
    """Let the feed change as feeds do, and read it after each change."""
    random = data.draw(st.randoms(use_true_random=False))
    for _ in range(data.draw(st.integers(1, 5))):
        feed.publish()
    feed.read()
    for _ in range(data.draw(st.integers(1, 5))):
        mended = set()
        for act in data.draw(st.lists(st.sampled_from(acts), max_size=3)):
            notice = random.choice(feed.notices[-feed.window :])
            if act == "new":
                feed.publish()
            elif act == "again":
                feed.publish_again(notice)
            elif notice.number not in mended:
                mended.add(notice.number)
                if act == "title":
                    notice.title += " mended"
                else:
                    notice.body = notice.body.replace("hall", "house")
        # No feed counts from its bottom and has another order at each reading.
        is_shuffled = data.draw(st.booleans()) and feed.ids != PLACES_UP
        feed.read(random if is_shuffled else None)


EDITS = ("new", "title", "body")
FEW = settings(max_examples=60, deadline=None)


@FEW
@given(feed=feeds(ids=STABLE), data=st.data())
def test_with_ids_that_stay_no_post_is_repeated_or_lost(
    feed: Feed, data: st.DataObject
) -> None:
    live(feed, data, (*EDITS, "again"))

    assert feed.is_exact or feed.remarks


@FEW
@given(feed=feeds(links=STABLE), data=st.data())
def test_with_addresses_that_stay_no_post_is_repeated_or_lost(
    feed: Feed, data: st.DataObject
) -> None:
    live(feed, data, EDITS)

    assert feed.is_exact or feed.ids == PLACES_UP
    assert feed.is_exact or feed.remarks


@FEW
@given(feed=feeds(), data=st.data())
def test_whatever_a_feed_does_nothing_is_repeated_or_lost_in_silence(
    feed: Feed, data: st.DataObject
) -> None:
    live(feed, data, (*EDITS, "again"))

    assert feed.is_exact or feed.remarks
    assert not (feed.window == 1 and feed.silences)


@pytest.mark.parametrize("links", ALL_LINKS)
@pytest.mark.parametrize("dates", [STABLE, ANEW, NONE])
@pytest.mark.parametrize("titles", [STABLE, SHARED])
@pytest.mark.parametrize("again", [0, 1, 2])
def test_as_many_new_posts_as_a_feed_shows_under_the_ids_of_others_are_told(
    links: str, dates: str, titles: str, again: int
) -> None:
    feed = Feed(PLACES_UP, links, dates, titles, window=3)
    for _ in range(3):
        feed.publish()
    feed.read()
    for number in range(3, 6):
        if number == 3 + again:
            feed.publish_again(feed.notices[again])
        else:
            feed.publish()
    feed.read()

    assert feed.remarks


@pytest.mark.parametrize("ids", [ANEW, SHARED, NONE, PLACES, PLACES_UP])
@pytest.mark.parametrize("links", ALL_LINKS)
@pytest.mark.parametrize("dates", [STABLE, ANEW, NONE])
def test_posts_stay_the_same_while_new_ones_come(
    ids: str, links: str, dates: str
) -> None:
    feed = Feed(ids, links, dates)
    for _ in range(4):
        feed.publish()
        feed.publish()
        feed.read()

    assert feed.is_exact


@pytest.mark.parametrize("links", ALL_LINKS)
@pytest.mark.parametrize("dates", [STABLE, ANEW, NONE])
def test_the_same_words_each_week_are_new_posts(links: str, dates: str) -> None:
    feed = Feed(STABLE, links, dates)
    feed.publish()
    for _ in range(WINDOW + 3):
        feed.publish()
        feed.read()
        feed.publish_again(feed.notices[0])
        feed.read()

    assert feed.is_exact


@pytest.mark.parametrize("dates", [STABLE, ANEW])
def test_what_is_made_anew_at_each_reading_is_no_revision(dates: str) -> None:
    feed = Feed(ANEW, ANEW, dates)
    for _ in range(3):
        feed.publish()
    feed.read()
    before = dict(feed.log)
    for _ in range(3):
        feed.read()

    assert feed.log == before


@pytest.mark.parametrize("known_by", DECISIVE)
def test_a_campaign_says_by_which_sign_posts_are_known(known_by: Sign) -> None:
    ids = STABLE if known_by is Sign.ID else ANEW
    feed = Feed(ids, STABLE if known_by is Sign.LINK else ANEW, ANEW)
    for _ in range(4):
        feed.publish()
        feed.read(known_by=known_by)

    assert feed.is_exact
    assert feed.remarks == []


def test_an_id_that_is_given_twice_as_its_post_changed_is_one_post() -> None:
    # RFC 4287 section 4.1.1: of entries with one id the newest may be visible alone.
    post = Post("id", "Tea", words("Come at ten in the morning."), published=EIGHT)
    mended = replace(post, body=words("Come at two in the morning."))
    reading = keyed([mended, post])

    assert reading.posts == (mended,)
    assert reading.repeats == (post,)


def test_one_id_and_nothing_else_in_common_is_another_post() -> None:
    first = Post("id", "Tea", words("Come at ten."), url="https://x.example/1")
    second = Post("id", "Roof", words("It leaks."), url="https://x.example/2")
    [post] = recognise([first], keyed([second])).posts

    assert post.key != "id"
    assert recognise([first, post], keyed([second])).posts == (post,)
    assert recognise([first, post], keyed([first])).posts == (first,)


@pytest.mark.parametrize(
    ("ids", "counts"),
    [
        pytest.param(["item 1", "item 2", "item 3"], True, id="from one"),
        pytest.param(["x#0", "x#1"], True, id="from none"),
        pytest.param(["1"], True, id="one post alone"),
        pytest.param(["item 3", "item 2", "item 1"], False, id="the newest is highest"),
        pytest.param(["item 1", "item 3"], False, id="with a gap"),
        pytest.param(["item 2", "item 3"], False, id="not from the start"),
        pytest.param(["tag:x.example,2026:1"], False, id="one that may be any id"),
        pytest.param(["a 1", "b 2"], False, id="of two kinds"),
        pytest.param(["item 1", "tea"], False, id="a number and a word"),
    ],
)
def test_ids_that_count_from_the_top_say_only_where_posts_stand(
    ids: list[str],
    counts: bool,  # noqa: FBT001 - a column of the table
) -> None:
    posts = [
        Post(key, f"Tea with {n}", words(f"{n} cups")) for n, key in enumerate(ids)
    ]

    assert keyed(posts).counts_places is counts


DAY = timedelta(days=1)
THOUGHT = Post(
    "item 1",
    "Thought for the day",
    words("Put the kettle on for whoever comes in today."),
    url="https://x.example/thought",
    published=EIGHT,
)
LIKE = words("Put the kettle on for whoever comes in late.")
UNLIKE = words("Mind the wet paint.")


@pytest.mark.parametrize("key", ["item 1", "thought", "https://x.example/thought"])
@pytest.mark.parametrize(
    ("changes", "is_new", "is_told"),
    [
        pytest.param({}, False, False, id="nothing"),
        pytest.param({"body": LIKE}, False, False, id="a word, on its day"),
        pytest.param({"title": "Thought"}, False, False, id="its title, on its day"),
        pytest.param({"body": UNLIKE}, False, True, id="all its words, on its day"),
        pytest.param(
            {"body": UNLIKE, "title": "Paint"}, True, True, id="all but its day"
        ),
        pytest.param(
            {"body": LIKE, "published": EIGHT + DAY}, True, True, id="like words, later"
        ),
        pytest.param(
            {"title": "Tea", "published": EIGHT + DAY}, True, True, id="a title, later"
        ),
        pytest.param(
            {"body": LIKE, "published": EIGHT + DAY / 24}, False, True, id="soon mended"
        ),
        pytest.param({"published": EIGHT + DAY}, False, False, id="no more than a day"),
        pytest.param(
            {"published": EIGHT + 7 * DAY}, False, True, id="a week and no more"
        ),
        pytest.param(
            {"body": UNLIKE, "published": None}, True, True, id="its words, undated"
        ),
        pytest.param(
            {"body": LIKE, "published": None}, False, True, id="a word, undated"
        ),
        pytest.param(
            {"body": LIKE, "published": None, "url": "https://x.example/2"},
            True,
            True,
            id="a word and its address, undated",
        ),
    ],
)
def test_a_feed_of_one_post_with_one_id_gives_new_ones_by_their_days_and_words(
    key: str,
    changes: dict[str, object],
    is_new: bool,  # noqa: FBT001 - a column of the table
    is_told: bool,  # noqa: FBT001 - a column of the table
) -> None:
    before = replace(THOUGHT, key=key)
    after = replace(before, **changes)  # type: ignore[arg-type]
    recognition = recognise([before], keyed([after]))

    assert (recognition.posts[0].key != key) is is_new
    assert bool(recognition.remarks) is is_told


def test_a_thought_for_each_day_under_one_id_comes_in_once_and_is_told_each_day() -> (
    None
):
    log: dict[str, Post] = {}
    for number in [*range(7), *range(7)]:  # the same seven each week
        at = EIGHT + len(log) * DAY
        thought = replace(THOUGHT, body=words(BODY.format(number)), published=at)
        for _ in range(2):
            recognition = recognise(list(log.values()), keyed([thought]))
            assert recognition.remarks or not log or recognition.posts == (thought,)
            log |= {post.key: post for post in recognition.posts}

    assert len(log) == 14
    assert "share one id" in recognition.remarks[-1]


def test_one_post_under_an_id_is_told_by_that_where_ids_are_known_to_tell() -> None:
    other = Post("item 7", "Roof", words("It leaks again."), published=EIGHT - DAY)
    before = replace(THOUGHT, key="thought")
    mended = replace(before, body=LIKE, published=EIGHT + DAY)
    recognition = recognise([other, before], keyed([mended]))

    assert recognition.posts == (mended,)
    assert "taken as that, changed" in " ".join(recognition.remarks)
