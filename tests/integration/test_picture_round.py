"""Pictures on their way in: from a server or a folder, into the posts still to go."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from digest.errors import DigestError, NotFound
from digest.gather.pictures.round import PictureRound, bring_all, is_due
from digest.model.posts.blocks import Picture
from digest.model.posts.items import Post
from digest.model.posts.pictures import PictureUse
from digest.schedule.editions.publishing import publish
from digest.store.base.engine import reading, writing
from digest.store.base.tables import item, picture_file
from digest.store.campaigns.campaigns import StoredCampaign
from digest.store.posts import corrections, item_pictures, log, pictures
from digest.store.posts.item_pictures import PictureWords
from digest.store.posts.pictures import PictureAddress
from digest.store.posts.revisions import content_values, set_values
from tests.builders import EIGHT, a_post, words
from tests.pictures import a_drawing, a_photo, saved
from tests.site import Site, a_fetcher, serving
from tests.stored import FILE, a_reader, a_stored_campaign, posts_accepted

HOUR = timedelta(hours=1)


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a web server of the test's own."""
    with serving() as site:
        yield site


def bring(
    engine: Engine, stored: StoredCampaign, now: datetime = EIGHT
) -> list[item_pictures.PictureTrouble]:
    return PictureRound(engine, a_fetcher(), stored, now).run()


def posts(engine: Engine) -> list[Post]:
    with reading(engine) as connection:
        items = [entry.item for entry in log.released(connection, 1, 0)]
    return [item for item in items if isinstance(item, Post)]


def lead(engine: Engine) -> Picture:
    [post, *_] = posts(engine)
    assert post.picture is not None
    return post.picture


def names_in_store(engine: Engine) -> set[str]:
    with reading(engine) as connection:
        return set(connection.scalars(select(picture_file.c.picture)))


def is_hosted(engine: Engine, name: str) -> bool:
    with reading(engine) as connection:
        return pictures.hosted(connection, name, PictureUse.EMAIL) is not None


def test_a_picture_comes_in_as_our_own_copy(engine: Engine, site: Site) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.jpg"] = saved(a_photo(1600, 900), "JPEG")
    posts_accepted(engine, [a_post(picture=site.picture("a.jpg"))])
    before = lead(engine)

    left_out = bring(engine, stored)

    assert before.copy_name == ""
    assert left_out == []
    assert names_in_store(engine) == {lead(engine).copy_name}
    with reading(engine) as connection:
        gallery = pictures.gallery(
            connection, [lead(engine).copy_name], list(PictureUse)
        )
    logos = {PictureUse.LOGO, PictureUse.LOGO_PRINT}
    assert {use for _, use in gallery} == set(PictureUse) - logos
    assert gallery[lead(engine).copy_name, PictureUse.EMAIL].width == 1200


def test_the_same_post_read_again_is_not_revised(engine: Engine, site: Site) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    post = a_post(picture=site.picture("a.png"))
    posts_accepted(engine, [post])
    bring(engine, stored)

    again = posts_accepted(engine, [post])

    assert (again.revised, again.unchanged) == (0, 1)
    assert lead(engine).copy_name


def test_a_picture_that_fails_costs_itself_alone_and_is_tried_again(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files |= {"good.png": saved(a_drawing()), "svg.png": b"<svg></svg>"}
    body = (
        site.picture("good.png"),
        site.picture("late.png"),
        *words("Words."),
        site.picture("svg.png"),
    )
    posts_accepted(engine, [a_post(body=body)])

    left_out = bring(engine, stored)
    site.files["late.png"] = saved(a_drawing(90, 60))
    too_early = bring(engine, stored, EIGHT + timedelta(minutes=1))
    later = bring(engine, stored, EIGHT + HOUR)

    assert [trouble.address.rpartition("/")[2] for trouble in left_out] == [
        "late.png",
        "svg.png",
    ]
    assert "404" in left_out[0].why
    assert "SVG" in left_out[1].why
    assert left_out == too_early
    assert [trouble.address.rpartition("/")[2] for trouble in later] == ["svg.png"]
    [post] = posts(engine)
    names = [block.copy_name for block in post.body if isinstance(block, Picture)]
    assert [bool(name) for name in names] == [True, True, False]


def test_another_picture_at_the_same_address_is_noticed(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    posts_accepted(engine, [a_post(picture=site.picture("a.png"))])
    bring(engine, stored)
    first = lead(engine).copy_name
    bring(engine, stored, EIGHT + HOUR)
    same = lead(engine).copy_name
    site.files["a.png"] = saved(a_drawing(90, 60))
    bring(engine, stored, EIGHT + 2 * HOUR)

    assert same == first
    assert site.revalidated == ["a.png"]
    assert lead(engine).copy_name not in {"", first}
    assert is_hosted(engine, first)  # an hour is too short to tell
    bring_all(engine, a_fetcher(), [stored], EIGHT + 48 * HOUR)
    assert not is_hosted(engine, first)
    assert is_hosted(engine, lead(engine).copy_name)


def test_the_last_good_picture_stays_while_its_server_fails(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    posts_accepted(engine, [a_post(picture=site.picture("a.png"))])
    bring(engine, stored)
    first = lead(engine).copy_name
    del site.files["a.png"]

    assert bring(engine, stored, EIGHT + HOUR) == []
    assert lead(engine).copy_name == first


def test_what_an_edition_carries_does_not_change_under_it(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    a_reader(engine, "ann")
    site.files["a.png"] = saved(a_drawing())
    post = a_post(picture=site.picture("a.png"))
    posts_accepted(engine, [post])
    bring(engine, stored)
    first = lead(engine).copy_name
    publish(engine, "lantern-week", "daily", EIGHT)
    site.files["a.png"] = saved(a_drawing(90, 60))

    bring(engine, stored, EIGHT + HOUR)
    posts_accepted(engine, [post])

    assert lead(engine).copy_name == first
    assert site.requests == ["a.png"]
    with reading(engine) as connection:
        assert corrections.count(connection, stored.id) == 0


@pytest.mark.parametrize("changed", ["another picture", "words", "a late picture"])
def test_what_a_later_post_tells_of_a_picture_is_no_correction_of_an_earlier_one(
    engine: Engine, site: Site, changed: str
) -> None:
    stored = a_stored_campaign(engine)
    a_reader(engine, "ann")
    if changed != "a late picture":
        site.files["a.png"] = saved(a_drawing())
    alt = "" if changed == "words" else "A lantern"
    first = a_post("one", picture=site.picture("a.png", alt))
    second = replace(first, key="two", url="", title="Two", body=words("Two."))
    posts_accepted(engine, [first])
    bring(engine, stored)
    publish(engine, "lantern-week", "daily", EIGHT)
    if changed != "words":
        site.files["a.png"] = saved(a_drawing(90, 60))
    posts_accepted(engine, [first, second])
    bring(engine, stored, EIGHT + HOUR)
    if changed == "words":
        with writing(engine) as connection:
            item_pictures.describe(connection, 2, PictureWords(alt="A lantern"), EIGHT)

    again = posts_accepted(engine, [first, second])

    assert again.revised == 0
    with reading(engine) as connection:
        assert corrections.count(connection, stored.id) == 0
    of_first, of_second = (post.picture for post in posts(engine))
    assert of_first is not None
    assert of_second is not None
    assert of_second.copy_name
    assert (of_first.copy_name, of_first.alt) != (of_second.copy_name, of_second.alt)


def test_a_picture_of_two_posts_is_fetched_and_kept_once(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = site.files["b.png"] = saved(a_drawing())
    posts_accepted(
        engine,
        [
            a_post("one", picture=site.picture("a.png"), title="One"),
            a_post("two", picture=site.picture("a.png"), title="Two", body=()),
            a_post("six", picture=site.picture("b.png"), title="Six", body=words("6")),
        ],
    )
    bring(engine, stored)

    assert sorted(site.requests) == ["a.png", "b.png"]
    assert len(names_in_store(engine)) == 1


def test_a_withdrawn_picture_is_seen_nowhere_from_that_moment(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    posts_accepted(engine, [a_post(picture=site.picture("a.png"))])
    bring(engine, stored)
    name = lead(engine).copy_name
    hosted = [is_hosted(engine, name)]
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)
    hosted.append(is_hosted(engine, name))
    with writing(engine) as connection:
        log.restore(connection, 1, EIGHT)
    hosted.append(is_hosted(engine, name))
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)
    names = names_in_store(engine)
    with writing(engine) as connection:
        pictures.remove_unused(connection, EIGHT + HOUR, 500)

    assert names == {name}
    assert hosted == [True, False, True]
    assert names_in_store(engine) == set()


def test_a_withdrawn_post_leaves_the_picture_to_another_that_shows_it(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    picture = site.picture("a.png")
    posts_accepted(
        engine,
        [
            a_post("one", picture=picture, title="One"),
            a_post("two", picture=picture, title="Two", body=()),
        ],
    )
    bring(engine, stored)
    name = lead(engine).copy_name
    with writing(engine) as connection:
        log.withdraw(connection, 1, EIGHT)

    assert is_hosted(engine, name)


def test_pictures_of_a_folder_are_read_from_it_and_from_nowhere_else(
    engine: Engine, tmp_path: Path
) -> None:
    inside, outside = tmp_path / "posts", tmp_path / "secret.png"
    inside.mkdir()
    for path in (inside / "a.png", outside):
        path.write_bytes(saved(a_drawing()))
    (inside / "b.png").symlink_to(outside)
    text = FILE.replace('kind = "feed"', 'kind = "folder"')
    text = text.replace('url = "https://example.org/feed"', f'path = "{inside}"')
    stored = a_stored_campaign(engine, text)
    paths = [inside / "a.png", outside, inside / "b.png", inside / "gone.png"]
    body = tuple(Picture(str(path), f"It is {path.name}") for path in paths)
    posts_accepted(engine, [a_post(body=body)])

    left_out = bring(engine, stored)

    assert [Path(trouble.address).name for trouble in left_out] == [
        "secret.png",
        "b.png",
        "gone.png",
    ]
    assert "not inside" in left_out[0].why
    assert len(names_in_store(engine)) == 1


def test_no_more_than_thirty_pictures_of_a_post_are_fetched(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    body = tuple(site.picture(f"{number}.png") for number in range(60))
    for number in range(30):
        site.files[f"{number}.png"] = saved(a_drawing())
    posts_accepted(engine, [a_post(body=body)])
    [left_out] = bring(engine, stored)

    assert len(site.requests) == 30
    assert left_out.address.endswith("/30.png")
    assert left_out.why == (
        "and the 29 after it are left out, for a post may have 30: make two posts of it"
    )


def test_a_picture_that_its_post_shows_no_more_is_removed_in_the_end(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    for name, width in (("a.png", 60), ("b.png", 70)):
        site.files[name] = saved(a_drawing(width))
    posts_accepted(engine, [a_post(picture=site.picture("a.png"))])
    bring(engine, stored)
    before = lead(engine).copy_name
    posts_accepted(engine, [a_post(picture=site.picture("b.png"))])
    in_store_and_hosted = []
    for days in (0, 2, 33):
        at = EIGHT + days * 24 * HOUR + HOUR
        bring_all(engine, a_fetcher(), [stored], at)
        with writing(engine) as connection:
            pictures.remove_unused(connection, at - 30 * 24 * HOUR, 500)
        in_store_and_hosted.append(
            (before in names_in_store(engine), is_hosted(engine, before))
        )

    assert lead(engine).copy_name != before
    assert in_store_and_hosted == [(True, True), (True, False), (False, False)]
    assert names_in_store(engine) == {lead(engine).copy_name}


def test_a_picture_that_went_out_stays_for_those_who_look_later(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    for name, width in (("a.png", 60), ("b.png", 70)):
        site.files[name] = saved(a_drawing(width))
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post(picture=site.picture("a.png"))])
    bring(engine, stored)
    name = lead(engine).copy_name
    publish(engine, "lantern-week", "daily", EIGHT)
    posts_accepted(engine, [a_post("two", title="2", picture=site.picture("b.png"))])
    for days in (2, 40):
        bring_all(engine, a_fetcher(), [stored], EIGHT + days * 24 * HOUR)

    assert site.requests.count("a.png") == 1
    assert is_hosted(engine, name)


@pytest.mark.parametrize(
    ("address", "minutes_ago", "expected"),
    [
        pytest.param(PictureAddress("a"), None, True, id="never tried"),
        pytest.param(PictureAddress("a", "n", is_kept=True), 29, False, id="fresh"),
        pytest.param(PictureAddress("a", "n", is_kept=True), 30, True, id="stale"),
        pytest.param(PictureAddress("a", "n"), 0, True, id="lost"),
        pytest.param(PictureAddress("a", failures=1), 4, False, id="just failed"),
        pytest.param(PictureAddress("a", failures=1), 5, True, id="failed a while ago"),
        pytest.param(PictureAddress("a", failures=99), 359, False, id="failed often"),
        pytest.param(PictureAddress("a", failures=99), 360, True, id="at last"),
    ],
)
def test_when_a_picture_is_asked_for(
    address: PictureAddress,
    minutes_ago: int | None,
    expected: bool,  # noqa: FBT001 - a column of the table
) -> None:
    if minutes_ago is not None:
        address = replace(address, tried_at=EIGHT - timedelta(minutes=minutes_ago))

    assert is_due(address, EIGHT) is expected


@pytest.mark.parametrize(
    ("words", "alt", "decorative"),
    [
        pytest.param(
            PictureWords(alt=" A kettle "), "A kettle", False, id="what it shows"
        ),
        pytest.param(
            PictureWords(decorative=True), "", True, id="that it shows nothing"
        ),
    ],
)
def test_staff_say_what_a_picture_shows_and_it_stays_said(
    engine: Engine,
    site: Site,
    words: PictureWords,
    alt: str,
    decorative: bool,  # noqa: FBT001 - a column of the table
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    post = a_post(picture=site.picture("a.png", ""))
    posts_accepted(engine, [post])
    [trouble] = bring(engine, stored)
    with writing(engine) as connection:
        item_pictures.describe(connection, 1, words, EIGHT)
    again = posts_accepted(engine, [post])

    assert trouble.lacks_words
    assert "digest post picture 1 --alt" in trouble.help
    assert again.revised == 0
    picture = lead(engine)
    assert (picture.alt, picture.decorative) == (alt, decorative)
    assert bring(engine, stored) == []


def test_what_is_decorative_here_keeps_the_words_it_has_there(engine: Engine) -> None:
    a_stored_campaign(engine)
    bare = Picture("https://example.org/a.png")
    posts_accepted(engine, [a_post(body=(replace(bare, alt="A form"), bare))])
    with writing(engine) as connection:
        item_pictures.describe(connection, 1, PictureWords(2, decorative=True), EIGHT)

    [post] = posts(engine)
    assert post.body == (
        replace(bare, alt="A form"),
        replace(bare, decorative=True),
    )


def test_staff_may_think_again(engine: Engine) -> None:
    a_stored_campaign(engine)
    posts_accepted(engine, [a_post(picture=Picture("https://example.org/a.png"))])
    with writing(engine) as connection:
        item_pictures.describe(connection, 1, PictureWords(decorative=True), EIGHT)
        item_pictures.describe(connection, 1, PictureWords(alt="A kettle"), EIGHT)

    assert lead(engine) == replace(lead(engine), alt="A kettle", decorative=False)


@pytest.mark.parametrize(
    ("words", "fault", "says"),
    [
        pytest.param(
            PictureWords(alt="IMG_1.jpg"), DigestError, "on the telephone", id="name"
        ),
        pytest.param(
            PictureWords(4, "A kettle"), NotFound, "no 4", id="no such picture"
        ),
        pytest.param(
            PictureWords(alt="A kettle"), NotFound, "--number", id="which of two"
        ),
        pytest.param(
            PictureWords(3, decorative=True),
            DigestError,
            'shows "An urn"',
            id="told already",
        ),
    ],
)
def test_words_that_help_nobody_are_refused(
    engine: Engine, words: PictureWords, fault: type[DigestError], says: str
) -> None:
    a_stored_campaign(engine)
    body = (
        Picture("https://example.org/a.png"),
        Picture("https://example.org/b.png"),
        Picture("https://example.org/c.png", "An urn"),
    )
    posts_accepted(engine, [a_post(body=body)])

    with pytest.raises(fault, match=says), writing(engine) as connection:
        item_pictures.describe(connection, 1, words, EIGHT)


def test_words_come_too_late_for_a_post_that_is_in_an_edition(engine: Engine) -> None:
    a_stored_campaign(engine)
    a_reader(engine, "ann")
    posts_accepted(engine, [a_post(picture=Picture("https://example.org/a.png"))])
    publish(engine, "lantern-week", "daily", EIGHT)

    with (
        pytest.raises(DigestError, match="in an edition already"),
        writing(engine) as connection,
    ):
        item_pictures.describe(connection, 1, PictureWords(alt="A kettle"), EIGHT)


def test_what_staff_changed_in_a_post_outlives_its_pictures(
    engine: Engine, site: Site
) -> None:
    stored = a_stored_campaign(engine)
    site.files["a.png"] = saved(a_drawing())
    post = a_post(picture=site.picture("a.png"))
    posts_accepted(engine, [post])
    with writing(engine) as connection:
        row = connection.execute(select(item)).one()
        edited = replace(post, title="As staff have it")
        set_values(connection, row.id, content_values(post, edited))
    bring(engine, stored)

    again = posts_accepted(engine, [post])

    assert again.revised == 0
    assert posts(engine)[0].title == "As staff have it"
    assert lead(engine).copy_name
