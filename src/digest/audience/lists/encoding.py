"""Whether a file is UTF-8 text, said before any of it is used."""

import codecs
from collections.abc import Iterator
from pathlib import Path

from digest.errors import ImportRefused

_LONGEST = 1024**3
_BLOCK = 1 << 20
_HOW_TO_SAVE = 'save the list as "CSV UTF-8" and import that'
_KINDS = {
    b"PK\x03\x04": "is a workbook or an archive",
    b"\xd0\xcf\x11\xe0": "is an old workbook",
    b"\xff\xfe": "is UTF-16 text",
    b"\xfe\xff": "is UTF-16 text",
    b"%PDF": "is a PDF",
}


def check_encoding(path: Path) -> None:
    """Read the file through. Raises ImportRefused where it is no UTF-8 text."""
    try:
        if path.stat().st_size > _LONGEST:
            raise ImportRefused(
                f"{path.name} is over {_LONGEST >> 30} GB: cut it into parts"
            )
        with path.open("rb") as file:
            _decode(path.name, iter(lambda: file.read(_BLOCK), b""))
    except OSError as problem:
        raise ImportRefused(
            f"{path} cannot be read ({problem.strerror}): give the path of a CSV file"
        ) from problem


def _decode(name: str, blocks: Iterator[bytes]) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = 1
    block = b""
    try:
        for number, block in enumerate(blocks):
            if number == 0:
                _check_kind(name, block)
            decoder.decode(block)
            lines += block.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as problem:
        lines += problem.object[: problem.start].count(b"\n")
        raise ImportRefused(
            f"{name} is not UTF-8 (line {lines}): {_HOW_TO_SAVE}"
        ) from problem


def _check_kind(name: str, start: bytes) -> None:
    for sign, words in _KINDS.items():
        if start.startswith(sign):
            raise ImportRefused(f"{name} {words}: {_HOW_TO_SAVE}")
    if start[:1024].count(b"\0") > 8:
        raise ImportRefused(f"{name} is not text: {_HOW_TO_SAVE}")
