"""`digest secret-key rotate`, killed at its every step: print what each kill left.

A step is each statement and each commit, those of opening the database among them.
After every kill what was sealed is opened by the keys that the settings name, all of it
is sealed by one key, and the rotation ends well when it is said again. The exit status
is 1 where that does not hold.
"""

import argparse
import os
import sys
from collections import Counter
from collections.abc import Sequence
from tempfile import TemporaryDirectory

from sqlalchemy import Engine, event, select
from typer.testing import CliRunner

from digest.audience.hashing import hasher_of, use_keys
from digest.audience.suppressing import suppress
from digest.cli.parts.nouns import app as command_line
from digest.gather.fetching.fetch import Fetcher
from digest.model.people.person import PersonKeys
from digest.model.roles import Role
from digest.model.secret_keys import SecretKeys
from digest.model.webhooks import WebhookKind
from digest.schedule.webhooks.sending import WebhookSecrets, WebhookSender
from digest.staff import entrance
from digest.staff.second_step import SecondStep, TotpProof
from digest.store.base.engine import reading, writing
from digest.store.base.tables import suppression
from digest.store.staff import accounts, secret_keys
from tests.builders import EIGHT
from tests.databases import quick_engine
from tests.kills.copied_ground import COPIED_GROUNDS
from tests.kills.steps import StepTrap

_BEFORE, _NOW = "b" * 32, "n" * 32
_OLD, _BOTH, _NEW = SecretKeys(_BEFORE), SecretKeys(_NOW, (_BEFORE,)), SecretKeys(_NOW)
_ASKED = "ann@example.org"
# The key that hashes, a second step, and two secrets of a webhook.
_SEALED = 4
# RFC 6238's own secret, and its code at a time that it gives.
_SECOND_STEP, _CODE, _AT = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "287082", 59


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill it at every step on each database; return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.kills.rotation")
    every = sorted(COPIED_GROUNDS)
    parser.add_argument("--databases", nargs="+", choices=every, default=every)
    options = parser.parse_args(arguments)
    is_broken = False
    for database in options.databases:
        steps, remains = _killed_everywhere(database)
        words = ", ".join(f"{name} {count}" for name, count in sorted(remains.items()))
        sys.stdout.write(f"{database}: {steps} steps; {words}\n")
        is_broken |= {*remains} != {"as before", "as after"}
    return int(is_broken)


def _killed_everywhere(database: str) -> tuple[int, Counter[str]]:
    """Return how many steps there were, and how often a kill left what."""
    remains = Counter[str]()
    with COPIED_GROUNDS[database]() as ground, ground.pattern(_seal_by_the_old):
        with ground.copy() as url:
            steps = _forked(url, 0)
        for at in range(1, steps + 1):
            with ground.copy() as url:
                _forked(url, at)
                remains[_judged(url)] += 1
    return steps, remains


def _seal_by_the_old(url: str) -> None:
    engine = quick_engine(url)
    use_keys(engine, _OLD, EIGHT)
    webhooks = WebhookSender(engine, Fetcher(), WebhookSecrets(_OLD))
    webhooks.create("CRM", "https://example.org/in", tuple(WebhookKind), EIGHT)
    webhooks.rotate("CRM", EIGHT)
    with writing(engine) as connection:
        suppress(connection, hasher_of(engine, _OLD), _ASKED, "asked", EIGHT)
        entrance.ask_in(connection, _ASKED, "Ann", Role.EDITOR, EIGHT)
        ann = accounts.by_email(connection, _ASKED).id
        at = EIGHT.fromtimestamp(_AT, EIGHT.tzinfo)
        proof = TotpProof(_SECOND_STEP, _CODE)
        if not SecondStep(_OLD).set_up(connection, ann, proof, at):
            raise RuntimeError("the second step was not set up")
    engine.dispose()


def _forked(url: str, at: int) -> int:
    """Have a process say it that is killed at a step; return how many it took."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            trap = StepTrap(at)
            event.listen(Engine, "before_cursor_execute", trap.step)
            event.listen(Engine, "commit", trap.step)
            status = _rotate(url)
            trap.step()  # it is done, and nobody has been told
            os.write(theirs, b"0" * bool(status) or str(trap.steps).encode())
        finally:
            os._exit(1)
    os.close(theirs)
    _, status = os.waitpid(child, 0)
    with os.fdopen(ours) as answer:
        steps = int(answer.read() or 0)
    if os.WIFSIGNALED(status) is not bool(at) or bool(steps) is bool(at):
        raise RuntimeError(f"it failed, or was not killed at step {at}")
    return steps


def _rotate(url: str) -> int:
    """Say it on the command line; return the exit status."""
    with TemporaryDirectory(prefix="digest-rotation-") as folder:
        os.chdir(folder)
        environment = {
            "DIGEST_DATA_DIR": folder,
            "DIGEST_DATABASE_URL": url,
            "DIGEST_SECRET_KEY": _NOW,
            "DIGEST_SECRET_KEY_FALLBACKS": _BEFORE,
        }
        command = ["secret-key", "rotate"]
        return CliRunner().invoke(command_line, command, env=environment).exit_code


def _judged(url: str) -> str:
    """Return how everything is sealed after a kill, or what is wrong with it."""
    engine = quick_engine(url)
    keys_of_ann = PersonKeys(email=_ASKED)
    with reading(engine) as connection:
        hashes = {*connection.scalars(select(suppression.c.target_hash))}
        sealed = [use.sealed for use in secret_keys.uses(connection, _BOTH)][:2]
        unopened = secret_keys.unopened(connection, _BOTH)
    targets = hasher_of(engine, _BOTH).hashed(keys_of_ann).targets()
    if unopened != (0, 0) or not hashes & {*targets.values()}:
        return "not to be read"
    if sorted(sealed) != [0, _SEALED]:
        return f"half done: {sealed}"
    engine.dispose()
    _forked(url, 0)
    use_keys(engine, _NEW, EIGHT)
    with reading(engine) as connection:
        if secret_keys.unopened(connection, _NEW) != (0, 0):
            return "not to be read when it was said again"
    engine.dispose()
    return "as after" if sealed[0] else "as before"


if __name__ == "__main__":
    sys.exit(main())
