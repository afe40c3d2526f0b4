"""digest pause and resume: whether anything leaves, and what readers have had."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from digest.cli.parts.options import (
    AsJson,
    DryRun,
    Now,
    as_json,
    instant,
    result,
    talk,
)

if TYPE_CHECKING:
    from digest.bootstrap import App
    from digest.model.formats import Channel
    from digest.schedule.editions.resuming import Answer, HoldReport, ResumeReport

_TITLES, _FAULTS = 10, 20
_CHOICES = """Say what readers have had of it:
  digest resume --they-had-it   all of it: nothing of it is sent again
  digest resume --from DATE     what was released before DATE; the rest is sent
  digest resume --had FILE      what the mail server's log, or a list of Message-IDs or
                                recipients, says that it took; the rest is sent
  digest resume --send          nothing: all of it is sent
With --dry-run each shows what it would come to."""


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (pause, resume):
        app.command()(command)


def pause() -> None:
    """Let nothing leave, of any campaign, until somebody says digest resume."""
    from digest.bootstrap import open_app
    from digest.store.holds import holds

    with open_app() as digest:
        hold = holds.pause(digest.engine, digest.now())
    result(hold.words)


def resume(  # noqa: PLR0913 - an option each
    *,
    they_had_it: Annotated[
        bool,
        typer.Option("--they-had-it", help="Readers have had all of it already."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="They have had what was released before that date or instant.",
        ),
    ] = None,
    had: Annotated[
        Path | None,
        typer.Option(
            "--had",
            metavar="FILE",
            help="They have had what this log or list says that the mail server took.",
        ),
    ] = None,
    send: Annotated[
        bool, typer.Option("--send", help="They have had nothing: send it all.")
    ] = False,
    dry_run: DryRun = False,
    now: Now = None,
    json: AsJson = False,
) -> None:
    """Let things leave again after a restore, a long sleep or digest pause.

    First it is shown what would go to how many readers, by campaign and edition. Say
    with one option what of it they have had already.
    """
    from digest.bootstrap import open_app
    from digest.schedule.editions.resuming import SendAnswer

    if sum((they_had_it, since is not None, had is not None, send)) > 1:
        raise typer.BadParameter(
            "say one of --they-had-it, --from, --had and --send", param_hint="resume"
        )
    with open_app(instant(now)) as digest:
        _erase_again(digest, dry_run=dry_run)
        answer = _answer(digest, they_had_it=they_had_it, since=since, had=had)
        if not _is_held(digest):
            _tell_not_held(as_facts=json)
            return
        if send:
            answer = SendAnswer()
        status = _resume(digest, answer, dry_run=dry_run, as_facts=json)
    sys.exit(status)


def _erase_again(digest: "App", *, dry_run: bool) -> None:
    """Erase whom a backup has brought back who had been erased since."""
    numbers = digest.erasures.brought_back()
    people = ", ".join(map(str, numbers))
    if dry_run:
        if numbers:
            talk(f"erased since the backup, and to be erased again: number {people}")
        return
    erasure = digest.erasures.replay()
    if numbers:
        talk(f"erased since the backup, and erased again: number {people}")
    for line in erasure.in_words():
        talk(line)


def _is_held(digest: "App") -> bool:
    from digest.store.holds import holds

    with digest.reading() as connection:
        return holds.standing(connection, digest.now()) is not None


def _tell_not_held(*, as_facts: bool) -> None:
    if as_facts:
        as_json(None)
    else:
        result("it was not waiting")


def _resume(
    digest: "App", answer: "Answer | None", *, dry_run: bool, as_facts: bool
) -> int:
    from digest.schedule.editions import resuming

    zone = digest.settings.timezone
    may_ask = answer is None and sys.stdin.isatty() and not (dry_run or as_facts)
    if not dry_run and (may_ask or isinstance(answer, resuming.SourcesFirst)):
        _gather(digest)
    if answer is None:
        report = resuming.outlook(digest.engine, digest.now())
        if report is not None and report.asks:
            _show(report, zone, as_facts=as_facts)
            if not may_ask:
                talk(_CHOICES)
                talk("nothing was changed")
                return 0 if dry_run else 1
            answer = _ask(digest)
    ended = resuming.resume(
        digest.engine, answer or resuming.SendAnswer(), digest.now(), dry_run=dry_run
    )
    if ended is None:
        _tell_not_held(as_facts=as_facts)
    elif as_facts:
        as_json(ended.facts())
    else:
        _tell(ended, zone, is_shown=may_ask, is_real=not dry_run)
    if dry_run:
        talk("a dry run: nothing was changed, and no source was read")
    return 0


def _tell(ended: "ResumeReport", zone: str, *, is_shown: bool, is_real: bool) -> None:
    if not is_shown:
        for line in _in_words(ended.before, zone):
            result(line)
    for line in _outcome(ended):
        result(line)
    if is_real:
        result("resumed")


def _answer(
    digest: "App", *, they_had_it: bool, since: str | None, had: Path | None
) -> "Answer | None":
    from digest.schedule.editions.resuming import HadAllAnswer, HadBeforeAnswer

    if they_had_it:
        return HadAllAnswer()
    if since is not None:
        try:
            return HadBeforeAnswer(_moment(digest, since))
        except ValueError as problem:
            raise typer.BadParameter(str(problem), param_hint="--from") from problem
    return None if had is None else _read(had)


def _moment(digest: "App", text: str) -> datetime:
    """Return the instant that a date says, in the installation's zone if in none."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError as problem:
        raise ValueError(
            "write a date or an instant: 2026-07-06 or 2026-07-06T16:00"
        ) from problem
    if at.tzinfo is None:
        at = at.replace(tzinfo=ZoneInfo(digest.settings.timezone))
    return at.astimezone(UTC)


def _read(path: Path) -> "Answer":
    from digest.errors import DigestError
    from digest.model.delivery.mail_records import read_record
    from digest.schedule.editions.resuming import HadByRecordAnswer

    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            record = read_record(file)
    except OSError as problem:
        raise DigestError(f"{path} cannot be read: {problem.strerror}") from problem
    if not record.references and not record.recipients:
        raise DigestError(
            f"{path} names no copy of ours: nothing was changed. It may be the mail "
            "server's log, or a list of Message-IDs or recipients, one a line"
        )
    return HadByRecordAnswer(record)


def _ask(digest: "App") -> "Answer":
    """Ask the person at the terminal; whatever is no answer is asked again."""
    from digest.errors import DigestError
    from digest.schedule.editions.resuming import (
        HadAllAnswer,
        HadBeforeAnswer,
        SendAnswer,
    )

    talk("What have readers had of that already? Ctrl+C changes nothing.")
    while True:
        words = str(typer.prompt("all / none / a date / a file", err=True)).strip()
        if words.casefold() == "all":
            return HadAllAnswer()
        if words.casefold() == "none":
            return SendAnswer()
        with suppress(ValueError):
            return HadBeforeAnswer(_moment(digest, words))
        try:
            return _read(Path(words))
        except DigestError as problem:
            talk(f"{problem}. Write all, none, a date (2026-07-06), or a file's path")


def _gather(digest: "App") -> None:
    from digest.schedule.editions.publishing import gather_named

    talk("reading the sources ...")
    reports = gather_named(digest.engine, digest.fetcher, None, digest.now())
    for name, sources in reports.items():
        for source in sources:
            if source.failed:
                talk(
                    f"{name}: the source {source.source} cannot be read, so what it "
                    f"has by now is new to everybody later. {source.failed}"
                )


def _show(report: "HoldReport", zone: str, *, as_facts: bool) -> None:
    if as_facts:
        as_json({"before": report.facts()})
        return
    for line in _in_words(report, zone):
        result(line)


def _in_words(report: "HoldReport", zone: str) -> Iterator[str]:
    from digest.model.staff_words import counted, moment_in_words

    yield f"nothing is sent since {moment_in_words(report.hold.since, zone)}:"
    yield f"{report.hold.because}"
    yield f"what goes at once when it may: {counted(report.at_once, 'copy', 'copies')}"
    for outlook in report.campaigns:
        campaign = outlook.stored.campaign
        yield f"{campaign.title} ({campaign.name})"
        for copies in outlook.unsettled:
            edition = copies.edition
            slot = moment_in_words(edition.slot, campaign.timezone)
            yield (
                f"  {edition.title} of {edition.schedule}, {slot}, is under way: "
                f"{_by_channel(copies.copies)} not known to have left"
            )
        for coming in outlook.coming:
            each = coming.foreseen
            when = "now"
            if each.slot is not None:
                when = moment_in_words(each.slot, campaign.timezone)
            is_due = "due since" if coming.is_due else "next on"
            yield f"  {each.schedule}, {is_due} {when}: {_by_channel(each.copies)}"
            yield from (f"    {title}" for title in each.titles[-_TITLES:])
            if len(each.titles) > _TITLES:
                yield f"    and {len(each.titles) - _TITLES} before them"


def _by_channel(counts: "Mapping[Channel, int] | Mapping[str, int]") -> str:
    from digest.model.staff_words import counted

    total = counted(sum(counts.values()), "copy", "copies")
    by = ", ".join(f"{number} by {channel}" for channel, number in counts.items())
    return f"{total} ({by})" if by else "nobody gets anything"


def _outcome(ended: "ResumeReport") -> Iterator[str]:
    from digest.model.staff_words import counted

    yield "with what you say:"
    if ended.others:
        others = counted(ended.others, "line of the file is", "lines of the file are")
        yield f"  {others} about other things"
    for fault in ended.faults[:_FAULTS]:
        yield f"  line {fault.line}: {fault.why}"
    if len(ended.faults) > _FAULTS:
        yield f"  and {len(ended.faults) - _FAULTS:,} more lines"
    titles = {
        each.edition.id: each.edition.title
        for outlook in ended.before.campaigns
        for each in outlook.unsettled
    }
    for number, copies in ended.copies.items():
        copies_had = counted(copies, "copy", "copies")
        yield f"  {titles.get(number, number)}: {copies_had} had already"
    for name, count in ended.places.items():
        if count:
            yield f"  {name}: {counted(count, 'reader is', 'readers are')} moved on"
    if ended.after is not None:
        going = counted(ended.after.at_once, "copy goes", "copies go")
        yield f"  {going} at once"
