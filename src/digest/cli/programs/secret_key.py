"""digest secret-key: the key that signs and seals, and how another replaces it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from digest.cli.parts.asking import make_sure
from digest.cli.parts.options import AsJson, DryRun, as_json, result, table, talk

if TYPE_CHECKING:
    from digest.bootstrap import App
    from digest.store.people.erasing.hashes import Rehashing

app = typer.Typer(
    help="The key of DIGEST_SECRET_KEY: list, new, rotate; and where one is lost."
)


@app.command("list")
def list_all(*, json: AsJson = False) -> None:
    """List the keys this database was used with, and what still needs each of them."""
    from digest.staff.key_needs import needs_in_words, standing_in_words
    from digest.store.staff import secret_keys

    with _with_any_key() as digest, digest.reading() as connection:
        uses = secret_keys.uses(connection, digest.keys)
    if json:
        as_json([asdict(use) for use in uses])
        return
    zone = digest.settings.timezone
    table(
        ("key", "", "what needs it"),
        [
            (use.key_id, standing_in_words(use), needs_in_words(use, zone))
            for use in uses
        ],
    )
    talk("a key is named by letters that do not tell it")


@app.command()
def new() -> None:
    """Print a new key, for DIGEST_SECRET_KEY; nothing is changed by that."""
    from digest.installing import new_key

    result(new_key())
    talk(
        "put the key of now into DIGEST_SECRET_KEY_FALLBACKS, this one into "
        "DIGEST_SECRET_KEY, start again, then: digest secret-key rotate"
    )


@app.command()
def rotate() -> None:
    """Seal with the newest key what earlier ones have sealed, so that these may go.

    Do so once everything that runs has been started with the newest.
    """
    from digest.bootstrap import open_app
    from digest.store.staff import secret_keys

    with open_app() as digest, digest.writing() as connection:
        count = secret_keys.seal_anew(connection, digest.keys, digest.now())
    result(
        f"sealed with the newest key: {count:,}"
        if count
        else "nothing is sealed with an earlier key"
    )
    talk("links and codes of earlier keys need these still: digest secret-key list")


@app.command()
def lost(
    *,
    dry_run: DryRun = False,
    yes: Annotated[
        bool, typer.Option("--yes", help="Do not ask: go on without it.")
    ] = False,
) -> None:
    """Go on without a key that is lost: hash everybody anew, with what is held.

    Who was suppressed or erased, and is not held any more, is then unknown: an import
    may bring them back. First it is shown how many that are. Stop everything that runs
    before.
    """
    from digest.audience import hashing

    with _with_any_key() as digest:
        if hashing.is_held(digest.engine, digest.keys):
            result("no key is lost: nothing was changed")
            return
        with digest.writing() as connection:
            trial = connection.begin_nested()
            foreseen = hashing.begin_anew(connection, digest.keys, digest.now())
            trial.rollback()
        if dry_run or not yes:
            _say_hashed_anew(foreseen)
        if dry_run:
            talk("a dry run: nothing was changed")
            return
        if not yes:
            question = "Go on without the key? What it alone could tell is gone then."
            make_sure(question, otherwise="to go on without the key")
        with digest.writing() as connection:
            anew = hashing.begin_anew(connection, digest.keys, digest.now())
    if yes or anew != foreseen:
        _say_hashed_anew(anew)
    talk("done; what else: digest check")


def _say_hashed_anew(anew: "Rehashing") -> None:
    result(f"people hashed anew: {anew.people:,}")
    result(f"suppressions that stand against them still: {anew.suppressions:,}")
    result(f"suppressions of people who are not held, good no more: {anew.lost:,}")


@contextmanager
def _with_any_key() -> Iterator["App"]:
    from digest.bootstrap import login_name, opened
    from digest.environment import from_environment

    with opened(from_environment(), with_any_key=True) as digest:
        yield digest.acting_as(f"{login_name()} (command line)")
