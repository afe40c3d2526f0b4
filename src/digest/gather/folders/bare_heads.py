"""Heads without a mark around them: lines of "Key: words" at a file's very top.

Pelican and MultiMarkdown write them so. But people begin their words so too, with
"When: Monday" or in a play; so that it is a head only where nothing else can be meant.
"""

import re
from collections.abc import Iterator, Mapping

from digest.gather.folders.head_keys import is_known, is_state, is_title, may_be_known
from digest.gather.folders.head_syntax import FileParts

_KEY = re.compile(r" {0,3}([A-Za-z][\w -]{0,30}?)[ \t]*:(?!//)[ \t]*(.*)")
# A value goes on in lines that are indented so far.
_FURTHER = re.compile(r"(?: {4,}|\t)\s*(\S.*)")
_FEWEST_KEYS = 2


def bare_parts(text: str) -> FileParts | None:
    """Return the parts of a file that begins with such a head, None of any other.

    It names a title, or says that the file is a draft or is none; it has another
    key that is known, or is a title alone; no more of its keys mean nothing than
    mean something; and an empty line is below it, unless all of them are known.
    """
    lines = text.lstrip("\n").split("\n")
    skipped = text[: len(text) - len(text.lstrip("\n"))].count("\n")
    values: dict[str, str] = {}
    places: dict[str, int] = {}
    end = 0
    for number, key, words in _entries(lines):
        if key:
            values.setdefault(key, words)
            places.setdefault(key, number + skipped + 1)
        else:
            last = next(reversed(values))
            values[last] = f"{values[last]} {words}"
        end = number + 1
    is_closed = end == len(lines) or not lines[end].strip()
    if not _is_head(values, is_closed=is_closed):
        return None
    return FileParts(values, "\n".join(lines[end:]).strip(), places)


def _entries(lines: list[str]) -> Iterator[tuple[int, str, str]]:
    """Yield each line of the head with its key, "" where it goes on with the last."""
    for number, line in enumerate(lines):
        if match := _KEY.fullmatch(line):
            yield number, match[1], match[2].strip()
        elif number and (further := _FURTHER.fullmatch(line)):
            yield number, "", further[1].strip()
        else:
            return


def _is_head(values: Mapping[str, str], *, is_closed: bool) -> bool:
    own = [key for key in values if is_known(key)]
    has_title = any(is_title(key) for key in values)
    if list(values) == own and len(own) == 1:
        return has_title and is_closed
    meant = [key for key in values if may_be_known(key)]
    return (
        (has_title or any(is_state(*item) for item in values.items()))
        and len(meant) >= _FEWEST_KEYS
        and 2 * len(meant) >= len(values)
        and (is_closed or len(own) == len(values))
    )
