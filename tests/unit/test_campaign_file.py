"""A campaign file: read whole, or every fault by line and key."""

from datetime import UTC, date, datetime, time, timedelta
from pathlib import PurePath

import pytest

from digest.errors import CampaignFileError
from digest.model.campaigns.campaign import (
    Approval,
    Campaign,
    Envelope,
    FirstContact,
    PageSelectors,
    Schedule,
    Source,
    SourceKind,
    UncertainPolicy,
)
from digest.model.campaigns.campaign_file import parse
from digest.model.campaigns.slots import weekly
from digest.model.formats import HTML, LETTER
from digest.model.posts.pictures import PictureHosting

WHOLE = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "Lantern Week <digest@example.org>"
reply_to = "team@example.org"
lists = ["lantern"]
timezone = "Europe/London"
starts = 2026-07-06
ends = 2026-07-10
approval = "one"

[[source]]
name = "blog"
kind = "feed"
url = "https://example.org/feed"
topics = ["stories"]
first = 3

[[source]]
name = "notes"
kind = "folder"
path = "notes"
moderated = true

[[schedule]]
name = "daily"
at = "16:00"
days = "mon-fri"
catch_up = "90m"
expires = "2d"
default = true

[[schedule]]
name = "weekly"
at = "10:00"
days = "thu"
formats = ["letter", "large-print"]

[email]
pictures = "hosted"

[letter]
envelope = "c5"
sender = ["Lantern Week", "1 Example Street"]
phone = "01632 960 155"
"""
HERE = PurePath("/campaigns")


def test_a_whole_file_is_read_whole() -> None:
    campaign = parse(WHOLE, "UTC", HERE)

    assert campaign.sender_name == "Lantern Week"
    assert campaign.sender_address == "digest@example.org"
    assert campaign.sending_domain == "example.org"
    assert (campaign.starts, campaign.ends) == (date(2026, 7, 6), date(2026, 7, 10))
    assert campaign.approval is Approval.ONE
    assert campaign.sources[0].first == FirstContact(3)
    assert campaign.sources[1].kind is SourceKind.FOLDER
    assert campaign.sources[1].location == "/campaigns/notes"
    assert campaign.schedules[0].catch_up == timedelta(minutes=90)
    assert campaign.expires_after("daily") == timedelta(days=2)
    assert campaign.expires_after("weekly") == timedelta(days=4)
    assert campaign.schedule_for(LETTER).name == "weekly"
    assert campaign.schedule_for(HTML).name == "daily"
    assert campaign.letter.envelope is Envelope.C5
    assert campaign.pictures is PictureHosting.HOSTED
    assert [source.moderated for source in campaign.sources] == [False, True]
    assert campaign.begins == datetime(2026, 7, 5, 23, 0, tzinfo=UTC)


SHORT = """
[campaign]
name = "lantern-week"
title = "Lantern Week"
from = "digest@example.org"
lists = ["lantern"]
[[source]]
name = "blog"
kind = "feed"
url = "https://example.org/feed"
[[schedule]]
name = "early"
at = "08:00"
[[schedule]]
name = "late"
at = "20:00"
default = true
"""


def test_what_a_file_does_not_say_is_as_the_reference_says() -> None:
    campaign = parse(SHORT, "Europe/London", HERE)
    early, late = campaign.schedules

    assert campaign.begins is None
    assert campaign.approval is Approval.AUTOMATIC
    assert campaign.uncertain is UncertainPolicy.RESEND
    assert not campaign.in_full
    assert campaign.letter.envelope is Envelope.DL
    assert campaign.letter.slip
    assert early.catch_up is None
    assert early.expires == timedelta(days=4)
    assert (early.default, late.default) == (False, True)
    assert campaign.schedule_for(HTML) is late
    assert campaign.expires_after("gone") == timedelta(days=4)
    assert not campaign.sources[0].moderated
    assert campaign.sources[0].ahead == timedelta(days=28)
    no_slip = parse(SHORT + "[letter]\nslip = false\n", "Europe/London", HERE)
    assert not no_slip.letter.slip
    without = parse(SHORT.replace("default = true", ""), "Europe/London", HERE)
    assert without.schedule_for(HTML).name == "early"


def test_a_campaign_of_which_little_is_said_is_that_of_a_short_file() -> None:
    early, late = (weekly(time(hour), zone="Europe/London") for hour in (8, 20))

    assert parse(SHORT, "Europe/London", HERE) == Campaign(
        "lantern-week",
        "Lantern Week",
        "",
        "digest@example.org",
        lists=("lantern",),
        timezone="Europe/London",
        sources=(Source("blog", SourceKind.FEED, "https://example.org/feed"),),
        schedules=(
            Schedule("early", early),
            Schedule("late", late, default=True),
        ),
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param('expires = "2d"', 'expires = "30m"', id="shortest expiry"),
        pytest.param('expires = "2d"', 'expires = "30d"', id="longest expiry"),
        pytest.param("first = 3", "first = 0", id="none at first contact"),
        pytest.param('"one"', '"one"\nhold_back = "0m"', id="not held back"),
        pytest.param('"one"', '"one"\nhold_back = "1d"', id="held back for a day"),
        pytest.param('"lantern-week"', '"l2"', id="a name with a figure"),
        pytest.param(
            'title = "Lantern Week"', 'title = "L\u00a0W ~"', id="letters at the edges"
        ),
        pytest.param(
            '"Lantern Week <', '"L\u00a0W ~ <', id="a sender with such letters"
        ),
        pytest.param('"lantern-week"', f'"{"x" * 60}"', id="a long name"),
    ],
)
def test_what_lies_just_within_is_taken(old: str, new: str) -> None:
    assert old in WHOLE
    parse(WHOLE.replace(old, new, 1), "UTC", HERE)


def test_pictures_are_attached_unless_a_campaign_says_otherwise() -> None:
    text = WHOLE.replace('pictures = "hosted"', "")

    assert parse(text, "UTC", HERE).pictures is PictureHosting.ATTACHED


@pytest.mark.parametrize(
    ("lines", "location", "ahead"),
    [
        pytest.param('path = "diary.ics"', "/campaigns/diary.ics", 28, id="a file"),
        pytest.param(
            'url = "webcal://example.org/d.ics"\nahead = "8d"',
            "webcal://example.org/d.ics",
            8,
            id="an address",
        ),
    ],
)
def test_a_calendar_is_a_file_or_an_address(
    lines: str, location: str, ahead: int
) -> None:
    text = WHOLE.replace("feed", "calendar", 1).replace(
        'url = "https://example.org/feed"', lines
    )
    [source, _] = parse(text, "UTC", HERE).sources

    assert source.kind is SourceKind.CALENDAR
    assert (source.location, source.ahead) == (location, timedelta(days=ahead))


def test_a_page_may_say_where_its_posts_are() -> None:
    text = WHOLE.replace(
        'kind = "feed"', 'kind = "page"\nselect = { posts = "article", title = "h2" }'
    )
    [source, _] = parse(text, "UTC", HERE).sources

    assert source.kind is SourceKind.PAGE
    assert source.select == PageSelectors(posts="article", title="h2")


def test_an_export_is_a_file() -> None:
    text = WHOLE.replace("feed", "wordpress", 1).replace(
        'url = "https://example.org/feed"', 'path = "old/house.xml"'
    )
    [source, _] = parse(text, "UTC", HERE).sources

    assert source.kind is SourceKind.WORDPRESS
    assert source.location == "/campaigns/old/house.xml"


def test_the_zone_of_the_settings_serves_a_campaign_that_names_none() -> None:
    text = WHOLE.replace('timezone = "Europe/London"\n', "")

    assert parse(text, "Europe/Lisbon", HERE).timezone == "Europe/Lisbon"


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        pytest.param(
            'name = "lantern-week"', "", "campaign.name: is missing", id="missing"
        ),
        pytest.param(
            "lists =", "list =", "campaign.list: is not a key here", id="typo"
        ),
        pytest.param(
            '"16:00"', '"4pm"', 'schedule[1].at: "4pm" is not a time', id="bad time"
        ),
        pytest.param(
            '"feed"', '"fed"', 'kind: "fed" is not known; is it "feed"?', id="bad kind"
        ),
        pytest.param(
            'kind = "feed"',
            'kind = "calendar"\nahead = "2h"',
            "source[1].ahead: must be from 1d",
            id="hardly ahead",
        ),
        pytest.param(
            'kind = "feed"',
            'kind = "calendar"\npath = "d.ics"',
            "source[1].url: is not a key here",
            id="a file and an address",
        ),
        pytest.param(
            'kind = "feed"',
            'kind = "page"\nselect = { post = "article" }',
            "source[1].select.post: is not a key here",
            id="no such part of a page",
        ),
        pytest.param(
            'kind = "feed"',
            'kind = "page"\nselect = { posts = "article", links = "h2 a" }',
            "source[1].select.posts: cannot stand beside links",
            id="posts here and elsewhere",
        ),
        pytest.param(
            'kind = "feed"',
            'kind = "feed"\nselect = { posts = "article" }',
            "source[1].select: is not a key here",
            id="parts of what is no page",
        ),
        pytest.param("first = 3", "first = -1", "must be", id="bad first contact"),
        pytest.param("first = 3", "first = true", "must be", id="no number"),
        pytest.param('kind = "feed"', "", "source[1].kind: is missing", id="no kind"),
        pytest.param('title = "Lantern Week"', 'title = " "', "is empty", id="blank"),
        pytest.param(
            'title = "Lantern Week"', 'title = "L\\u007f"', "control", id="delete"
        ),
        pytest.param(
            'title = "Lantern Week"', 'title = "L\\u009f"', "control", id="the last"
        ),
        pytest.param(
            '"Lantern Week <', '"Lantern\\u007fWeek <', "from", id="sender's name"
        ),
        pytest.param('"lantern-week"', '"a b"', "campaign.name:", id="space in name"),
        pytest.param('"lantern-week"', '"A"', "campaign.name:", id="capital in name"),
        pytest.param('"lantern-week"', '"é"', "campaign.name:", id="accent in name"),
        pytest.param(
            '"lantern-week"', f'"{"x" * 200}"', "campaign.name:", id="endless name"
        ),
        pytest.param('["lantern"]', "[]", "lists: is empty", id="no list"),
        pytest.param('"2d"', '"29m"', "from 30m to 30d", id="expires too soon"),
        pytest.param('"2d"', '"721h"', "from 30m to 30d", id="expires too late"),
        pytest.param('"hosted"', '"here"', "attached, hosted, none", id="pictures"),
        pytest.param('"90m"', '"soon"', "length of time", id="bad length"),
        pytest.param('"2d"', '"never"', "length of time", id="bad expiry"),
        pytest.param('"2d"', '"5m"', "from 30m to 30d", id="expires at once"),
        pytest.param('"2d"', '"99999d"', "from 30m to 30d", id="hardly expires"),
        pytest.param(
            '<digest@example.org>"', '"', "is not an email address", id="bad sender"
        ),
        pytest.param('"one"', '"one"\nhold_back = "25h"', "at most 1d", id="held long"),
        pytest.param('"one"', '"one"\nhold_back = "on"', "length of time", id="held"),
        pytest.param('"one"', '"one"\nmost_items = 0', "1 or more", id="no items"),
        pytest.param('"one"', '"one"\nmost_items = true', "1 or more", id="yes items"),
        pytest.param(
            '"one"', '"one"\napprovers = ["sam"]', "not an email", id="bad approver"
        ),
        pytest.param('"one"', '"one"\nunapproved = "no"', "carry-over, send", id="no"),
        pytest.param('"c5"', '"c5"\nprice = 0', "0.87", id="no price"),
        pytest.param('"c5"', '"c5"\nprice = nan', "0.87", id="no number"),
        pytest.param('"c5"', '"c5"\nprice = true', "0.87", id="yes price"),
        pytest.param('"one"', '"one"\nsections = "day"', "source, topic", id="by day"),
        pytest.param('"one"', '"nobody"', "automatic, one, two", id="bad approval"),
        pytest.param("2026-07-10", "2026-07-01", "is before starts", id="ends first"),
        pytest.param(
            "ends = 2026-07-10",
            'last_edition = "18:00"',
            "campaign.last_edition: needs ends beside it",
            id="a close without an end",
        ),
        pytest.param(
            "ends = 2026-07-10",
            'ends = 2026-07-10\nlast_edition = "2026-07-09 18:00"',
            "is before the campaign's last day, 2026-07-10",
            id="closes before its end",
        ),
        pytest.param(
            "ends = 2026-07-10",
            'ends = 2026-07-10\nlast_edition = "tomorrow 18:00"',
            'is not a time; write "18:00"',
            id="closes some day",
        ),
        pytest.param(
            "ends = 2026-07-10",
            'ends = 2026-07-10\nlast_edition = "none"\ngoodbye = "Thank you"',
            "needs a last edition",
            id="a goodbye in nothing",
        ),
        pytest.param('["lantern"]', '"lantern"', "must be a list", id="text for list"),
        pytest.param('"weekly"', '"daily"', "two of them are called", id="twin names"),
        pytest.param(
            'name = "weekly"',
            'name = "weekly"\nrenamed_from = "daily"',
            'renamed from "daily", which is in the file still',
            id="renamed from another there is",
        ),
        pytest.param(
            "[[schedule]]",
            '[[schedule]]\nrenamed_from = "old"',
            'two were renamed from "old"',
            id="two renamed from one",
        ),
        pytest.param(
            "https://", "ftp://", "must start with https://", id="bad address"
        ),
        pytest.param(
            '["letter",',
            '["leter",',
            '"leter" is not known; is it "letter"?',
            id="bad format",
        ),
        pytest.param(
            'title = "Lantern Week"', 'title = "A\\nBcc: x"', "control", id="line break"
        ),
    ],
)
def test_a_fault_is_named_by_its_key(old: str, new: str, fault: str) -> None:
    assert old in WHOLE
    with pytest.raises(CampaignFileError) as refusal:
        parse(WHOLE.replace(old, new), "UTC", HERE)

    assert fault in str(refusal.value)


def test_a_campaign_without_schedules_is_told_how_to_name_them() -> None:
    text = WHOLE[: WHOLE.index("[[schedule]]")]

    with pytest.raises(CampaignFileError, match=r"add a \[\[schedule\]\]"):
        parse(text, "UTC", HERE)


def test_every_fault_is_named_at_once_with_its_line() -> None:
    text = WHOLE.replace('"16:00"', '"4pm"').replace("lists =", "list =")

    with pytest.raises(CampaignFileError) as refusal:
        parse(text, "UTC", HERE)

    words = str(refusal.value).splitlines()
    assert len(words) == 3
    assert any(word.startswith("line  28, schedule[1].at") for word in words)


@pytest.mark.parametrize("text", ["", "[campaign", "campaign = 3", "[[campaign]]"])
def test_what_is_no_campaign_file_is_refused_in_words(text: str) -> None:
    with pytest.raises(CampaignFileError):
        parse(text, "UTC", HERE)
