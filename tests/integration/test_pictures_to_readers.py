"""A picture on its whole way: from a feed to an inbox, a page and a letter."""

import io
from collections.abc import Iterator
from datetime import timedelta
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import select
from starlette.testclient import TestClient

from digest.bootstrap import App, opened
from digest.deliver.inbox.maildir import Inbox
from digest.gather.gathering import GatheringRound, SourceReport, gather
from digest.render.email.compile import SAMPLE_READER
from digest.schedule.editions.publishing import publish
from digest.schedule.reports.status import status_of
from digest.schedule.reports.troubles.of_campaigns import troubles_in
from digest.settings import Settings
from digest.store.base.tables import picture_file, variant
from digest.store.campaigns import campaigns
from digest.store.posts import log
from digest.web.app import make_app
from digest.web.desk.cures import with_button
from tests.builders import EIGHT, SITE
from tests.pictures import a_photo, saved
from tests.sheets import Sheets
from tests.site import Site, a_fetcher, serving
from tests.stored import FILE, a_reader, a_stored_campaign

HERE = "Ann Example was here"
FEED = """<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">
<channel><title>Lanterns</title><link>{url}</link><description>-</description>
<item><title>Forty lanterns</title><guid>1</guid><content:encoded><![CDATA[
<p>We walked along the river and back again, all forty of us.</p>
<p><img src="/walk.jpg" alt="Forty lanterns on a bridge" width="4000"></p>
<p><img src="/wordless.jpg"></p>
<p><img src="/rule.png" role="presentation" alt=""></p>
<p><img src="/logo.svg" alt="The lantern club"></p>
]]></content:encoded></item></channel></rss>"""
HOSTED = '[email]\npictures = "hosted"\nin_full = true\n'
ATTACHED = "[email]\nin_full = true\n"


@pytest.fixture
def site() -> Iterator[Site]:
    """Yield a site with a feed and its pictures, as a camera wrote them."""
    exif = Image.Exif()
    exif[0x010E] = HERE
    exif[0x0112] = 6
    with serving() as site:
        site.files = {
            "feed": FEED.format(url=site.url).encode(),
            "walk.jpg": saved(a_photo(2400, 3200), "JPEG", exif=exif),
            "wordless.jpg": saved(a_photo(500, 400), "JPEG"),
            "rule.png": saved(a_photo(600, 20)),
            "logo.svg": b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        }
        yield site


@pytest.fixture
def program(tmp_path: Path) -> Iterator[App]:
    """Yield a program whose pages are at digest.example.org."""
    settings = Settings(data_dir=tmp_path, base_url="https://digest.example.org")
    with opened(settings, EIGHT + timedelta(hours=1), migrating=True) as app:
        yield app


def gathered(digest: App, site: Site, email: str) -> SourceReport:
    text = FILE.replace("https://example.org/feed", f"{site.url}/feed") + email
    stored = a_stored_campaign(digest.engine, text)
    a_reader(digest.engine, "ann")
    reports = gather(digest.engine, a_fetcher(), [GatheringRound(stored)], EIGHT)
    return reports["lantern-week"][0]


def sent(digest: App) -> EmailMessage:
    """Return the email that the edition's reader gets."""
    edition = publish(digest.engine, "lantern-week", "daily", EIGHT)
    with digest.reading() as connection:
        [variant_id] = connection.scalars(select(variant.c.id))
    message = digest.renditions.message_for(edition.id, variant_id)
    assert message is not None
    return BytesParser(policy=policy.default).parsebytes(message.merge(SAMPLE_READER))


def test_gathering_says_which_pictures_are_left_out_and_why(
    program: App, site: Site
) -> None:
    report = gathered(program, site, ATTACHED)
    helped = status_of(program.engine, EIGHT)["help"]

    assert report.new == 1
    wordless, drawing = report.pictures
    assert "wordless.jpg has no words" in wordless
    assert "digest post picture 1 --alt" in wordless
    assert "logo.svg is an SVG drawing" in drawing
    assert [line for line in helped if "wordless.jpg" in line]
    with program.reading() as connection:
        stored = campaigns.listed(connection)
        [at_desk] = [
            with_button(each)["help"]
            for each in troubles_in(connection, stored, EIGHT)
            if "wordless.jpg" in each.what
        ]
    assert "digest " not in at_desk  # there are no commands there
    assert [line for line in helped if "SVG" in line]


def test_an_email_carries_them_upright_small_and_bare(program: App, site: Site) -> None:
    gathered(program, site, ATTACHED)
    message = sent(program)

    inside = [p for p in message.walk() if p.get_content_maintype() == "image"]
    html = message.get_body(("html",))
    assert html is not None
    page = str(html.get_content())
    assert len(inside) == page.count("<img") == 2
    for part in inside:
        assert f'src="cid:{part["Content-ID"][1:-1]}"' in page
        assert HERE.encode() not in part.get_content()
    walk = Image.open(io.BytesIO(inside[0].get_content()))
    assert walk.size == (1200, 900)
    assert not walk.getexif()
    assert 'alt="Forty lanterns on a bridge" width="592" height="444"' in page
    assert "Picture: The lantern club" in page
    assert site.url.encode() not in inside[0].as_bytes()
    assert f"{site.url}/walk" not in page


def test_the_built_in_inbox_shows_attached_pictures(
    program: App, site: Site, tmp_path: Path
) -> None:
    gathered(program, site, ATTACHED)
    inbox = Inbox(tmp_path / "inbox")
    key = inbox.keep("from@example.org", "ann@example.org", sent(program).as_bytes())

    html = inbox.read(key).html
    assert html.count('src="data:image/') == 2
    assert "cid:" not in html


def test_the_built_in_inbox_may_ask_for_hosted_pictures_and_a_preview_for_none(
    program: App, site: Site
) -> None:
    gathered(program, site, HOSTED)
    key = program.inbox.keep("a@example.org", "b@example.org", sent(program).as_bytes())
    with TestClient(make_app(program), base_url=SITE) as browser:
        inside = browser.get(f"/inbox/{key}/html").headers["content-security-policy"]
        preview = browser.get("/desk/editions/1/html")

    assert "img-src data: https://digest.example.org/media/;" in inside
    assert "img-src data: ;" in preview.headers["content-security-policy"]
    assert preview.text.count('src="data:image/') == 2


def test_a_hosted_picture_is_served_to_anybody_for_ever_and_notes_nothing(
    program: App, site: Site
) -> None:
    gathered(program, site, HOSTED)
    html = sent(program).get_body(("html",))
    assert html is not None
    page = str(html.get_content())
    address = page.partition('src="https://digest.example.org')[2].partition('"')[0]
    with TestClient(make_app(program), base_url=SITE) as browser:
        answer, head = browser.get(address), browser.head(address)
        nothing = [
            browser.get(f"/media/{name}").status_code
            for name in ("x.jpg", f"{'0' * 32}.jpg", "..%2f..%2fetc%2fpasswd")
        ]
        with program.writing() as connection:
            log.withdraw(connection, 1, EIGHT)
        withdrawn = browser.get(address)

    assert address.startswith("/media/")
    assert answer.status_code == head.status_code == 200
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers
    assert Image.open(io.BytesIO(answer.content)).size == (1200, 900)
    assert nothing == [404, 404, 404]
    assert withdrawn.status_code == 404
    assert "immutable" not in withdrawn.headers["cache-control"]


def test_print_sizes_are_not_for_the_public(program: App, site: Site) -> None:
    gathered(program, site, HOSTED)
    with program.reading() as connection:
        name = connection.scalars(select(picture_file.c.picture)).first()
    with TestClient(make_app(program), base_url=SITE) as browser:
        assert browser.get(f"/media/{name}-print.jpg").status_code == 404


def test_a_letter_prints_them_grey_with_words_for_what_is_left_out(
    program: App, site: Site
) -> None:
    gathered(program, site, ATTACHED)

    for form in ("letter", "large-print"):
        sheets = Sheets(program.previews.draft("lantern-week", "daily", form).content)
        on_paper = sheets.pictures()
        assert len(on_paper) == 2
        assert all(picture.is_grey for picture in on_paper)
        assert all(picture.dots_across <= 300.5 for picture in on_paper)
        assert "Picture: The lantern club" in sheets.whole_text()


def test_a_picture_that_fails_harms_no_post(program: App, site: Site) -> None:
    for name in ("walk.jpg", "wordless.jpg", "rule.png", "logo.svg"):
        site.files[name] = b"\xff\xd8\xff\xe0 nothing"
    report = gathered(program, site, ATTACHED)
    message = sent(program)

    assert report.new == 1
    assert message.get_body(("html",)) is not None
    assert "Picture: Forty lanterns on a bridge" in message.as_string()
