"""Merging a reader into a compiled message, against building one for each reader.

The message is an edition rendered by the product's own path, about 48 KB. The
peer is the standard library: an EmailMessage with the same headers and the
same parts, made and serialised for each reader.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, time
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from functools import partial

from harness import Result, main, medians

from digest.model.campaigns.campaign import Campaign, LetterHead, Schedule
from digest.model.campaigns.slots import weekly
from digest.model.editions.compiled_message import CompiledMessage, Recipient
from digest.model.editions.edition import Variant
from digest.model.formats import HTML
from digest.model.posts.blocks import Block, ListBlock, Paragraph, TextSpan
from digest.model.posts.items import Byline, Event, Item, Post
from digest.render.email.compile import SAMPLE_READER, compile_email
from digest.render.options import RenderOptions

AT = datetime(2026, 7, 6, 15, 0, tzinfo=UTC)
# Long lines are legal up to here; the default folds List-Unsubscribe to pieces.
POLICY = policy.SMTP.clone(max_line_length=998)


def measure(quick: bool) -> Result:  # noqa: FBT001 - the harness's signature
    """Return what a merge costs, ours and the standard library's."""
    compiled = compile_email(an_edition(), RenderOptions(AT))
    readers = [a_reader(number) for number in range(50 if quick else 200)]
    parts = Parts(compiled.merge(readers[0]))
    assert_same_words(compiled.merge(readers[1]), parts.message(readers[1]))
    few = readers[:10]
    spent = medians(
        {
            "ours": partial(merge_all, compiled, readers * 20),
            "theirs": partial(build_all, parts.message, few),
        },
        repeats=5 if quick else 15,
    )
    ours = spent["ours"] / (len(readers) * 20)
    theirs = spent["theirs"] / len(few)
    return Result(
        name="merge",
        figures={
            "message_kb": len(compiled.merge(readers[0])) / 1024,
            "html_kb": len(parts.html.encode()) / 1024,
            "text_kb": len(parts.text.encode()) / 1024,
            "slots": len(compiled.merge_fields),
            "merge_us": ours * 1e6,
            "emailmessage_us": theirs * 1e6,
        },
        ratios={"merge_vs_emailmessage": theirs / ours},
    )


class Parts:
    """The same headers and bodies, for the standard library to build with."""

    def __init__(self, message: bytes) -> None:
        read = BytesParser(policy=policy.default).parsebytes(message)
        self.headers = [
            (name, str(value))
            for name, value in read.items()
            if name not in {"Content-Type", "MIME-Version"}
        ]
        self.text, self.html = (
            str(part.get_content()).replace("\r\n", "\n") for part in read.iter_parts()
        )
        self._of = a_reader(0)

    def message(self, reader: Recipient) -> bytes:
        """Return one reader's message, built from the start."""
        message = EmailMessage(policy=POLICY)
        for name, value in self.headers:
            message[name] = self._personal(value, reader)
        message.set_content(self._personal(self.text, reader), cte="quoted-printable")
        message.add_alternative(
            self._personal(self.html, reader), subtype="html", cte="quoted-printable"
        )
        return message.as_bytes()

    def _personal(self, words: str, reader: Recipient) -> str:
        for name in ("name", "address", "reference", "leave_url", "leave_mailto"):
            words = words.replace(getattr(self._of, name), getattr(reader, name))
        return words


def merge_all(compiled: CompiledMessage, readers: list[Recipient]) -> None:
    """Merge every reader in."""
    for reader in readers:
        compiled.merge(reader)


def build_all(build: Callable[[Recipient], bytes], readers: list[Recipient]) -> None:
    """Build a message for every reader."""
    for reader in readers:
        build(reader)


def assert_same_words(ours: bytes, theirs: bytes) -> None:
    """Stop unless both messages say the same to the same reader."""
    first, second = (
        BytesParser(policy=policy.default).parsebytes(message)
        for message in (ours, theirs)
    )
    for name in ("To", "Subject", "Message-ID", "List-Unsubscribe"):
        assert str(first[name]) == str(second[name]), name
    for ours_part, their_part in zip(
        first.iter_parts(), second.iter_parts(), strict=True
    ):
        assert ours_part.get_content().split() == their_part.get_content().split()


def a_reader(number: int) -> Recipient:
    """Return an invented reader, one in four with letters beyond ASCII."""
    name = f"{'Zoë' if number % 4 == 3 else 'Ann'} Example-{number:06d}"
    return replace(
        SAMPLE_READER,
        name=name,
        address=f"reader-{number:06d}@example.org",
        reference=f"d{number:06d}",
        leave_url=f"https://digest.example.org/u/{number:06d}.{'t0k3n' * 8}",
        leave_mailto=f"mailto:leave+{number:06d}@digest.example.org",
    )


def an_edition() -> Variant:
    """Return an edition of about 30 KB of HTML and 8 KB of text."""
    posts: tuple[Item, ...] = tuple(a_post(number) for number in range(10))
    events: tuple[Item, ...] = tuple(an_event(number) for number in range(8))
    return Variant(
        code="k7qf2mxa",
        campaign=Campaign(
            name="lantern-week",
            title="Lantern Week – Wythnos y Llusern",  # noqa: RUF001 - a real title has dashes
            sender_name="Lantern Week",
            sender_address="digest@example.org",
            reply_to="team@example.org",
            lists=("lantern",),
            timezone="Europe/London",
            sources=(),
            schedules=(Schedule("daily", weekly(time(16))),),
            letter=LetterHead(
                ("Lantern Week", "1 Example Street"), phone="01632 960155"
            ),
        ),
        slot=AT,
        items=posts + events,
        format=HTML,
        language="en-GB",
    )


def a_post(number: int) -> Post:
    """Return a post of some paragraphs, with a list and links."""
    paragraph = Paragraph(
        (
            TextSpan("We met at the hall – about forty of us – and "),  # noqa: RUF001 - as people write
            TextSpan("talked for two hours", strong=True),
            TextSpan(". The café stayed open. The notes are "),
            TextSpan(f"on page {number}", href=f"https://example.org/notes/{number}"),
            TextSpan(", and everybody may add to them before the end of the month."),
        )
    )
    listed: Block = ListBlock(False, ((paragraph,), (paragraph,)))  # noqa: FBT003 - the block's own field
    return Post(
        key=f"post-{number}",
        title=f"What we heard on day {number}, and what happens now",
        body=(paragraph, listed),
        byline=Byline("Ann Example", "Volunteer", "The Hall"),
        published=AT,
    )


def an_event(number: int) -> Event:
    """Return an event with everything an event can have."""
    return Event(
        key=f"event-{number}",
        title=f"Lantern workshop number {number}",
        starts=AT,
        zone="Europe/London",
        place="The Hall, 1 Example Street, EXAMPLETON",
        joining_url=f"https://example.org/join/{number}",
        booking_phone="01632 960 155",
        url=f"https://example.org/events/{number}",
        summary="Make a lantern to carry on Friday. Everything you need is there.",
    )


if __name__ == "__main__":
    main(measure)
