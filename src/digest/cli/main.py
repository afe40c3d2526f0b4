"""The `digest` command: what starts it, and how errors are told."""

import atexit
import errno
import gc
import logging
import os
import sys

import typer

from digest.cli.parts.program import new_program
from digest.cli.service import serve
from digest.errors import DigestError
from digest.log import to_stderr

# So many new objects before what died in cycles is looked for: what is imported lives
# as long as the program.
_OBJECTS_BETWEEN_LOOKS = 10_000


def run() -> None:
    """Run the command line: status 0 done, 1 our own error in one line, 2 usage."""
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    # Nor is it looked for at the end: that would be a fifth of a command that is short.
    atexit.register(gc.freeze)
    # A command says itself what it did; what is left running logs, see serve.
    to_stderr(logging.CRITICAL)
    try:
        _commands(sys.argv[1:])()
    except DigestError as problem:
        sys.stderr.write(f"digest: {problem}\n")
        sys.exit(1)
    except OverflowError:
        # A number of a command that no column can hold; see the storage's integers.
        sys.stderr.write("digest: there is nothing of so large a number\n")
        sys.exit(1)
    except BrokenPipeError:
        # The reader of our output has seen enough (digest … | head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as problem:
        if problem.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        # What is still to be written goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(
            "digest: the disk is full: make room, then run the command again\n"
        )
        sys.exit(1)
    except KeyboardInterrupt:
        sys.stderr.write("digest: stopped; what was under way is safe to run again\n")
        sys.exit(130)


def _commands(words: list[str]) -> typer.Typer:
    """Return every command, or what runs for long alone, so that it starts sooner."""
    if words and words[0] in serve.NAMES:
        program = new_program()
        serve.add_to(program)
        return program
    from digest.cli.parts.nouns import app

    return app
