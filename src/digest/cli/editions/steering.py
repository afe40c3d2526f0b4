"""digest edition note, subject, pin …: what staff steer in an open edition."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.options import AsJson, ScheduleName, as_json, result, table, talk

if TYPE_CHECKING:
    from digest.model.editions.steering import SteeredEdition
    from digest.schedule.editions.steering.contents import EditionContents
    from digest.schedule.editions.steering.steer import Steer

What = Annotated[
    str,
    typer.Argument(
        metavar="CAMPAIGN|EDITION-ID",
        help="A campaign, for its next edition, or an edition that was called back.",
    ),
]
Version = Annotated[
    int | None,
    typer.Option(
        "--version", help="Refuse if it was changed since this version, and say how."
    ),
]
Words = Annotated[
    str | None,
    typer.Argument(metavar="[WORDS]", help='Without them it is shown; "" empties.'),
]
Post = Annotated[int, typer.Argument(metavar="POST-ID")]


# What phones show of a subject, and inboxes at most of the line after it.
_PHONE_SUBJECT, _SHOWN_PREHEADER = 40, 140


@dataclass(frozen=True, slots=True)
class _Target:
    what: str
    schedule: str | None
    version: int | None = None


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (
        contents,
        note,
        subject,
        preheader,
        pin,
        unpin,
        move,
        drop,
        put_back,
        events,
        undo,
    ):
        app.command(command.__name__.replace("_", "-"))(command)


def contents(
    what: What, *, schedule: ScheduleName = None, json: AsJson = False
) -> None:
    """Show what is in an open edition, in order, with its words and its version."""
    open_now = _contents(_Target(what, schedule))
    if json:
        as_json(open_now.facts())
        return
    steered = open_now.steered.steering
    result(f"{open_now.edition.title} of {open_now.edition.campaign.name}")
    result(f"  version {open_now.steered.version}")
    for name, words, is_own in (
        ("subject", open_now.subject, bool(steered.subject)),
        ("preheader", open_now.preheader, bool(steered.preheader)),
    ):
        result(f"  {name}{'' if is_own else ' (made)'}: {words}")
    if steered.note:
        result("  with a note: digest edition note shows it")
    rows: list[tuple[object, ...]] = [
        (
            place,
            entry.id,
            "pinned" if entry.id in steered.pinned else "",
            entry.item.title,
        )
        for place, entry in enumerate(open_now.posts, 1)
    ]
    rows += [("", entry.id, "event", entry.item.title) for entry in open_now.events]
    rows += [
        ("", entry.id, "next edition", entry.item.title) for entry in open_now.left_over
    ]
    rows += [
        (
            "",
            each.entry.id,
            "what is on" if open_now.lists(each) else "not listed",
            each.event.event.title,
        )
        for each in open_now.coming
        if each.is_known or not open_now.lists(each)
    ]
    table(("place", "post", "", "title"), rows)


def note(
    what: What,
    words: Words = None,
    *,
    file: Annotated[
        Path | None, typer.Option("--file", help="Markdown; - is standard input.")
    ] = None,
    schedule: ScheduleName = None,
    version: Version = None,
) -> None:
    """Write the note that stands before all posts, in Markdown, in every format."""
    target = _Target(what, schedule, version)
    text = words if file is None else _text(file)
    if text is None:
        from digest.model.posts.markdown import to_markdown

        result(to_markdown(_contents(target).steered.steering.note))
        return
    with _steering(target) as hand:
        _say(hand.note(text))


def subject(
    what: What,
    words: Words = None,
    *,
    schedule: ScheduleName = None,
    version: Version = None,
) -> None:
    """Write the subject of its emails; "" has it made from the content again."""
    target = _Target(what, schedule, version)
    if words is not None:
        with _steering(target) as hand:
            _say(hand.subject(words))
    open_now = _contents(target)
    _show_line(open_now.subject, _PHONE_SUBJECT)


def preheader(
    what: What,
    words: Words = None,
    *,
    schedule: ScheduleName = None,
    version: Version = None,
) -> None:
    """Write the line after the subject; "" has it made from the content again."""
    target = _Target(what, schedule, version)
    if words is not None:
        with _steering(target) as hand:
            _say(hand.preheader(words))
    open_now = _contents(target)
    _show_line(open_now.preheader, _SHOWN_PREHEADER)


def pin(
    what: What, post: Post, *, schedule: ScheduleName = None, version: Version = None
) -> None:
    """Have a post come first, behind those that are pinned already."""
    with _steering(_Target(what, schedule, version)) as hand:
        _say(hand.pin(post))


def unpin(
    what: What, post: Post, *, schedule: ScheduleName = None, version: Version = None
) -> None:
    """Have a pinned post come among the others again."""
    with _steering(_Target(what, schedule, version)) as hand:
        _say(hand.unpin(post))


def move(
    what: What,
    post: Post,
    place: Annotated[int, typer.Argument(min=1, help="1 is the first.")],
    *,
    schedule: ScheduleName = None,
    version: Version = None,
) -> None:
    """Have a post come at another place; pinned ones stay before it."""
    with _steering(_Target(what, schedule, version)) as hand:
        _say(hand.move(post, place))


def drop(
    what: What, post: Post, *, schedule: ScheduleName = None, version: Version = None
) -> None:
    """Take a post or an event out of this edition; the next one carries it."""
    with _steering(_Target(what, schedule, version)) as hand:
        _say(hand.drop(post))


def put_back(
    what: What, post: Post, *, schedule: ScheduleName = None, version: Version = None
) -> None:
    """Put back what was taken out of this edition."""
    with _steering(_Target(what, schedule, version)) as hand:
        _say(hand.put_back(post))


def events(  # noqa: PLR0913 - an option each
    what: What,
    *,
    without: Annotated[
        list[int] | None,
        typer.Option("--without", metavar="POST-ID", help="Leave it out of the list."),
    ] = None,
    with_: Annotated[
        list[int] | None,
        typer.Option("--with", metavar="POST-ID", help="Have it in the list again."),
    ] = None,
    schedule: ScheduleName = None,
    version: Version = None,
    json: AsJson = False,
) -> None:
    """Show the events to come that its list of what is on has, and say which it has."""
    target = _Target(what, schedule, version)
    if without or with_:
        with _steering(target) as hand:
            hand.list_events(with_ or (), without or ())
    open_now = _contents(target)
    if json:
        as_json(open_now.facts()["whats_on"])
        return
    from digest.model.staff_words import moment_in_words

    rows = [
        (
            "yes" if open_now.lists(each) else "no",
            each.entry.id,
            moment_in_words(
                each.event.event.starts, open_now.edition.campaign.timezone
            ),
            each.event.mark,
            each.event.event.title,
        )
        for each in open_now.coming
    ]
    table(("listed", "post", "begins", "", "title"), rows)
    talk(f"version {open_now.steered.version}")


def undo(what: What, *, schedule: ScheduleName = None, version: Version = None) -> None:
    """Take back the latest change; again for the one before it."""
    with _steering(_Target(what, schedule, version)) as hand:
        steered, words = hand.undo()
        talk(f"undone: {words}")
        _say(steered)


@contextmanager
def _steering(target: _Target) -> "Iterator[Steer]":
    from digest.bootstrap import login_name, open_app
    from digest.schedule.editions.steering.steer import Steer

    with open_app() as digest:
        yield Steer(
            digest.engine,
            target.what,
            target.schedule,
            login_name(),
            digest.now(),
            target.version,
        )


def _contents(target: _Target) -> "EditionContents":
    from digest.bootstrap import open_app
    from digest.schedule.editions.steering import contents as contents_of

    with open_app() as digest:
        return contents_of.contents(
            digest.engine, target.what, target.schedule, digest.now()
        )


def _text(file: Path) -> str:
    from digest.errors import DigestError

    try:
        if str(file) == "-":
            return sys.stdin.read()
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        raise DigestError(
            f"{file} cannot be read as UTF-8 text: {problem}"
        ) from problem


def _say(steered: "SteeredEdition") -> None:
    result(f"version {steered.version}")


def _show_line(line: str, columns: int) -> None:
    from digest.model.posts.shortening import width_of

    result(line)
    talk(f"{width_of(line)} columns; inboxes show about the first {columns}")
