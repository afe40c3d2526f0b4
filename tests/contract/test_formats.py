"""What every format promises, and that one more is a row and a maker."""

import threading
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from digest.bootstrap import opened
from digest.model.editions.compiled_message import MergeField, Recipient, body_value
from digest.model.editions.edition import Variant
from digest.model.editions.rendition import ATTACHED, Rendition
from digest.model.formats import (
    FORMATS,
    Channel,
    Format,
    Preview,
    first_for,
    named,
    preview_named,
    previews,
)
from digest.model.people.channel_choice import ReaderFacts, Served, resolve
from digest.model.people.person import Addressee
from digest.model.people.postal_address import PostalAddress
from digest.model.posts.pictures import PictureUse
from digest.render.email.message import compile_message
from digest.render.families import FAMILIES, family_of
from digest.render.options import RenderOptions
from digest.schedule.editions.publishing import publish
from digest.settings import Settings
from digest.store.base.tables import delivery, variant
from tests.builders import EIGHT, a_post, a_variant
from tests.stored import a_reader, a_stored_campaign, posts_accepted

ADDRESSEE = Addressee(
    "Ann Example",
    "ann@example.org",
    PostalAddress(("1 Example Street", "Exampleton"), "ZZ99 1AA"),
    phone="01632 960 155",
)
CAN_BE_MADE = [fmt for fmt in FORMATS.values() if fmt.channel]


def test_a_format_is_found_by_its_name_and_no_other_is() -> None:
    assert [named(name).name for name in FORMATS] == list(FORMATS)
    with pytest.raises(ValueError, match="“haiku” is not a format: write one of html"):
        named("haiku")
    with pytest.raises(ValueError, match="“haiku” is not a preview"):
        preview_named("haiku")


def test_a_preview_shows_one_format() -> None:
    assert max(Counter(preview.name for _, preview in previews()).values()) == 1


def test_every_family_makes_a_format() -> None:
    assert {fmt.family for fmt in CAN_BE_MADE} == set(FAMILIES)


@pytest.mark.parametrize(
    ("has_email", "has_address", "name"),
    [
        (True, True, "html"),
        (True, False, "html"),
        (False, True, "letter"),
        (False, False, "phone"),
    ],
)
def test_who_names_no_format_gets_what_can_reach_them(
    has_email: bool,  # noqa: FBT001 - a column of the table
    has_address: bool,  # noqa: FBT001
    name: str,
) -> None:
    assert first_for(has_email=has_email, has_address=has_address) == named(name)


def test_print_is_as_large_as_the_guidelines_for_clear_and_large_print_ask() -> None:
    # UK Association for Accessible Formats: clear print 14 point, large print 18.
    assert (named("letter").points, named("large-print").points) == (14, 18)
    assert [fmt.name for fmt in CAN_BE_MADE if fmt.has_html] == ["html"]
    assert [fmt.name for fmt in CAN_BE_MADE if not fmt.points] == [
        *("html", "plain", "phone")
    ]


@pytest.mark.parametrize("fmt", CAN_BE_MADE, ids=str)
def test_what_can_travel_can_be_made_and_looked_at(fmt: Format) -> None:
    family, options = family_of(fmt), RenderOptions(EIGHT)

    assert family.make(a_variant(format=fmt), options).content
    assert fmt.previews
    for preview in fmt.previews:
        rendition = family.preview(a_variant(format=fmt), preview, options, ADDRESSEE)
        document = rendition.content
        assert a_post().title.encode() in document or document.startswith(b"%PDF")


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=str)
def test_a_reader_is_served_by_the_formats_channel_or_told_why_not(fmt: Format) -> None:
    facts = ReaderFacts(fmt, has_email=True, has_address=True, has_phone=True)
    served = resolve(replace(facts, agreed_to_calls=True))

    assert isinstance(served, Served) == (fmt.channel is not None)
    if isinstance(served, Served):
        assert (served.channel, served.format) == (fmt.channel, fmt)


@pytest.mark.parametrize(
    "fmt", [fmt for fmt in FORMATS.values() if fmt.otherwise], ids=str
)
def test_who_cannot_be_reached_gets_the_other_format(fmt: Format) -> None:
    other = named(fmt.otherwise)

    facts = ReaderFacts(fmt, has_address=True, agreed_to_letters=True)
    assert resolve(facts) == Served(Channel.POST, other)


def test_what_nothing_makes_is_no_rendition() -> None:
    with pytest.raises(LookupError, match="nothing makes visit"):
        family_of(named("visit"))


# A format of the test's own: an email of nothing but headlines.
HEADLINES = Format(
    "headlines",
    "headlines by email",
    Channel.EMAIL,
    family="headlines",
    previews=(Preview("headlines", "text/plain; charset=utf-8", "headlines"),),
    otherwise="letter",
)


@dataclass(frozen=True)
class HeadlinesFamily:
    """Makes emails that say each title and how to leave."""

    def picture_uses(self, _fmt: Format) -> tuple[PictureUse, ...]:
        """Show no picture."""
        return ()

    def make(self, variant: Variant, options: RenderOptions) -> Rendition:
        """Return the titles as a message."""
        parts = {"plain": self._pieces(variant)}
        message = compile_message(variant, "Headlines", options.made_at, parts)
        return Rendition(message.to_bytes(), {ATTACHED: ()})

    def preview(
        self,
        variant: Variant,
        _preview: Preview,
        _options: RenderOptions,
        addressee: Addressee,
    ) -> Rendition:
        """Return the titles as one reader gets them."""
        address = "https://example.org/u/x"
        reader = Recipient(addressee.name, addressee.email, "x", address)
        text = "".join(
            body_value(piece, reader) if isinstance(piece, MergeField) else piece
            for piece in self._pieces(variant)
        )
        return Rendition(text.encode(), {})

    def _pieces(self, variant: Variant) -> tuple[str | MergeField, ...]:
        titles = "".join(f"* {item.title}\n" for item in variant.items)
        return titles, "To stop: ", MergeField.LEAVE_URL_IN_TEXT, "\n"


def test_one_more_format_is_a_row_and_a_maker(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(FORMATS, HEADLINES.name, HEADLINES)
    monkeypatch.setitem(FAMILIES, HEADLINES.family, HeadlinesFamily())
    now = EIGHT + timedelta(hours=1)
    with opened(Settings(data_dir=tmp_path), now, migrating=True) as app:
        a_stored_campaign(app.engine)
        a_reader(app.engine, "ann", format="headlines")
        posts_accepted(app.engine, [a_post(title="Kettles")])

        looked_at = app.previews.draft("lantern-week", None, "headlines")
        publish(app.engine, "lantern-week", "daily", EIGHT)
        with app.reading() as connection:
            planned = connection.execute(delivery.select()).one()
            [kind] = connection.execute(variant.select())
        with app.work() as work:
            work.once(threading.Event())
        [message] = app.inbox.messages()

    assert looked_at.content.startswith(b"* Kettles\nTo stop: https://")
    assert (planned.channel, kind.format) == ("email", "headlines")
    assert (message.subject, message.to) == ("Headlines", "Ann <ann@example.org>")
