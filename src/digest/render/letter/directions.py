"""Lines of a letter that run the other way than those around, each as a whole.

A phrase says its language where it stands. Where that is all of a line, the line
begins on the side of that language, and its signs are at the end that it has there.
"""

from collections.abc import Iterable, Iterator

from digest.render.letter.blocks import Json

_LINES = frozenset({"p", "label", "h"})


def directed(blocks: Iterable[Json], direction: str) -> Iterator[Json]:
    """Yield the blocks, each said to be in its language where that runs otherwise."""
    for block in blocks:
        language = _language_of(block)
        if language and language["dir"] != direction:
            yield {"k": "language", **language, "body": [block]}
        elif "body" in block:
            inside = block.get("dir", direction)
            yield block | {"body": list(directed(block["body"], inside))}
        elif block["k"] == "list":
            items = [list(directed(item, direction)) for item in block["items"]]
            yield block | {"items": items}
        else:
            yield block


def _language_of(block: Json) -> Json:
    """Return the language that all words of a line, or of a list, are in; else none."""
    if block["k"] in _LINES:
        return _only(
            span for span in block["spans"] if any(map(str.isalnum, span["t"]))
        )
    if block["k"] == "action":
        return _only([block["label"]])
    if block["k"] == "list":
        return _only(_language_of(part) for item in block["items"] for part in item)
    return {}


def _only(parts: Iterable[Json]) -> Json:
    languages = [
        {name: part.get(name) for name in ("lang", "region", "dir")} for part in parts
    ]
    is_one = bool(languages) and all(each == languages[0] for each in languages)
    return languages[0] if is_one and languages[0]["lang"] else {}
