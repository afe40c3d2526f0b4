"""digest retention: what is over the time for which it is kept, and its removal."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.asking import make_sure
from digest.cli.parts.options import (
    AsJson,
    DryRun,
    Now,
    as_json,
    instant,
    result,
    table,
    talk,
)

if TYPE_CHECKING:
    from digest.schedule.upkeep.retention import (
        Retention,
        RetentionFinding,
        RetentionKind,
    )


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(retention)


def retention(
    *,
    dry_run: DryRun = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask: remove it.")] = False,
    now: Now = None,
    json: AsJson = False,
) -> None:
    """Remove what is over the time for which it is kept, as is done each night.

    First it is shown how much that is of each kind, and since when.
    """
    from digest.bootstrap import open_app

    with open_app(instant(now)) as digest:
        findings = digest.retention.findings()
        if dry_run or not json:
            _show(findings, as_facts=json)
        if dry_run:
            talk("a dry run: nothing was changed")
            return
        overdue = [each.kind for each in findings if each.amount]
        _ask(overdue, is_sure=yes)
        removed, faults = _removed(digest.retention, overdue)
    if json:
        as_json({"removed": removed, "failed": faults})
    for name, amount in removed.items() if not json else ():
        result(f"removed: {name}: {amount:,}")
    for name, why in faults.items():
        talk(f"{name}: {why}")
    if faults:
        sys.exit(1)


def _removed(
    retention: "Retention", kinds: "Sequence[RetentionKind]"
) -> tuple[dict[str, int], dict[str, str]]:
    """Remove what is over its time; return how much of each kind, and what failed."""
    from digest.schedule.guard import guarded

    removed, faults = dict[str, int](), dict[str, str]()
    for kind in kinds:
        with guarded("removing what is over its time", f"kind={kind.name}") as fault:
            removed[kind.name] = retention.apply(kind)
        if fault:
            faults[kind.name] = fault.words
    return removed, faults


def _show(findings: "Sequence[RetentionFinding]", *, as_facts: bool) -> None:
    from digest.model.retention import short

    if as_facts:
        as_json(
            [
                {
                    "kind": each.kind.name,
                    "what": each.kind.words,
                    "kept_days": each.kind.span.days,
                    "overdue": each.amount,
                    "oldest": each.oldest,
                }
                for each in findings
            ]
        )
        return
    rows = [
        (
            each.kind.name,
            short(each.kind.span),
            f"{each.amount:,}",
            f"{each.oldest:%Y-%m-%d}" if each.oldest else "",
            each.kind.words,
        )
        for each in findings
    ]
    table(("kind", "kept", "over it", "since", "what"), rows)


def _ask(overdue: "Sequence[RetentionKind]", *, is_sure: bool) -> None:
    """Ask a person at a terminal; end there unless they say yes."""
    if not overdue:
        talk("nothing is over its time")
    elif not is_sure:
        question = "Remove it? It cannot be brought back."
        make_sure(question, otherwise="to remove it")
