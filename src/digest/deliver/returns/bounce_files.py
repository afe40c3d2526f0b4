"""Mailboxes of returned mail: files, Maildirs and mboxes, read email by email."""

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from digest.deliver import limits

_SEPARATOR = b"From "
_ON_A_SERVER = re.compile(r"[a-z]+:/")
# Maildir's way to say that a message was seen.
_SEEN = ":2,S"


def _nothing() -> None:
    """Leave a file as it is."""


@dataclass(frozen=True, slots=True)
class ReturnedFile:
    """An email, as far as it is read; `settle` is for when it has been dealt with."""

    name: str
    source: bytes
    settle: Callable[[], None] = _nothing


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """What could not be read, and why."""

    name: str
    why: str


def emails_in(paths: Iterable[Path]) -> Iterator[ReturnedFile | UnreadableFile]:
    """Yield the emails at these places, and what cannot be read; never fails.

    A message in the `new` folder of a Maildir is moved to `cur` when it is
    settled. One that somebody takes away meanwhile is passed over.
    """
    for path in paths:
        try:
            yield from _at(path)
        except OSError as problem:
            yield UnreadableFile(str(path), _in_words(problem))


def _at(path: Path) -> Iterator[ReturnedFile | UnreadableFile]:
    if _ON_A_SERVER.match(str(path)) and not path.exists():
        yield UnreadableFile(
            str(path),
            "a mailbox on a server is set as DIGEST_MAILBOX_URL, and looked into by "
            "itself, or by digest bounces look",
        )
    elif (path / "new").is_dir() and (path / "cur").is_dir():
        yield from _in_maildir(path)
    elif path.is_dir():
        yield UnreadableFile(
            str(path), "is a folder, but no Maildir: name the files in it"
        )
    elif path.exists() and not path.is_file():
        yield UnreadableFile(str(path), "is no file")
    else:
        yield from _in_file(path)


def _in_maildir(path: Path) -> Iterator[ReturnedFile | UnreadableFile]:
    # Both at once: what is settled goes from the one to the other.
    new, settled = _files(path / "new"), _files(path / "cur")
    for file, settle in [(file, _moving(file)) for file in new] + [
        (file, _nothing) for file in settled
    ]:
        try:
            with file.open("rb") as opened:
                source = opened.read(limits.INCOMING_BYTES)
        except FileNotFoundError:
            continue
        except OSError as problem:
            yield UnreadableFile(str(file), _in_words(problem))
            continue
        yield ReturnedFile(str(file), source, settle)


def _files(folder: Path) -> list[Path]:
    return sorted(file for file in folder.iterdir() if file.name[0] != ".")


def _moving(file: Path) -> Callable[[], None]:
    def move() -> None:
        name = file.name.partition(":")[0]
        with suppress(FileNotFoundError):
            file.rename(file.parent.with_name("cur") / f"{name}{_SEEN}")

    return move


def _in_file(path: Path) -> Iterator[ReturnedFile]:
    with path.open("rb") as lines:
        if lines.read(len(_SEPARATOR)) != _SEPARATOR:
            lines.seek(0)
            yield ReturnedFile(str(path), lines.read(limits.INCOMING_BYTES))
            return
        lines.readline()
        for number, source in enumerate(
            _split(iter(lambda: lines.readline(limits.RETURNED_LINE_BYTES), b"")), 1
        ):
            yield ReturnedFile(f"{path}, message {number}", source)


def _split(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the messages of an mbox, of each no more than is read."""
    message, size, is_after_blank, is_new_line = list[bytes](), 0, False, True
    for line in lines:
        if is_new_line and is_after_blank and line.startswith(_SEPARATOR):
            yield b"".join(message)
            message, size, is_after_blank = [], 0, False
            continue
        if size < limits.INCOMING_BYTES:
            message.append(line)
            size += len(line)
        is_after_blank = is_new_line and line.strip(b"\r\n") == b""
        is_new_line = line.endswith(b"\n")
    yield b"".join(message)


def _in_words(problem: OSError) -> str:
    return f"cannot be read: {problem.strerror or problem}"
